/* kafka_member.c: membership of a consumer group, for ownership alone: who works on which partition; it fetches nothing. */
#include "common/kafka_member.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>

enum { MEMBER_SESSION_MS = 6000 };

struct kafka_member {
	struct kafka_handle handle;
	struct kafka_member_config config;
};

static const struct kafka_option defaults[] = {
	{"heartbeat.interval.ms", "500"},
	{NULL, NULL},
};

static const struct kafka_option required[] = {
	{"group.protocol", "classic"},
	{"partition.assignment.strategy", "range"},
	{"enable.auto.commit", "false"},
	{"enable.auto.offset.store", "false"},
	{"auto.offset.reset", "error"},
	{"allow.auto.create.topics", "false"},
	{NULL, NULL},
};

static void on_rebalance(rd_kafka_t *rk,
			 rd_kafka_resp_err_t code,
			 rd_kafka_topic_partition_list_t *list,
			 void *opaque)
{
	struct kafka_member *member = opaque;
	bool ours = code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;

	kafka_conf_log(member->handle.settings, 6, "group %s: %s %d partitions%s",
		       member->config.group, ours ? "given" : "revoked", list->cnt,
		       !ours && rd_kafka_assignment_lost(rk) ? ", lost" : "");
	for (int i = 0; i < list->cnt; i++) {
		member->config.owned(member->config.context, list->elems[i].topic,
				     list->elems[i].partition, ours);
	}
	/* Accepted with an empty list: it owns, and fetches nothing. */
	rd_kafka_topic_partition_list_t *none = rd_kafka_topic_partition_list_new(0);

	rd_kafka_assign(rk, ours ? none : NULL);
	rd_kafka_topic_partition_list_destroy(none);
}

static void on_answer(rd_kafka_t *rk,
		      rd_kafka_resp_err_t code,
		      rd_kafka_topic_partition_list_t *list,
		      void *opaque)
{
	struct kafka_member *member = opaque;

	(void)rk;
	for (int i = 0; list && i < list->cnt; i++) {
		rd_kafka_resp_err_t one = code ? code : list->elems[i].err;

		if (one) {
			kafka_conf_log(member->handle.settings, 4,
				       "group %s does not confirm %s %d: %s", member->config.group,
				       list->elems[i].topic, (int)list->elems[i].partition,
				       rd_kafka_err2name(one));
		}
		member->config.answered(member->config.context, list->elems[i].topic,
					list->elems[i].partition, kafka_conf_err(one));
	}
}

static enum err subscribe(struct kafka_member *member)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(4);

	for (const char *const *topic = member->config.topics; *topic; topic++) {
		rd_kafka_topic_partition_list_add(list, *topic, RD_KAFKA_PARTITION_UA);
	}
	enum err err = kafka_conf_err(rd_kafka_subscribe(member->handle.rk, list));

	rd_kafka_topic_partition_list_destroy(list);
	return err;
}

enum err kafka_member_open(const struct kafka_member_config *config,
			   struct kafka_member **ret_member)
{
	struct kafka_member *member = calloc(1, sizeof *member);
	char timeout[16], why[128];
	enum err err = ERR_USAGE;

	if (!member) {
		return ERR_NOMEM;
	}
	member->config = *config;
	member->handle.settings = config->settings;
	snprintf(timeout, sizeof timeout, "%d",
		 config->session_timeout_ms ? config->session_timeout_ms : MEMBER_SESSION_MS);
	rd_kafka_conf_t *conf = kafka_conf_new(&member->handle);

	rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
	rd_kafka_conf_set_offset_commit_cb(conf, on_answer);
	if (!rd_kafka_conf_set(conf, "group.id", config->group, why, sizeof why) &&
	    !rd_kafka_conf_set(conf, "group.instance.id", config->instance, why, sizeof why) &&
	    !rd_kafka_conf_set(conf, "client.id", config->instance, why, sizeof why) &&
	    !rd_kafka_conf_set(conf, "session.timeout.ms", timeout, why, sizeof why)) {
		err = kafka_conf_open(&member->handle, KAFKA_CONSUMER, conf, defaults, required);
	} else {
		kafka_conf_log(config->settings, 3, "%s", why);
		rd_kafka_conf_destroy(conf);
	}
	if (!err) {
		err = subscribe(member);
		if (err) {
			rd_kafka_destroy(member->handle.rk);
		}
	}
	if (err) {
		free(member);
		return err;
	}
	*ret_member = member;
	return ERR_OK;
}

enum err kafka_member_poll(struct kafka_member *member, int timeout_ms)
{
	rd_kafka_message_t *message = rd_kafka_consumer_poll(member->handle.rk, timeout_ms);

	if (message) {
		/* A fenced name shows as a fatal message, with no revocation for the better part of a minute. */
		if (message->err == RD_KAFKA_RESP_ERR__FATAL ||
		    message->err == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID) {
			member->handle.fatal = true;
		}
		if (message->err) {
			kafka_conf_log(member->handle.settings, 4, "group %s: %s",
				       member->config.group, rd_kafka_message_errstr(message));
		}
		rd_kafka_message_destroy(message);
	}
	return member->handle.fatal ? ERR_FENCED : ERR_OK;
}

enum err kafka_member_ask(struct kafka_member *member,
			  const char *topic,
			  int32_t partition,
			  int64_t offset)
{
	rd_kafka_topic_partition_list_t *one = rd_kafka_topic_partition_list_new(1);

	rd_kafka_topic_partition_list_add(one, topic, partition)->offset = offset;
	enum err err = kafka_conf_err(rd_kafka_commit(member->handle.rk, one, /*async=*/1));

	rd_kafka_topic_partition_list_destroy(one);
	return err;
}

void kafka_member_close(struct kafka_member *member)
{
	if (!member) {
		return;
	}
	rd_kafka_consumer_close(member->handle.rk);
	rd_kafka_destroy(member->handle.rk);
	free(member);
}
