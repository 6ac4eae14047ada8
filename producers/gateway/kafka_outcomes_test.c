/* kafka_outcomes_test.c: of two brokers one hangs: the posting is told of the partitions that it leads, and of no others.
 * @timeout 60
 * @wrap kafka_posting_heard
 */
#include "producers/gateway/kafka_outcomes.h"

#include "common/clock.h"
#include "producers/gateway/kafka_lanes.h"
#include "tests/support/kafka_mock.h"

enum {
	HANGS_MS = 9000,
	PATIENCE_US = 20000000,
	LOOK_US = 100000,
};

static _Atomic bool away[KAFKA_LANES];

void __wrap_kafka_posting_heard(struct kafka_posting *posting, int lane, bool is_away);
void __wrap_kafka_posting_heard(struct kafka_posting *posting, int lane, bool is_away)
{
	(void)posting;
	away[lane] = is_away;
}

static int n_away(void)
{
	int n = 0;

	for (int i = 0; i < KAFKA_LANES; i++) {
		n += away[i];
	}
	return n;
}

static void await(int n, int64_t us)
{
	for (int64_t until_us = clock_steady_us() + us;
	     n_away() != n && clock_steady_us() < until_us;) {
		clock_sleep_us(LOOK_US);
	}
}

static void lead(const char *topic, int partition, int broker)
{
	assert_int_equal(
		rd_kafka_mock_partition_set_leader(kafka_mock_cluster, topic, partition, broker),
		0);
}

static void test_who_hangs_is_told(void **state)
{
	static struct gateway gateway;
	struct kafka_outcomes_config config = {
		.settings = &kafka_mock_settings,
		.topic_prefix = "",
		.gateway = &gateway,
		.posting = (struct kafka_posting *)&gateway, /* nobody looks into it */
	};
	struct kafka_outcomes *outcomes = NULL;

	(void)state;
	kafka_mock_start_many(2, "gov.case", LIMIT_CASE_PARTITIONS);
	assert_int_equal(rd_kafka_mock_topic_create(kafka_mock_cluster, "gov.reference", 1, 1), 0);
	for (int i = 0; i < LIMIT_CASE_PARTITIONS; i++) {
		lead("gov.case", i, i < 5 ? 1 : 2);
	}
	lead("gov.reference", 0, 2);
	assert_int_equal(kafka_outcomes_start(&config, &outcomes), ERR_OK);
	await(1, 1500000);
	assert_int_equal(n_away(), 0);
	rd_kafka_mock_broker_set_rtt(kafka_mock_cluster, 1, HANGS_MS);
	await(5, PATIENCE_US);
	for (int i = 0; i < KAFKA_LANES; i++) {
		assert_int_equal(away[i], i < 5);
	}
	/* It does not come and go while that lasts. */
	await(0, 1000000);
	assert_int_equal(n_away(), 5);
	rd_kafka_mock_broker_set_rtt(kafka_mock_cluster, 1, 0);
	await(0, PATIENCE_US);
	assert_int_equal(n_away(), 0);
	/* A reference log that cannot be read closes no county. */
	rd_kafka_mock_broker_set_rtt(kafka_mock_cluster, 2, HANGS_MS);
	await(KAFKA_LANES - 5, PATIENCE_US);
	assert_true(away[KAFKA_LANES_REFERENCE]);
	assert_false(away[0]);
	kafka_outcomes_stop(outcomes);
	kafka_mock_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_who_hangs_is_told)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
