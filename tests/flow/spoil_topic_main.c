/* spoil_topic_main.c: does to a topic what somebody may do by mistake.  spoil-topic KAFKA TOPIC trim PARTITIONS|drop
 * trim: deletes all its records, as a retention that is too short; its offsets go on. drop: deletes the topic. */
#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MS = 20000 };

static rd_kafka_resp_err_t trimmed(rd_kafka_event_t *event)
{
	const rd_kafka_topic_partition_list_t *gone =
		rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event));
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

	for (int i = 0; i < gone->cnt && !code; i++) {
		code = gone->elems[i].err;
	}
	return code;
}

static void trim(rd_kafka_t *kafka, rd_kafka_queue_t *queue, const char *topic, int partitions)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);

	for (int i = 0; i < partitions; i++) {
		rd_kafka_topic_partition_list_add(list, topic, i)->offset = RD_KAFKA_OFFSET_END;
	}
	rd_kafka_DeleteRecords_t *request = rd_kafka_DeleteRecords_new(list);

	rd_kafka_DeleteRecords(kafka, &request, 1, NULL, queue);
	rd_kafka_DeleteRecords_destroy(request);
	rd_kafka_topic_partition_list_destroy(list);
}

static rd_kafka_resp_err_t dropped(rd_kafka_event_t *event)
{
	size_t n = 0;

	return rd_kafka_topic_result_error(rd_kafka_DeleteTopics_result_topics(
		rd_kafka_event_DeleteTopics_result(event), &n)[0]);
}

static void drop(rd_kafka_t *kafka, rd_kafka_queue_t *queue, const char *name)
{
	rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(name);

	rd_kafka_DeleteTopics(kafka, &topic, 1, NULL, queue);
	rd_kafka_DeleteTopic_destroy(topic);
}

/* @param partitions  0: drop it */
static rd_kafka_resp_err_t spoil(rd_kafka_t *kafka, const char *topic, int partitions)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(kafka);

	if (partitions) {
		trim(kafka, queue, topic, partitions);
	} else {
		drop(kafka, queue, topic);
	}
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, ANSWER_MS);
	rd_kafka_resp_err_t code =
		event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;

	if (!code) {
		code = partitions ? trimmed(event) : dropped(event);
	}
	rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(queue);
	return code;
}

int main(int argc, char **argv)
{
	char why[256] = "spoil-topic KAFKA TOPIC trim PARTITIONS|drop";
	bool trims = argc == 5 && strcmp(argv[3], "trim") == 0;
	bool drops = argc == 4 && strcmp(argv[3], "drop") == 0;
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *kafka = NULL;

	if ((trims || drops) && rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], why,
						  sizeof why) == RD_KAFKA_CONF_OK) {
		kafka = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
	}
	if (!kafka) {
		fprintf(stderr, "spoil-topic: %s\n", why);
		rd_kafka_conf_destroy(conf);
		return 1;
	}
	rd_kafka_resp_err_t code =
		spoil(kafka, argv[2], trims ? (int)strtol(argv[4], NULL, 10) : 0);

	rd_kafka_destroy(kafka);
	if (code) {
		fprintf(stderr, "spoil-topic: %s\n", rd_kafka_err2str(code));
	}
	return code ? 1 : 0;
}
