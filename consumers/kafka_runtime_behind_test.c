/* kafka_runtime_behind_test.c: how far behind, the runtime commits what it folds, against librdkafka's mock of a broker.
 * @wrap shard_commit kafka_reader_poll
 */
#include <stdatomic.h>

#include "common/kafka_writer.h"
#include "tests/support/runtime_alone.h"

enum {
	EVENTS = 30000, /* far more than "far behind" */
	BEHIND_MS = 10000,
	BURSTS = 400,
	BURST = 40,
	BURST_US = 10000,
};

static struct runtime *folding;
static _Atomic int commits;
static int taken, expected;
static _Atomic bool stuck; /* one record of the log never comes */

enum err __real_shard_commit(struct shard *shard);
enum err __wrap_shard_commit(struct shard *shard);
enum err __wrap_shard_commit(struct shard *shard)
{
	commits++;
	return __real_shard_commit(shard);
}

/* The log has more, so the queue never looks empty, however slow the mock is. */
enum kafka_read __real_kafka_reader_poll(struct kafka_reader *reader,
					 int timeout_ms,
					 struct kafka_record *record);
enum kafka_read __wrap_kafka_reader_poll(struct kafka_reader *reader,
					 int timeout_ms,
					 struct kafka_record *record);
enum kafka_read __wrap_kafka_reader_poll(struct kafka_reader *reader,
					 int timeout_ms,
					 struct kafka_record *record)
{
	if (reader != folding->workers[0].reader) {
		return __real_kafka_reader_poll(reader, timeout_ms, record);
	}
	enum kafka_read what =
		__real_kafka_reader_poll(reader, taken < expected ? BEHIND_MS : timeout_ms, record);

	taken += what == KAFKA_READ_RECORD;
	if (stuck) {
		struct runtime_partition *at = &folding->at[0];

		at->high = at->folded + 2; /* this one, and that one */
	}
	return what;
}

static void send_event(struct kafka_writer *writer, const struct event *ev)
{
	struct buf bytes = {0};

	assert_int_equal(event_encode(ev, &bytes), ERR_OK);
	assert_int_equal(kafka_writer_send(writer, kafka_writer_topic(writer, "gov.case"), 0,
					   SPAN("530102"), buf_span(&bytes), NULL),
			 ERR_OK);
	buf_done(&bytes);
}

static struct kafka_writer *open_writer(void)
{
	struct kafka_writer_config config = {
		.settings = &kafka_mock_settings, .name = "test", .gapless = true};
	struct kafka_writer *writer = NULL;
	struct event ev = {.type = EVENT_writer_claimed};

	EVENT_SET(ev.env, id, SPAN("id"));
	EVENT_SET(ev.env, source, SPAN("/test"));
	EVENT_SET(ev.env, time, 1);
	EVENT_SET(ev.env, subject, SPAN("case00-1"));
	EVENT_SET(ev.env, claim, -1);
	EVENT_SET(ev.env, decidedtime, 1);
	EVENT_SET(ev.data.writer_claimed, replaces, -1);
	assert_int_equal(kafka_writer_open(&config, &writer), ERR_OK);
	send_event(writer, &ev);
	return writer;
}

/* One case's events from one number up to another. */
static void write_events(struct kafka_writer *writer, int from, int to)
{
	struct event ev = {.type = EVENT_case_handling_logged};

	EVENT_SET(ev.env, id, SPAN("id"));
	EVENT_SET(ev.env, source, SPAN("/test"));
	EVENT_SET(ev.env, time, 1);
	EVENT_SET(ev.env, subject, SPAN("case00-1"));
	EVENT_SET(ev.env, claim, 0);
	EVENT_SET(ev.env, decidedtime, 1);
	for (int i = from; i < to; i++) {
		EVENT_SET(ev.env, cause, i);
		EVENT_SET(ev.env, seq, (uint64_t)i + 1);
		send_event(writer, &ev);
	}
	assert_int_equal(kafka_writer_flush(writer, 30000), ERR_OK);
}

static int setup(void **state)
{
	kafka_mock_start("gov.case", 1);
	return make_dir(state);
}

static int teardown(void **state)
{
	kafka_mock_stop();
	return remove_dir(state);
}

static pthread_t start(int events)
{
	taken = 0;
	commits = 0;
	expected = events + 1;
	folding = runtime_alone_open(1);
	return runtime_alone_start(folding);
}

static void stop(pthread_t thread)
{
	assert_int_equal(runtime_alone_stop(folding, thread), ERR_OK);
	kafka_runtime_close(folding);
}

/* The last part of a log that was far behind is committed with the batch, not after it and the rest that follows a long commit. */
static void test_the_end_of_a_log_has_no_commit_of_its_own(void **state)
{
	struct kafka_writer *writer = open_writer();

	(void)state;
	write_events(writer, 0, EVENTS);
	kafka_writer_close(writer);
	pthread_t thread = start(EVENTS);

	runtime_alone_await(folding, runtime_alone_is_ready);
	assert_int_equal(taken, EVENTS + 1);
	assert_int_equal(shard_counts(folding->workers[0].shard).applied, EVENTS);
	assert_int_equal(commits, 1);
	stop(thread);
}

/* While a partition cannot be read to the end that it is known to have, what keeps coming is committed all the same. */
static void test_a_record_that_never_comes_holds_up_no_other(void **state)
{
	struct kafka_writer *writer = open_writer();
	pthread_t thread = start(BURSTS * BURST);

	(void)state;
	stuck = true;
	for (int i = 0; i < BURSTS; i++) {
		write_events(writer, i * BURST, (i + 1) * BURST);
		clock_sleep_us(BURST_US);
	}
	assert_in_range(commits, 2, BURSTS * BURST);
	stuck = false;
	stop(thread);
	kafka_writer_close(writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_end_of_a_log_has_no_commit_of_its_own,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_record_that_never_comes_holds_up_no_other,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
