/* position.c: how far a partition was folded, and whether the log is still the one it was folded from (protocol 14). */
#include "consumers/position.h"

#include <sodium.h>
#include <string.h>

_Static_assert(sizeof(struct position) == 112, "rows on disk");

void position_init(struct position *position)
{
	memset(position, 0, sizeof *position);
	log_cursor_init(&position->cursor);
	position->first_offset = position->last_offset = -1;
	position->leader_epoch = -1;
}

void position_hash(struct span bytes, uint8_t ret_hash[POSITION_HASH_BYTES])
{
	crypto_generichash(ret_hash, POSITION_HASH_BYTES, bytes.p, bytes.n, NULL, 0);
}

enum err position_check_range(const struct position *position, int64_t low, int64_t high)
{
	if (position->cursor.next_offset < low) {
		return ERR_LOG_TRIMMED;
	}
	return position->cursor.next_offset > high ? ERR_LOG_LOST_TAIL : ERR_OK;
}

enum err position_check_record(const struct position *position, int64_t offset, struct span bytes)
{
	const uint8_t *expected = offset == position->last_offset    ? position->last_hash
				  : offset == position->first_offset ? position->first_hash
								     : NULL;
	uint8_t hash[POSITION_HASH_BYTES];

	if (!expected) {
		return ERR_OK;
	}
	position_hash(bytes, hash);
	return memcmp(hash, expected, sizeof hash) == 0 ? ERR_OK : ERR_LOG_RECREATED;
}

const char *position_cure(enum err err)
{
	return err_cure(err);
}
