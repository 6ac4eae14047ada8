#!/usr/bin/env bash
# ./run starts its programs, waits until they are ready, says how far behind they are, says why one would not start, and stops them all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scratch=$(mktemp -d)
export GOVBUS_HOME=$scratch/home GOVBUS_BIN=$scratch/bin GOVBUS_KAFKA=127.0.0.1:1
export GOVBUS_LISTEN=127.0.0.1:$((20000 + RANDOM % 10000))
# A proxy that leads out of the house is not asked for what runs here; where cd looks is its user's matter.
export CDPATH=.:/tmp http_proxy=http://127.0.0.1:1 no_proxy=example.org
. ./run
trap 'programs_stop; rm -rf "$scratch"' EXIT

fail() {
	printf 'failed: %s\n' "$*" >&2
	exit 1
}

expect() { [[ "$2" == *"$3"* ]] || fail "$1: expected '$3' in: $2"; }

# A program that is ready after half a second and three records behind in each of two partitions; or that ends at once.
mkdir -p "$GOVBUS_BIN"
cat >"$GOVBUS_BIN/govbus-decider" <<'END'
#!/usr/bin/env python3
import http.server, os, sys, time
if os.path.exists(os.environ["GOVBUS_BIN"] + "/broken"):
    sys.exit(open(os.environ["GOVBUS_BIN"] + "/broken").read() or "cannot: the reason; cure: the command")
