/*
 * kafka_decider_flow_test.c: deciders of a toy register on a real broker: killed, stopped, broken; every action is decided once.
 * @timeout 300
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/case_id.h"
#include "common/clock.h"
#include "common/kafka_reader.h"
#include "common/kafka_writer.h"
#include "common/log.h"
#include "common/partition.h"
#include "consumers/kafka_bus.h"
#include "producers/kafka_decider.h"
#include "projections/tail.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/flow.h"
#include "tests/support/folder.h"
#include "tests/support/toy_register.h"

enum { PARTITIONS = 16, MAX_ACTIONS = 400000, SUBJECTS = 64, WAIT_S = 60 };

static const struct register_ops *const registers[] = {&toy_register, NULL};
static struct kafka_settings settings;
static char action_topic[KAFKA_TOPIC_NAME_BYTES], event_topic[KAFKA_TOPIC_NAME_BYTES], prefix[64];
static struct kafka_writer *poster;
static int poster_topic, n_posted;
static int buses;

static void print_log(void *context, int level, const char *text)
{
	(void)context;
	if (level <= 3) {
		fprintf(stderr, "%s\n", text);
	}
}

/* A bus of its own for each test. */
static int setup(void **state)
{
	struct buf report = {0};

	(void)state;
	settings = (struct kafka_settings){.brokers = flow_kafka(), .log = print_log};
	snprintf(prefix, sizeof prefix, "%sd%d.", flow_prefix(), buses++);
	snprintf(action_topic, sizeof action_topic, "%sgov.case.action", prefix);
	snprintf(event_topic, sizeof event_topic, "%sgov.case", prefix);
	assert_int_equal(kafka_bus_check(&settings, prefix, &report), ERR_ABSENT);
	assert_int_equal(kafka_bus_create(&settings, prefix, 1, &report), ERR_OK);
	buf_reset(&report);
	enum err err = ERR_ABSENT;

	for (int i = 0; i < 20 && err == ERR_ABSENT; i++) {
		buf_reset(&report);
		err = kafka_bus_check(&settings, prefix, &report);
		clock_sleep_us(100000);
	}
	buf_add_byte(&report, 0);
	assert_string_equal((const char *)report.p, "");
	assert_int_equal(err, ERR_OK);
	buf_done(&report);
	struct kafka_writer_config config = {
		.settings = &settings, .name = "poster", .linger_ms = 1};

	assert_int_equal(kafka_writer_open(&config, &poster), ERR_OK);
	poster_topic = kafka_writer_topic(poster, action_topic);
	n_posted = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kafka_writer_close(poster);
	return 0;
}

/* Posts actions with history's right; every tenth is posted twice. @return how many stand in the log */
static void post(int n, int64_t time_us)
{
	struct buf bytes = {0};
	uint8_t digest[16] = {1};

	for (int i = 0; i < n; i++) {
		char county[8], id[32], subject[CASE_ID_TEXT_BYTES + 1];
		struct event ev = {.type = EVENT_case_resumed};
		int number = i % 10 == 9 ? n_posted - 1 : n_posted;

		snprintf(county, sizeof county, "5301%02d", number % SUBJECTS);
		snprintf(id, sizeof id, "%s%d", number % 7 == 6 ? "no" : "a", number);
		struct case_id case_id = case_id_of_report(
			span_cstr(county), INT64_C(1700000000000000), SPAN("/s"), SPAN("x"));

		case_id_format(&case_id, subject);
		EVENT_SET(ev.env, id, span_cstr(id));
		EVENT_SET(ev.env, source, SPAN("/test"));
		EVENT_SET(ev.env, subject, span_cstr(subject));
		EVENT_SET(ev.env, time, time_us + n_posted);
		EVENT_SET(ev.env, digest, span_of(digest, sizeof digest));
		EVENT_SET(ev.env, rights, 1);
		buf_reset(&bytes);
		assert_int_equal(event_encode(&ev, &bytes), ERR_OK);
		while (kafka_writer_send(poster, poster_topic, -1, span_of(county, 6),
					 buf_span(&bytes), NULL) == ERR_BUSY) {
			kafka_writer_poll(poster, 5);
		}
		n_posted++;
	}
	assert_int_equal(kafka_writer_flush(poster, 30000), ERR_OK);
	buf_done(&bytes);
}

static pid_t start(const char *home, const char *instance, bool alone)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct decider *decider = NULL;
		struct decider_config config = {.settings = &settings,
						.home = home,
						.prefix = prefix,
						.instance = instance,
						.registers = registers,
						.session_timeout_ms = 3000,
						.alone = alone};

		log_open("decider", LOG_ERROR);
		enum err err = kafka_decider_open(&config, &decider);

		_exit(err ? 100 + (int)err : (int)kafka_decider_run(decider));
	}
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* What an independent reader finds in the event log: by the void rule alone, told once more here. */
struct found {
	int64_t outcomes, void_records, claims, refused, repeated, events, owed;
	bool broken;
	int64_t next_cause[PARTITIONS], latest[PARTITIONS], decided[PARTITIONS], tick[PARTITIONS];
	uint64_t seq[PARTITIONS][SUBJECTS];
};

