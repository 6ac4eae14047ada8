/* kafka_runtime_parts.h: what the parts of the runtime share; others include consumers/kafka_runtime.h.
 *
 * The main thread serves the group and asks the broker how long the log is; each worker thread owns one shard and one reader. They
 * share atomics only: `wanted` says what the group gave us, the worker follows. */
#ifndef GOVBUS_CONSUMERS_KAFKA_RUNTIME_PARTS_H
#define GOVBUS_CONSUMERS_KAFKA_RUNTIME_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "common/kafka_reader.h"
#include "common/kafka_topics.h"
#include "common/kafka_watermarks.h"
#include "common/limits.h"
#include "common/metrics.h"
#include "common/pulse.h"
#include "consumers/kafka_runtime.h"
#include "consumers/shard.h"

/* A partition, as main thread and worker share it. */
struct runtime_partition {
	_Atomic bool wanted;       /* the group gave it to us */
	_Atomic bool following;    /* the worker reads it */
	_Atomic bool reached;      /* folded to its end since then */
	_Atomic int64_t next;      /* folded up to here, as committed */
	_Atomic int64_t high;      /* end of the log as last heard */
	_Atomic int64_t newest_us; /* the broker's time of the last record folded */
	/* The worker's own. */
	int64_t lost_us; /* steady time at which it was lost; 0: ours, or given up */
	int64_t folded;  /* next offset, uncommitted work included */
};

/* Commits that are not synced, and the thread that syncs them meanwhile. */
struct runtime_fence {
	pthread_t syncer;
	bool started;            /* the syncer */
	_Atomic bool stop;       /* it shall end */
	_Atomic int err;         /* enum err: why its sync failed */
	_Atomic int64_t took_us; /* how long its last sync took; 0: none yet */
	int64_t until_us;        /* steady time before which commits stay as they are */
	int64_t stay_us;         /* how long that was */
	int64_t left_us;         /* steady time at which they became durable again */
};

struct runtime_worker {
	struct runtime *runtime;
	struct shard *shard;
	struct kafka_reader *reader;
	/* Reads single records back; only while partitions are compared */
	struct kafka_reader *comparer;
	pthread_t thread;
	bool started;
	int number;
	int64_t batch_us;      /* steady time of the batch's first record; 0: empty */
	int64_t rest_until_us; /* no commit before, unless the batch is full */
	int64_t few_until_us;  /* the same for a batch of few records; not after rest_until_us */
	int64_t near_us;       /* steady time since which it is not far behind; 0: it is */
	int64_t absent_us; /* steady time since which the broker does not know the topic; 0: it does */
	struct runtime_fence fence;
	struct pulse pulse;
	_Atomic int64_t waiting; /* subjects that have parked events */
	struct shard_counts shown;
	int64_t shown_bytes;
};

struct runtime {
	struct runtime_config config;
	char topic[KAFKA_TOPIC_NAME_BYTES];
	int partitions;
	struct runtime_partition at[LIMIT_PARTITIONS];
	struct runtime_worker workers[LIMIT_PARTITIONS];
	char group[KAFKA_TOPIC_NAME_BYTES];
	const char *topics[2];
	struct kafka_member *member;
	struct kafka_reader *watcher; /* asks for watermarks */
	struct pulse pulse;           /* of the main thread */
	_Atomic bool stop;
	_Atomic int err;   /* enum err: why it must end */
	_Atomic int wait;  /* enum err: what it waits for now: STORE_FULL, KAFKA_AWAY */
	_Atomic bool away; /* no broker answers */
};

/** A worker's thread. */
void *kafka_runtime_work(void *context);

/**
 * Whether any partition is ours. While a broker is away a member declares all its partitions lost, which does not tell who
 * has them. A member that has others is in the group.
 * @thread any
 */
bool kafka_runtime_in_group(const struct runtime *runtime);

/* A partition whose position is compared with the log. */
struct runtime_compared {
	/* err: LOG_TRIMMED, LOG_LOST_TAIL, LOG_RECREATED too; KAFKA_AWAY: ask again */
	struct kafka_watermarks watermarks;
	int64_t offset; /* of the record that is read back */
	bool open;      /* it has not come yet */
};

/**
 * Compares the positions of n partitions with the log (protocol 14), all together: range, last record and first. When it was stopped,
 * those not done are KAFKA_AWAY.
 * @param all  watermarks.partition is set; the rest is filled
 */
void kafka_runtime_compare(struct runtime_worker *worker, struct runtime_compared *all, int n);

/**
 * Before a commit of this many records: far behind, it need not be durable, since the log has everything.
 * @return STORE
 * @thread the worker's, as all kafka_runtime_fence_…
 */
enum err kafka_runtime_fence_before(struct runtime_worker *worker, int64_t records, bool behind);

/**
 * After a commit that took this long: on a disk that keeps readers waiting, the following ones are not synced one by one.
 * @return STORE
 */
enum err kafka_runtime_fence_after(struct runtime_worker *worker, int64_t took_us);

/** Called now and then: makes commits durable again when that costs little. @return STORE: a sync has failed */
enum err kafka_runtime_fence_turn(struct runtime_worker *worker, bool behind);

/** Ends the syncing thread, if there is one. */
void kafka_runtime_fence_end(struct runtime_worker *worker);

/** Notes that the batch has grown by this many records, 0 or 1. @thread any */
void kafka_runtime_show_taken(uint64_t records);

/** Adds a worker's counts to /metrics, after a commit of this many records. */
void kafka_runtime_show(struct runtime_worker *worker, int64_t records, int64_t took_us);

/** Notes that a shard's commits are no longer synced, or are synced again. @thread any */
void kafka_runtime_show_fenced(bool fenced);

/** Registers the metrics; once per process. */
void kafka_runtime_show_init(void);

/** Lag over all partitions to /metrics. @thread main */
void kafka_runtime_show_lag(struct runtime *runtime);

#endif
