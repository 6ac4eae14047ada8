/* deciding.c: folding a partition and writing what follows from its state: owed events, claims, going live, repairs. */
#include "projections/deciding.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/civil.h"

_Static_assert(sizeof(struct deciding_position) == 112, "stored with the register's rows");

void deciding_position_init(struct deciding_position *position)
{
	memset(position, 0, sizeof *position);
	log_cursor_init(&position->cursor);
	position->rows = DECIDING_ROWS;
}

static uint64_t fnv(uint64_t hash, struct span bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		hash = (hash ^ bytes.p[i]) * UINT64_C(1099511628211);
	}
	return (hash ^ 0xff) * UINT64_C(1099511628211); /* where one ends and the next begins */
}

uint64_t deciding_hash(struct span source, struct span id, struct span digest)
{
	return fnv(fnv(fnv(UINT64_C(14695981039346656037), source), id), digest);
}

/* Minutes up to that of the record are over: a record at T comes after tick T. Only a timer due at T comes before it. */
static void bar_ticks(struct deciding_position *position, const struct event *ev, bool timer)
{
	int64_t minute = civil_minute(ev->env.decidedtime);

	if (timer && ev->env.decidedtime == minute * CIVIL_MINUTE_US) {
		minute--;
	}
	if (minute > position->barred_minute) {
		position->barred_minute = minute;
	}
}

static void remember_outcome(struct deciding_position *position, const struct event *ev)
{
	position->cause_n = 0;
	position->after_timer = 0;
	position->outcome_hash = deciding_hash(ev->env.source, ev->env.id, ev->env.digest);
}

/* "t27900000.2" or "c517.1": numbers of the events of a minute's timers, and of what follows from an outcome. */
static bool remember_parent(struct deciding_position *position, struct span parent)
{
	char text[48];
	int64_t base = 0, n = 0;
	char kind = 0;

	snprintf(text, sizeof text, "%.*s", SPAN_ARGS(parent));
	if (sscanf(text, "%c%" SCNd64 ".%" SCNd64, &kind, &base, &n) != 3) {
		return false;
	}
	if (kind == 't') {
		position->timer_minute = base;
		position->timer_n = n;
		position->after_timer = 1;
		position->tick_wanted = 1;
		return true;
	}
	position->cause_n = n;
	return false;
}

static void remember(struct deciding_position *position, const struct event *ev)
{
	bool timer = false;

	if (ev->type == EVENT_writer_claimed) {
		return; /* a claim's time is for people */
	}
	if (ev->env.has_cause) {
		remember_outcome(position, ev);
	} else if (ev->env.has_parent) {
		timer = remember_parent(position, ev->env.parent);
	}
	if (ev->type == EVENT_clock_ticked) {
		position->tick_wanted = 0;
	}
	if (ev->type == EVENT_clock_confirmed) {
		position->confirmed_us = ev->data.clock_confirmed.upto;
	}
	if (ev->type == EVENT_position_repaired) {
		position->outcome_hash = 0; /* nothing is known of the action before */
	}
	bar_ticks(position, ev, timer);
}

enum log_cursor_verdict deciding_fold(struct deciding *d, const struct event *ev, int64_t offset)
{
	enum log_cursor_verdict verdict = log_cursor_take(&d->position.cursor, ev, offset);

	if (verdict != LOG_CURSOR_VALID) {
		return verdict;
	}
	remember(&d->position, ev);
	if (ev->env.has_seq && !d->err) {
		d->err = d->reg->ops->evolve(d->reg, ev);
		if (!d->err) {
			d->err = d->reg->view->err;
		}
	}
	return verdict;
}

enum err deciding_open(struct deciding *d)
{
	return d->reg->ops->open(d->reg);
}

void deciding_close(struct deciding *d)
{
	if (d->reg->state) {
		d->reg->ops->close(d->reg);
		d->reg->state = NULL;
	}
	arena_done(&d->arena);
}

enum err deciding_register_err(const struct deciding *d)
{
	enum err err = d->reg->view->err;

	return !err && d->arena.failed ? ERR_NOMEM : err;
}

enum err deciding_write(struct deciding *d, struct event *ev, int64_t decided_us, int64_t refoffset)
{
	const struct log_cursor *cursor = &d->position.cursor;

	if (d->err) {
		return d->err;
	}
	EVENT_SET(ev->env, claim, cursor->claim);
	EVENT_SET(ev->env, decidedtime,
		  decided_us > cursor->decided_us ? decided_us : cursor->decided_us);
	EVENT_SET(ev->env, refoffset,
		  refoffset > cursor->refoffset ? refoffset : cursor->refoffset);
	EVENT_SET(ev->env, rules, REGISTER_RULES);
	if (deciding_fold(d, ev, cursor->next_offset) != LOG_CURSOR_VALID) {
		d->err = ERR_BUG;
	}
	if (!d->err) {
		d->err = d->emit(d->context, ev);
	}
	return d->err;
}

/* Counts how many owed events in a row were about one subject. */
struct owing {
	uint8_t subject[LIMIT_SUBJECT_BYTES];
	size_t bytes;
	int in_a_row;
};

static bool owes_without_end(struct owing *owing, struct span subject)
{
	if (!span_eq(subject, span_of(owing->subject, owing->bytes))) {
		owing->bytes =
			subject.n < sizeof owing->subject ? subject.n : sizeof owing->subject;
		memcpy(owing->subject, subject.p, owing->bytes);
		owing->in_a_row = 0;
	}
	return ++owing->in_a_row > DECIDING_OWED_IN_A_ROW;
}

