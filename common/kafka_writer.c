/* kafka_writer.c: an idempotent producer whose every record ends in a report, or in the producer's failure. */
#include "common/kafka_writer.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/kafka_probe.h"

enum { WRITER_TOPICS = 8, WRITER_WARM_MS = 2000, WRITER_PURGE_MS = 1000 };

struct kafka_writer {
	struct kafka_handle handle;
	struct kafka_writer_config config;
	rd_kafka_topic_t *topics[WRITER_TOPICS];
	int n_topics;
	struct kafka_probe *probe; /* NULL: nobody asked for it */
};

static const struct kafka_option defaults[] = {
	{"queue.buffering.max.messages", "1000000"},
	{"queue.buffering.max.kbytes", "1048576"},
	{"compression.type", "lz4"},
	{NULL, NULL},
};

/* The first one is for writers without gaps alone: the others begin behind it. */
static const struct kafka_option required[] = {
	{"enable.gapless.guarantee", "true"},
	{"enable.idempotence", "true"},
	{"acks", "all"},
	{"message.timeout.ms", "0"},
	{"partitioner", "murmur2_random"},
	{"allow.auto.create.topics", "false"},
	{NULL, NULL},
};

static void on_delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
	struct kafka_writer *writer = opaque;
	rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
	int64_t stamp_ms = rd_kafka_message_timestamp(message, &type);
	struct kafka_report report = {
		.err = kafka_conf_err(message->err),
		.partition = message->partition,
		.offset = message->err ? -1 : message->offset,
		.broker_us =
			!message->err && type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME && stamp_ms > 0
				? stamp_ms * 1000
				: 0,
	};

	(void)rk;
	if (message->err == RD_KAFKA_RESP_ERR__FATAL) {
		writer->handle.fatal = true;
	} else if (!message->err) {
		writer->handle.away = false;
	}
	if (writer->config.delivered) {
		writer->config.delivered(writer->config.context, message->_private, &report);
	}
}

enum err kafka_writer_open(const struct kafka_writer_config *config,
			   struct kafka_writer **ret_writer)
{
	struct kafka_writer *writer = calloc(1, sizeof *writer);
	char linger[16], why[128];

	if (!writer) {
		return ERR_NOMEM;
	}
	writer->config = *config;
	writer->handle.settings = config->settings;
	rd_kafka_conf_t *conf = kafka_conf_new(&writer->handle);

	rd_kafka_conf_set_dr_msg_cb(conf, on_delivered);
	snprintf(linger, sizeof linger, "%d", config->linger_ms);
	enum err err = ERR_USAGE;

	if (!rd_kafka_conf_set(conf, "client.id", config->name, why, sizeof why) &&
	    !rd_kafka_conf_set(conf, "linger.ms", linger, why, sizeof why)) {
		err = kafka_conf_open(&writer->handle, KAFKA_PRODUCER, conf, defaults,
				      config->gapless ? required : required + 1);
	} else {
		kafka_conf_log(config->settings, 3, "%s", why);
		rd_kafka_conf_destroy(conf);
	}
	if (err) {
		free(writer);
		return err;
	}
	*ret_writer = writer;
	return ERR_OK;
}

void kafka_writer_close(struct kafka_writer *writer)
{
	if (!writer) {
		return;
	}
	rd_kafka_purge(writer->handle.rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_flush(writer->handle.rk, WRITER_PURGE_MS);
	kafka_probe_free(writer->probe);
	for (int i = 0; i < writer->n_topics; i++) {
		rd_kafka_topic_destroy(writer->topics[i]);
	}
	rd_kafka_destroy(writer->handle.rk);
	free(writer);
}

int kafka_writer_topic(struct kafka_writer *writer, const char *name)
{
	const rd_kafka_metadata_t *metadata = NULL;

	for (int i = 0; i < writer->n_topics; i++) {
		if (strcmp(rd_kafka_topic_name(writer->topics[i]), name) == 0) {
			return i;
		}
	}
	if (writer->n_topics == WRITER_TOPICS) {
		return -1;
	}
	rd_kafka_topic_t *topic = rd_kafka_topic_new(writer->handle.rk, name, NULL);

	if (!topic) {
		return -1;
	}
	if (!rd_kafka_metadata(writer->handle.rk, 0, topic, &metadata, WRITER_WARM_MS)) {
		rd_kafka_metadata_destroy(metadata);
	}
	writer->topics[writer->n_topics] = topic;
	return writer->n_topics++;
}

enum err kafka_writer_send(struct kafka_writer *writer,
			   int topic,
			   int32_t partition,
			   struct span key,
			   struct span value,
			   void *opaque)
{
	rd_kafka_vu_t vus[] = {
		{.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = writer->topics[topic]},
		{.vtype = RD_KAFKA_VTYPE_PARTITION,
		 .u.i32 = partition < 0 ? RD_KAFKA_PARTITION_UA : partition},
		{.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
		{.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {(void *)(uintptr_t)value.p, value.n}},
		{.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {(void *)(uintptr_t)key.p, key.n}},
		{.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = opaque},
		{.vtype = RD_KAFKA_VTYPE_HEADER,
		 .u.header = {"content-type", writer->config.content_type, -1}},
	};
	size_t n = sizeof vus / sizeof *vus - (writer->config.content_type ? 0 : 1);

	if (writer->handle.fatal) {
		return ERR_KAFKA;
	}
	rd_kafka_error_t *error = rd_kafka_produceva(writer->handle.rk, vus, n);

	if (!error) {
		return ERR_OK;
	}
	rd_kafka_resp_err_t code = rd_kafka_error_code(error);

	if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
		kafka_conf_log(writer->handle.settings, 3, "send: %s",
			       rd_kafka_error_string(error));
	}
	if (code == RD_KAFKA_RESP_ERR__FATAL) {
		writer->handle.fatal = true;
	}
	rd_kafka_error_destroy(error);
	return kafka_conf_err(code);
}

enum err kafka_writer_probe(struct kafka_writer *writer, int topic, int32_t partition)
{
	writer->probe = writer->probe ? writer->probe : kafka_probe_new(&writer->handle);
	return writer->probe && kafka_probe_add(writer->probe,
						rd_kafka_topic_name(writer->topics[topic]),
						partition) >= 0
		       ? ERR_OK
		       : ERR_NOMEM;
}

bool kafka_writer_silent(const struct kafka_writer *writer, int number)
{
	return kafka_probe_silent_at(writer->probe, number);
}

int kafka_writer_poll(struct kafka_writer *writer, int timeout_ms)
{
	if (writer->probe) {
		kafka_probe_turn(writer->probe);
	}
	return rd_kafka_poll(writer->handle.rk, timeout_ms);
}

enum err kafka_writer_flush(struct kafka_writer *writer, int timeout_ms)
{
	rd_kafka_resp_err_t code = rd_kafka_flush(writer->handle.rk, timeout_ms);

	if (writer->handle.fatal) {
		return ERR_KAFKA;
	}
	return kafka_conf_err(code);
}

const struct kafka_handle *kafka_writer_handle(const struct kafka_writer *writer)
{
	return &writer->handle;
}

void kafka_writer_break(struct kafka_writer *writer)
{
	rd_kafka_test_fatal_error(writer->handle.rk, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
				  "injected");
}
