#!/usr/bin/env bash
# What a compiler does not say: formatting, cppcheck, clang-tidy, shell syntax, comments of headers.  tools/lint.sh [format|cppcheck|tidy|shell|headers] [FILE...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
jobs=${GOVBUS_JOBS:-$(nproc)}
failed=0

# Tracked C files, or those given.
c_files() { git ls-files --cached --others --exclude-standard -- "${files[@]}" | grep -E "$1" || true; }

format() {
	c_files '\.[ch]$' | xargs -r -P "$jobs" -n 20 clang-format --dry-run -Werror
}

cppcheck_all() {
	mkdir -p build/cppcheck
	c_files '\.c$' | cppcheck --quiet --file-list=- --enable=warning,performance,portability --std=c11 --inline-suppr \
		--error-exitcode=1 --suppressions-list=tools/cppcheck.suppressions --cppcheck-build-dir=build/cppcheck -j "$jobs" \
		-I . -D_GNU_SOURCE -DGOVBUS_VERSION='""' --library=posix,gnu
}

# Files that the dev build compiles; the compiler's own warnings are gcc's business. -O0 keeps libc's macros out of our nesting.
tidy_files() {
	xargs -r -P "$jobs" -n 1 clang-tidy --quiet -p build/dev "$@" \
		--extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-error --extra-arg=-O0 2>/dev/null
}

# In tests the analyser would walk on after a failed assertion, and their bodies may nest.
tidy() {
	local failing=0
	cmake --preset dev >/dev/null
	c_files '\.c$' | { grep -v '_test\.c$' || true; } | tidy_files || failing=1
	c_files '_test\.c$' | tidy_files '--checks=-clang-analyzer-*,-readability-function-size,-readability-function-cognitive-complexity' || failing=1
	return $failing
}

shell() {
	git ls-files | grep -E '(\.sh|^run|^\.ci/run)$' | xargs -r -n 1 bash -n
}

# What the comments of headers say of parameters and results must be there; where doxygen is not installed, nobody asks.
headers() {
	command -v doxygen >/dev/null || {
		echo "lint: no doxygen, comments of headers are not checked"
		return 0
	}
	mkdir -p build/doxygen
	doxygen tools/Doxyfile
}

step() {
	local started=$SECONDS
	if "$2"; then
		printf 'lint: %-9s ok, %d s\n' "$1" $((SECONDS - started))
	else
		printf 'lint: %-9s FAILED\n' "$1"
		failed=1
	fi
}

which=all
case ${1:-} in
format | cppcheck | tidy | shell | headers) which=$1 && shift ;;
esac
files=("$@")
[ $# -gt 0 ] || files=('*.[ch]')
tools/deps.sh lint
for part in format:format cppcheck:cppcheck_all tidy:tidy shell:shell headers:headers; do
	[ $which = all ] || [ $which = "${part%:*}" ] || continue
	step "${part%:*}" "${part#*:}"
done
exit $failed
