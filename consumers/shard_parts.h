/* shard_parts.h: what the parts of a shard share; others include consumers/shard.h. */
#ifndef GOVBUS_CONSUMERS_SHARD_PARTS_H
#define GOVBUS_CONSUMERS_SHARD_PARTS_H

#include "common/buf.h"
#include "common/limits.h"
#include "consumers/overlay.h"
#include "consumers/parked.h"
#include "consumers/shard.h"

/* A partition as this shard holds it. */
struct shard_partition {
	struct position position;
	struct buf last; /* bytes of the last record: hashed once, when committed */
	bool touched;    /* since the last commit */
};

struct shard {
	const struct projection *projection;
	struct table tables[LIMIT_KV_TABLES]; /* the projection's, then parked_tables */
	int n_tables;                         /* of the projection: number of parked_tables[0] */
	handler_apply *handlers[EVENT_TYPE_COUNT];
	int partitions, kv_positions;
	struct kv *kv;
	struct overlay *overlay;
	struct view *view;
	struct shard_partition at[LIMIT_PARTITIONS];
	struct shard_counts counts;
	uint64_t pending;
	size_t batch_bytes; /* the overlay's, above which the batch is full */
	bool frozen; /* a commit has failed: the batch is closed and waits for the next attempt */
};

/** Whether an error is the store's (stop) and not the event's (park it). */
bool shard_fold_is_fatal(enum err err);

/**
 * Applies one valid event unless its seq is out of order; undoes a failed one.
 * @param ret_done whether it counts as applied or as seen before; false: park it, for the reason returned
 * @return why it cannot be applied; fatal errors stop the shard
 */
enum err shard_fold_apply(struct shard *shard,
			  const struct event *ev,
			  const struct place_in_log *at,
			  bool *ret_done);

/** Tries all parked events again, in order. */
enum err shard_retry(struct shard *shard);

#endif
