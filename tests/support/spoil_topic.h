/* spoil_topic.h: does to a topic what somebody may do by mistake, and says whether it was done. */
#ifndef GOVBUS_TESTS_SUPPORT_SPOIL_TOPIC_H
#define GOVBUS_TESTS_SUPPORT_SPOIL_TOPIC_H

#include <librdkafka/rdkafka.h>
#include <stdio.h>

enum { SPOIL_TOPIC_MS = 20000 };

static inline rd_kafka_t *spoil_topic_dial(const char *kafka)
{
	char why[256];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *rk = NULL;

	if (rd_kafka_conf_set(conf, "bootstrap.servers", kafka, why, sizeof why) ==
	    RD_KAFKA_CONF_OK) {
		rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
	}
	if (!rk) {
		fprintf(stderr, "spoil-topic: %s\n", why);
		rd_kafka_conf_destroy(conf);
	}
	return rk;
}

/* Partitions that failed do not fail the request. */
static inline rd_kafka_resp_err_t spoil_topic_trimmed(rd_kafka_event_t *event)
{
	const rd_kafka_topic_partition_list_t *gone =
		rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event));
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

	for (int i = 0; i < gone->cnt && !code; i++) {
		code = gone->elems[i].err;
	}
	return code;
}

static inline void spoil_topic_ask_trim(rd_kafka_t *rk,
					rd_kafka_queue_t *queue,
					const char *topic,
					int n_partitions)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(n_partitions);

	for (int i = 0; i < n_partitions; i++) {
		rd_kafka_topic_partition_list_add(list, topic, i)->offset = RD_KAFKA_OFFSET_END;
	}
	rd_kafka_DeleteRecords_t *request = rd_kafka_DeleteRecords_new(list);

	rd_kafka_DeleteRecords(rk, &request, 1, NULL, queue);
	rd_kafka_DeleteRecords_destroy(request);
	rd_kafka_topic_partition_list_destroy(list);
}

static inline rd_kafka_resp_err_t spoil_topic_dropped(rd_kafka_event_t *event)
{
	size_t n = 0;

	return rd_kafka_topic_result_error(rd_kafka_DeleteTopics_result_topics(
		rd_kafka_event_DeleteTopics_result(event), &n)[0]);
}

static inline void spoil_topic_ask_drop(rd_kafka_t *rk, rd_kafka_queue_t *queue, const char *name)
{
	rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(name);

	rd_kafka_DeleteTopics(rk, &topic, 1, NULL, queue);
	rd_kafka_DeleteTopic_destroy(topic);
}

/* @param n_partitions  0: drop it */
static inline rd_kafka_resp_err_t spoil_topic_ask(const char *kafka,
						  const char *topic,
						  int n_partitions)
{
	rd_kafka_t *rk = spoil_topic_dial(kafka);

	if (!rk) {
		return RD_KAFKA_RESP_ERR__INVALID_ARG;
	}
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);

	if (n_partitions) {
		spoil_topic_ask_trim(rk, queue, topic, n_partitions);
	} else {
		spoil_topic_ask_drop(rk, queue, topic);
	}
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, SPOIL_TOPIC_MS);
	rd_kafka_resp_err_t code =
		event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;

	if (!code) {
		code = n_partitions ? spoil_topic_trimmed(event) : spoil_topic_dropped(event);
	}
	rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(queue);
	rd_kafka_destroy(rk);
	return code;
}

/**
 * Deletes all records of its partitions from 0 on, as a retention that is too short; offsets go on.
 * @param kafka  bootstrap servers
 * @return the first error, that of one partition too
 */
static inline rd_kafka_resp_err_t spoil_topic_trim(const char *kafka,
						   const char *topic,
						   int n_partitions)
{
	return spoil_topic_ask(kafka, topic, n_partitions);
}

/** Deletes the topic. @return the error */
static inline rd_kafka_resp_err_t spoil_topic_drop(const char *kafka, const char *topic)
{
	return spoil_topic_ask(kafka, topic, 0);
}

#endif
