/* trim_main.c: deletes all records of a topic, as a retention that was set by mistake does; its offsets go on.  trim KAFKA TOPIC PARTITIONS */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>

enum { ANSWER_MS = 20000 };

static rd_kafka_resp_err_t answer_of(rd_kafka_queue_t *queue, int partitions)
{
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, ANSWER_MS);
	rd_kafka_resp_err_t code =
		event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;

	if (!code) {
		const rd_kafka_topic_partition_list_t *gone = rd_kafka_DeleteRecords_result_offsets(
			rd_kafka_event_DeleteRecords_result(event));

		for (int i = 0; i < partitions && !code; i++) {
			code = gone->elems[i].err;
		}
	}
	rd_kafka_event_destroy(event);
	return code;
}

static rd_kafka_resp_err_t trim(rd_kafka_t *kafka, const char *topic, int partitions)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(kafka);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);

	for (int i = 0; i < partitions; i++) {
		rd_kafka_topic_partition_list_add(list, topic, i)->offset = RD_KAFKA_OFFSET_END;
	}
	rd_kafka_DeleteRecords_t *request = rd_kafka_DeleteRecords_new(list);

	rd_kafka_DeleteRecords(kafka, &request, 1, NULL, queue);
	rd_kafka_resp_err_t code = answer_of(queue, partitions);

	rd_kafka_DeleteRecords_destroy(request);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_queue_destroy(queue);
	return code;
}

int main(int argc, char **argv)
{
	char why[256] = "trim KAFKA TOPIC PARTITIONS";
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *kafka = NULL;

	if (argc == 4 && rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], why, sizeof why) ==
				 RD_KAFKA_CONF_OK) {
		kafka = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
	}
	if (!kafka) {
		fprintf(stderr, "trim: %s\n", why);
		rd_kafka_conf_destroy(conf);
		return 1;
	}
	rd_kafka_resp_err_t code = trim(kafka, argv[2], (int)strtol(argv[3], NULL, 10));

	rd_kafka_destroy(kafka);
	if (code) {
		fprintf(stderr, "trim: %s\n", rd_kafka_err2str(code));
	}
	return code ? 1 : 0;
}
