/* position.c: how far a partition was folded, and whether the log at hand is the one it was folded from (protocol 14). */
#include "consumers/position.h"

#include <sodium.h>
#include <string.h>

_Static_assert(sizeof(struct position) == 112, "rows on disk");

void position_init(struct position *position)
{
	memset(position, 0, sizeof *position);
	tail_init(&position->tail);
	position->first_offset = position->last_offset = -1;
	position->leader_epoch = -1;
}

void position_hash(struct span bytes, uint8_t ret_hash[POSITION_HASH_BYTES])
{
	crypto_generichash(ret_hash, POSITION_HASH_BYTES, bytes.p, bytes.n, NULL, 0);
}

enum err position_check_range(const struct position *position, int64_t low, int64_t high)
{
	if (position->tail.next_offset < low) {
		return ERR_LOG_TRIMMED;
	}
	return position->tail.next_offset > high ? ERR_LOG_LOST_TAIL : ERR_OK;
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
	switch (err) {
	case ERR_LOG_TRIMMED:
		return "restore the topic's missing records, or accept their loss: stop the program and remove its folder, "
		       "it is then rebuilt from what the log still holds";
	case ERR_LOG_RECREATED:
		return "check that brokers and topic prefix are the right ones; if the log is meant to be new, stop the "
		       "program and remove its folder, it is then rebuilt from the log";
	case ERR_LOG_LOST_TAIL:
		return "restore the lost end of the log from a replica; if it is lost for good, stop the program and remove "
		       "its folder, it is then rebuilt from the log as it is";
	case ERR_LOG_GAP:
		return "an outcome is missing in the log: restore the topic, or let a person post govbus repair";
	case ERR_ABSENT:
		return "check that brokers and topic prefix are the right ones; a topic that was deleted is made anew by "
		       "govbus topics, without what it held";
	case ERR_KAFKA_AWAY:
		return "start the broker, or check its address; the program goes on by itself";
	case ERR_FENCED:
		return "another process runs under the same name: stop it, or give this one another --instance";
	case ERR_STORE_FULL:
		return "make room on the disk; the program goes on by itself";
	default:
		return "";
	}
}
