/* kafka_reader.c: reads partitions from the offsets it is given, one record at a time; no group, no commits, no reset policy. */
#include "common/kafka_reader.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/kafka_probe.h"

enum {
	WATERMARK_TRIES = 20,
	WATERMARK_MS = 2000,
	WATERMARK_PAUSE_US = 250000,
	WATERMARK_ONCE_MS = 1000,
	PARTITIONS_TRIES = 12,
};

struct kafka_reader {
	struct kafka_handle handle;
	struct kafka_probe *probe; /* NULL: nobody asked for it */
};

/* fetch.queue.backoff.ms is 1000 by default: a reader a little behind its own queue sleeps a second (222 k against 1.1 M/s). */
static const struct kafka_option defaults[] = {
	{"fetch.queue.backoff.ms", "10"},
	{"fetch.wait.max.ms", "100"},
	{"fetch.error.backoff.ms", "100"},
	{"queued.min.messages", "100000"},
	{NULL, NULL},
};

static const struct kafka_option required[] = {
	{"enable.auto.commit", "false"},       {"enable.auto.offset.store", "false"},
	{"auto.offset.reset", "error"},        {"enable.partition.eof", "true"},
	{"allow.auto.create.topics", "false"}, {NULL, NULL},
};

enum err kafka_reader_open(const struct kafka_settings *settings,
			   const char *name,
			   struct kafka_reader **ret_reader)
{
	struct kafka_reader *reader = calloc(1, sizeof *reader);
	char why[128];

	if (!reader) {
		return ERR_NOMEM;
	}
	reader->handle.settings = settings;
	rd_kafka_conf_t *conf = kafka_conf_new(&reader->handle);
	enum err err = ERR_OK;

	/* librdkafka demands a group name although we are in no group. */
	if (rd_kafka_conf_set(conf, "client.id", name, why, sizeof why) ||
	    rd_kafka_conf_set(conf, "group.id", name, why, sizeof why)) {
		rd_kafka_conf_destroy(conf);
		err = ERR_USAGE;
	} else {
		err = kafka_conf_open(&reader->handle, KAFKA_CONSUMER, conf, defaults, required);
	}
	if (err) {
		free(reader);
		return err;
	}
	*ret_reader = reader;
	return ERR_OK;
}

enum err kafka_reader_probe(struct kafka_reader *reader, const char *topic, int32_t partition)
{
	reader->probe = reader->probe ? reader->probe : kafka_probe_new(&reader->handle);
	return reader->probe && kafka_probe_add(reader->probe, topic, partition) >= 0 ? ERR_OK
										      : ERR_NOMEM;
}

bool kafka_reader_silent(const struct kafka_reader *reader, int number)
{
	return kafka_probe_silent_at(reader->probe, number);
}

bool kafka_reader_end(const struct kafka_reader *reader,
		      int number,
		      int64_t since_us,
		      int64_t *ret_end)
{
	return kafka_probe_end(reader->probe, number, since_us, ret_end);
}

void kafka_reader_close(struct kafka_reader *reader)
{
	if (!reader) {
		return;
	}
	kafka_probe_free(reader->probe);
	rd_kafka_assign(reader->handle.rk, NULL);
	rd_kafka_consumer_close(reader->handle.rk);
	rd_kafka_destroy(reader->handle.rk);
	free(reader);
}

static enum err translate(struct kafka_reader *reader, const char *what, rd_kafka_error_t *error)
{
	if (!error) {
		return ERR_OK;
	}
	enum err err = kafka_conf_err(rd_kafka_error_code(error));

	kafka_conf_log(reader->handle.settings, 3, "%s: %s", what, rd_kafka_error_string(error));
	rd_kafka_error_destroy(error);
	return err;
}

static bool is_assigned(struct kafka_reader *reader, const char *topic, int32_t partition)
{
	rd_kafka_topic_partition_list_t *list = NULL;
	bool found = false;

	if (rd_kafka_assignment(reader->handle.rk, &list) == RD_KAFKA_RESP_ERR_NO_ERROR && list) {
		found = rd_kafka_topic_partition_list_find(list, topic, partition) != NULL;
	}
	if (list) {
		rd_kafka_topic_partition_list_destroy(list);
	}
	return found;
}

enum err kafka_reader_unassign(struct kafka_reader *reader, const char *topic, int32_t partition)
{
	if (!is_assigned(reader, topic, partition)) {
		return ERR_OK;
	}
	rd_kafka_topic_partition_list_t *one = rd_kafka_topic_partition_list_new(1);

	rd_kafka_topic_partition_list_add(one, topic, partition);
	enum err err = translate(reader, "unassign",
				 rd_kafka_incremental_unassign(reader->handle.rk, one));

	rd_kafka_topic_partition_list_destroy(one);
	return err;
}

enum err kafka_reader_assign(struct kafka_reader *reader,
			     const char *topic,
			     int32_t partition,
			     int64_t offset)
{
	enum err err = kafka_reader_unassign(reader, topic, partition);

	if (err) {
		return err;
	}
	rd_kafka_topic_partition_list_t *one = rd_kafka_topic_partition_list_new(1);

	rd_kafka_topic_partition_list_add(one, topic, partition)->offset = offset;
	err = translate(reader, "assign", rd_kafka_incremental_assign(reader->handle.rk, one));
	rd_kafka_topic_partition_list_destroy(one);
	return err;
}

