/* kafka_member.c: membership of a consumer group, used only to share out partitions among instances; it fetches nothing. */
#include "common/kafka_member.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"

enum {
	MEMBER_SESSION_MS = 6000,
	MEMBER_NAME_BYTES = 192,
	MEMBER_PARDON_US = 120 * 1000000,
	MEMBER_LOOK_US = 200000,
	MEMBER_LOOK_AGAIN_US = 1000000,
	MEMBER_LOOK_MS = 500,
	MEMBER_LOST_US = 10000000, /* librdkafka joins again by itself, as a rule within seconds */
};

/*
 * The race that a pardon is for: an outage makes a member fence itself.
 *   1. The broker is away, or hangs, for longer than the session; librdkafka gives up its member id, to join anew.
 *   2. The broker is back, and takes a request that was sent, or queued, under the old id: another join, or a heartbeat.
 *   3. The coordinator has replaced that id meanwhile by the one of the new join, and calls one of the two fenced, as if another
 *      process had come with our name. To librdkafka that is fatal.
 * So a fence ends the member only if the broker was there all the time; after an outage it joins anew, once for each outage: of two
 * processes with one name, both of which saw the outage, one is fenced again, and ends.
 */
struct kafka_member {
	struct kafka_handle handle;
	struct kafka_member_config config;
	char group[MEMBER_NAME_BYTES], instance[MEMBER_NAME_BYTES];
	rd_kafka_topic_partition_list_t *given; /* what is ours now */
	int64_t look_us; /* steady time at which to look whether all partitions have an owner; 0: no need */
	bool looked;
	int64_t lost_us; /* steady time since which nothing was given after a loss: of the loss, or of joining anew; 0: not so */
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

static void take_all(struct kafka_member *member)
{
	for (int i = 0; i < member->given->cnt; i++) {
		member->config.owned(member->config.context, member->given->elems[i].topic,
				     member->given->elems[i].partition, false);
	}
	rd_kafka_topic_partition_list_destroy(member->given);
	member->given = rd_kafka_topic_partition_list_new(0);
}

static void give(struct kafka_member *member, const rd_kafka_topic_partition_list_t *list)
{
	take_all(member);
	member->lost_us = 0;
	rd_kafka_topic_partition_list_destroy(member->given);
	member->given = rd_kafka_topic_partition_list_copy(list);
	for (int i = 0; i < list->cnt; i++) {
		member->config.owned(member->config.context, list->elems[i].topic,
				     list->elems[i].partition, true);
	}
	if (!member->looked) {
		member->look_us = clock_steady_us() + MEMBER_LOOK_US;
	}
}

/* A session that has run out is an outage, though a broker that hangs breaks no connection. What is lost because another has our name comes
 * after the fatal error that says so. */
static void lose(struct kafka_member *member)
{
	char why[16];

	member->lost_us = clock_steady_us();
	if (!rd_kafka_fatal_error(member->handle.rk, why, sizeof why)) {
		member->handle.trouble_us = member->lost_us;
	}
}

static void on_rebalance(rd_kafka_t *rk,
			 rd_kafka_resp_err_t code,
			 rd_kafka_topic_partition_list_t *list,
			 void *opaque)
{
	struct kafka_member *member = opaque;
	bool ours = code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;

	kafka_conf_log(member->handle.settings, 6, "group %s: %s %d partitions%s", member->group,
		       ours ? "given" : "revoked", list->cnt,
		       !ours && rd_kafka_assignment_lost(rk) ? ", lost" : "");
	if (ours) {
		member->handle.away = false;
		give(member, list);
	} else {
		take_all(member);
		member->lost_us = 0;
		if (rd_kafka_assignment_lost(rk)) {
			lose(member);
		}
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
				       "group %s does not confirm %s %d: %s", member->group,
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

static enum err open_handle(struct kafka_member *member)
{
	const struct kafka_member_config *config = &member->config;
	char timeout[16], why[128];
	enum err err = ERR_USAGE;

	member->handle = (struct kafka_handle){.settings = config->settings};
	member->look_us = member->lost_us = 0;
	member->looked = false;
	snprintf(timeout, sizeof timeout, "%d",
		 config->session_timeout_ms ? config->session_timeout_ms : MEMBER_SESSION_MS);
	rd_kafka_conf_t *conf = kafka_conf_new(&member->handle);

	rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
	rd_kafka_conf_set_offset_commit_cb(conf, on_answer);
	if (!rd_kafka_conf_set(conf, "group.id", member->group, why, sizeof why) &&
	    !rd_kafka_conf_set(conf, "group.instance.id", member->instance, why, sizeof why) &&
	    !rd_kafka_conf_set(conf, "client.id", member->instance, why, sizeof why) &&
	    !rd_kafka_conf_set(conf, "session.timeout.ms", timeout, why, sizeof why)) {
		err = kafka_conf_open(&member->handle, KAFKA_CONSUMER, conf, defaults, required);
	} else {
		kafka_conf_log(config->settings, 3, "%s", why);
		rd_kafka_conf_destroy(conf);
	}
	return err ? err : subscribe(member);
}

enum err kafka_member_open(const struct kafka_member_config *config,
			   struct kafka_member **ret_member)
{
	struct kafka_member *member = calloc(1, sizeof *member);

	if (!member) {
		return ERR_NOMEM;
	}
	member->config = *config;
	member->given = rd_kafka_topic_partition_list_new(0);
	snprintf(member->group, sizeof member->group, "%s", config->group);
	snprintf(member->instance, sizeof member->instance, "%s", config->instance);
	enum err err = open_handle(member);

	if (err) {
		kafka_member_close(member);
		return err;
	}
	*ret_member = member;
	return ERR_OK;
}

/* Of a handle that has failed for good: closing in order needs a coordinator that still knows it. */
static void drop_handle(struct kafka_member *member)
{
	rd_kafka_destroy_flags(member->handle.rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	member->handle.rk = NULL;
}

static enum err fenced(struct kafka_member *member)
{
	int64_t trouble_us = member->handle.trouble_us;
	bool pardon = trouble_us && clock_steady_us() - trouble_us < MEMBER_PARDON_US;

	take_all(member);
	if (!pardon) {
		return ERR_FENCED;
	}
	kafka_conf_log(member->handle.settings, 4,
		       "group %s: fenced after the broker was away: joining again", member->group);
	drop_handle(member);
	return open_handle(member);
}

static int partitions_of(struct kafka_member *member, const char *topic)
{
	const rd_kafka_metadata_t *metadata = NULL;
	rd_kafka_topic_t *handle = rd_kafka_topic_new(member->handle.rk, topic, NULL);
	int n = -1;

	if (!handle) {
		return -1;
	}
	if (!rd_kafka_metadata(member->handle.rk, 0, handle, &metadata, MEMBER_LOOK_MS)) {
		if (metadata->topic_cnt == 1 && !metadata->topics[0].err) {
			n = metadata->topics[0].partition_cnt;
		}
		rd_kafka_metadata_destroy(metadata);
	}
	rd_kafka_topic_destroy(handle);
	return n;
}

static int owned_in(const rd_kafka_ConsumerGroupDescription_t *group)
{
	int n = 0;

	for (size_t i = 0; i < rd_kafka_ConsumerGroupDescription_member_count(group); i++) {
		const rd_kafka_MemberAssignment_t *assignment =
			rd_kafka_MemberDescription_assignment(
				rd_kafka_ConsumerGroupDescription_member(group, i));

		n += rd_kafka_MemberAssignment_partitions(assignment)->cnt;
	}
	return n;
}

/* How many partitions the group's members own together; -1: it cannot be said now. */
static int owned_by_all(struct kafka_member *member)
{
	const char *groups[] = {member->group};
	rd_kafka_queue_t *queue = rd_kafka_queue_new(member->handle.rk);
	size_t n = 0;
	int owned = -1;

	rd_kafka_DescribeConsumerGroups(member->handle.rk, groups, 1, NULL, queue);
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, MEMBER_LOOK_MS);

	if (event && !rd_kafka_event_error(event)) {
		const rd_kafka_ConsumerGroupDescription_t **described =
			rd_kafka_DescribeConsumerGroups_result_groups(
				rd_kafka_event_DescribeConsumerGroups_result(event), &n);

		if (n == 1 && !rd_kafka_ConsumerGroupDescription_error(described[0]) &&
		    rd_kafka_ConsumerGroupDescription_state(described[0]) ==
			    RD_KAFKA_CONSUMER_GROUP_STATE_STABLE) {
			owned = owned_in(described[0]);
		}
	}
	if (event) {
		rd_kafka_event_destroy(event);
	}
	rd_kafka_queue_destroy(queue);
	return owned;
}

/*
 * A static member that comes back is given what it had, and nobody shares out anew: partitions of a topic that was made meanwhile
 * then belong to nobody, until another instance comes or goes. To join again, as a member that is known by now, makes the group look
 * at its topics. Once for each handle: if it does not help, it is for whoever leads the group.
 */
static void look_for_orphans(struct kafka_member *member)
{
	int partitions = 0, owned = member->given->cnt;

	member->look_us = clock_steady_us() + MEMBER_LOOK_AGAIN_US;
	for (const char *const *topic = member->config.topics; *topic; topic++) {
		int n = partitions_of(member, *topic);

		if (n < 0) {
			return;
		}
		partitions += n;
	}
	if (owned < partitions) {
		owned = owned_by_all(member);
	}
	if (owned < 0) {
		return;
	}
	member->looked = true;
	member->look_us = 0;
	if (owned < partitions) {
		kafka_conf_log(member->handle.settings, 4,
			       "group %s: %d of %d partitions have no owner: joining again",
			       member->group, partitions - owned, partitions);
		subscribe(member);
	}
}

/*
 * librdkafka waits for the answer to a join as long as a rebalance may take, which is minutes: without one the member has no partitions
 * all that time. (Once, after two outages on an overloaded machine, a member was given nothing; that this was why is a guess.) A new handle
 * asks again, and if need be another after it. While no broker can be reached there is nothing to ask: the time begins when one can.
 */
static bool waits_in_vain(const struct kafka_member *member)
{
	int64_t since_us = member->lost_us > member->handle.trouble_us ? member->lost_us
								       : member->handle.trouble_us;

	return member->lost_us && clock_steady_us() - since_us > MEMBER_LOST_US;
}

static enum err join_anew(struct kafka_member *member)
{
	kafka_conf_log(member->handle.settings, 4,
		       "group %s: lost its partitions, and was given none since: joining again",
		       member->group);
	int64_t trouble_us = member->handle.trouble_us;

	drop_handle(member);
	enum err err = open_handle(member);

	/* The request in vain may still be taken, and fence this one. */
	member->lost_us = clock_steady_us();
	member->handle.trouble_us = trouble_us;
	return err;
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
			kafka_conf_log(member->handle.settings, 4, "group %s: %s", member->group,
				       rd_kafka_message_errstr(message));
		}
		rd_kafka_message_destroy(message);
	}
	if (member->handle.fatal) {
		return fenced(member);
	}
	if (waits_in_vain(member)) {
		return join_anew(member);
	}
	if (member->look_us && clock_steady_us() > member->look_us) {
		look_for_orphans(member);
	}
	return ERR_OK;
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
	if (member->handle.rk && !member->handle.fatal) {
		rd_kafka_consumer_close(member->handle.rk);
		rd_kafka_destroy(member->handle.rk);
	} else if (member->handle.rk) {
		drop_handle(member);
	}
	rd_kafka_topic_partition_list_destroy(member->given);
	free(member);
}
