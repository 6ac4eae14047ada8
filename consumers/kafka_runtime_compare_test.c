/* kafka_runtime_compare_test.c: partitions that are given together are compared with the log together, so that a long way to the broker costs little.
 * @wrap kafka_reader_watermarks_once kafka_probe_turn
 */
#include "common/kafka_probe.h"
#include "tests/support/runtime_bed.h"

enum {
	LIST_OFFSETS = 2, /* Kafka's number of the request that asks where logs end and begin */
	OTHER = 7,        /* a partition */
};

static char *folded(void)
{
	pthread_t thread;
	struct runtime *runtime = runtime_bed_start(&thread);

	runtime_alone_await(runtime, runtime_alone_is_ready);
	return runtime_bed_stop(runtime, thread);
}

static bool
	only_compares; /* the main loop asks nothing: how often it would hangs on how long all takes */
static struct runtime *asks; /* the runtime that is meant */

enum err __real_kafka_reader_watermarks_once(struct kafka_reader *reader,
					     const char *topic,
					     int32_t partition,
					     int64_t *ret_low,
					     int64_t *ret_high);
enum err __wrap_kafka_reader_watermarks_once(struct kafka_reader *reader,
					     const char *topic,
					     int32_t partition,
					     int64_t *ret_low,
					     int64_t *ret_high);
enum err __wrap_kafka_reader_watermarks_once(struct kafka_reader *reader,
					     const char *topic,
					     int32_t partition,
					     int64_t *ret_low,
					     int64_t *ret_high)
{
	if (only_compares && reader == asks->watcher) {
		return ERR_KAFKA_AWAY;
	}
	return __real_kafka_reader_watermarks_once(reader, topic, partition, ret_low, ret_high);
}

void __real_kafka_probe_turn(struct kafka_probe *probe);
void __wrap_kafka_probe_turn(struct kafka_probe *probe);
void __wrap_kafka_probe_turn(struct kafka_probe *probe)
{
	if (!only_compares) {
		__real_kafka_probe_turn(probe);
	}
}

/* How often the broker was asked where its logs end or begin. */
static int asked(void)
{
	size_t n = 0;
	rd_kafka_mock_request_t **requests = rd_kafka_mock_get_requests(kafka_mock_cluster, &n);
	int found = 0;

	for (size_t i = 0; i < n; i++) {
		found += rd_kafka_mock_request_api_key(requests[i]) == LIST_OFFSETS;
	}
	rd_kafka_mock_request_destroy_array(requests, n);
	return found;
}

/* Sixteen partitions are ready after a few questions, not after some for each, and nothing is folded twice. */
static void test_many_partitions_are_asked_about_together(void **state)
{
	pthread_t thread;

	(void)state;
	runtime_bed_write();
	char *before = folded();

	struct runtime *runtime = runtime_alone_open(1);

	asks = runtime;
	only_compares = true;
	rd_kafka_mock_start_request_tracking(kafka_mock_cluster);
	thread = runtime_alone_start(runtime);
	runtime_alone_await(runtime, runtime_alone_is_ready);
	int questions = asked();

	only_compares = false;
	char *after = runtime_bed_stop(runtime, thread);

	printf("%d partitions, %d questions\n", PARTITIONS, questions);
	assert_in_range(questions, 2, PARTITIONS / 2);
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

	kafka_mock_stop();
	kafka_mock_start("gov.case", PARTITIONS);
	runtime_bed_write();
	struct runtime *runtime = runtime_bed_start(&thread);

	for (int i = 0; i < 100 && !runtime->err && !runtime_alone_is_ready(runtime); i++) {
		clock_sleep_us(100000);
	}
	enum err err = runtime_alone_stop(runtime, thread);

	kafka_runtime_close(runtime);
	return err;
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

int main(void)
{
#define T(function) \
	cmocka_unit_test_setup_teardown(function, runtime_bed_setup, runtime_bed_teardown)
	const struct CMUnitTest tests[] = {T(test_many_partitions_are_asked_about_together),
					   T(test_one_of_many_is_another_log)};

	return cmocka_run_group_tests(tests, NULL, free_records);
}
