#!/usr/bin/env bash
# The demo goes on where import refused some of the real cases, which name no place, and ends where it could not import.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GOVBUS_HOME=$scratch/home
. ./run
. tools/demo.sh

govbus() { return "$code"; }

# In a shell of its own, where, as in the demo itself, a command that fails ends it.
for code in 0 65; do
	(
		set -e
		demo_cases
		: >"$scratch/$code"
	)
	[ -e "$scratch/$code" ] || { echo "exit code $code of import ended the demo" && exit 1; }
done
for code in 64 69 74; do
	set +e
	(
		set -e
		demo_cases
		: >"$scratch/$code"
	)
	set -e
	[ ! -e "$scratch/$code" ] || { echo "exit code $code of import was taken for done" && exit 1; }
done
echo "all as expected"