static void broken(struct found *found, const char *what, int64_t partition, int64_t offset)
{
	fprintf(stderr, "BROKEN: %s in partition %lld at %lld\n", what, (long long)partition,
		(long long)offset);
	found->broken = true;
}

static void look_at(struct found *found, const struct kafka_record *record)
{
	static struct event ev;
	int p = record->partition;

	if (event_decode(record->value, &ev, NULL)) {
		broken(found, "undecodable record", p, record->offset);
		return;
	}
	if (ev.type == EVENT_writer_claimed) {
		if (ev.data.writer_claimed.replaces == found->latest[p]) {
			found->latest[p] = record->offset;
			found->claims++;
		} else {
			found->void_records++;
		}
		return;
	}
	if (ev.env.claim != found->latest[p]) {
		found->void_records++;
		return;
	}
	if (ev.env.decidedtime < found->decided[p]) {
		broken(found, "time goes back", p, record->offset);
	}
	found->decided[p] = ev.env.decidedtime;
	if (ev.env.has_cause) {
		if (ev.env.cause != found->next_cause[p]) {
			broken(found, "cause out of order", p, record->offset);
		}
		found->next_cause[p] = ev.env.cause + 1;
		found->outcomes++;
		found->refused += ev.type == EVENT_action_refused;
		found->repeated += ev.type == EVENT_action_repeated;
	}
	if (ev.env.has_seq) {
		int subject = (ev.env.subject.p[4] - '0') * 10 + ev.env.subject.p[5] - '0';

		if (ev.env.seq != ++found->seq[p][subject]) {
			broken(found, "seq out of order", p, record->offset);
		}
		found->events += ev.env.has_cause;
		found->owed += ev.type == EVENT_case_reopened;
	}
}

/* Reads all partitions of the event log to their ends. */
static void read_all(struct found *found)
{
	struct kafka_reader *reader = NULL;
	struct kafka_record record = {0};
	int ends = 0;

	memset(found, 0, sizeof *found);
	assert_int_equal(kafka_reader_open(&settings, "checker", &reader), ERR_OK);
	for (int i = 0; i < PARTITIONS; i++) {
		found->latest[i] = -1;
		assert_int_equal(kafka_reader_assign(reader, event_topic, i, 0), ERR_OK);
	}
	for (int64_t until_us = clock_steady_us() + WAIT_S * INT64_C(1000000);
	     ends < PARTITIONS && clock_steady_us() < until_us;) {
		enum kafka_read what = kafka_reader_poll(reader, 100, &record);

		ends += what == KAFKA_READ_END;
		if (what == KAFKA_READ_RECORD) {
			look_at(found, &record);
		}
		kafka_reader_release(&record);
	}
	kafka_reader_close(reader);
	assert_int_equal(ends, PARTITIONS);
}

/* Waits until every action posted has its outcome. */
static void wait_for_all(struct found *found)
{
	for (int i = 0; i < WAIT_S * 2; i++) {
		read_all(found);
		if (found->outcomes >= n_posted || found->broken) {
			break;
		}
		clock_sleep_us(500000);
	}
	fprintf(stderr,
		"posted %d outcomes %lld void %lld claims %lld refused %lld repeated %lld owed %lld\n",
		n_posted, (long long)found->outcomes, (long long)found->void_records,
		(long long)found->claims, (long long)found->refused, (long long)found->repeated,
		(long long)found->owed);
	assert_false(found->broken);
	assert_int_equal(found->outcomes, n_posted);
}

/* The outcomes must be those that one undisturbed writer would have given. */
static void assert_as_undisturbed(const struct found *found)
{
	int64_t refused = 0, repeated = 0;

	for (int i = 0; i < n_posted; i++) {
		int number = i % 10 == 9 ? i - 1 : i;

		refused += number % 7 == 6;
		repeated += number % 7 != 6 && i % 10 == 9;
	}
	assert_int_equal(found->refused, refused);
	assert_int_equal(found->repeated, repeated);
	assert_int_equal(found->events, n_posted - refused - repeated);
}

/* Rules 1, 2, 4, 5: kill -9 at any moment, and every action still has one outcome, in order. */
static void test_killed_again_and_again(void **state)
{
	char home[FOLDER_PATH_BYTES];
	struct found found;

	(void)state;
	assert_true(folder_make("decider", home));
	for (int i = 0; i < 12; i++) {
		post(2000, INT64_C(1700000000000000));
		pid_t pid = start(home, "one", false);

		clock_sleep_us(500000 + (i * 7919 % 13) * 100000);
		end(pid);
	}
	pid_t pid = start(home, "one", false);

	wait_for_all(&found);
	assert_as_undisturbed(&found);
	end(pid);
	assert_true(folder_remove(home));
}

