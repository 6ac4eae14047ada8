/* kafka_runtime_show_test.c: what a consumer says of its health and readiness: threads that stand still, a broker that is away. */
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
	assert_false(healthy("a thread that folds has made no progress for 61 s"));
	runtime.workers[1].pulse.turned_us = now_us;
	runtime.pulse.turned_us = now_us - 100000000;
	assert_false(healthy("the thread that serves the group has made no progress for 100 s"));
}

static bool ready(const char *wanted)
{
	struct buf reasons = {0};
	bool is_so = kafka_runtime_show_ready(&runtime, &reasons);

	buf_add_byte(&reasons, 0);
	if (!strstr((const char *)reasons.p, wanted)) {
		fail_msg("%s", (const char *)reasons.p);
	}
	buf_done(&reasons);
	return is_so;
}

static void folded_to_the_end(void)
{
	runtime = (struct runtime){.config.shards = 1, .partitions = 1};
	runtime.at[0].wanted = runtime.at[0].following = runtime.at[0].reached = true;
	assert_true(ready(""));
}

/* While no broker answers it is not ready and says why, whoever noticed; but it is healthy: to be started again would help nobody. On a
 * full disk, and at its end, it is neither. */
static void a_broker_that_is_away(void **state)
{
	(void)state;
	folded_to_the_end();
	runtime.wait = ERR_KAFKA_AWAY;
	assert_true(healthy("no Kafka broker answers"));
	assert_false(ready("no Kafka broker answers"));
	folded_to_the_end();
	runtime.away = true;
	assert_true(healthy("no Kafka broker answers"));
	assert_false(ready("no Kafka broker answers"));
	runtime.wait = ERR_STORE_FULL;
	assert_false(healthy(err_text(ERR_STORE_FULL)));
	assert_false(ready(err_text(ERR_STORE_FULL)));
	folded_to_the_end();
	runtime.err = ERR_KAFKA_AWAY;
	assert_false(healthy("no Kafka broker answers"));
}

/* Without a partition it is not ready: in an outage the group has taken them all, and what it had may be far behind by now. */
static void nothing_is_ours(void **state)
{
	(void)state;
	folded_to_the_end();
	runtime.at[0].wanted = runtime.at[0].following = false;
	assert_false(ready("no partition"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(threads_turn),
					   cmocka_unit_test(a_broker_that_is_away),
					   cmocka_unit_test(nothing_is_ours)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
