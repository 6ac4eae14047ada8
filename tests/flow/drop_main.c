/* drop_main.c: deletes a topic, as somebody does who takes it for another.  drop KAFKA TOPIC */
#include <librdkafka/rdkafka.h>
#include <stdio.h>

enum { ANSWER_MS = 20000 };

static rd_kafka_resp_err_t drop(rd_kafka_t *kafka, const char *name)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(kafka);
	rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(name);
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__TIMED_OUT;
	size_t n = 0;

	rd_kafka_DeleteTopics(kafka, &topic, 1, NULL, queue);
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, ANSWER_MS);

	if (event) {
		code = rd_kafka_event_error(event);
	}
	if (event && !code) {
		code = rd_kafka_topic_result_error(rd_kafka_DeleteTopics_result_topics(
			rd_kafka_event_DeleteTopics_result(event), &n)[0]);
	}
	rd_kafka_event_destroy(event);
	rd_kafka_DeleteTopic_destroy(topic);
	rd_kafka_queue_destroy(queue);
	return code;
}

int main(int argc, char **argv)
{
	char why[256] = "drop KAFKA TOPIC";
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *kafka = NULL;

	if (argc == 3 && rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], why, sizeof why) ==
				 RD_KAFKA_CONF_OK) {
		kafka = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
	}
	if (!kafka) {
		fprintf(stderr, "drop: %s\n", why);
		rd_kafka_conf_destroy(conf);
		return 1;
	}
	rd_kafka_resp_err_t code = drop(kafka, argv[2]);

	rd_kafka_destroy(kafka);
	if (code) {
		fprintf(stderr, "drop: %s\n", rd_kafka_err2str(code));
	}
	return code ? 1 : 0;
}
