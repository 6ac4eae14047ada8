/* shard_set.c: all environments of a projection on this machine, opened for reading. */
#include "consumers/shard_set.h"

#include <stdio.h>

#include "consumers/shard.h"

enum { SHARD_SET_PATH_BYTES = 1024 };

static enum err open_one(const char *home,
			 const struct projection *projection,
			 uint64_t map_bytes,
			 struct shard_set *set,
			 struct shard_identity *ret_identity)
{
	char path[SHARD_SET_PATH_BYTES];
	int n = snprintf(path, sizeof path, "%s/%s/shard-%d", home, projection->name, set->n);
	enum err err = n < (int)sizeof path ? shard_open_reader(path, projection, map_bytes,
								ret_identity, &set->kvs[set->n])
					    : ERR_USAGE;

	set->n += !err;
	return err;
}

/* The next shard, which must belong to the same number of shards as the first. One that is missing is about to be created. */
static enum err open_next(const char *home,
			  const struct projection *projection,
			  uint64_t map_bytes,
			  struct shard_set *set,
			  const struct shard_identity *first)
{
	struct shard_identity identity = {0};
	int number = set->n;
	enum err err = open_one(home, projection, map_bytes, set, &identity);

	if (err) {
		return err == ERR_ABSENT ? ERR_STORE_MIXED : err;
	}
	return identity.shard == number && identity.shards == first->shards &&
			       identity.partitions == first->partitions
		       ? ERR_OK
		       : ERR_STORE_MIXED;
}

/* The first shard says how many there are: further folders may be left from when there were more. */
enum err shard_set_open(const char *home,
			const struct projection *projection,
			uint64_t map_bytes,
			struct shard_set *ret_set)
{
	struct shard_set set = {0};
	struct shard_identity first = {0};
	enum err err = open_one(home, projection, map_bytes, &set, &first);

	if (!err && first.shard) {
		err = ERR_STORE_MIXED;
	}
	while (!err && set.n < first.shards) {
		err = open_next(home, projection, map_bytes, &set, &first);
	}
	if (err) {
		shard_set_close(&set);
		return err;
	}
	*ret_set = set;
	return ERR_OK;
}

void shard_set_close(struct shard_set *set)
{
	for (int i = 0; i < set->n; i++) {
		kv_close(set->kvs[i]);
	}
	*set = (struct shard_set){0};
}
