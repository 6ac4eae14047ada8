# Sourced by ./run bench: measures on a scratch bus of its own (tests/bench/bench.py), which is gone afterwards.

# bench_steps [growth | NAME...] [--json FILE] [--rounds N]: what each figure means is printed with it.
bench_steps() {
	GOVBUS_BIN=$bin GOVBUS_INVOKED_FROM=$invoked_from exec python3 tests/bench/bench.py "$@"
}
