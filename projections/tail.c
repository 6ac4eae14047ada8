/* tail.c: what every reader of an event partition keeps of it: which records are valid, and that none is missing (protocol 2, 5, 13). */
#include "projections/tail.h"

#include <string.h>

_Static_assert(sizeof(struct tail) == 56, "part of a stored position");

void tail_init(struct tail *tail)
{
	memset(tail, 0, sizeof *tail);
	tail->claim = -1;
	tail->cause = -1;
}

static void move_past(struct tail *tail, int64_t offset)
{
	if (offset >= tail->next_offset) {
		tail->next_offset = offset + 1;
	}
}

void tail_skip(struct tail *tail, int64_t offset)
{
	if (offset >= tail->next_offset && tail->unread < UINT8_MAX) {
		tail->unread++;
	}
	move_past(tail, offset);
}

static enum tail_verdict take_claim(struct tail *tail, const struct event *ev, int64_t offset)
{
	const struct writer_claimed *claim = &ev->data.writer_claimed;

	move_past(tail, offset);
	if (!claim->has_replaces || claim->replaces != tail->claim) {
		return TAIL_VOID; /* the first one wins: a late claim cannot unseat a working writer */
	}
	tail->claim = offset;
	return TAIL_VALID;
}

/* Outcomes have contiguous causes; a repair restates where they continue. */
static enum tail_verdict judge_cause(const struct tail *tail, const struct event *ev)
{
	if (ev->type == EVENT_position_repaired || !ev->env.has_cause) {
		return TAIL_VALID;
	}
	if (ev->env.cause <= tail->cause) {
		return TAIL_VOID;
	}
	return ev->env.cause <= tail->cause + 1 + tail->unread ? TAIL_VALID : TAIL_GAP;
}

static void remember(struct tail *tail, const struct event *ev)
{
	const struct envelope *env = &ev->env;

	if (ev->type == EVENT_position_repaired) {
		tail->cause = ev->data.position_repaired.next_action - 1;
	} else if (env->has_cause) {
		tail->cause = env->cause;
	}
	if (env->has_cause) {
		tail->unread = 0;
	}
	if (env->has_decidedtime) {
		tail->decided_us = env->decidedtime;
	}
	if (env->has_refoffset) {
		tail->refoffset = env->refoffset;
	}
	if (ev->type == EVENT_clock_ticked) {
		tail->tick = (int64_t)ev->data.clock_ticked.tick;
	}
	if (ev->type == EVENT_went_live) {
		tail->live = 1;
	}
}

enum tail_verdict tail_take(struct tail *tail, const struct event *ev, int64_t offset)
{
	if (offset < tail->next_offset) {
		return TAIL_AGAIN;
	}
	if (ev->type == EVENT_writer_claimed) {
		return take_claim(tail, ev, offset);
	}
	if (tail->claim < 0 || !ev->env.has_claim || ev->env.claim != tail->claim) {
		move_past(tail, offset);
		return TAIL_VOID;
	}
	enum tail_verdict verdict = judge_cause(tail, ev);

	if (verdict == TAIL_GAP) {
		return TAIL_GAP;
	}
	move_past(tail, offset);
	if (verdict == TAIL_VALID) {
		remember(tail, ev);
	}
	return verdict;
}
