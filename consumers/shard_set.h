/* shard_set.h: all environments of a projection on this machine, opened for reading. */
#ifndef GOVBUS_CONSUMERS_SHARD_SET_H
#define GOVBUS_CONSUMERS_SHARD_SET_H

#include "common/kv.h"
#include "common/limits.h"
#include "projections/projection.h"

struct shard_set {
	struct kv *kvs[LIMIT_PARTITIONS];
	int n;
};

/**
 * Opens HOME/NAME/shard-0, shard-1, …, as many as shard-0 says that there are.
 * @return ABSENT when there is none; STORE_MIXED when some are missing or were made for another number, as while their program starts
 * with another one; STORE_VERSION, STORE
 * @thread any; LMDB: one handle per environment and process, so not in the process that writes it
 */
enum err shard_set_open(const char *home,
			const struct projection *projection,
			uint64_t map_bytes,
			struct shard_set *ret_set);

/** Closes; a zeroed one is fine. */
void shard_set_close(struct shard_set *set);

#endif
