/* shard_about.h: what an environment says of itself: how its rows are laid out, which of how many shards it is, which build wrote it. */
#ifndef GOVBUS_CONSUMERS_SHARD_ABOUT_H
#define GOVBUS_CONSUMERS_SHARD_ABOUT_H

#include "common/kv.h"
#include "projections/projection.h"

/* It folds partitions p with p % shards == shard. */
struct shard_about {
	int partitions; /* of the topic */
	int shard, shards;
};

/**
 * Writes into a new environment what it is; looks whether an older one is that.
 * @return STORE_VERSION when it is another
 * @thread one at a time, the writer's, as shard_about_note
 */
enum err shard_about_claim(struct kv *kv,
			   const struct projection *projection,
			   const struct shard_about *about);

/**
 * Reads what it is.
 * @return ABSENT when nothing is written yet, STORE_VERSION when its rows are laid out otherwise, STORE
 * @thread any
 */
enum err shard_about_read(struct kv *kv,
			  const struct projection *projection,
			  struct shard_about *ret_about);

/** Whether this build wrote it last. @return OK, or STORE_VERSION (another did), ABSENT (none has noted itself), STORE */
enum err shard_about_build(struct kv *kv, const struct projection *projection, struct span build);

/** Notes the build, in place of any other. */
enum err shard_about_note(struct kv *kv, const struct projection *projection, struct span build);

#endif
