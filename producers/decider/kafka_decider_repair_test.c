/* kafka_decider_repair_test.c: a repair that nothing answers ends, typed: a person waits for it.
 * @timeout 120
 * @wrap kafka_decider_write_delivered
 */
#include "common/clock.h"
#include "common/kafka_writer.h"
#include "producers/decider/kafka_decider_parts.h"
#include "tests/support/delivered.h"
#include "tests/support/kafka_mock.h"
#include "tests/support/toy_register.h"

enum {
	PARTITIONS = 16,
	PARTITION = 3,
	WAIT_MS = 3000,
	PATIENCE_US = 15000000,
	HANGS_MS = 60000,
};

static const struct register_ops *const registers[] = {&toy_register, NULL};
static bool same_clock;

/* The mock's clock is not ours. */
void delivered_change(struct kafka_report *report)
{
	report->broker_us = same_clock ? 0 : clock_wall_us() - 2 * (int64_t)PARTS_SKEW_US;
}

static int setup(void **state)
{
	(void)state;
	kafka_mock_start("gov.case.action", PARTITIONS);
	assert_int_equal(rd_kafka_mock_topic_create(kafka_mock_cluster, "gov.case", PARTITIONS, 1),
			 0);
	assert_int_equal(rd_kafka_mock_topic_create(kafka_mock_cluster, "gov.reference", 1, 1), 0);
	same_clock = true;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kafka_mock_stop();
	return 0;
}

/* @return what the repair ended with, which must not have taken long */
static enum err repair(void)
{
	struct decider_config config = {.settings = &kafka_mock_settings,
					.prefix = "",
					.instance = "repair",
					.registers = registers,
					.repair = &toy_register,
					.repair_partition = PARTITION,
					.repair_reason = "test",
					.repair_wait_ms = WAIT_MS};
	struct decider *decider = NULL;
	int64_t began_us = clock_steady_us();

	assert_int_equal(kafka_decider_open(&config, &decider), ERR_OK);
	enum err err = kafka_decider_run(decider);

	assert_true(clock_steady_us() - began_us < PATIENCE_US);
	kafka_decider_close(decider);
	return err;
}

static void test_done(void **state)
{
	(void)state;
	assert_int_equal(repair(), ERR_OK);
}

static void test_no_answer(void **state)
{
	(void)state;
	rd_kafka_mock_broker_set_rtt(kafka_mock_cluster, -1, HANGS_MS);
	assert_int_equal(repair(), ERR_KAFKA_AWAY);
}

static void test_wrong_clock(void **state)
{
	(void)state;
	same_clock = false;
	assert_int_equal(repair(), ERR_CLOCK);
}

/* An outcome whose action is not the first: those before it are missing. */
static void write_gap(void)
{
	struct kafka_writer_config config = {.settings = &kafka_mock_settings, .name = "writer"};
	struct kafka_writer *writer = NULL;
	struct buf bytes = {0};
	struct event ev = {.type = EVENT_action_refused};

	EVENT_SET(ev.env, id, SPAN("a"));
	EVENT_SET(ev.env, source, SPAN("/test"));
	EVENT_SET(ev.env, time, INT64_C(1700000000000000));
	EVENT_SET(ev.env, claim, 0); /* that of the repair before */
	EVENT_SET(ev.env, cause, 5);
	EVENT_SET(ev.data.action_refused, reason, SPAN("GUARD"));
	assert_int_equal(event_encode(&ev, &bytes), ERR_OK);
	assert_int_equal(kafka_writer_open(&config, &writer), ERR_OK);
	assert_int_equal(kafka_writer_send(writer, kafka_writer_topic(writer, "gov.case"),
					   PARTITION, (struct span){0}, buf_span(&bytes), NULL),
			 ERR_OK);
	assert_int_equal(kafka_writer_flush(writer, 10000), ERR_OK);
	kafka_writer_close(writer);
	buf_done(&bytes);
}

/* A partition that only another cure than this helps is not waited for. */
static void test_stopped(void **state)
{
	(void)state;
	assert_int_equal(repair(), ERR_OK);
	write_gap();
	assert_int_equal(repair(), ERR_LOG_GAP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_done, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong_clock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stopped, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
