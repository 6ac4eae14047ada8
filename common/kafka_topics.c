/* kafka_topics.c: creates topics and says which of them are not set up as govbus needs them. */
#include "common/kafka_topics.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TOPICS_MAX = 64,
	TOPICS_WAIT_MS = 15000,
	TOPICS_METADATA_MS = 10000,
	TOPICS_ERROR_BYTES = 256
};

/* Kafka's own default; our largest record is far below it, and a batch of ours is at most as large. */
enum { TOPICS_MESSAGE_BYTES = 1048588 };

static const struct kafka_option no_options[] = {{NULL, NULL}};

static enum err admin_open(struct kafka_handle *handle, const struct kafka_settings *settings)
{
	*handle = (struct kafka_handle){.settings = settings};
	return kafka_conf_open(handle, KAFKA_PRODUCER, kafka_conf_new(handle), no_options,
			       no_options);
}

static rd_kafka_NewTopic_t *new_topic(const struct kafka_topic *topic, int replication)
{
	char why[TOPICS_ERROR_BYTES], number[24];
	rd_kafka_NewTopic_t *made =
		rd_kafka_NewTopic_new(topic->name, topic->partitions ? topic->partitions : 1,
				      replication ? replication : -1, why, sizeof why);

	if (!made) {
		return NULL;
	}
	rd_kafka_NewTopic_set_config(made, "cleanup.policy", "delete");
	rd_kafka_NewTopic_set_config(made, "retention.bytes", "-1");
	rd_kafka_NewTopic_set_config(made, "unclean.leader.election.enable", "false");
	rd_kafka_NewTopic_set_config(made, "message.timestamp.type",
				     topic->append_time ? "LogAppendTime" : "CreateTime");
	snprintf(number, sizeof number, "%lld", (long long)topic->retention_ms);
	rd_kafka_NewTopic_set_config(made, "retention.ms", number);
	snprintf(number, sizeof number, "%d", TOPICS_MESSAGE_BYTES);
	rd_kafka_NewTopic_set_config(made, "max.message.bytes", number);
	return made;
}

/* Waits for the answer to one admin request. */
static enum err answer_of(struct kafka_handle *handle,
			  rd_kafka_queue_t *queue,
			  rd_kafka_event_t **ret_event)
{
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, TOPICS_WAIT_MS);

	if (!event) {
		return ERR_KAFKA_AWAY;
	}
	enum err err = kafka_conf_err(rd_kafka_event_error(event));

	if (err) {
		kafka_conf_log(handle->settings, 3, "topics: %s",
			       rd_kafka_event_error_string(event));
		rd_kafka_event_destroy(event);
		return err;
	}
	*ret_event = event;
	return ERR_OK;
}

static enum err created(struct kafka_handle *handle,
			rd_kafka_event_t *event,
			struct buf *ret_report)
{
	size_t n = 0;
	const rd_kafka_topic_result_t **results =
		rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);
	enum err err = ERR_OK;

	for (size_t i = 0; i < n; i++) {
		rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[i]);

		if (!code) {
			buf_printf(ret_report, "created %s\n",
				   rd_kafka_topic_result_name(results[i]));
		} else if (code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
			kafka_conf_log(handle->settings, 3, "%s: %s",
				       rd_kafka_topic_result_name(results[i]),
				       rd_kafka_topic_result_error_string(results[i]));
			err = kafka_conf_err(code);
		}
	}
	return err;
}

enum err kafka_topics_create(const struct kafka_settings *settings,
			     const struct kafka_topic *topics,
			     size_t n,
			     int replication,
			     struct buf *ret_report)
{
	rd_kafka_NewTopic_t *made[TOPICS_MAX] = {0};
	struct kafka_handle handle;
	rd_kafka_event_t *event = NULL;
	enum err err = n > TOPICS_MAX ? ERR_TOO_BIG : admin_open(&handle, settings);

	if (err) {
		return err;
	}
	rd_kafka_queue_t *queue = rd_kafka_queue_new(handle.rk);

	for (size_t i = 0; i < n; i++) {
		made[i] = new_topic(&topics[i], replication);
		if (!made[i]) {
			err = ERR_USAGE;
		}
	}
	if (!err) {
		rd_kafka_CreateTopics(handle.rk, made, n, NULL, queue);
		err = answer_of(&handle, queue, &event);
	}
	if (!err) {
		err = created(&handle, event, ret_report);
		rd_kafka_event_destroy(event);
	}
	for (size_t i = 0; i < n; i++) {
		if (made[i]) {
			rd_kafka_NewTopic_destroy(made[i]);
		}
	}
	rd_kafka_queue_destroy(queue);
	rd_kafka_destroy(handle.rk);
	return err;
}

/* A topic's own settings, by name. */
struct settings_found {
	const rd_kafka_ConfigEntry_t **entries;
	size_t n;
};

static const char *setting(const struct settings_found *found, const char *name)
{
	for (size_t i = 0; i < found->n; i++) {
		if (strcmp(rd_kafka_ConfigEntry_name(found->entries[i]), name) == 0) {
			const char *value = rd_kafka_ConfigEntry_value(found->entries[i]);

			return value ? value : "";
		}
	}
	return "";
}

static void must_be(const struct kafka_topic *topic,
		    const struct settings_found *found,
		    const char *name,
		    const char *wanted,
		    struct buf *ret_problems)
{
	const char *value = setting(found, name);

