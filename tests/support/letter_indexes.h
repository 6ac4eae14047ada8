/* letter_indexes.h: indexes over rows that are a few letters, for tests of what keeps them. */
#ifndef GOVBUS_TESTS_SUPPORT_LETTER_INDEXES_H
#define GOVBUS_TESTS_SUPPORT_LETTER_INDEXES_H

#include "projections/projection.h"

/* By the first byte of the row; rows whose first byte is 'x' are in no index. */
static inline size_t letter_indexes_first(struct span key, struct span row, uint8_t *ret_key)
{
	if (row.n == 0 || row.p[0] == 'x') {
		return 0;
	}
	ret_key[0] = row.p[0];
	memcpy(ret_key + 1, key.p, key.n);
	return key.n + 1;
}

static inline size_t letter_indexes_length(struct span key, struct span row, uint8_t *ret_key)
{
	ret_key[0] = (uint8_t)(row.n + 1);
	memcpy(ret_key + 1, key.p, key.n);
	return key.n + 1;
}

/* By each of the first bytes, once each: a row has several entries, of which a change moves some and leaves others. */
static inline void letter_indexes_letters(struct span key,
					  struct span row,
					  struct index_keys *ret_keys)
{
	for (size_t i = 0; i < row.n && i < 3; i++) {
		uint8_t *to = ret_keys->keys[ret_keys->n];

		if (memchr(row.p, row.p[i], i)) {
			continue;
		}
		to[0] = row.p[i];
		memcpy(to + 1, key.p, key.n);
		ret_keys->lengths[ret_keys->n++] = key.n + 1;
	}
}

#endif
