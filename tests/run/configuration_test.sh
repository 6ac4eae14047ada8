#!/usr/bin/env bash
# docs/CONFIGURATION.md is what the programs print of themselves; GOVBUS_UPDATE=1 writes it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
bin=${GOVBUS_BIN:-build/dev/bin}
page=docs/CONFIGURATION.md
[ -x "$bin/govbus-gateway" ] || {
	echo "skipped: a build without librdkafka has no programs"
	exit 77
}

print() {
	cat <<'END'
# Configuration

Printed by the programs (`./run docs`); a test fails when this page and they differ. A flag wins over the environment, and that over the file
`$GOVBUS_CONFIG` or `HOME/PROGRAM.conf` with its lines `name = value`. Options of librdkafka pass through: `--rdkafka NAME=VALUE`,
`GOVBUS_RDKAFKA_NAME` with underscores for dots, or `rdkafka.NAME = VALUE` in the file.

END
	for program in gateway decider case-status; do
		# The environment of whoever asks is not a default.
		env -i "$bin/govbus-$program" --manual
	done
}

[ -z "${GOVBUS_UPDATE:-}" ] || print >$page
if ! diff -u $page <(print); then
	echo "$page is not current; cure: ./run docs"
	exit 1
fi
