/* log_cursor.h: what every reader of an event partition keeps of it: which records are valid, and that none is missing (protocol 2, 5, 13). */
#ifndef GOVBUS_PROJECTIONS_LOG_CURSOR_H
#define GOVBUS_PROJECTIONS_LOG_CURSOR_H

#include "schemas/event.h"

/* All that reading one partition so far has left behind. Plain bytes: part of a stored position. */
struct log_cursor {
	int64_t next_offset; /* of the record to be read next */
	int64_t claim;       /* offset of the latest valid claim; -1: none yet */
	int64_t cause;       /* last cause among valid outcomes; -1: none yet */
	int64_t tick;        /* minute of the last tick; 0: none yet */
	int64_t decided_us;  /* last decidedtime, claims left out; 0: none yet */
	int64_t refoffset;   /* last refoffset; 0: none yet */
	uint8_t live;        /* went.live was read */
	uint8_t unread; /* number of records since the last outcome that could not be decoded: each may have been an outcome */
	uint8_t spare[6];
};

enum log_cursor_verdict {
	LOG_CURSOR_VALID,
	LOG_CURSOR_VOID,  /* its writer's claim is not the latest valid one: to be ignored */
	LOG_CURSOR_AGAIN, /* its offset is below next_offset: read before */
	LOG_CURSOR_GAP,   /* an offset or a cause is missing: stop, typed (LOG_GAP) */
};

/** Nothing read yet. @thread any, as all here */
void log_cursor_init(struct log_cursor *cursor);

/**
 * Judges the next record of the partition and, if it is valid or void, moves on past it.
 *  - offset below next_offset: AGAIN. An offset above it is no gap in itself (control records, compaction markers).
 *  - a claim is valid if it replaces the latest valid one (data.replaces == cursor->claim); any other record if env.claim == cursor->claim.
 *  - a valid outcome's cause must be the last + 1: lower is VOID (counted by the caller), higher is GAP, unless records that
 *    could not be decoded may have had the causes between. position_repaired restates it.
 */
enum log_cursor_verdict log_cursor_take(struct log_cursor *cursor,
					const struct event *ev,
					int64_t offset);

/** A record that cannot be decoded: passed over (the caller parks it). As it may have been an outcome, its cause may be missing next. */
void log_cursor_skip(struct log_cursor *cursor, int64_t offset);

#endif
