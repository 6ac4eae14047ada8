#!/usr/bin/env bash
# One Kafka node (KRaft) on 127.0.0.1, with its data, log and pid file in a folder of its own.
#
#   tools/broker.sh start DIR PORT     starts it, waits until it answers; nothing to do if it runs
#   tools/broker.sh stop DIR           asks it to stop and waits
#   tools/broker.sh kill DIR           kill -9, as a power cut would
#   tools/broker.sh status DIR         prints its address, or fails
#
# GOVBUS_BROKER_HEAP is the JVM's heap (512m). PORT + 1 is the controller's.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=${GOVBUS_DEPS:-$root/.deps}
. "$root/tools/process.sh"

die() {
	printf 'broker: %s\n' "$*" >&2
	exit 1
}

# Sessions are short, so that a broker that was killed leads its partitions again after 3 s, not 12.
write_properties() {
	cat >"$dir/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$((port + 1))
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=$dir/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.retention.ms=-1
log.cleaner.dedupe.buffer.size=8388608
END
}

# 16 random bytes as Kafka writes them: base64 for URLs, and not beginning with a dash.
random_cluster_id() { printf 'g%s\n' "$(head -c 32 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' | head -c 20)A"; }

format() {
	[ -e "$dir/data/meta.properties" ] && return 0
	java -XX:TieredStopAtLevel=1 -cp "$classes" kafka.tools.StorageTool format -t "$(random_cluster_id)" -c "$dir/server.properties" >"$dir/format.log" 2>&1 ||
		die "could not format $dir/data: $(tail -n 1 "$dir/format.log")"
}

# An ApiVersions request; whoever answers with bytes is a Kafka that takes requests.
answers() {
	local bytes
	bytes=$(
		exec 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$1" || exit 0
		printf '\x00\x00\x00\x10\x00\x12\x00\x00\x00\x00\x00\x01\x00\x06govbus' >&3
		timeout 2 head -c 8 <&3 | wc -c
	)
	[ "${bytes:-0}" -eq 8 ]
}

wait_until_it_answers() {
	local tenths=600
	until answers "$port"; do
		process_pid "$pidfile" >/dev/null || die "it ended at its start; the reason is in $log"
		[ $((tenths--)) -gt 0 ] || die "no answer within a minute; see $log"
		sleep 0.1
	done
}

start() {
	port=${1:?port}
	if process_pid "$pidfile" >/dev/null; then
		[ "$(cat "$dir/port")" = "$port" ] || die "this folder's broker runs on port $(cat "$dir/port"); cure: stop it first"
		wait_until_it_answers
		return 0
	fi
	[ -d "$deps/kafka/libs" ] || die "Kafka is missing; cure: ./run deps"
	for used in "$port" $((port + 1)); do
		port_open 127.0.0.1 "$used" || continue
		die "port $used is in use by another program; cure: stop that, or, if it is a Kafka, use it: GOVBUS_KAFKA=127.0.0.1:$used"
	done
	mkdir -p "$dir"
	printf '%s\n' "$port" >"$dir/port"
	write_properties
	format
	process_start "$pidfile" "$log" java "-Xmx${GOVBUS_BROKER_HEAP:-512m}" -XX:+UseSerialGC \
		-Dorg.slf4j.simpleLogger.defaultLogLevel=error -Dorg.slf4j.simpleLogger.showDateTime=true \
		-cp "$classes" kafka.Kafka "$dir/server.properties"
	wait_until_it_answers
}

status() {
	process_pid "$pidfile" >/dev/null || die "no broker runs in $dir"
	printf '127.0.0.1:%s\n' "$(cat "$dir/port")"
}

kill_hard() {
	local pid
	pid=$(process_pid "$pidfile") || die "no broker runs in $dir"
	kill -9 "$pid"
	while process_pid "$pidfile" >/dev/null; do
		sleep 0.02
	done
	rm -f "$pidfile"
}

[ $# -ge 2 ] || die "usage: tools/broker.sh start|stop|kill|status DIR [PORT]"
mkdir -p "$2"
dir=$(cd "$2" && pwd)
pidfile=$dir/broker.pid
log=$dir/broker.log
classes=$deps/kafka/libs/*
case $1 in
start) start "${3:-9092}" ;;
stop) process_stop "$pidfile" 20 || true ;;
kill) kill_hard ;;
status) status ;;
*) die "unknown command '$1'" ;;
esac
