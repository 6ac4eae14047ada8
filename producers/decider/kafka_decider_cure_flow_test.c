/*
 * kafka_decider_cure_flow_test.c: what stops a decider on a real broker, how it says so, and what cures it; and how fast it answers.
 * @timeout 300
 * @wrap clock_wall_us
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "common/clock.h"
#include "common/kafka_reader.h"
#include "common/log.h"
#include "common/partition.h"
#include "consumers/kafka_bus.h"
#include "producers/decider/kafka_decider.h"
#include "projections/deciding.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/flow.h"
#include "tests/support/folder.h"
#include "tests/support/kafka_flow.h"
#include "tests/support/spoil_topic.h"
#include "tests/support/toy_register.h"

/* Rule 6: an action that kills the decider each time is refused as FAULT after the third death; the others go on. */
static void test_poison_is_refused_after_three_deaths(void **state)
{
	char home[FOLDER_PATH_BYTES];
	struct kafka_flow_found found = {0};
	int deaths = 0;

	(void)state;
	assert_true(folder_make("decider", home));
	kafka_flow_post_one("before", "530102");
	kafka_flow_post_one("die", "530102");
	kafka_flow_post_one("after", "530102");
	toy_register_dies = 1;
	while (deaths < 6) {
		pid_t pid = kafka_flow_start(home, "one", true);
		bool died = false;

		for (int i = 0; i < 50 && !died && found.outcomes < kafka_flow_posted; i++) {
			clock_sleep_us(200000);
			died = waitpid(pid, NULL, WNOHANG) == pid;
			kafka_flow_read_all(&found);
		}
		if (!died) {
			kafka_flow_end(pid);
			break;
		}
		deaths++;
	}
	toy_register_dies = 0;
	assert_int_equal(deaths, 3);
	assert_int_equal(found.outcomes, 3);
	assert_int_equal(found.refused, 1);
	assert_true(folder_remove(home));
}

/* The action log loses all it had: its topic is made anew. */
static void lose_actions(void)
{
	struct buf report = {0};

	assert_int_equal(spoil_topic_drop(kafka_flow_settings.brokers, kafka_flow_actions), 0);
	clock_sleep_us(1500000);
	assert_int_equal(kafka_bus_create(&kafka_flow_settings, kafka_flow_prefix, 1, &report),
			 ERR_OK);
	assert_true(report.n > 0);
	buf_done(&report);
	clock_sleep_us(500000);
}

/* The wall clock of this process, put wrong by so much. */
static int64_t off_us;

int64_t __real_clock_wall_us(void);
int64_t __wrap_clock_wall_us(void);

int64_t __wrap_clock_wall_us(void)
{
	return __real_clock_wall_us() + off_us;
}

static void turns(struct decider *decider, int64_t us)
{
	for (int64_t until_us = clock_steady_us() + us; clock_steady_us() < until_us;) {
		assert_int_equal(kafka_decider_turn(decider), ERR_OK);
	}
}

/* Runs a decider for a while. @param ret_reasons what it says of its readiness */
static void run_for(const struct decider_config *config, int64_t us, struct buf *ret_reasons)
{
	struct decider *decider = NULL;

	assert_int_equal(kafka_decider_open(config, &decider), ERR_OK);
	turns(decider, us);
	kafka_decider_status_ready(decider, ret_reasons);
	buf_add_byte(ret_reasons, 0);
	kafka_decider_close(decider);
}

/* Rule 5: an action log that lost its tail stops the partition, typed, until a repair states where it goes on. */
static void test_lost_action_log_stops_until_repaired(void **state)
{
	char home[FOLDER_PATH_BYTES];
	struct buf reasons = {0};
	struct decider *repair = NULL;
	int partition = partition_of_key(SPAN("530102"), KAFKA_FLOW_PARTITIONS);

	(void)state;
	assert_true(folder_make("decider", home));
	struct decider_config config = kafka_flow_config(home);

	log_open("decider", LOG_ERROR + 1);
	kafka_flow_post_one("a", "530102");
	kafka_flow_post_one("b", "530102");
	run_for(&config, 4000000, &reasons);
	assert_null(strstr((const char *)reasons.p, "ACTIONS_LOST_TAIL"));
	kafka_writer_close(kafka_flow_poster);
	lose_actions();
	struct kafka_writer_config writer = {
		.settings = &kafka_flow_settings, .name = "poster", .linger_ms = 1};

	assert_int_equal(kafka_writer_open(&writer, &kafka_flow_poster), ERR_OK);
	kafka_flow_poster_topic = kafka_writer_topic(kafka_flow_poster, kafka_flow_actions);
	kafka_flow_post_one("c", "530102");
	buf_reset(&reasons);
	run_for(&config, 4000000, &reasons);
	assert_non_null(strstr((const char *)reasons.p, "ACTIONS_LOST_TAIL"));
	assert_non_null(strstr((const char *)reasons.p, "govbus repair"));
	struct decider_config cure = {.settings = &kafka_flow_settings,
				      .prefix = kafka_flow_prefix,
				      .instance = "repair",
				      .registers = kafka_flow_registers,
				      .repair = &toy_register,
				      .repair_partition = partition,
				      .repair_reason = "test",
				      .repair_wait_ms = 60000};

	assert_int_equal(kafka_decider_open(&cure, &repair), ERR_OK);
	assert_int_equal(kafka_decider_run(repair), ERR_OK);
	kafka_decider_close(repair);
	kafka_flow_post_one(
		"d", "530102"); /* c, posted before the repair, is below the position it stated */
	buf_reset(&reasons);
	run_for(&config, 4000000, &reasons);
	assert_null(strstr((const char *)reasons.p, "ACTIONS_LOST_TAIL"));
	struct kafka_reader *reader = NULL;
	int64_t low = 0, high = 0;

	assert_int_equal(kafka_reader_open(&kafka_flow_settings, "check", &reader), ERR_OK);
	assert_int_equal(kafka_reader_watermarks(reader, kafka_flow_events, partition, &low, &high),
			 ERR_OK);
	/* claim a b | claim | claim (repair) repaired | claim d: a stopped partition has claimed before it looked at its actions */
	assert_int_equal(high, 8);
	kafka_reader_close(reader);
	buf_done(&reasons);
	assert_true(folder_remove(home));
}

