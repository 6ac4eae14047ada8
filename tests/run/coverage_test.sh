#!/usr/bin/env bash
# Coverage prints its figures whether or not a test fails; it fails if one does, and if too few lines are run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
. ./run
cd "$scratch"
mkdir -p tools build/coverage
printf '#!/bin/sh\n' >tools/deps.sh
chmod +x tools/deps.sh

fail() {
	printf 'failed: %s\n' "$*" >&2
	exit 1
}

expect() { [[ "$2" == *"$3"* ]] || fail "$1: expected '$3' in: $2"; }

# In place of the real ones.
configure_and_build() { :; }
ctest() { [ -z "${broken:-}" ]; }
gcovr() {
	echo "lines: $covered%"
	case " $* " in *" --fail-under-line 99.9 "*) [ "$covered" = 100.0 ] ;; esac
}

said=$(covered=100.0 coverage 2>&1) || fail "all is well, and yet it fails: $said"
expect "all is well" "$said" "lines: 100.0%"

said=$(broken=1 covered=100.0 coverage 2>&1) && fail "a test that fails must fail it"
expect "a test that fails" "$said" "lines: 100.0%"
expect "a test that fails" "$said" "a unit test failed"

said=$(covered=98.0 coverage 2>&1) && fail "too few lines must fail it"
expect "too few lines" "$said" "lines: 98.0%"
expect "too few lines" "$said" "fewer than 99.9 %"

said=$(broken=1 covered=98.0 coverage 2>&1) && fail "both must fail it"
expect "both" "$said" "a unit test failed; fewer than 99.9 %"
