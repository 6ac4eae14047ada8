# Sourced: background processes known by a pid file, which also holds the start time, so that a reused pid is never taken for ours.

# process_started PID: clock ticks since boot at which it started; empty if there is none.
process_started() {
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
	stat=${stat##*) }
	# A zombie has ended and waits to be asked for its exit code, unless threads of it are still at it.
	[ "${stat:0:1}" = Z ] && [ "$(ls "/proc/$1/task" 2>/dev/null | wc -l)" -le 1 ] && return 0
	read -ra stat <<<"$stat"
	printf '%s\n' "${stat[19]}"
}

# process_pid FILE: prints the pid if the process that FILE speaks of is alive.
process_pid() {
	local pid started
	read -r pid started 2>/dev/null <"$1" || return 1
	[ -n "$started" ] && [ "$(process_started "$pid")" = "$started" ] || return 1
	printf '%s\n' "$pid"
}

# process_start FILE LOG COMMAND...: in a session of its own, so that a Ctrl-C here does not reach it.
process_start() {
	local file=$1 log=$2 pid
	shift 2
	mkdir -p "$(dirname "$file")" "$(dirname "$log")"
	setsid "$@" >>"$log" 2>&1 </dev/null &
	pid=$!
	disown
	printf '%s %s\n' "$pid" "$(process_started "$pid")" >"$file"
}

# process_stop FILE SECONDS: asks, waits, and in the end kills. Fails if it had to kill.
process_stop() {
	local pid tenths=$(($2 * 10)) forced=0
	if pid=$(process_pid "$1"); then
		kill "$pid" 2>/dev/null || true
		while process_pid "$1" >/dev/null && [ $((tenths--)) -gt 0 ]; do
			sleep 0.1
		done
		if process_pid "$1" >/dev/null; then
			kill -9 "$pid" 2>/dev/null || true
			forced=1
		fi
	fi
	rm -f "$1"
	return $forced
}

# port_open HOST PORT: does somebody listen there?
port_open() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }
