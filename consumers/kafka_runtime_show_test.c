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

/* While no broker answers it is not ready and says why; but it is well: to be started again would help nobody. */
static void a_broker_that_is_away(void **state)
{
	struct buf reasons = {0};

	(void)state;
	runtime = (struct runtime){.config.shards = 1, .assigned = true};
	assert_true(kafka_runtime_show_ready(&runtime, &reasons));
	runtime.wait = ERR_KAFKA_AWAY;
	assert_true(healthy("no Kafka broker answers"));
	assert_false(kafka_runtime_show_ready(&runtime, &reasons));
	buf_done(&reasons);
	runtime.wait = ERR_STORE_FULL;
	assert_false(healthy(err_text(ERR_STORE_FULL)));
	runtime.wait = ERR_OK;
	runtime.err = ERR_LOG_TRIMMED;
	assert_false(healthy(err_text(ERR_LOG_TRIMMED)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(threads_turn),
					   cmocka_unit_test(a_broker_that_is_away)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
