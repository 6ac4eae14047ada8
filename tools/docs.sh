#!/usr/bin/env bash
# Writes anew what is printed from the tables: docs/EVENTS.md, docs/LIFECYCLES.md, docs/HTTP.md, docs/CONFIGURATION.md, schemas/json/, schemas/schema.lock, golden messages of new types.  tools/docs.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tests=${GOVBUS_BUILD:-build/release}/tests

# Each is the test that holds its file to the tables; asked to, it writes the file first. The lock goes first: it refuses what breaks old events.
for name in event_lock json_schema golden event_manual lifecycles http_manual; do
	if ! GOVBUS_UPDATE=1 "$tests/${name}_test" >build/docs.log 2>&1; then
		cat build/docs.log >&2
		exit 1
	fi
done
GOVBUS_UPDATE=1 GOVBUS_BIN=${tests%/tests}/bin tests/run/configuration_test.sh
git status --short -- docs schemas