enum err deciding_write_owed(struct deciding *d)
{
	struct owing owing = {.bytes = 0};
	struct deciding_position *position = &d->position;
	struct event ev;
	char parent[48];

	for (;;) {
		struct moment moment = {position->cursor.decided_us, position->cursor.refoffset,
					position->cursor.live};

		arena_reset(&d->arena);
		memset(&ev, 0, sizeof ev);
		bool owes = !d->err && d->reg->ops->owed(d->reg, &moment, &d->arena, &ev);

		d->err = d->err ? d->err : deciding_register_err(d);
		if (d->err || !owes) {
			return d->err;
		}
		if (owes_without_end(&owing, ev.env.subject)) {
			d->err = ERR_BUG;
			return d->err;
		}
		if (position->after_timer) {
			snprintf(parent, sizeof parent, "t%" PRId64 ".%" PRId64,
				 position->timer_minute, position->timer_n + 1);
		} else {
			snprintf(parent, sizeof parent, "c%" PRId64 ".%" PRId64,
				 position->cursor.cause, position->cause_n + 1);
		}
		ev.env.has_cause = false;
		EVENT_SET(ev.env, parent, span_cstr(parent));
		EVENT_SET(ev.env, id, span_cstr(parent));
		EVENT_SET(ev.env, source, DECIDING_SOURCE);
		if (!ev.env.has_time) {
			EVENT_SET(ev.env, time, position->cursor.decided_us);
		}
		deciding_write(d, &ev, position->cursor.decided_us, position->cursor.refoffset);
	}
}

void deciding_claim(const struct deciding *d,
		    uint64_t nonce,
		    const char *writer,
		    int64_t wall_us,
		    char *id,
		    struct event *ret_ev)
{
	memset(ret_ev, 0, sizeof *ret_ev);
	snprintf(id, 40, "claim-%016" PRIx64, nonce);
	ret_ev->type = EVENT_writer_claimed;
	EVENT_SET(ret_ev->env, id, span_cstr(id));
	EVENT_SET(ret_ev->env, source, DECIDING_SOURCE);
	EVENT_SET(ret_ev->env, subject, SPAN("clock"));
	EVENT_SET(ret_ev->env, time, wall_us);
	EVENT_SET(ret_ev->env, claim, d->position.cursor.claim);
	EVENT_SET(ret_ev->env, decidedtime, wall_us);
	EVENT_SET(ret_ev->data.writer_claimed, replaces, d->position.cursor.claim);
	EVENT_SET(ret_ev->data.writer_claimed, nonce, nonce);
	EVENT_SET(ret_ev->data.writer_claimed, writer, span_cstr(writer));
}

/* A record of the protocol that follows from no action: its parent is its minute. */
static enum err write_own(struct deciding *d, struct event *ev, const char *what, int64_t wall_us)
{
	char id[64], parent[48];
	int64_t at_us =
		wall_us > d->position.cursor.decided_us ? wall_us : d->position.cursor.decided_us;
	int64_t minute = civil_minute(at_us);
	int64_t n = d->position.timer_minute == minute ? d->position.timer_n + 1 : 1;

	snprintf(parent, sizeof parent, "t%" PRId64 ".%" PRId64, minute, n);
	snprintf(id, sizeof id, "%s-%" PRId64 "-%d", what, at_us, d->reg->partition);
	EVENT_SET(ev->env, id, span_cstr(id));
	EVENT_SET(ev->env, source, DECIDING_SOURCE);
	EVENT_SET(ev->env, subject, SPAN("clock"));
	EVENT_SET(ev->env, time, at_us);
	EVENT_SET(ev->env, parent, span_cstr(parent));
	return deciding_write(d, ev, at_us, d->refposition);
}

/* Without an action. */
static enum err write_went_live(struct deciding *d, int64_t wall_us)
{
	struct event ev = {.type = EVENT_went_live};

	return write_own(d, &ev, "live", wall_us);
}

enum err deciding_repair(struct deciding *d,
			 int64_t next_action,
			 struct span reason,
			 int64_t wall_us)
{
	struct event ev = {.type = EVENT_position_repaired};

	EVENT_SET(ev.data.position_repaired, next_action, next_action);
	EVENT_SET(ev.data.position_repaired, reason, reason);
	/* In history mode the wall clock must not enter: the record takes the last moment. */
	return write_own(d, &ev, "repair",
			 d->position.cursor.live ? wall_us : d->position.cursor.decided_us);
}

enum deciding_result deciding_idle(struct deciding *d,
				   int64_t wall_us,
				   bool caught_up,
				   bool bus_live)
{
	const struct log_cursor *cursor = &d->position.cursor;
	int64_t now_us = wall_us > cursor->decided_us ? wall_us : cursor->decided_us;

	deciding_write_owed(d);
	if (!cursor->live && bus_live && cursor->cause < 0 && !cursor->decided_us && !d->err) {
		write_went_live(d, wall_us);
	}
	if (deciding_clock_must_confirm(d, wall_us)) {
		return DECIDING_CONFIRM;
	}
	if (cursor->live) {
		deciding_clock_advance(d, now_us, caught_up);
	}
	return d->err ? DECIDING_FAILED : DECIDING_DONE;
}