/* Rules 2, 4: two writers that both believe they own everything, one of them stopped with work in flight: claims keep them apart. */
static void test_two_writers_and_a_zombie(void **state)
{
	char home[2][FOLDER_PATH_BYTES];
	struct found found;

	(void)state;
	assert_true(folder_make("decider-a", home[0]) && folder_make("decider-b", home[1]));
	post(2000, INT64_C(1700000000000000));
	pid_t a = start(home[0], "a", true);

	clock_sleep_us(2000000);
	for (int i = 0; i < 4; i++) {
		post(20000, INT64_C(1700000000000000));
		clock_sleep_us(50000 * (i + 1));
		kill(a, SIGSTOP);
		pid_t b = start(home[1], "b", true);

		clock_sleep_us(2500000);
		kill(a, SIGCONT);
		clock_sleep_us(1000000);
		end(b);
	}
	wait_for_all(&found);
	assert_as_undisturbed(&found);
	assert_true(found.claims > PARTITIONS);
	end(a);
	assert_true(folder_remove(home[0]) && folder_remove(home[1]));
}

/* Rules 2, 3: a fatal error of the producer ends every claim; the decider claims anew by itself. */
static void test_fatal_producer_is_replaced(void **state)
{
	char home[FOLDER_PATH_BYTES];
	struct found found;
	struct decider *decider = NULL;

	(void)state;
	assert_true(folder_make("decider", home));
	struct decider_config config = {.settings = &settings,
					.home = home,
					.prefix = prefix,
					.instance = "one",
					.registers = registers,
					.alone = true};

	log_open("decider", LOG_ERROR);
	assert_int_equal(kafka_decider_open(&config, &decider), ERR_OK);
	for (int round = 0; round < 4; round++) {
		post(3000, INT64_C(1700000000000000));
		for (int64_t until_us = clock_steady_us() + (round == 3 ? 6000000 : 1500000);
		     clock_steady_us() < until_us;) {
			assert_int_equal(kafka_decider_turn(decider), ERR_OK);
		}
		if (round < 3) {
			kafka_decider_break(decider);
		}
	}
	kafka_decider_close(decider);
	wait_for_all(&found);
	assert_as_undisturbed(&found);
	assert_true(found.claims >= 4 * PARTITIONS);
	assert_true(folder_remove(home));
}

/* Rules 4, 5: rows come back from the store or, without it, from the log: the same decisions follow. */
static void test_rows_lost_are_folded_again(void **state)
{
	char home[FOLDER_PATH_BYTES];
	struct found found;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_true(folder_make("decider", home));
		post(3000, INT64_C(1700000000000000));
		pid_t pid = start(home, "one", true);

		wait_for_all(&found);
		assert_as_undisturbed(&found);
		end(pid);
		assert_true(folder_remove(home));
	}
}

/* A backlog is worked off at a rate that leaves live traffic far behind. Printed; the bound is a tenth of what is measured. */
static void test_backlog_rate(void **state)
{
	char home[FOLDER_PATH_BYTES];
	struct found found;

	(void)state;
	assert_true(folder_make("decider", home));
	post(200000, INT64_C(1700000000000000));
	int64_t start_us = clock_steady_us();
	struct decider *decider = NULL;
	struct decider_config config = {.settings = &settings,
					.home = home,
					.prefix = prefix,
					.instance = "one",
					.registers = registers,
					.alone = true};
	int64_t decided = 0, before = -1, low = 0, high = 0;
	struct kafka_reader *reader = NULL;

	log_open("decider", LOG_ERROR);
	assert_int_equal(kafka_reader_open(&settings, "rate", &reader), ERR_OK);
	assert_int_equal(kafka_decider_open(&config, &decider), ERR_OK);
	while (clock_steady_us() - start_us < 60000000) {
		for (int i = 0; i < 300; i++) {
			assert_int_equal(kafka_decider_turn(decider), ERR_OK);
		}
		decided = 0;
		for (int i = 0; i < PARTITIONS; i++) {
			kafka_reader_watermarks(reader, event_topic, i, &low, &high);
			decided += high;
		}
		if (decided >= n_posted && decided == before) {
			break; /* what was owed came too: nothing grows any more */
		}
		before = decided;
	}
	double seconds = (double)(clock_steady_us() - start_us) / 1e6;

	fprintf(stderr, "backlog: %d actions in %.2f s: %.0f/s with start\n", n_posted, seconds,
		n_posted / seconds);
	kafka_reader_close(reader);
	kafka_decider_close(decider);
	wait_for_all(&found);
	assert_true(n_posted / seconds > 3000);
	assert_true(folder_remove(home));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rows_lost_are_folded_again),
		TEST(test_fatal_producer_is_replaced),
		TEST(test_killed_again_and_again),
		TEST(test_two_writers_and_a_zombie),
		TEST(test_backlog_rate),
	};

	flow_kafka();
	cmocka_set_test_filter(getenv("GOVBUS_TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
