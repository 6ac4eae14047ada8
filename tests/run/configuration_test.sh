#!/usr/bin/env bash
# docs/CONFIGURATION.md is what the programs print of themselves; GOVBUS_UPDATE=1 writes it.
# @needs programs
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
bin=${GOVBUS_BIN:-build/dev/bin}
page=docs/CONFIGURATION.md

print() {
	cat <<'END'
# Configuration

Printed by the programs (`./run docs`); a test fails when this page and they differ. A flag wins over the environment, and that over the file
`$GOVBUS_CONFIG` or `HOME/PROGRAM.conf` with its lines `name = value`; an empty variable counts as absent. Options of librdkafka pass through: `--rdkafka NAME=VALUE`,
`GOVBUS_RDKAFKA_NAME` with underscores for dots, or `rdkafka.NAME = VALUE` in the file.

END
	for program in gateway decider case-status; do
		# The environment of whoever asks is not a default.
		env -i "$bin/govbus-$program" --manual
	done
	cat <<'END'
## The command `govbus`

Its commands read the same environment (GOVBUS_HOME, GOVBUS_KAFKA, GOVBUS_LISTEN, GOVBUS_TOPIC_PREFIX); what each takes:

END
	env -i "$bin/govbus" help | sed -n 's/^  \([a-z-]*\) .*/\1/p' | while read -r command; do
		printf '### govbus %s\n\n```\n' "$command"
		env -i "$bin/govbus" "$command" --help
		printf '```\n\n'
	done
	cat <<'END'
## Exit codes

Of every program and command; the log's last line names the error.

END
	env -i "$bin/govbus" help exit-codes
}

[ -z "${GOVBUS_UPDATE:-}" ] || print >$page
if ! diff -u $page <(print); then
	echo "$page is not current; cure: ./run docs"
	exit 1
fi
