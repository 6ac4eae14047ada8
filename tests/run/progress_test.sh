#!/usr/bin/env bash
# A build in a folder that was never built says so at once, and how far it is while it takes longer than two seconds; one that fails shows why.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
. ./run
export GOVBUS_HOME="$scratch/a home"
cd "$scratch"

fail() {
	printf 'failed: %s\n' "$*" >&2
	exit 1
}

expect() { [[ "$2" == *"$3"* ]] || fail "$1: expected '$3' in: $2"; }

# Dependencies that somebody else is bringing are waited for, and it is said. (An unknown part: it ends once it has the lock.)
mkdir -p other/tools other/.deps
cp "$OLDPWD/tools/deps.sh" other/tools/
flock other/.deps/lock sleep 2.6 &
sleep 0.2
said=$(other/tools/deps.sh nothing 2>&1) && fail "an unknown part must be refused"
expect "a long wait" "$said" "waiting for another tools/deps.sh"
expect "its end" "$said" "unknown part 'nothing'"
said=$(other/tools/deps.sh nothing 2>&1) && fail "an unknown part must be refused"
[[ "$said" != *waiting* ]] || fail "nobody was there to be waited for: $said"

# In place of the real ones, as on a fresh clone: the first thing that ninja would say is that cmake has to run again.
cmake() { mkdir -p build/x; }
ninja() {
	case " $* " in *" -n "*) echo "[1/2] Re-running CMake..." && return 0 ;; esac
	echo "[1/3] Building C object a.o"
	sleep 2.2
	echo "[2/3] Building C object b.o"
	[ -z "${broken:-}" ] || { echo "b.c:1: error: the reason" && return 1; }
}

said=$(configure_and_build x)
expect "a first build" "$said" "configuring (x)"
expect "a long build" "$said" "building (x): 2 of 3"
expect "its end" "$said" "built in"

said=$(broken=1 configure_and_build x 2>&1) && fail "a build that fails must fail"
expect "a build that fails" "$said" "error: the reason"
expect "a build that fails" "$said" "failed: ninja -C build/x"
