/* kafka_runtime_test.c: the runtime against librdkafka's own mock of a broker, which can be told to forget a topic for a while. */
#include "consumers/kafka_runtime.h"

#include <pthread.h>

#include "common/clock.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"
#include "tests/support/kafka_mock.h"
#include "tests/support/toy_projection.h"

enum { PARTITIONS = 3 };

static char dir[FOLDER_PATH_BYTES];

static int setup(void **state)
{
	(void)state;
	kafka_mock_start("gov.case", PARTITIONS);
	return folder_make("runtime", dir) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	kafka_mock_stop();
	return folder_remove(dir) ? 0 : -1;
}

static void *run(void *runtime)
{
	return (void *)(intptr_t)kafka_runtime_run(runtime);
}

static bool is_ready(struct runtime *runtime)
{
	struct buf reasons = {0};
	bool ready = kafka_runtime_show_ready(runtime, &reasons);

	buf_done(&reasons);
	return ready;
}

static void forget_topic(bool forget)
{
	rd_kafka_mock_topic_set_error(kafka_mock_cluster, "gov.case",
				      forget ? RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
					     : RD_KAFKA_RESP_ERR_NO_ERROR);
}

/* A topic that the broker does not list for a while is waited for, and said; then the program goes on by itself. */
static void test_a_gap_in_the_metadata_is_waited_for(void **state)
{
	struct runtime_config config = {.settings = &kafka_mock_settings,
					.projection = &toy,
					.home = dir,
					.prefix = "",
					.instance = "test-1",
					.build = "a",
					.shards = 1,
					.map_bytes = 64 << 20,
					.alone = true};
	struct runtime *runtime = NULL;
	struct buf reasons = {0};
	pthread_t thread;
	void *ended = NULL;

	(void)state;
	assert_int_equal(kafka_runtime_open(&config, &runtime), ERR_OK);
	forget_topic(true);
	assert_int_equal(pthread_create(&thread, NULL, run, runtime), 0);
	clock_sleep_us(3000000);
	assert_false(kafka_runtime_show_ready(runtime, &reasons));
	buf_add_byte(&reasons, 0);
	assert_non_null(strstr((const char *)reasons.p, "govbus topics"));
	forget_topic(false);
	for (int i = 0; i < 200 && !is_ready(runtime); i++) {
		clock_sleep_us(100000);
	}
	assert_true(is_ready(runtime));
	kafka_runtime_stop(runtime);
	assert_int_equal(pthread_join(thread, &ended), 0);
	assert_int_equal((enum err)(intptr_t)ended, ERR_OK);
	kafka_runtime_close(runtime);
	buf_done(&reasons);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_gap_in_the_metadata_is_waited_for, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
