/* kafka_runtime.h: a consumer as a process: takes partitions in a group, folds them into its shards, and reports how far it is. */
#ifndef GOVBUS_CONSUMERS_KAFKA_RUNTIME_H
#define GOVBUS_CONSUMERS_KAFKA_RUNTIME_H

#include "common/buf.h"
#include "common/kafka_conf.h"
#include "projections/projection.h"

struct runtime;

struct runtime_config {
	const struct kafka_settings *settings;
	const struct projection *projection;
	const char *home;   /* environments are HOME/NAME/shard-N */
	const char *prefix; /* of topics and groups */
	/* Unique in the group: when restarted it gets its partitions back at once */
	const char *instance;
	const char *build; /* of this program: another one tries parked events again */
	int shards; /* environments, each with a thread of its own; partition p belongs to shard p % shards */
	int session_timeout_ms; /* 0: the default */
	uint64_t map_bytes;     /* as in kv_config */
	bool alone;             /* no group: own every partition */
};

/**
 * Opens the environments and joins the group. An environment of another version is moved aside and rebuilt.
 * @return BUSY when another process writes an environment, KAFKA_AWAY, ABSENT (no topic: govbus topics makes it), STORE…
 * @thread the one that opened it, as all but stop, ready and healthy
 */
enum err kafka_runtime_open(const struct runtime_config *config, struct runtime **ret_runtime);

/**
 * Works until it is stopped (OK) or must end: LOG_TRIMMED, LOG_RECREATED, LOG_LOST_TAIL, LOG_GAP, FENCED, STORE. A full store or
 * disk, and a broker that is away, are waited for.
 */
enum err kafka_runtime_run(struct runtime *runtime);

/** Asks run to return. Safe in a signal handler. */
void kafka_runtime_stop(struct runtime *runtime);

/** Commits what stands, leaves the group, closes. NULL is fine. */
void kafka_runtime_close(struct runtime *runtime);

/** For health.h: whether all partitions that are ours are folded to their end; the reasons why not, and how many subjects are parked. @thread any */
bool kafka_runtime_show_ready(void *runtime, struct buf *reasons);

/**
 * Whether its threads make progress and there is room on the disk. A broker that is away is mentioned but does not make it
 * unhealthy: restarting would not help.
 * @thread any
 */
bool kafka_runtime_show_healthy(void *runtime, struct buf *reasons);

#endif
