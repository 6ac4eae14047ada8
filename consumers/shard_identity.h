/*
 * shard_identity.h: what is stored in an environment about itself: how its rows are laid out, which of how many shards it
 * is, which build wrote it.
 */
#ifndef GOVBUS_CONSUMERS_SHARD_IDENTITY_H
#define GOVBUS_CONSUMERS_SHARD_IDENTITY_H

#include "common/kv.h"
#include "projections/projection.h"

/* It folds partitions p with p % shards == shard. */
struct shard_identity {
	int partitions; /* of the topic */
	int shard, shards;
};

/**
 * Writes the identity into a new environment; compares it with that of an existing one.
 * @return STORE_VERSION when it is another
 * @thread one at a time, the writer's, as shard_identity_note
 */
enum err shard_identity_claim(struct kv *kv,
			      const struct projection *projection,
			      const struct shard_identity *identity);

/**
 * Reads what it is.
 * @return ABSENT when nothing is written yet, STORE_VERSION when its rows are laid out otherwise, STORE
 * @thread any
 */
enum err shard_identity_read(struct kv *kv,
			     const struct projection *projection,
			     struct shard_identity *ret_identity);

/** Whether this build wrote it last. @return OK, or STORE_VERSION (another did), ABSENT (none has noted itself), STORE */
enum err shard_identity_build(struct kv *kv,
			      const struct projection *projection,
			      struct span build);

/** Notes the build, in place of any other. */
enum err shard_identity_note(struct kv *kv, const struct projection *projection, struct span build);

#endif
