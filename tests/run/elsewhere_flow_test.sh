#!/usr/bin/env bash
# The demo on a Kafka that somebody else runs, under a topic prefix: it plays, what it prints works as printed, a second one goes on, and stop leaves that Kafka alone.
# @timeout 300
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ -n "${GOVBUS_TEST_KAFKA:-}" ] || {
	echo "skipped: GOVBUS_TEST_KAFKA is not set; ./run test starts a broker"
	exit 77
}
scratch=$(mktemp -d)
prefix=elsewhere$$.
export GOVBUS_HOME="$scratch/a home" GOVBUS_KAFKA=$GOVBUS_TEST_KAFKA GOVBUS_TOPIC_PREFIX=$prefix GOVBUS_DEMO_SAMPLE=1
export GOVBUS_LISTEN=127.0.0.1:$((20000 + RANDOM % 10000)) GOVBUS_BIN=${GOVBUS_BIN:-$PWD/build/dev/bin}
. ./run
trap 'programs_stop; [ ! -e "$GOVBUS_HOME/kafka" ] || tools/broker.sh stop "$GOVBUS_HOME/kafka"; rm -rf "$scratch"' EXIT

build_release() { :; } # what is tested is built

fail() {
	printf 'failed: %s\n' "$*" >&2
	exit 1
}

expect() { [[ "$2" == *"$3"* ]] || fail "$1: expected '$3' in: $2"; }

# In a shell of its own each, as ./run is: where a command fails, it ends.
(demo) >"$scratch/first" 2>&1 || fail "the demo: $(tail -n 20 "$scratch/first")"
[ ! -e "$GOVBUS_HOME/kafka" ] || fail "a broker of our own was started beside $GOVBUS_KAFKA"
said=$(status)
expect "whose Kafka" "$said" "$GOVBUS_KAFKA (not ours)"
for name in decider case-status gateway; do
	expect "it runs" "$said" "$(printf '%-14s pid' $name)"
done
[ "$("$GOVBUS_BIN/read-topic" "$GOVBUS_KAFKA" "${prefix}gov.case" | wc -l)" -gt 1000 ] || fail "the cases are not under the prefix"

# What it printed, in a shell that has none of our settings but where the programs are; all but stop.
tried=0
while IFS= read -r line; do
	heard=$(env -i PATH="$PATH" GOVBUS_BIN="$GOVBUS_BIN" bash -c "$line" 2>&1) || fail "$line: $heard"
	[[ "$heard" != *'"status":4'* ]] || fail "$line: $heard"
	[ -n "$heard" ] || fail "$line: says nothing"
	tried=$((tried + 1))
done < <(sed '1,/^Try:/d; /run stop$/d' "$scratch/first")
[ $tried -eq 8 ] || fail "$tried commands in: $(cat "$scratch/first")"

# Again: nothing is loaded or played twice.
(demo) >"$scratch/second" 2>&1 || fail "the second demo: $(tail -n 20 "$scratch/second")"
[ "$(sed '1,/^The bus is live/d' "$scratch/first")" = "$(sed '1,/^The bus is live/d' "$scratch/second")" ] || fail "it played again: $(cat "$scratch/second")"
if grep -q "loading\|importing\|going live" "$scratch/second"; then
	fail "it loaded again: $(cat "$scratch/second")"
fi

(stop) >"$scratch/stop" || fail "stop: $(cat "$scratch/stop")"
for name in decider case-status gateway; do
	expect "it has stopped" "$(status)" "$(printf '%-14s stopped' $name)"
done
if grep "ERROR: AddressSanitizer\|ERROR: LeakSanitizer\|WARNING: ThreadSanitizer\|: runtime error: " "$GOVBUS_HOME"/log/*.log; then
	fail "a sanitizer has found something"
fi
port_open "${GOVBUS_KAFKA%:*}" "${GOVBUS_KAFKA##*:}" || fail "the Kafka was stopped with the rest"
echo "all as expected"