/* An offset that the log does not have is below its start or past its end: only the broker can tell which. */
static enum err out_of_range(struct kafka_reader *reader, const rd_kafka_message_t *message)
{
	int64_t low = 0, high = 0;
	enum err err = kafka_reader_watermarks(reader, rd_kafka_topic_name(message->rkt),
					       message->partition, &low, &high);

	if (err) {
		return err;
	}
	return message->offset >= 0 && message->offset < low ? ERR_LOG_TRIMMED : ERR_LOG_LOST_TAIL;
}

/* What was fetched before a silence is still read in it. */
static void heard(struct kafka_reader *reader)
{
	if (!kafka_probe_silent(reader->probe)) {
		reader->handle.away = false;
	}
}

static void fill_error(struct kafka_reader *reader,
		       const rd_kafka_message_t *message,
		       struct kafka_record *record)
{
	record->what = KAFKA_READ_ERROR;
	record->err = kafka_conf_err(message->err);
	if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		record->what = KAFKA_READ_END;
		record->err = ERR_OK;
		heard(reader);
		return;
	}
	kafka_conf_log(reader->handle.settings, 4, "%s %d: %s", record->topic ? record->topic : "",
		       (int)record->partition, rd_kafka_message_errstr(message));
	if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
	    message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
		record->err = out_of_range(reader, message);
	} else if (message->err == RD_KAFKA_RESP_ERR__FATAL) {
		reader->handle.fatal = true;
	}
}

enum kafka_read kafka_reader_poll(struct kafka_reader *reader,
				  int timeout_ms,
				  struct kafka_record *record)
{
	rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;

	if (reader->probe) {
		kafka_probe_turn(reader->probe);
	}
	rd_kafka_message_t *message = rd_kafka_consumer_poll(reader->handle.rk, timeout_ms);

	*record = (struct kafka_record){
		.what = KAFKA_READ_NONE, .message = message, .leader_epoch = -1};
	if (!message) {
		return KAFKA_READ_NONE;
	}
	record->topic = message->rkt ? rd_kafka_topic_name(message->rkt) : NULL;
	record->partition = message->partition;
	record->offset = message->offset;
	if (message->err) {
		fill_error(reader, message, record);
		return record->what;
	}
	int64_t stamp_ms = rd_kafka_message_timestamp(message, &type);

	record->what = KAFKA_READ_RECORD;
	record->broker_us = type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? stamp_ms * 1000 : 0;
	record->leader_epoch = rd_kafka_message_leader_epoch(message);
	record->key = span_of(message->key, message->key_len);
	record->value = span_of(message->payload, message->len);
	heard(reader);
	return record->what;
}

void kafka_reader_release(struct kafka_record *record)
{
	if (record->message) {
		rd_kafka_message_destroy(record->message);
		record->message = NULL;
	}
}

enum err kafka_reader_watermarks(struct kafka_reader *reader,
				 const char *topic,
				 int32_t partition,
				 int64_t *ret_low,
				 int64_t *ret_high)
{
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

	for (int try = 0; try < WATERMARK_TRIES; try++) {
		if (try) {
			usleep(WATERMARK_PAUSE_US);
		}
		code = rd_kafka_query_watermark_offsets(reader->handle.rk, topic, partition,
							ret_low, ret_high, WATERMARK_MS);
		/* Just after a broker's start the leader may not yet be known: that passes. */
		if (code != RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION &&
		    code != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE &&
		    code != RD_KAFKA_RESP_ERR__TRANSPORT && code != RD_KAFKA_RESP_ERR__TIMED_OUT) {
			break;
		}
	}
	return kafka_conf_err(code);
}

enum err kafka_reader_watermarks_once(struct kafka_reader *reader,
				      const char *topic,
				      int32_t partition,
				      int64_t *ret_low,
				      int64_t *ret_high)
{
	return kafka_conf_err(rd_kafka_query_watermark_offsets(
		reader->handle.rk, topic, partition, ret_low, ret_high, WATERMARK_ONCE_MS));
}

static enum err ask_partitions(struct kafka_reader *reader, const char *topic, int *ret_partitions)
{
	const rd_kafka_metadata_t *metadata = NULL;
	rd_kafka_topic_t *handle = rd_kafka_topic_new(reader->handle.rk, topic, NULL);

	if (!handle) {
		return ERR_KAFKA;
	}
	rd_kafka_resp_err_t code =
		rd_kafka_metadata(reader->handle.rk, 0, handle, &metadata, WATERMARK_MS);
	enum err err = kafka_conf_err(code);

	if (!err && metadata->topic_cnt == 1 && !metadata->topics[0].err) {
		*ret_partitions = metadata->topics[0].partition_cnt;
	} else if (!err) {
		err = metadata->topic_cnt == 1 ? kafka_conf_err(metadata->topics[0].err)
					       : ERR_ABSENT;
	}
	if (metadata) {
		rd_kafka_metadata_destroy(metadata);
	}
	rd_kafka_topic_destroy(handle);
	return err;
}

enum err kafka_reader_partitions(struct kafka_reader *reader,
				 const char *topic,
				 int *ret_partitions)
{
	enum err err = ask_partitions(reader, topic, ret_partitions);

	/* A broker that has just started may not list its topics yet: that passes. */
	for (int try = 1; err == ERR_ABSENT && try < PARTITIONS_TRIES; try++) {
		usleep(WATERMARK_PAUSE_US);
		err = ask_partitions(reader, topic, ret_partitions);
	}
	return err;
}

const struct kafka_handle *kafka_reader_handle(const struct kafka_reader *reader)
{
	return &reader->handle;
}
