/* kafka_member.h: membership of a consumer group, used only to share out partitions among instances; it fetches nothing. */
#ifndef GOVBUS_COMMON_KAFKA_MEMBER_H
#define GOVBUS_COMMON_KAFKA_MEMBER_H

#include <stdint.h>

#include "common/kafka_conf.h"

struct kafka_member;

struct kafka_member_config {
	const struct kafka_settings *settings;
	const char *group; /* in full; copied, as the next */
	/* Static membership: the same name, restarted, has its partitions back in 10-70 ms; unique in the group */
	const char *instance;
	const char *const *topics; /* whose partitions are shared out; NULL-ended */
	int session_timeout_ms;    /* 0: 6000. How long a dead member keeps its partitions */

	/* A partition is ours, or is no longer. @thread inside kafka_member_poll and _close, as the next */
	void (*owned)(void *context, const char *topic, int32_t partition, bool ours);
	/* The answer to kafka_member_ask; only the coordinator knows whether we are still its member of this generation. */
	void (*answered)(void *context, const char *topic, int32_t partition, enum err err);
	void *context;
};

/** Opens and joins. @thread the one that opened it, as all here */
enum err kafka_member_open(const struct kafka_member_config *config,
			   struct kafka_member **ret_member);

/**
 * Serves the group: ownership and answers come in here. Call it every few milliseconds.
 * An outage of the broker, of any length, is waited for; the partitions may be taken and given again.
 * @return OK; FENCED when another member took our name: all was taken, and nothing will be given any more
 */
enum err kafka_member_poll(struct kafka_member *member, int timeout_ms);

/** Commits an offset to the group: refused unless we are its member of this generation. @return whether it could be asked */
enum err kafka_member_ask(struct kafka_member *member,
			  const char *topic,
			  int32_t partition,
			  int64_t offset);

/** Closes. A static member keeps its partitions until its session times out. NULL is fine. */
void kafka_member_close(struct kafka_member *member);

#endif
