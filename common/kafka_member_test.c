/* kafka_member_test.c: a member of a group against librdkafka's own mock of a broker: which fences end it, and which do not.
 *
 * @timeout 120
 */
#include "common/kafka_member.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "common/clock.h"
#include "tests/support/cmocka_all.h"

enum {
	PARTITIONS = 4,
	JOIN = 11,
	HEARTBEAT = 12,
	WAIT_US = 45000000,
	LATE_MS = 120000,
	SILENT_MS = 9000
};

static rd_kafka_t *owner;
static rd_kafka_mock_cluster_t *cluster;
static struct kafka_settings settings;
static struct kafka_member *member;
static int owned, given, taken;

static void on_owned(void *context, const char *topic, int32_t partition, bool ours)
{
	(void)context, (void)topic, (void)partition;
	owned += ours ? 1 : -1;
	given += ours;
	taken += !ours;
}

static void on_answered(void *context, const char *topic, int32_t partition, enum err err)
{
	(void)context, (void)topic, (void)partition, (void)err;
}

static void print_log(void *context, int level, const char *text)
{
	(void)context;
	if (level <= 4) {
		print_message("%s\n", text);
	}
}

/* Polls until that many partitions were given, or the member ended. */
static enum err poll_until_given(int wanted)
{
	enum err err = ERR_OK;

	for (int64_t until_us = clock_steady_us() + WAIT_US;
	     !err && given < wanted && clock_steady_us() < until_us;) {
		err = kafka_member_poll(member, 20);
	}
	return err;
}

static int setup(void **state)
{
	static const char *const topics[] = {"t", NULL};
	struct kafka_member_config config = {.settings = &settings,
					     .group = "g",
					     .instance = "one",
					     .topics = topics,
					     .session_timeout_ms = 6000,
					     .owned = on_owned,
					     .answered = on_answered};
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[128];

	(void)state;
	rd_kafka_conf_set(conf, "log_level", "0", why, sizeof why);
	owner = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
	assert_non_null(owner);
	cluster = rd_kafka_mock_cluster_new(owner, 1);
	assert_non_null(cluster);
	rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 0);
	assert_int_equal(rd_kafka_mock_topic_create(cluster, "t", PARTITIONS, 1), 0);
	settings = (struct kafka_settings){.brokers = rd_kafka_mock_cluster_bootstraps(cluster),
					   .log = print_log};
	owned = given = taken = 0;
	assert_int_equal(kafka_member_open(&config, &member), ERR_OK);
	assert_int_equal(poll_until_given(PARTITIONS), ERR_OK);
	assert_int_equal(owned, PARTITIONS);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kafka_member_close(member);
	rd_kafka_mock_cluster_destroy(cluster);
	rd_kafka_destroy(owner);
	return 0;
}

static void fence(void)
{
	rd_kafka_mock_push_request_errors(cluster, HEARTBEAT, 1,
					  RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID);
}

static void break_connections(void)
{
	assert_int_equal(rd_kafka_mock_broker_set_down(cluster, 1), 0);
	for (int64_t until_us = clock_steady_us() + 1500000; clock_steady_us() < until_us;) {
		assert_int_equal(kafka_member_poll(member, 20), ERR_OK);
	}
	assert_int_equal(rd_kafka_mock_broker_set_up(cluster, 1), 0);
}

/* With the broker there all the time, a fence means that another has our name: the member ends, and has said that nothing is its own. */
static void test_fenced_by_another(void **state)
{
	(void)state;
	fence();
	assert_int_equal(poll_until_given(2 * PARTITIONS), ERR_FENCED);
	assert_int_equal(owned, 0);
}

/* After an outage the one that fences a member may be itself, with a request of its earlier life: it joins anew, once. */
static void test_fenced_by_itself_after_an_outage(void **state)
{
	(void)state;
	break_connections();
	fence();
	assert_int_equal(poll_until_given(2 * PARTITIONS), ERR_OK);
	assert_int_equal(owned, PARTITIONS);
	assert_int_equal(taken, PARTITIONS);
	fence();
	assert_int_equal(poll_until_given(3 * PARTITIONS), ERR_FENCED);
	assert_int_equal(owned, 0);
}

/* A broker that hangs for longer than the session breaks no connection, and is an outage too. */
static void test_fenced_by_itself_after_a_silence(void **state)
{
	(void)state;
	assert_int_equal(rd_kafka_mock_broker_set_rtt(cluster, 1, SILENT_MS), 0);
	for (int64_t until_us = clock_steady_us() + WAIT_US;
	     taken < PARTITIONS && clock_steady_us() < until_us;) {
		assert_int_equal(kafka_member_poll(member, 20), ERR_OK);
	}
	assert_int_equal(owned, 0);
	assert_int_equal(rd_kafka_mock_broker_set_rtt(cluster, 1, 0), 0);
	fence();
	assert_int_equal(poll_until_given(3 * PARTITIONS), ERR_OK);
	assert_int_equal(owned, PARTITIONS);
	fence();
	assert_int_equal(poll_until_given(4 * PARTITIONS), ERR_FENCED);
}

/* Answers to a join that do not come, twice in a row, are not waited for: the member has its partitions again long before. */
static void test_joins_without_an_answer(void **state)
{
	int64_t from_us = clock_steady_us();

	(void)state;
	rd_kafka_mock_broker_push_request_error_rtts(cluster, 1, JOIN, 2,
						     RD_KAFKA_RESP_ERR_NO_ERROR, LATE_MS,
						     RD_KAFKA_RESP_ERR_NO_ERROR, LATE_MS);
	rd_kafka_mock_push_request_errors(cluster, HEARTBEAT, 1,
					  RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID);
	assert_int_equal(poll_until_given(2 * PARTITIONS), ERR_OK);
	assert_int_equal(owned, PARTITIONS);
	assert_int_equal(taken, PARTITIONS);
	assert_true(clock_steady_us() - from_us > INT64_C(20000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fenced_by_another, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fenced_by_itself_after_an_outage, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_fenced_by_itself_after_a_silence, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_joins_without_an_answer, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
