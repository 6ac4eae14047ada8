/*
 * kafka_decider_report_flow_test.c: delivery reports that do not say where a record stands, or that skip an offset (protocol 4).
 * @timeout 300
 * @wrap kafka_decider_write_delivered
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "producers/decider/kafka_decider.h"
#include "producers/decider/kafka_decider_parts.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/delivered.h"
#include "tests/support/flow.h"
#include "tests/support/folder.h"
#include "tests/support/kafka_flow.h"

enum { ROUNDS = 2, POSTED = 3000, ROUND_US = 8000000 };

/* What is done to the reports of this process. */
static int reports, every, changed;
static bool shifts; /* a later offset instead of none */
static int checked; /* partitions that were seen in PHASE_CHECKING */

void delivered_change(struct kafka_report *report)
{
	if (every && !report->err && ++reports % every == 0) {
		report->offset = shifts ? report->offset + 1 : -1;
		changed++;
	}
}

static int in_phase(const struct decider *decider, enum phase phase)
{
	int n = 0;

	for (int i = 0; i < decider->n_partitions; i++) {
		n += decider->partitions[i].phase == phase;
	}
	return n;
}

/* One decider's life on this home: some actions, posted while it decides; then it is closed, and its rows are all that the next has. */
static void live(const char *home, void (*meanwhile)(int turn))
{
	struct decider *decider = NULL;
	struct decider_config config = kafka_flow_config(home);

	assert_int_equal(kafka_decider_open(&config, &decider), ERR_OK);
	for (int64_t until_us = clock_steady_us() + ROUND_US;
	     in_phase(decider, PHASE_DECIDING) < KAFKA_FLOW_PARTITIONS &&
	     clock_steady_us() < until_us;) {
		assert_int_equal(kafka_decider_turn(decider), ERR_OK);
	}
	for (int i = 0; i < 10; i++) {
		kafka_flow_post(POSTED / 10);
		for (int turn = 0; turn < 50; turn++) {
			assert_int_equal(kafka_decider_turn(decider), ERR_OK);
			checked += in_phase(decider, PHASE_CHECKING);
			meanwhile(turn);
		}
	}
	for (int64_t until_us = clock_steady_us() + 2000000; clock_steady_us() < until_us;) {
		assert_int_equal(kafka_decider_turn(decider), ERR_OK);
		checked += in_phase(decider, PHASE_CHECKING);
	}
	assert_int_equal(in_phase(decider, PHASE_DECIDING), KAFKA_FLOW_PARTITIONS);
	kafka_decider_close(decider);
}

static void nothing(int turn)
{
	(void)turn;
}

/* A record of a writer whose claim is not the latest one, as one that was paused leaves behind: void for everyone, but it has an offset. */
static void zombie(int turn)
{
	static struct event ev;
	struct buf bytes = {0};

	if (turn % 10) {
		return;
	}
	ev = (struct event){.type = EVENT_clock_ticked};
	EVENT_SET(ev.env, claim, 1 << 30);
	EVENT_SET(ev.env, decidedtime, KAFKA_FLOW_TIME_US);
	EVENT_SET(ev.env, id, SPAN("zombie"));
	EVENT_SET(ev.env, source, SPAN("/zombie"));
	EVENT_SET(ev.env, time, KAFKA_FLOW_TIME_US);
	EVENT_SET(ev.data.clock_ticked, tick, 1);
	assert_int_equal(event_encode(&ev, &bytes), ERR_OK);
	int topic = kafka_writer_topic(kafka_flow_poster, kafka_flow_events);

	for (int i = 0; i < KAFKA_FLOW_PARTITIONS; i++) {
		assert_int_equal(kafka_writer_send(kafka_flow_poster, topic, i, (struct span){0},
						   buf_span(&bytes), NULL),
				 ERR_OK);
	}
	buf_done(&bytes);
}

/* Lives a few times; each action has its one outcome, and no claim but those of the starts was needed. */
static void live_and_judge(void (*meanwhile)(int turn), int64_t void_at_least)
{
	char home[FOLDER_PATH_BYTES];
	struct kafka_flow_found found;

	assert_true(folder_make("decider", home));
	checked = changed = reports = 0;
	for (int i = 0; i < ROUNDS; i++) {
		live(home, meanwhile);
	}
	kafka_flow_wait_for_all(&found);
	kafka_flow_assert_undisturbed(&found);
	print_message("%d reports changed, seen checking %d times, %" PRId64 " void\n", changed,
		      checked, found.void_records);
	assert_true(checked > 0);
	assert_int_equal(found.claims, ROUNDS * KAFKA_FLOW_PARTITIONS);
	assert_true(found.void_records >= void_at_least);
	assert_true(folder_remove(home));
}

/* Acknowledged without an offset: the log is read until the record is found in it, and nothing is decided meanwhile. */
static void test_report_without_an_offset(void **state)
{
	(void)state;
	every = 40;
	shifts = false;
	live_and_judge(nothing, 0);
	assert_true(changed > 0);
}

/* Acknowledged at an offset that does not follow: the same. */
static void test_report_that_skips_an_offset(void **state)
{
	(void)state;
	every = 40;
	shifts = true;
	live_and_judge(nothing, 0);
	assert_true(changed > 0);
}

/* The offset is skipped because another's record stands there: it is passed over, ours count. */
static void test_another_record_between_ours(void **state)
{
	(void)state;
	every = 0;
	live_and_judge(zombie, KAFKA_FLOW_PARTITIONS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kafka_flow_setup, kafka_flow_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_report_without_an_offset),
		TEST(test_report_that_skips_an_offset),
		TEST(test_another_record_between_ours),
	};

	flow_kafka();
	log_open("decider", LOG_ERROR);
	cmocka_set_test_filter(getenv("GOVBUS_TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
