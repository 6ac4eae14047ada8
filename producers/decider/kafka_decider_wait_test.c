/* kafka_decider_wait_test.c: while all partitions wait for reference records, and no broker answers, the decider's loop waits for nobody.
 * @timeout 120
 * @wrap kafka_decider_write_delivered
 */
#include <stdio.h>

#include "common/case_id.h"
#include "common/clock.h"
#include "common/kafka_writer.h"
#include "common/partition.h"
#include "producers/decider/kafka_decider_parts.h"
#include "tests/support/delivered.h"
#include "tests/support/kafka_mock.h"
#include "tests/support/toy_register.h"

enum {
	PARTITIONS = 16,
	HANGS_MS = 6000,
	LOOK_US = 4000000,
	TURN_US =
		500000, /* a turn on a busy machine; one that waits for a broker took a second for each partition */
	PATIENCE_US = 30000000,
	UNKNOWN = 5, /* a reference record that the door has seen, and nobody else */
};

static const int64_t REPORTED_US = INT64_C(1700000000000000);

static const struct register_ops *const registers[] = {&toy_register, NULL};
static struct decider *decider;

/* The mock's clock is not ours. */
void delivered_change(struct kafka_report *report)
{
	report->broker_us = 0;
}

/* One action in each partition, whose door has seen reference data that are not there. */
static void post(void)
{
	struct kafka_writer_config config = {.settings = &kafka_mock_settings, .name = "poster"};
	struct kafka_writer *writer = NULL;
	struct buf bytes = {0};
	uint8_t digest[16] = {1};

	assert_int_equal(kafka_writer_open(&config, &writer), ERR_OK);
	int topic = kafka_writer_topic(writer, "gov.case.action");

	for (int i = 0, left = PARTITIONS, seen = 0; left; i++) {
		char county[8], subject[CASE_ID_TEXT_BYTES + 1];
		struct event ev = {.type = EVENT_case_resumed};

		(void)snprintf(county, sizeof county, "53%04d", i);
		int partition = partition_of_key(span_cstr(county), PARTITIONS);

		if (seen & 1 << partition) {
			continue;
		}
		struct case_id case_id =
			case_id_of_report(span_cstr(county), REPORTED_US, SPAN("/s"), SPAN("x"));

		case_id_format(&case_id, subject);
		EVENT_SET(ev.env, id, SPAN("a"));
		EVENT_SET(ev.env, source, SPAN("/test"));
		EVENT_SET(ev.env, subject, span_cstr(subject));
		EVENT_SET(ev.env, time, REPORTED_US);
		EVENT_SET(ev.env, digest, span_of(digest, sizeof digest));
		EVENT_SET(ev.env, rights, 1);
		EVENT_SET(ev.env, refknown, UNKNOWN);
		buf_reset(&bytes);
		assert_int_equal(event_encode(&ev, &bytes), ERR_OK);
		assert_int_equal(kafka_writer_send(writer, topic, partition, span_of(county, 6),
						   buf_span(&bytes), NULL),
				 ERR_OK);
		seen |= 1 << partition;
		left--;
	}
	assert_int_equal(kafka_writer_flush(writer, 10000), ERR_OK);
	kafka_writer_close(writer);
	buf_done(&bytes);
}

static int setup(void **state)
{
	static struct decider_config config;

	(void)state;
	kafka_mock_start("gov.case.action", PARTITIONS);
	assert_int_equal(rd_kafka_mock_topic_create(kafka_mock_cluster, "gov.case", PARTITIONS, 1),
			 0);
	assert_int_equal(rd_kafka_mock_topic_create(kafka_mock_cluster, "gov.reference", 1, 1), 0);
	post();
	config = (struct decider_config){.settings = &kafka_mock_settings,
					 .prefix = "",
					 .instance = "one",
					 .registers = registers,
					 .alone = true};
	assert_int_equal(kafka_decider_open(&config, &decider), ERR_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kafka_decider_close(decider);
	kafka_mock_stop();
	return 0;
}

static int n_waiting(void)
{
	int n = 0;

	for (int i = 0; i < decider->n_partitions; i++) {
		n += decider->partitions[i].wanted_refoffset >= 0;
	}
	return n;
}

static int n_decided(void)
{
	int n = 0;

	for (int i = 0; i < decider->n_partitions; i++) {
		n += decider->partitions[i].core.position.cursor.cause >= 0;
	}
	return n;
}

/* Turns until all partitions are so, or for so long. @return the longest turn */
static int64_t turns(int (*count)(void), int64_t us)
{
	int64_t now_us = clock_steady_us(), until_us = now_us + us, longest_us = 0;

	while (now_us < until_us && count() < PARTITIONS) {
		int64_t began_us = now_us;

		assert_int_equal(kafka_decider_turn(decider), ERR_OK);
		now_us = clock_steady_us();
		longest_us = now_us - began_us > longest_us ? now_us - began_us : longest_us;
	}
	return longest_us;
}

static void test_waits_for_nobody(void **state)
{
	(void)state;
	(void)turns(n_waiting, PATIENCE_US);
	assert_int_equal(n_waiting(), PARTITIONS);
	rd_kafka_mock_broker_set_rtt(kafka_mock_cluster, -1, HANGS_MS);
	int64_t longest_us = turns(n_decided, LOOK_US);

	printf("the longest turn: %d ms\n", (int)(longest_us / 1000));
	assert_true(longest_us < TURN_US);
	/* Nobody can have said meanwhile that the reference log ends before what is waited for. */
	assert_int_equal(n_waiting(), PARTITIONS);
	rd_kafka_mock_broker_set_rtt(kafka_mock_cluster, -1, 0);
	longest_us = turns(n_decided, PATIENCE_US);
	assert_true(longest_us < TURN_US);
	assert_int_equal(n_decided(), PARTITIONS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_waits_for_nobody, setup, teardown)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