/* Rule 14: a log that was trimmed stops only whom it takes something from: a partition that holds claims alone has its position too. */
static void test_claims_alone_are_a_position(void **state)
{
	char home[FOLDER_PATH_BYTES];
	struct buf reasons = {0};
	struct kafka_reader *reader = NULL;
	int64_t low = 0, high = 0;

	(void)state;
	assert_true(folder_make("decider", home));
	struct decider_config config = kafka_flow_config(home);

	log_open("decider", LOG_ERROR + 1);
	run_for(&config, 4000000, &reasons);
	assert_int_equal(spoil_topic_trim(kafka_flow_settings.brokers, kafka_flow_events,
					  KAFKA_FLOW_PARTITIONS),
			 0);
	kafka_flow_post_one("a", "530102");
	buf_reset(&reasons);
	run_for(&config, 4000000, &reasons);
	assert_null(strstr((const char *)reasons.p, "LOG_TRIMMED"));
	assert_int_equal(kafka_reader_open(&kafka_flow_settings, "check", &reader), ERR_OK);
	assert_int_equal(
		kafka_reader_watermarks(reader, kafka_flow_events,
					partition_of_key(SPAN("530102"), KAFKA_FLOW_PARTITIONS),
					&low, &high),
		ERR_OK);
	assert_int_equal(low, 1);
	assert_int_equal(high, 3); /* claim | claim a */
	kafka_reader_close(reader);
	/* Without its rows it has read nothing, and cannot know that what is gone said nothing. */
	assert_true(folder_remove(home));
	assert_true(folder_make("decider", home));
	buf_reset(&reasons);
	run_for(&config, 4000000, &reasons);
	assert_non_null(strstr((const char *)reasons.p, "LOG_TRIMMED"));
	buf_done(&reasons);
	assert_true(folder_remove(home));
}

static void write_reference(const char *topic, struct span record)
{
	assert_int_equal(kafka_writer_send(kafka_flow_poster,
					   kafka_writer_topic(kafka_flow_poster, topic), 0,
					   SPAN("register"), record, NULL),
			 ERR_OK);
	assert_int_equal(kafka_writer_flush(kafka_flow_poster, 10000), ERR_OK);
}

/* @return what a decider of this bus ends with, within ten seconds */
static enum err ends_with(const struct decider_config *config)
{
	struct decider *decider = NULL;
	enum err err = ERR_OK;

	assert_int_equal(kafka_decider_open(config, &decider), ERR_OK);
	for (int64_t until_us = clock_steady_us() + 10000000;
	     !err && clock_steady_us() < until_us;) {
		err = kafka_decider_turn(decider);
	}
	kafka_decider_close(decider);
	return err;
}

/* A claim of the reference register, as its first. */
static void claim_reference(const char *topic)
{
	struct deciding core = {.position = {.cursor = {.claim = -1}}};
	struct buf bytes = {0};
	struct event ev;
	char id[40];

	deciding_claim(&core, 7, "test", 1, id, &ev);
	assert_int_equal(event_encode(&ev, &bytes), ERR_OK);
	write_reference(topic, buf_span(&bytes));
	buf_done(&bytes);
}

/*
 * Rule 8: a valid reference record that this build cannot read stops the decider, typed: it must not decide by less than its
 * refoffset says. So do records that are gone (rule 14): reference data are read from their beginning. What is no event and
 * names no valid claim is void (rule 2): whoever can write to the topic could otherwise stop every decider for ever.
 */
