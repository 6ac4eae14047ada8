#!/usr/bin/env bash
# The demo's tokens are made as tools/demo.sh says, each bound to what it is for; the reader's only reads.
# @needs programs
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GOVBUS_HOME=$scratch/home GOVBUS_BIN=${GOVBUS_BIN:-$PWD/build/dev/bin}
. ./run
. tools/demo.sh

demo_tokens
list=$(govbus token list --json)
for name in province county unit grid reader; do
	[ -s "$GOVBUS_HOME/tokens/$name" ] || { echo "no token $name" && exit 1; }
	functions=$(python3 -c 'import json, sys
print(*next(item["functions"] for item in json.load(sys.stdin)["items"] if item["label"] == sys.argv[1]))' "$name" <<<"$list")
	if [ "$name" = reader ] && [ -n "$functions" ]; then
		echo "the reader may post: $functions" && exit 1
	elif [ "$name" != reader ] && [ -z "$functions" ]; then
		echo "$name may post nothing" && exit 1
	fi
done
echo "all as expected"
