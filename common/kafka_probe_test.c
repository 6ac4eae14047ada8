/* kafka_probe_test.c: a broker that hangs is away after five seconds, one that is slow is not, and one that answers again is there; of several
 * each is told apart, and who takes over for one that hangs is found.
 * @timeout 120
 */
#include "common/kafka_probe.h"

#include <time.h>

#include "common/clock.h"
#include "common/kafka_reader.h"
#include "common/kafka_writer.h"
#include "tests/support/kafka_mock.h"

enum { SLOW_MS = 1500, HANGS_MS = 9000, PARTITIONS = 1, NEVER_US = 20000000 };

static struct kafka_reader *reader;

static int setup(void **state)
{
	(void)state;
	kafka_mock_start("events", PARTITIONS);
	assert_int_equal(kafka_reader_open(&kafka_mock_settings, "test", &reader), ERR_OK);
	assert_int_equal(kafka_reader_probe(reader, "events", 0), ERR_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kafka_reader_close(reader);
	kafka_mock_stop();
	return 0;
}

static void answers_after(int ms)
{
	assert_int_equal(rd_kafka_mock_broker_set_rtt(kafka_mock_cluster, -1, ms), 0);
}

/* @return how long it took until `away` was so, at most NEVER_US */
static int64_t await(bool away, int64_t most_us)
{
	int64_t began_us = clock_steady_us();
	struct kafka_record record = {0};

	while (kafka_reader_handle(reader)->away != away &&
	       clock_steady_us() - began_us < most_us) {
		kafka_reader_poll(reader, 50, &record);
		kafka_reader_release(&record);
	}
	return clock_steady_us() - began_us;
}

/* So long that a first question was answered. */
static void begin(void)
{
	assert_int_equal(kafka_reader_assign(reader, "events", 0, 0), ERR_OK);
	await(true, 1500000);
	assert_false(kafka_reader_handle(reader)->away);
}

static void test_one_that_hangs_is_away(void **state)
{
	(void)state;
	begin();
	answers_after(HANGS_MS);
	int64_t took_us = await(true, NEVER_US);

	printf("hangs: said after %.1f s\n", (double)took_us / 1e6);
	assert_true(kafka_reader_handle(reader)->away);
	assert_true(took_us > KAFKA_PROBE_SILENT_US - 2500000);
	assert_true(took_us < KAFKA_PROBE_SILENT_US + 2500000);
	/* It is so until an answer comes, also once the first question is given up. */
	await(false, 2000000);
	assert_true(kafka_reader_handle(reader)->away);
	answers_after(0);
	await(false, NEVER_US);
	assert_false(kafka_reader_handle(reader)->away);
}

static void test_one_that_is_slow_is_there(void **state)
{
	(void)state;
	begin();
	answers_after(SLOW_MS);
	await(true, KAFKA_PROBE_SILENT_US + 3000000);
	assert_false(kafka_reader_handle(reader)->away);
}

/* Who did not look for longer than a broker may be silent learns nothing about the broker by it. */
static void test_a_pause_of_our_own_is_no_silence(void **state)
{
	(void)state;
	const struct timespec pause = {.tv_sec = KAFKA_PROBE_SILENT_US / 1000000 + 1};

	begin();
	(void)nanosleep(&pause, NULL);
	await(true, 1500000);
	assert_false(kafka_reader_handle(reader)->away);
}

/* It reads nothing, so that only the probe hears that the broker is there again. */
static void test_one_that_was_down_is_there_again(void **state)
{
	(void)state;
	await(true, 1500000);
	assert_false(kafka_reader_handle(reader)->away);
	rd_kafka_mock_broker_set_down(kafka_mock_cluster, 1);
	await(true, NEVER_US);
	assert_true(kafka_reader_handle(reader)->away);
	rd_kafka_mock_broker_set_up(kafka_mock_cluster, 1);
	await(false, NEVER_US);
	assert_false(kafka_reader_handle(reader)->away);
}

/* ---- two brokers, each the leader of one partition */

enum { HUNG_MS = 60000, TAKEN_OVER_US = 8000000 };

static struct kafka_writer *writer;

static int setup_two(void **state)
{
	struct kafka_writer_config config = {.settings = &kafka_mock_settings, .name = "test"};

	(void)state;
	kafka_mock_start_many(2, "events", 2);
	assert_int_equal(kafka_reader_open(&kafka_mock_settings, "test", &reader), ERR_OK);
	assert_int_equal(kafka_writer_open(&config, &writer), ERR_OK);
	assert_int_equal(kafka_writer_topic(writer, "events"), 0);
	for (int i = 0; i < 2; i++) {
		rd_kafka_mock_partition_set_leader(kafka_mock_cluster, "events", i, i + 1);
		assert_int_equal(kafka_reader_probe(reader, "events", i), ERR_OK);
		assert_int_equal(kafka_writer_probe(writer, 0, i), ERR_OK);
	}
	return 0;
}

static int teardown_two(void **state)
{
	kafka_writer_close(writer);
	return teardown(state);
}

/* Polls both for so long, or until the first partition's leader is silent or not for both. The other's is never; so neither is away. */
static int64_t await_first(bool silent, int64_t most_us)
{
	int64_t began_us = clock_steady_us();
	struct kafka_record record = {0};

	while ((kafka_reader_silent(reader, 0) != silent ||
		kafka_writer_silent(writer, 0) != silent) &&
	       clock_steady_us() - began_us < most_us) {
		kafka_reader_poll(reader, 20, &record);
		kafka_reader_release(&record);
		kafka_writer_poll(writer, 20);
		assert_false(kafka_reader_silent(reader, 1));
		assert_false(kafka_writer_silent(writer, 1));
		assert_false(kafka_reader_handle(reader)->away);
	}
	return clock_steady_us() - began_us;
}

/* One of two hangs: its partitions are known as such, and are not taken for all. Once the other leads them too they are there, although the
 * first hangs on. */
static void test_one_of_two_hangs(void **state)
{
	(void)state;
	(void)await_first(true, 1500000);
	assert_false(kafka_reader_silent(reader, 0));
	rd_kafka_mock_broker_set_rtt(kafka_mock_cluster, 1, HUNG_MS);
	int64_t took_us = await_first(true, NEVER_US);

	printf("one of two hangs: said after %.1f s\n", (double)took_us / 1e6);
	assert_true(kafka_reader_silent(reader, 0) && kafka_writer_silent(writer, 0));
	assert_true(took_us < KAFKA_PROBE_SILENT_US + 2500000);
	rd_kafka_mock_partition_set_leader(kafka_mock_cluster, "events", 0, 2);
	took_us = await_first(false, NEVER_US);
	printf("the other leads: said after %.1f s\n", (double)took_us / 1e6);
	assert_false(kafka_reader_silent(reader, 0) || kafka_writer_silent(writer, 0));
	assert_true(took_us < TAKEN_OVER_US);
}

/* Where a log ends is known without waiting, as of a time that the caller says. */
static void test_where_a_log_ends(void **state)
{
	int64_t before_us = clock_steady_us(), end = -1;

	(void)state;
	assert_false(kafka_reader_end(reader, 0, before_us, &end));
	(void)await_first(true, 1500000);
	assert_true(kafka_reader_end(reader, 0, before_us, &end));
	assert_int_equal(end, 0);
	assert_int_equal(kafka_writer_send(writer, 0, 0, SPAN("k"), SPAN("v"), NULL), ERR_OK);
	assert_int_equal(kafka_writer_flush(writer, 10000), ERR_OK);
	before_us = clock_steady_us();
	assert_false(kafka_reader_end(reader, 0, before_us, &end));
	(void)await_first(true, 2500000);
	assert_true(kafka_reader_end(reader, 0, before_us, &end));
	assert_int_equal(end, 1);
}

static bool reads_one(int64_t most_us)
{
	struct kafka_record record = {0};
	bool read = false;

	for (int64_t until_us = clock_steady_us() + most_us;
	     !read && clock_steady_us() < until_us;) {
		read = kafka_reader_poll(reader, 20, &record) == KAFKA_READ_RECORD;
		kafka_reader_release(&record);
		kafka_writer_poll(writer, 0);
	}
	return read;
}

/* Records follow, too, although a fetch still waits for the leader that hangs. */
static void test_records_follow(void **state)
{
	(void)state;
	assert_int_equal(kafka_reader_assign(reader, "events", 0, 0), ERR_OK);
	assert_int_equal(kafka_writer_send(writer, 0, 0, SPAN("k"), SPAN("v"), NULL), ERR_OK);
	assert_true(reads_one(NEVER_US));
	rd_kafka_mock_broker_set_rtt(kafka_mock_cluster, 1, HUNG_MS);
	(void)await_first(true, NEVER_US);
	rd_kafka_mock_partition_set_leader(kafka_mock_cluster, "events", 0, 2);
	(void)await_first(false, NEVER_US);
	assert_int_equal(kafka_writer_send(writer, 0, 0, SPAN("k"), SPAN("v"), NULL), ERR_OK);
	assert_true(reads_one(TAKEN_OVER_US));
}

int main(void)
{
#define T(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_one_that_hangs_is_away),
		T(test_one_that_is_slow_is_there),
		T(test_a_pause_of_our_own_is_no_silence),
		T(test_one_that_was_down_is_there_again),
		cmocka_unit_test_setup_teardown(test_one_of_two_hangs, setup_two, teardown_two),
		cmocka_unit_test_setup_teardown(test_records_follow, setup_two, teardown_two),
		cmocka_unit_test_setup_teardown(test_where_a_log_ends, setup_two, teardown_two)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