static void test_unreadable_reference_stops(void **state)
{
	char home[FOLDER_PATH_BYTES], topic[KAFKA_TOPIC_NAME_BYTES];
	struct buf reasons = {0};

	(void)state;
	assert_true(folder_make("decider", home));
	struct decider_config config = kafka_flow_config(home);

	log_open("decider", LOG_ERROR + 1);
	(void)snprintf(topic, sizeof topic, "%sgov.reference", kafka_flow_prefix);
	write_reference(topic, SPAN("\xc1junk"));
	claim_reference(topic);
	write_reference(topic, SPAN("\x81\xa2id\xa1x"));
	write_reference(topic, (struct span){0});
	write_reference(topic, SPAN("\x81\xa5"
				    "claim\x00"));
	write_reference(topic, SPAN("\x82\xa5"
				    "claim\x01\xa2id")); /* cut off */
	run_for(&config, 4000000, &reasons);
	buf_done(&reasons);
	write_reference(topic, SPAN("\x82\xa5"
				    "claim\x01\xa2id\xa1x"));
	assert_int_equal(ends_with(&config), ERR_MALFORMED);
	assert_int_equal(spoil_topic_trim(kafka_flow_settings.brokers, topic, 1), 0);
	assert_int_equal(ends_with(&config), ERR_LOG_TRIMMED);
	assert_true(folder_remove(home));
}

/* Rule 10: more than a minute off the broker's clock it neither ticks nor decides, and says so; set right, it goes on by itself. */
static void test_a_clock_that_is_off_decides_nothing(void **state)
{
	char home[FOLDER_PATH_BYTES];
	struct kafka_flow_found found;
	struct buf reasons = {0};
	struct decider *decider = NULL;

	(void)state;
	assert_true(folder_make("decider", home));
	struct decider_config config = kafka_flow_config(home);

	off_us = 120 * 1000000;
	assert_int_equal(kafka_decider_open(&config, &decider), ERR_OK);
	turns(decider, 3000000);
	kafka_flow_post_one("a", "530102");
	turns(decider, 2000000);
	kafka_flow_read_all(&found);
	assert_int_equal(found.outcomes, 0);
	assert_false(kafka_decider_status_ready(decider, &reasons));
	buf_add_byte(&reasons, 0);
	assert_non_null(strstr((const char *)reasons.p, "s off the broker's"));
	off_us = 0;
	turns(decider, 14000000);
	kafka_flow_read_all(&found);
	assert_int_equal(found.outcomes, 1);
	kafka_decider_close(decider);
	buf_done(&reasons);
	assert_true(folder_remove(home));
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The value below which so many percent of the sorted ones lie, in ms. */
static double milliseconds_at(const int64_t *sorted_us, size_t n, size_t percent)
{
	size_t at = n * percent / 100;

	return (double)sorted_us[at] / 1e3;
}

/* From posting to reading the outcome, one at a time, 200 a second. Printed; the bound leaves room for a loaded machine. */
static void test_latency(void **state)
{
	enum { N = 600 };
	static int64_t took[N];
	char home[FOLDER_PATH_BYTES];
	struct kafka_reader *reader = NULL;
	struct kafka_record record = {0};
	int partition = partition_of_key(SPAN("530102"), KAFKA_FLOW_PARTITIONS);

	(void)state;
	assert_true(folder_make("decider", home));
	pid_t pid = kafka_flow_start(home, "one", true);

	clock_sleep_us(2500000);
	assert_int_equal(kafka_reader_open(&kafka_flow_settings, "latency", &reader), ERR_OK);
	assert_int_equal(kafka_reader_assign(reader, kafka_flow_events, partition, 1), ERR_OK);
	clock_sleep_us(500000);
	for (int i = 0; i < N; i++) {
		char id[16];
		static struct event ev;
		int64_t start_us = clock_steady_us();
		bool found = false;

		snprintf(id, sizeof id, "no%d", i);
		kafka_flow_post_one(id, "530102");
		while (!found && clock_steady_us() - start_us < 5000000) {
			if (kafka_reader_poll(reader, 100, &record) == KAFKA_READ_RECORD) {
				found = !event_decode(record.value, &ev, NULL) &&
					span_eq(ev.env.id, span_cstr(id));
			}
			kafka_reader_release(&record);
		}
		assert_true(found);
		took[i] = clock_steady_us() - start_us;
		clock_sleep_us(2000);
	}
	qsort(took, N, sizeof took[0], compare);
	fprintf(stderr, "post to outcome: p50 %.1f ms, p90 %.1f, p99 %.1f\n",
		milliseconds_at(took, N, 50), milliseconds_at(took, N, 90),
		milliseconds_at(took, N, 99));
	assert_true(took[N / 2] < 50000);
	kafka_reader_close(reader);
	kafka_flow_end(pid);
	assert_true(folder_remove(home));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kafka_flow_setup, kafka_flow_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_poison_is_refused_after_three_deaths),
		TEST(test_lost_action_log_stops_until_repaired),
		TEST(test_claims_alone_are_a_position),
		TEST(test_unreadable_reference_stops),
		TEST(test_a_clock_that_is_off_decides_nothing),
		TEST(test_latency),
	};

	flow_kafka();
	cmocka_set_test_filter(getenv("GOVBUS_TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
