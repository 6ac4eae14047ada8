/* projection.c: which entries a row has in the indexes that a projection declares. */
#include "projections/projection.h"

void projection_keys(const struct index *index,
		     struct span key,
		     struct span row,
		     struct index_keys *ret_keys)
{
	ret_keys->n = 0;
	if (index->keys_of) {
		index->keys_of(key, row, ret_keys);
		return;
	}
	ret_keys->lengths[0] = index->key_of(key, row, ret_keys->keys[0]);
	ret_keys->n = ret_keys->lengths[0] > 0;
}

struct span projection_key(const struct index_keys *keys, int i)
{
	return span_of(keys->keys[i], keys->lengths[i]);
}
