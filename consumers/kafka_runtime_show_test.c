/* kafka_runtime_show_test.c: a consumer whose threads stand still is not healthy, and says which. */
#include "consumers/kafka_runtime_parts.h"

#include "tests/support/cmocka_all.h"

static struct runtime runtime;

static bool healthy(const char *wanted)
{
	struct buf reasons = {0};
	bool well = kafka_runtime_show_healthy(&runtime, &reasons);

	buf_add_byte(&reasons, 0);
	if (!strstr((const char *)reasons.p, wanted)) {
		fail_msg("%s", (const char *)reasons.p);
	}
	buf_done(&reasons);
	return well;
}

static void threads_turn(void **state)
{
	/* Neither before the start nor while all turn; but when the main thread, or one of two that fold, stood still for over a minute. */
	int64_t now_us = clock_steady_us();

	(void)state;
	runtime.config.shards = 2;
	assert_true(healthy(""));
	runtime.pulse.turned_us = now_us;
	runtime.workers[0].pulse.turned_us = runtime.workers[1].pulse.turned_us = now_us - 50000000;
	assert_true(healthy(""));
	runtime.workers[1].pulse.turned_us = now_us - 61000000;
	assert_false(healthy("a thread that folds has not turned for 61 s"));
	runtime.workers[1].pulse.turned_us = now_us;
	runtime.pulse.turned_us = now_us - 100000000;
	assert_false(healthy("the thread that serves the group has not turned for 100 s"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(threads_turn)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
