/* log_cursor.c: what every reader of an event partition keeps of it: which records are valid, and that none is missing (protocol 2, 5, 13). */
#include "projections/log_cursor.h"

#include <string.h>

_Static_assert(sizeof(struct log_cursor) == 56, "part of a stored position");

void log_cursor_init(struct log_cursor *cursor)
{
	memset(cursor, 0, sizeof *cursor);
	cursor->claim = -1;
	cursor->cause = -1;
}

static void move_past(struct log_cursor *cursor, int64_t offset)
{
	if (offset >= cursor->next_offset) {
		cursor->next_offset = offset + 1;
	}
}

void log_cursor_skip(struct log_cursor *cursor, int64_t offset)
{
	if (offset >= cursor->next_offset && cursor->unread < UINT8_MAX) {
		cursor->unread++;
	}
	move_past(cursor, offset);
}

static enum log_cursor_verdict take_claim(struct log_cursor *cursor,
					  const struct event *ev,
					  int64_t offset)
{
	const struct writer_claimed *claim = &ev->data.writer_claimed;

	move_past(cursor, offset);
	if (!claim->has_replaces || claim->replaces != cursor->claim) {
		return LOG_CURSOR_VOID; /* the first one wins: a late claim cannot unseat a working writer */
	}
	cursor->claim = offset;
	return LOG_CURSOR_VALID;
}

/* Outcomes have contiguous causes; a repair restates where they continue. */
static enum log_cursor_verdict judge_cause(const struct log_cursor *cursor, const struct event *ev)
{
	if (ev->type == EVENT_position_repaired || !ev->env.has_cause) {
		return LOG_CURSOR_VALID;
	}
	if (ev->env.cause <= cursor->cause) {
		return LOG_CURSOR_VOID;
	}
	return ev->env.cause <= cursor->cause + 1 + cursor->unread ? LOG_CURSOR_VALID
								   : LOG_CURSOR_GAP;
}

static void remember(struct log_cursor *cursor, const struct event *ev)
{
	const struct envelope *env = &ev->env;

	if (ev->type == EVENT_position_repaired) {
		cursor->cause = ev->data.position_repaired.next_action - 1;
	} else if (env->has_cause) {
		cursor->cause = env->cause;
	}
	if (env->has_cause) {
		cursor->unread = 0;
	}
	if (env->has_decidedtime) {
		cursor->decided_us = env->decidedtime;
	}
	if (env->has_refoffset) {
		cursor->refoffset = env->refoffset;
	}
	if (ev->type == EVENT_clock_ticked) {
		cursor->tick = (int64_t)ev->data.clock_ticked.tick;
	}
	if (ev->type == EVENT_went_live) {
		cursor->live = 1;
	}
}

enum log_cursor_verdict log_cursor_take(struct log_cursor *cursor,
					const struct event *ev,
					int64_t offset)
{
	if (offset < cursor->next_offset) {
		return LOG_CURSOR_AGAIN;
	}
	if (ev->type == EVENT_writer_claimed) {
		return take_claim(cursor, ev, offset);
	}
	if (cursor->claim < 0 || !ev->env.has_claim || ev->env.claim != cursor->claim) {
		move_past(cursor, offset);
		return LOG_CURSOR_VOID;
	}
	enum log_cursor_verdict verdict = judge_cause(cursor, ev);

	if (verdict == LOG_CURSOR_GAP) {
		return LOG_CURSOR_GAP;
	}
	move_past(cursor, offset);
	if (verdict == LOG_CURSOR_VALID) {
		remember(cursor, ev);
	}
	return verdict;
}
