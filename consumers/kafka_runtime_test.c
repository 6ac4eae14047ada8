/* kafka_runtime_test.c: the runtime with fewer shards than before, and against librdkafka's own mock of a broker, which can be told to forget a topic for a while, or to be away. */
#include <stdio.h>
#include <unistd.h>

#include "tests/support/runtime_alone.h"

enum { PARTITIONS = 3 };

static int setup(void **state)
{
	kafka_mock_start("gov.case", PARTITIONS);
	return make_dir(state);
}

static int teardown(void **state)
{
	kafka_mock_stop();
	return remove_dir(state);
}

static void forget_topic(bool forget)
{
	rd_kafka_mock_topic_set_error(kafka_mock_cluster, "gov.case",
				      forget ? RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
					     : RD_KAFKA_RESP_ERR_NO_ERROR);
}

static bool says(bool (*show)(void *runtime, struct buf *reasons),
		 struct runtime *runtime,
		 const char *wanted)
{
	struct buf reasons = {0};

	(void)show(runtime, &reasons);
	buf_add_byte(&reasons, 0);
	bool said = strstr((const char *)reasons.p, wanted) != NULL;

	buf_done(&reasons);
	return said;
}

static bool is_healthy(struct runtime *runtime)
{
	struct buf reasons = {0};
	bool healthy = kafka_runtime_show_healthy(runtime, &reasons);

	buf_done(&reasons);
	return healthy;
}

static struct runtime *start(pthread_t *ret_thread, bool forgotten)
{
	struct runtime *runtime = runtime_alone_open(1);

	forget_topic(forgotten);
	*ret_thread = runtime_alone_start(runtime);
	return runtime;
}

static void stop(struct runtime *runtime, pthread_t thread)
{
	assert_int_equal(runtime_alone_stop(runtime, thread), ERR_OK);
	kafka_runtime_close(runtime);
}

static bool is_there(int number, const char *ending)
{
	char path[FOLDER_PATH_BYTES + 64];

	snprintf(path, sizeof path, "%s/toy/shard-%d%s", dir, number, ending);
	return access(path, F_OK) == 0;
}

/* With fewer shards than before the others are put aside, and whatever stands there already gives way; one that is missing hides none. */
static void test_fewer_shards(void **state)
{
	char from[FOLDER_PATH_BYTES + 64], to[FOLDER_PATH_BYTES + 64];

	(void)state;
	for (int round = 0; round < 2; round++) {
		kafka_runtime_close(runtime_alone_open(4));
		assert_true(is_there(3, ""));
		snprintf(from, sizeof from, "%s/toy/shard-2", dir);
		snprintf(to, sizeof to, "%s/toy/lost-%d", dir, round);
		assert_int_equal(rename(from, to), 0);
		kafka_runtime_close(runtime_alone_open(2));
		assert_true(is_there(0, "") && is_there(1, ""));
		for (int i = 0; i < 4; i++) {
			assert_int_equal(is_there(i, "") && is_there(i, ".aside"), i < 2);
			assert_int_equal(is_there(i, ".aside"), i != 2);
		}
	}
}

/* A topic that the broker does not list for a while is waited for, and said; then the program goes on by itself. */
static void test_a_gap_in_the_metadata_is_waited_for(void **state)
{
	pthread_t thread;

	(void)state;
	struct runtime *runtime = start(&thread, true);

	clock_sleep_us(3000000);
	assert_false(runtime_alone_is_ready(runtime));
	assert_true(says(kafka_runtime_show_ready, runtime, "govbus topics"));
	forget_topic(false);
	runtime_alone_await(runtime, runtime_alone_is_ready);
	stop(runtime, thread);
}

static void want_all(struct runtime *runtime, bool wanted)
{
	for (int i = 0; i < PARTITIONS; i++) {
		runtime->at[i].wanted = wanted;
	}
}

/* While the broker is away it says so all the time, also once the session has ended and with it all that it had; it stays healthy, and goes
 * on by itself. */
static void test_an_outage_is_said_until_it_ends(void **state)
{
	pthread_t thread;

	(void)state;
	struct runtime *runtime = start(&thread, false);

	runtime_alone_await(runtime, runtime_alone_is_ready);
	rd_kafka_mock_broker_set_down(kafka_mock_cluster, 1);
	for (int i = 0; i < 20 && !says(kafka_runtime_show_ready, runtime, "no Kafka broker");
	     i++) {
		clock_sleep_us(100000);
	}
	for (int i = 0; i < 60; i++) {
		if (i == 10) {
			want_all(runtime, false);
		}
		assert_true(says(kafka_runtime_show_ready, runtime, "no Kafka broker answers"));
		assert_false(runtime_alone_is_ready(runtime));
		assert_true(is_healthy(runtime));
		clock_sleep_us(100000);
	}
	rd_kafka_mock_broker_set_up(kafka_mock_cluster, 1);
	want_all(runtime, true);
	runtime_alone_await(runtime, runtime_alone_is_ready);
	stop(runtime, thread);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_gap_in_the_metadata_is_waited_for, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_an_outage_is_said_until_it_ends, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_fewer_shards, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
