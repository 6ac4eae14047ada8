/* position.h: how far a partition was folded, and whether the log is still the one it was folded from (protocol 14). */
#ifndef GOVBUS_CONSUMERS_POSITION_H
#define GOVBUS_CONSUMERS_POSITION_H

#include "common/err.h"
#include "common/span.h"
#include "projections/log_cursor.h"

enum { POSITION_HASH_BYTES = 16 };

/* A row of the table "position", in the transaction of the state it belongs to. Plain bytes, zero-filled. */
struct position {
	struct log_cursor cursor;
	/* Of the first record ever read and of the last one; -1: none yet */
	int64_t first_offset, last_offset;
	/* BLAKE2b of their bytes */
	uint8_t first_hash[POSITION_HASH_BYTES], last_hash[POSITION_HASH_BYTES];
	int32_t leader_epoch; /* of the last one; -1: not known */
	uint32_t spare;
};

/** Nothing read yet. @thread any, as all here */
void position_init(struct position *position);

/** BLAKE2b-128 of a record's bytes. */
void position_hash(struct span bytes, uint8_t ret_hash[POSITION_HASH_BYTES]);

/**
 * Compares with what the broker holds.
 * @param low, high  first offset of the log, and the one after the last
 * @return OK, LOG_TRIMMED (what comes next is gone), LOG_LOST_TAIL (the log ends before the position)
 */
enum err position_check_range(const struct position *position, int64_t low, int64_t high);

/**
 * Compares a record read back from the log with what was folded; other offsets than the first and the last are fine.
 * @return OK or LOG_RECREATED
 */
enum err position_check_record(const struct position *position, int64_t offset, struct span bytes);

/** The command that cures an error of the log, as a line for people; "" for other errors. */
const char *position_cure(enum err err);

#endif
