/*
 * kafka_decider_flow_test.c: deciders of a toy register on a real broker: killed, stopped, broken; every action is decided once.
 * @timeout 300
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/kafka_reader.h"
#include "common/log.h"
#include "producers/decider/kafka_decider.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/flow.h"
#include "tests/support/folder.h"
#include "tests/support/kafka_flow.h"

/* Rules 1, 2, 4, 5: kill -9 at any moment, and every action still has one outcome, in order. */
static void test_killed_again_and_again(void **state)
{
	char home[FOLDER_PATH_BYTES];
	struct kafka_flow_found found;

	(void)state;
	assert_true(folder_make("decider", home));
	for (int i = 0; i < 12; i++) {
		kafka_flow_post(2000);
		pid_t pid = kafka_flow_start(home, "one", false);

		clock_sleep_us(500000 + (i * 7919 % 13) * 100000);
		kafka_flow_end(pid);
	}
	pid_t pid = kafka_flow_start(home, "one", false);

	kafka_flow_wait_for_all(&found);
	kafka_flow_assert_undisturbed(&found);
	kafka_flow_end(pid);
	assert_true(folder_remove(home));
}

/* Rules 2, 4: two writers that both believe they own everything, one of them stopped with work in flight: claims keep them apart. */
static void test_two_writers_and_a_zombie(void **state)
{
	char home[2][FOLDER_PATH_BYTES];
	struct kafka_flow_found found;

	(void)state;
	assert_true(folder_make("decider-a", home[0]) && folder_make("decider-b", home[1]));
	kafka_flow_post(2000);
	pid_t a = kafka_flow_start(home[0], "a", true);

	clock_sleep_us(2000000);
	for (int i = 0; i < 4; i++) {
		kafka_flow_post(20000);
		clock_sleep_us(50000 * (i + 1));
		kill(a, SIGSTOP);
		pid_t b = kafka_flow_start(home[1], "b", true);

		clock_sleep_us(2500000);
		kill(a, SIGCONT);
		clock_sleep_us(1000000);
		kafka_flow_end(b);
	}
	kafka_flow_wait_for_all(&found);
	kafka_flow_assert_undisturbed(&found);
	assert_true(found.claims > KAFKA_FLOW_PARTITIONS);
	kafka_flow_end(a);
	assert_true(folder_remove(home[0]) && folder_remove(home[1]));
}

/* Rules 2, 3: a fatal error of the producer ends every claim; the decider claims anew by itself. */
static void test_fatal_producer_is_replaced(void **state)
{
	char home[FOLDER_PATH_BYTES];
	struct kafka_flow_found found;
	struct decider *decider = NULL;

	(void)state;
	assert_true(folder_make("decider", home));
	struct decider_config config = kafka_flow_config(home);

	log_open("decider", LOG_ERROR);
	assert_int_equal(kafka_decider_open(&config, &decider), ERR_OK);
	for (int round = 0; round < 4; round++) {
		kafka_flow_post(3000);
		int64_t until_us =
			clock_steady_us() + KAFKA_FLOW_SLOWER * (round == 3 ? 6000000 : 1500000);

		while (clock_steady_us() < until_us) {
			assert_int_equal(kafka_decider_turn(decider), ERR_OK);
		}
		if (round < 3) {
			kafka_decider_break(decider);
		}
	}
	kafka_decider_close(decider);
	kafka_flow_wait_for_all(&found);
	kafka_flow_assert_undisturbed(&found);
	assert_true(found.claims >= 4 * KAFKA_FLOW_PARTITIONS);
	assert_true(folder_remove(home));
}

/* Rules 4, 5: rows come back from the store or, without it, from the log: the same decisions follow. */
static void test_rows_lost_are_folded_again(void **state)
{
	char home[FOLDER_PATH_BYTES];
	struct kafka_flow_found found;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_true(folder_make("decider", home));
		kafka_flow_post(3000);
		pid_t pid = kafka_flow_start(home, "one", true);

		kafka_flow_wait_for_all(&found);
		kafka_flow_assert_undisturbed(&found);
		kafka_flow_end(pid);
		assert_true(folder_remove(home));
	}
}

/* Rule 2: two of one group share the partitions; when one dies the other has all, and whoever comes back gets its share again. */
static void test_two_of_a_group_take_over(void **state)
{
	char home[2][FOLDER_PATH_BYTES];
	struct kafka_flow_found found;
	pid_t pid[2];

	(void)state;
	assert_true(folder_make("decider-a", home[0]) && folder_make("decider-b", home[1]));
	pid[0] = kafka_flow_start(home[0], "a", false);
	pid[1] = kafka_flow_start(home[1], "b", false);
	clock_sleep_us(4000000);
	for (int i = 0; i < 3; i++) {
		kafka_flow_post(5000);
		clock_sleep_us(300000);
		kafka_flow_end(pid[i % 2]);
		kafka_flow_wait_for_all(&found); /* the one left behind decides all of it */
		pid[i % 2] = kafka_flow_start(home[i % 2], i % 2 ? "b" : "a", false);
	}
	kafka_flow_post(5000);
	kafka_flow_wait_for_all(&found);
	kafka_flow_assert_undisturbed(&found);
	kafka_flow_end(pid[0]);
	kafka_flow_end(pid[1]);
	assert_true(folder_remove(home[0]) && folder_remove(home[1]));
}

/* A backlog is worked off at a rate that leaves live traffic far behind. Printed; the bound is a tenth of what is measured. */
static void test_backlog_rate(void **state)
{
	char home[FOLDER_PATH_BYTES];
	struct kafka_flow_found found;

	(void)state;
	assert_true(folder_make("decider", home));
	kafka_flow_post(200000);
	int64_t start_us = clock_steady_us();
	struct decider *decider = NULL;
	struct decider_config config = kafka_flow_config(home);
	int64_t decided = 0, before = -1, low = 0, high = 0;
	struct kafka_reader *reader = NULL;

	log_open("decider", LOG_ERROR);
	assert_int_equal(kafka_reader_open(&kafka_flow_settings, "rate", &reader), ERR_OK);
	assert_int_equal(kafka_decider_open(&config, &decider), ERR_OK);
	while (clock_steady_us() - start_us < 60000000) {
		for (int i = 0; i < 300; i++) {
			assert_int_equal(kafka_decider_turn(decider), ERR_OK);
		}
		decided = 0;
		for (int i = 0; i < KAFKA_FLOW_PARTITIONS; i++) {
			kafka_reader_watermarks(reader, kafka_flow_events, i, &low, &high);
			decided += high;
		}
		if (decided >= kafka_flow_posted && decided == before) {
			break; /* what was owed came too: nothing grows any more */
		}
		before = decided;
	}
	double seconds = (double)(clock_steady_us() - start_us) / 1e6;

	fprintf(stderr, "backlog: %d actions in %.2f s: %.0f/s with start\n", kafka_flow_posted,
		seconds, kafka_flow_posted / seconds);
	kafka_reader_close(reader);
	kafka_decider_close(decider);
	kafka_flow_wait_for_all(&found);
	assert_true(kafka_flow_posted / seconds > 3000);
	assert_true(folder_remove(home));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kafka_flow_setup, kafka_flow_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rows_lost_are_folded_again), TEST(test_fatal_producer_is_replaced),
		TEST(test_killed_again_and_again),     TEST(test_two_writers_and_a_zombie),
		TEST(test_two_of_a_group_take_over),   TEST(test_backlog_rate),
	};

	flow_kafka();
	cmocka_set_test_filter(getenv("GOVBUS_TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
