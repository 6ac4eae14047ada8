/* shard_set.c: all environments of a projection on this machine, opened for reading. */
#include "consumers/shard_set.h"

#include <stdio.h>

#include "consumers/shard.h"

enum { SHARD_SET_PATH_BYTES = 1024 };

enum err shard_set_open(const char *home,
			const struct projection *projection,
			uint64_t map_bytes,
			struct shard_set *ret_set)
{
	struct shard_set set = {0};
	char path[SHARD_SET_PATH_BYTES];
	enum err err = ERR_OK;

	while (!err && set.n < LIMIT_PARTITIONS) {
		int n = snprintf(path, sizeof path, "%s/%s/shard-%d", home, projection->name,
				 set.n);

		err = n < (int)sizeof path
			      ? shard_open_reader(path, projection, map_bytes, &set.kvs[set.n])
			      : ERR_USAGE;
		set.n += !err;
	}
	if (err && (err != ERR_ABSENT || !set.n)) {
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
