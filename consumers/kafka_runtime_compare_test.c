/* kafka_runtime_compare_test.c: partitions that are given together are compared with the log together, so that a long way to the broker costs little. */
#include "tests/support/runtime_bed.h"

enum {
	RTT_MS = 50,
	READY_US = 3000000, /* one by one it took 6.5 s */
	OTHER = 7,          /* a partition */
};

static char *folded(void)
{
	pthread_t thread;
	struct runtime *runtime = runtime_bed_start(&thread);

	runtime_bed_await(runtime, runtime_bed_is_ready);
	return runtime_bed_stop(runtime, thread);
}

/* Sixteen partitions are ready after a few round trips, not after sixteen times as many, and nothing is folded twice. */
static void test_many_partitions_far_away(void **state)
{
	pthread_t thread;

	(void)state;
	runtime_bed_write();
	char *before = folded();

	rd_kafka_mock_broker_set_rtt(kafka_mock_cluster, -1, RTT_MS);
	struct runtime *runtime = runtime_bed_start(&thread);
	int64_t began_us = clock_steady_us();

	runtime_bed_await(runtime, runtime_bed_is_ready);
	int64_t took_us = clock_steady_us() - began_us;

	printf("%d partitions, %d ms away: ready after %.1f s\n", PARTITIONS, RTT_MS,
	       (double)took_us / 1e6);
	rd_kafka_mock_broker_set_rtt(kafka_mock_cluster, -1, 0);
	char *after = runtime_bed_stop(runtime, thread);

	assert_true(took_us < READY_US);
	assert_string_equal(after, before);
	free(before);
	free(after);
}

/* Of a partition. */
static int first_or_last(int partition, bool first)
{
	int found = -1;

	for (int i = 0; i < RECORDS && !(first && found >= 0); i++) {
		found = records[i].record.partition == partition ? i : found;
	}
	return found;
}

/* Runs on a new cluster that holds the records as they are now. @return why it ended */
static enum err run_on_another(void)
{
	pthread_t thread;
	void *ended = NULL;

	kafka_mock_stop();
	kafka_mock_start("gov.case", PARTITIONS);
	runtime_bed_write();
	struct runtime *runtime = runtime_bed_start(&thread);

	for (int i = 0; i < 100 && !runtime->err && !runtime_bed_is_ready(runtime); i++) {
		clock_sleep_us(100000);
	}
	kafka_runtime_stop(runtime);
	assert_int_equal(pthread_join(thread, &ended), 0);
	kafka_runtime_close(runtime);
	return (enum err)(intptr_t)ended;
}

/* Among sixteen one that has another last record, or another first one, is found. */
static void test_one_of_many_is_another_log(void **state)
{
	(void)state;
	runtime_bed_write();
	free(folded());
	assert_int_equal(run_on_another(), ERR_OK);
	for (int first = 0; first < 2; first++) {
		struct buf *bytes = &records[first_or_last(OTHER, first)].bytes;

		bytes->p[bytes->n - 1] ^= 1;
		assert_int_equal(run_on_another(), ERR_LOG_RECREATED);
		bytes->p[bytes->n - 1] ^= 1;
	}
	assert_int_equal(run_on_another(), ERR_OK);
}

static int setup(void **state)
{
	make_log(51);
	kafka_mock_start("gov.case", PARTITIONS);
	return make_dir(state);
}

static int teardown(void **state)
{
	kafka_mock_stop();
	return remove_dir(state);
}

int main(void)
{
#define T(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {T(test_many_partitions_far_away),
					   T(test_one_of_many_is_another_log)};

	return cmocka_run_group_tests(tests, NULL, free_records);
}