	if (strcmp(value, wanted) != 0) {
		buf_printf(ret_problems, "%s: %s is %s, must be %s\n", topic->name, name, value,
			   wanted);
	}
}

static void check_settings(const struct kafka_topic *topic,
			   const struct settings_found *found,
			   struct buf *ret_problems)
{
	char number[24];

	snprintf(number, sizeof number, "%lld", (long long)topic->retention_ms);
	must_be(topic, found, "cleanup.policy", "delete", ret_problems);
	must_be(topic, found, "retention.ms", number, ret_problems);
	must_be(topic, found, "retention.bytes", "-1", ret_problems);
	must_be(topic, found, "unclean.leader.election.enable", "false", ret_problems);
	if (topic->append_time) {
		must_be(topic, found, "message.timestamp.type", "LogAppendTime", ret_problems);
	}
	if (strtoll(setting(found, "max.message.bytes"), NULL, 10) < TOPICS_MESSAGE_BYTES) {
		buf_printf(ret_problems, "%s: max.message.bytes is %s, must be at least %d\n",
			   topic->name, setting(found, "max.message.bytes"), TOPICS_MESSAGE_BYTES);
	}
}

/* One topic's settings as the broker tells them, against the table. */
static void check_resource(const rd_kafka_ConfigResource_t *resource,
			   const struct kafka_topic *topics,
			   size_t n,
			   struct buf *ret_problems)
{
	struct settings_found found = {0};

	found.entries = rd_kafka_ConfigResource_configs(resource, &found.n);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(topics[i].name, rd_kafka_ConfigResource_name(resource)) == 0) {
			check_settings(&topics[i], &found, ret_problems);
		}
	}
}

static enum err check_configs(struct kafka_handle *handle,
			      const struct kafka_topic *topics,
			      size_t n,
			      struct buf *ret_problems)
{
	rd_kafka_ConfigResource_t *asked[TOPICS_MAX];
	rd_kafka_event_t *event = NULL;
	rd_kafka_queue_t *queue = rd_kafka_queue_new(handle->rk);

	for (size_t i = 0; i < n; i++) {
		asked[i] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topics[i].name);
	}
	rd_kafka_DescribeConfigs(handle->rk, asked, n, NULL, queue);
	enum err err = answer_of(handle, queue, &event);

	if (!err) {
		size_t answers = 0;
		const rd_kafka_ConfigResource_t **resources =
			rd_kafka_DescribeConfigs_result_resources(
				rd_kafka_event_DescribeConfigs_result(event), &answers);

		for (size_t i = 0; i < answers; i++) {
			check_resource(resources[i], topics, n, ret_problems);
		}
		rd_kafka_event_destroy(event);
	}
	rd_kafka_ConfigResource_destroy_array(asked, n);
	rd_kafka_queue_destroy(queue);
	return err;
}

/* Those that are there, with the right number of partitions, go on to the second look. */
static size_t check_partitions(const rd_kafka_metadata_t *metadata,
			       const struct kafka_topic *topics,
			       size_t n,
			       struct kafka_topic *ret_there,
			       struct buf *ret_problems)
{
	size_t there = 0;

	for (size_t i = 0; i < n; i++) {
		int partitions = -1;

		for (int k = 0; k < metadata->topic_cnt; k++) {
			if (strcmp(metadata->topics[k].topic, topics[i].name) == 0 &&
			    !metadata->topics[k].err) {
				partitions = metadata->topics[k].partition_cnt;
			}
		}
		if (partitions < 0) {
			buf_printf(ret_problems, "%s: no such topic\n", topics[i].name);
			continue;
		}
		if (topics[i].partitions && partitions != topics[i].partitions) {
			buf_printf(ret_problems, "%s: has %d partitions, must have %d\n",
				   topics[i].name, partitions, topics[i].partitions);
		}
		ret_there[there++] = topics[i];
	}
	return there;
}

static size_t lines_of(const struct buf *text, size_t from)
{
	size_t lines = 0;

	for (size_t i = from; i < text->n; i++) {
		lines += text->p[i] == '\n';
	}
	return lines;
}

enum err kafka_topics_check(const struct kafka_settings *settings,
			    const struct kafka_topic *topics,
			    size_t n,
			    struct buf *ret_problems)
{
	struct kafka_topic there[TOPICS_MAX];
	struct kafka_handle handle;
	const rd_kafka_metadata_t *metadata = NULL;
	enum err err = n > TOPICS_MAX ? ERR_TOO_BIG : admin_open(&handle, settings);

	if (err) {
		return err;
	}
	size_t before = ret_problems->n, found = 0;

	err = kafka_conf_err(rd_kafka_metadata(handle.rk, 1, NULL, &metadata, TOPICS_METADATA_MS));
	if (!err) {
		found = check_partitions(metadata, topics, n, there, ret_problems);
		rd_kafka_metadata_destroy(metadata);
	}
	if (!err && found) {
		err = check_configs(&handle, there, found, ret_problems);
	}
	rd_kafka_destroy(handle.rk);
	if (err || ret_problems->err) {
		return err ? err : ret_problems->err;
	}
	size_t missing = n - found; /* a line each */

	if (lines_of(ret_problems, before) > missing) {
		return ERR_TOPIC_CONFIG;
	}
	return missing ? ERR_ABSENT : ERR_OK;
}
