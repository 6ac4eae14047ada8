/* kafka_mock.h: librdkafka's own mock of one or more brokers with one topic, for the tests of what speaks to Kafka and needs no real one. */
#ifndef GOVBUS_TESTS_SUPPORT_KAFKA_MOCK_H
#define GOVBUS_TESTS_SUPPORT_KAFKA_MOCK_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "common/kafka_conf.h"
#include "tests/support/cmocka_all.h"

static rd_kafka_t *kafka_mock_owner;
static rd_kafka_mock_cluster_t *kafka_mock_cluster;
static struct kafka_settings kafka_mock_settings;

static inline void kafka_mock_start_many(int brokers, const char *topic, int partitions)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[128];

	rd_kafka_conf_set(conf, "log_level", "0", why, sizeof why);
	kafka_mock_owner = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
	assert_non_null(kafka_mock_owner);
	kafka_mock_cluster = rd_kafka_mock_cluster_new(kafka_mock_owner, brokers);
	assert_non_null(kafka_mock_cluster);
	assert_int_equal(rd_kafka_mock_topic_create(kafka_mock_cluster, topic, partitions, 1), 0);
	kafka_mock_settings = (struct kafka_settings){
		.brokers = rd_kafka_mock_cluster_bootstraps(kafka_mock_cluster)};
}

static inline void kafka_mock_start(const char *topic, int partitions)
{
	kafka_mock_start_many(1, topic, partitions);
}

static inline void kafka_mock_stop(void)
{
	rd_kafka_mock_cluster_destroy(kafka_mock_cluster);
	rd_kafka_destroy(kafka_mock_owner);
}

#endif
