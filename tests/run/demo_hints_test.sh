#!/usr/bin/env bash
# What the demo says to try works as printed, also where the home's path has a space in it and nothing is as by default.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GOVBUS_HOME="$scratch/a home" GOVBUS_LISTEN=127.0.0.1:18080 GOVBUS_TOPIC_PREFIX=two. GOVBUS_KAFKA=127.0.0.1:19
. ./run
. tools/demo.sh

fail() {
	printf 'failed: %s\n' "$*" >&2
	exit 1
}

mkdir -p "$GOVBUS_HOME/tokens"
echo the-token >"$GOVBUS_HOME/tokens/reader"
printf 'landslide=A\nred=B\nrefused=C\nreceipt=D\n' >"$GOVBUS_HOME/demo.cases"
demo_next >"$scratch/said"

# Each is run in another shell that has none of our settings; what it calls says what it was given.
mkdir "$scratch/bin"
for command in run bin/curl; do
	printf '#!/bin/sh\necho "$GOVBUS_HOME|$GOVBUS_LISTEN|$GOVBUS_TOPIC_PREFIX|$GOVBUS_KAFKA|$*"\n' >"$scratch/$command"
	chmod +x "$scratch/$command"
done
tried=0
while IFS= read -r line; do
	heard=$(cd "$scratch" && env -i PATH="$scratch/bin:$PATH" bash -c "$line" 2>&1) || fail "$line: $heard"
	case $line in
	*curl*-H*) [[ "$heard" == *"Bearer the-token "* ]] || fail "$line: $heard" ;;
	*curl*) [[ "$heard" == *"127.0.0.1:18080/v1/receipts/D" ]] || fail "$line: $heard" ;;
	*) [[ "$heard" == "$GOVBUS_HOME|127.0.0.1:18080|two.|127.0.0.1:19|"* ]] || fail "$line: $heard" ;;
	esac
	tried=$((tried + 1))
done < <(sed '1,/^Try:/d' "$scratch/said")
[ $tried -eq 9 ] || fail "$tried commands in: $(cat "$scratch/said")"

# Called from another folder, it names itself by where it is.
said=$(invoked_from=$scratch && demo_next)
[ "$(grep -c " $PWD/run " <<<"$said")" -eq 7 ] && ! grep -q ' \./run ' <<<"$said" || fail "from another folder: $said"

GOVBUS_HOME=$PWD/.govbus GOVBUS_LISTEN=127.0.0.1:8080 GOVBUS_TOPIC_PREFIX='' GOVBUS_KAFKA=127.0.0.1:9092 own_broker=127.0.0.1:9092
[ -z "$(demo_settings)" ] || fail "settings where all is as by default: $(demo_settings)"