address = sys.argv[sys.argv.index("--listen") + 1].rsplit(":", 1)
started = time.monotonic()
takes = 3.5 if os.path.exists(os.environ["GOVBUS_BIN"] + "/slow") else 0.5
print('{"level":"info","what":"started"}', file=sys.stderr, flush=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ready = self.path != "/readyz" or time.monotonic() - started > takes and not os.path.exists(os.environ["GOVBUS_BIN"] + "/unready")
        text = 'govbus_lag_records{partition="0"} 3\ngovbus_lag_records{partition="1"} 3\n' if self.path == "/metrics" else "well\n" if ready else "not yet\nwaits for the broker; cure: start it\n"
        self.send_response(200 if ready else 503)
        self.end_headers()
        self.wfile.write(text.encode())
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer((address[0], int(address[1])), Handler).serve_forever()
END
chmod +x "$GOVBUS_BIN/govbus-decider"
cp "$GOVBUS_BIN/govbus-decider" "$GOVBUS_BIN/govbus-case-status"
cp "$GOVBUS_BIN/govbus-decider" "$GOVBUS_BIN/govbus-gateway"

[ "$no_proxy" = example.org,127.0.0.1,localhost ] || fail "who is asked without a proxy: $no_proxy"
expect "nothing runs yet" "$(status)" "decider        stopped"
programs_start
expect "ready when started" "$(curl -sS "http://$GOVBUS_LISTEN/readyz")" "well"
expect "its lag is the sum of its partitions'" "$(status)" "6 records behind"

# While one is not ready, the status says why, however long the line.
touch "$GOVBUS_BIN/unready"
expect "why it is not ready" "$(status)" "               waits for the broker; cure: start it"
rm "$GOVBUS_BIN/unready"

# Started again, those that run are left alone.
before=$(process_pid "$(program_pidfile gateway)")
programs_start
[ "$(process_pid "$(program_pidfile gateway)")" = "$before" ] || fail "the gateway was started twice"

# A second bus in the same home is refused, with the cure; the first is left alone. (In a subshell each: die ends it.)
for setting in "--topic-prefix GOVBUS_TOPIC_PREFIX=x." "--kafka GOVBUS_KAFKA=127.0.0.1:2" "--listen GOVBUS_LISTEN=127.0.0.1:1999"; do
	said=$(export "${setting#* }" && start 2>&1) && fail "$setting beside a running bus passed for started"
	expect "which setting" "$said" "with ${setting%% *} '"
	expect "the cure" "$said" "GOVBUS_HOME=DIR GOVBUS_LISTEN=127.0.0.1:PORT"
	[ "$(wc -l <<<"$said")" -eq 1 ] || fail "$setting: more than a line: $said"
	[ "$(process_pid "$(program_pidfile gateway)")" = "$before" ] || fail "$setting touched the running gateway"
done

# An address that is none is said with the cure, before anything is asked or started.
for address in 127.0.0.1:abc 8080 127.0.0.1: 127.0.0.1:0 127.0.0.1:65534 127.0.0.1:99999; do
	for command in start status; do
		said=$(export GOVBUS_LISTEN=$address && $command 2>&1) && fail "$command: $address passed for an address"
		expect "$command: which address" "$said" "run: GOVBUS_LISTEN=$address is not ADDRESS:PORT; cure: "
	done
done

# A mistake in what is asked for is said before anything is done for it. (On a copy: what would be removed is not ours.)
mkdir "$scratch/copy"
cp -r run tools tests "$scratch/copy"
mkdir "$scratch/copy/build"
for asked in "clean al" "torture many" "fuzz 5s" "fuzz 5 nope"; do
	said=$("$scratch/copy/run" $asked 2>&1) && fail "$asked passed"
	[ -d "$scratch/copy/build" ] && [ "$(process_pid "$(program_pidfile gateway)")" = "$before" ] || fail "$asked removed or stopped something"
	[[ "$said" == "run: usage: ./run ${asked%% *} "* || "$said" == "run: no fuzz target 'nope'; there are: event_decode_fuzz "* ]] || fail "$asked: $said"
done
said=$("$scratch/copy/run" broker 2>&1) && fail "no broker passed for one"
expect "whether a broker runs" "$said" "broker: no broker runs in $GOVBUS_HOME/kafka"

# The command finds its user's files from where the user is.
printf '#!/bin/sh\necho "$PWD|$*"\n' >"$GOVBUS_BIN/govbus"
chmod +x "$GOVBUS_BIN/govbus"
root=$PWD
expect "where the user is" "$(cd "$scratch" && "$root/run" govbus import a.csv)" "$scratch|import a.csv"

# One that was killed is seen as stopped and comes back; a pid file that speaks of another process's pid is not believed.
kill -9 "$(process_pid "$(program_pidfile decider)")"
sleep 0.2
expect "a killed program is stopped" "$(status)" "decider        stopped"
printf '%s 1\n' $$ >"$(program_pidfile decider)"
expect "a reused pid is not the program" "$(status)" "decider        stopped"
programs_start
expect "it is back" "$(status)" "decider        pid"

programs_stop
for name in decider case-status gateway; do
	expect "stopped with the others" "$(status)" "$(printf '%-14s stopped' $name)"
done

# A program that ends at its start: its last words and where its log is.
touch "$GOVBUS_BIN/broken"
said=$(programs_start 2>&1) && fail "a broken program passed for started"
expect "its last words" "$said" "the reason; cure: the command"
expect "where its log is" "$said" "$GOVBUS_HOME/log/decider.log"

# The status says it too, until somebody stops it or it starts: the last error, with its cure and the command, whatever librdkafka said after it.
expect "why it is stopped" "$(status)" "decider        stopped: cannot: the reason; cure: the command"
cat >"$GOVBUS_BIN/broken" <<'END'
{"level":"warn","what":"waiting","cure":"not this one"}
{"level":"error","what":"the log lost its \"tail\"","error":"LOG_LOST_TAIL","cure":"restore it","command":"mv -T 'a b' c"}
{"level":"error","what":"kafka","text":"not this one"}
END
(programs_start) >/dev/null 2>&1 && fail "a program that refuses to start passed for started"
said=$(status)
expect "why it refused" "$said" 'decider        stopped: the log lost its "tail" (LOG_LOST_TAIL)'
expect "the cure" "$said" "
               cure: restore it
               mv -T 'a b' c
               its log is $GOVBUS_HOME/log/decider.log"
[[ "$said" != *"not this one"* ]] || fail "not the last error: $said"
expect "of others it is silent" "$said" "$(printf '\ngateway        stopped')"
rm "$GOVBUS_BIN/broken"
touch "$GOVBUS_BIN/slow"
said=$(programs_start)
expect "a start that takes long" "$said" "waiting for govbus-decider: not yet waits for the broker; cure: start it"
rm "$GOVBUS_BIN/slow"
kill -9 "$(process_pid "$(program_pidfile decider)")"
sleep 0.2
[[ "$(status)" != *"stopped:"* ]] || fail "an error from before it started: $(status)"
echo '{"level":"error","what":"out of memory","error":"NOMEM"}' >>"$(program_log decider)"
expect "what it ended with" "$(status)" "decider        stopped: out of memory (NOMEM)"
programs_stop
[[ "$(status)" != *"stopped:"* ]] || fail "somebody stopped it: $(status)"

# A port in use is said in one line with the cure.
python3 -c "import socket, sys, time
s = socket.create_server(('127.0.0.1', $((${GOVBUS_LISTEN##*:} + 1))))
time.sleep(30)" &
occupant=$!
for _ in $(seq 50); do
	port_open 127.0.0.1 $((${GOVBUS_LISTEN##*:} + 1)) && break
	sleep 0.1
done
said=$(programs_start 2>&1) && fail "a port in use passed for started"
kill $occupant
expect "the cure" "$said" "cure: GOVBUS_LISTEN="
[ "$(wc -l <<<"$said")" -eq 1 ] || fail "a port in use takes more than a line: $said"
echo "all as expected"
