/* case_register.c: the case register: its decide and evolve, what it owes, and its clock, as a struct register_ops. */
#include "projections/case_register.h"

#include <stdlib.h>

#include "common/limits.h"
#include "projections/case_decide.h"
#include "projections/case_evolve.h"
#include "projections/case_register_rows.h"
#include "projections/case_timers.h"

/* The register's own state: a cache of rows. */
struct case_clock {
	struct case_timers *timers;
	/* A round checks all provisional deadlines by the calendars as they stood when it began. */
	int64_t round_calendar; /* offset of the last record of a calendar by then; -1: the next round begins now */
	bool round_over;
	/* That no other calendar is in force was found at this reference position, and holds until this moment. */
	int64_t looked_refoffset, looked_until_us;
};

/* The ids of open cases: collected first, for rows must not be asked for inside a scan. */
struct ids {
	struct case_id *p;
	size_t n, size;
	int partition;
	enum err err;
};

static bool collect(void *context, struct span key, struct span value)
{
	struct ids *ids = context;

	(void)value;
	if (ids->partition >= 0 && case_register_rows_tables[CASE_REGISTER_ROWS_OPEN].partition_of(
					   key, LIMIT_CASE_PARTITIONS) != ids->partition) {
		return true;
	}
	if (ids->n == ids->size) {
		size_t size = ids->size ? ids->size * 2 : 1024;
		struct case_id *p = realloc(ids->p, size * sizeof(*p));

		if (!p) {
			ids->err = ERR_NOMEM;
			return false;
		}
		ids->p = p;
		ids->size = size;
	}
	memcpy(ids->p[ids->n++].key, key.p, CASE_ID_KEY_BYTES);
	return true;
}

static void close_clock(struct reg *reg)
{
	struct case_clock *clock = reg->state;

	if (clock) {
		case_timers_free(clock->timers);
		free(clock);
	}
	reg->state = NULL;
}

static enum err open_clock(struct reg *reg)
{
	struct case_clock *clock;
	struct ids ids = {.partition = reg->partition};
	struct case_state state;

	close_clock(reg);
	clock = calloc(1, sizeof(*clock));
	if (!clock) {
		return ERR_NOMEM;
	}
	reg->state = clock;
	clock->round_calendar = clock->looked_refoffset = -1;
	clock->timers = case_timers_new();
	if (!clock->timers) {
		close_clock(reg);
		return ERR_NOMEM;
	}
	view_scan(reg->view, CASE_REGISTER_ROWS_OPEN, (struct span){0}, collect, &ids);
	for (size_t i = 0; i < ids.n && !ids.err && !reg->view->err; i++) {
		if (case_register_rows_get(reg->view, &ids.p[i], &state)) {
			ids.err = case_timers_note(clock->timers, &ids.p[i], NULL, &state);
		}
	}
	free(ids.p);
	if (ids.err || reg->view->err) {
		close_clock(reg);
	}
	return ids.err ? ids.err : reg->view->err;
}

/* Whether a case has anything for the clock: open, owing (a closed case whose call-back reopens it), or closed with a window that a
 * calendar to come restates. */
static bool has_clock(const struct case_state *state)
{
	return case_transitions_open(state->state) || state->owed || state->provisional;
}

static enum err evolve(struct reg *reg, const struct event *ev)
{
	struct case_clock *clock = reg->state;
	struct case_state state, before;
	struct case_id id;
	enum err err;

	if (!ev->env.has_subject || !case_id_parse(ev->env.subject, &id)) {
		return ERR_INVALID;
	}
	(void)case_register_rows_get(reg->view, &id, &state);
	if (reg->view->err) {
		return reg->view->err;
	}
	before = state;
	err = case_evolve(&state, ev);
	if (err) {
		return err;
	}
	case_register_rows_put(reg->view, &id, &state);
	if (ev->env.has_cause) {
		case_register_rows_bind(reg->view, &id, ev);
	}
	if (has_clock(&before) != has_clock(&state)) {
		case_register_rows_put_open(reg->view, &id, has_clock(&state));
	}
	if (!reg->view->err && clock) {
		/* It was passed over while on hold: calendars that came in the meantime count now. */
		if (before.state == CODE_case_state_HO && state.state != CODE_case_state_HO &&
		    state.provisional) {
			clock->round_calendar = clock->looked_refoffset = -1;
		}
		return case_timers_note(clock->timers, &id, &before, &state);
	}
	return reg->view->err;
}

/* An event of the decider's own in the making. */
static void begin_event(struct event *ev, enum event_type type)
{
	memset(ev, 0, sizeof(*ev));
	ev->type = type;
}

static void begin_escalation(struct event *ev, enum code_escalate_cause cause)
{
	begin_event(ev, EVENT_case_escalated);
	EVENT_SET(ev->data.case_escalated, cause, (uint8_t)cause);
}

static void begin_owed(struct event *ev, enum case_owed owed)
{
	switch (owed) {
	case CASE_OWED_REOPEN:
		begin_event(ev, EVENT_case_reopened);
		EVENT_SET(ev->data.case_reopened, cause, CODE_reopen_cause_callback);
		break;
	case CASE_OWED_ARBITRATION:
		begin_escalation(ev, CODE_escalate_cause_arbitration);
		break;
	case CASE_OWED_MAJOR:
		begin_escalation(ev, CODE_escalate_cause_major);
		break;
	case CASE_OWED_UP:
	case CASE_OWED_NOTHING:
		begin_escalation(ev, CODE_escalate_cause_beyond_competence);
		break;
	}
}

/* The search for a provisional deadline or window that is another, or no longer provisional, by the calendar as known now. */
struct restating {
	struct reg *reg;
	struct as_of as_of;
	struct case_id id;
	struct case_state state;
	bool found;
};

/* Owed only if it would change something: otherwise the case would be found again and again. */
static bool try_restating(void *context, const struct case_id *id, const struct case_state *state)
{
	struct restating *r = context;
	struct case_rules rules = {.reference = r->reg->reference, .as_of = r->as_of};
	struct case_dues dues;
	int64_t until_us;
	bool provisional, changes;

	rules.profile = case_decide_profile(r->reg->reference, r->as_of, state, SPAN(""));
	changes = case_transitions_open(state->state)
			  ? case_dues_restate(&rules, state, &dues)
			  : case_dues_restate_window(&rules, state, &until_us, &provisional);
	if (!changes) {
		return true;
	}
	r->id = *id;
	r->state = *state;
	r->found = true;
	return false;
}

/* Reference data of all kinds come by; most of them are no calendar, and begin no round. */
static void look_for_calendar(struct case_clock *clock, const struct reg *reg, struct as_of as_of)
{
	int64_t calendar;

	if (clock->looked_refoffset == as_of.refoffset && as_of.at_us < clock->looked_until_us) {
		return;
	}
	clock->looked_refoffset = as_of.refoffset;
	clock->looked_until_us = reference_calendar_change(reg->reference, as_of);
	calendar = reference_calendar_offset(reg->reference, as_of);
	if (calendar != clock->round_calendar) {
		clock->round_calendar = calendar;
		clock->round_over = false;
		case_timers_provisional_again(clock->timers);
	}
}

static bool owed(struct reg *reg,
		 const struct moment *moment,
		 struct arena *arena,
		 struct event *ret_ev)
{
	struct case_clock *clock = reg->state;
	struct restating r = {.reg = reg,
			      .as_of = {.refoffset = moment->refoffset, .at_us = moment->now_us}};

	if (case_timers_owing(clock->timers, reg->view, &r.id, &r.state)) {
		begin_owed(ret_ev, (enum case_owed)r.state.owed);
		return case_decide_automatic(reg, &r.id, &r.state, moment, arena, ret_ev);
	}
	look_for_calendar(clock, reg, r.as_of);
	if (clock->round_over) {
		return false;
	}
	case_timers_provisional(clock->timers, reg->view, try_restating, &r);
	if (!r.found) {
		clock->round_over = true;
		return false;
	}
	begin_event(ret_ev, EVENT_case_dues_restated);
	return case_decide_automatic(reg, &r.id, &r.state, moment, arena, ret_ev);
}

static int64_t next_timer(struct reg *reg)
{
	struct case_clock *clock = reg->state;

	return case_timers_next(clock->timers, reg->view);
}

static bool timer(struct reg *reg,
		  const struct moment *moment,
		  struct arena *arena,
		  struct event *ret_ev)
{
	struct case_clock *clock = reg->state;
	struct case_state state;
	struct case_id id;

	if (!case_timers_first(clock->timers, reg->view, &id, &state) ||
	    case_timers_at(&state) > moment->now_us) {
		return false;
	}
	if (state.state == CODE_case_state_HO) {
		begin_event(ret_ev, EVENT_case_resumed);
	} else {
		begin_escalation(ret_ev, CODE_escalate_cause_overdue);
	}
	return case_decide_automatic(reg, &id, &state, moment, arena, ret_ev);
}

static int64_t next_moment(struct reg *reg, int64_t after_us)
{
	struct case_clock *clock = reg->state;

	return case_timers_moment(clock->timers, reg->view, after_us);
}

static bool bound(struct reg *reg,
		  const struct event *action,
		  uint8_t ret_digest[16],
		  int64_t *ret_seq,
		  uint8_t *ret_to)
{
	struct case_bound row;

	if (!case_register_rows_bound(reg->view, action, &row)) {
		return false;
	}
	memcpy(ret_digest, row.digest, sizeof(row.digest));
	*ret_seq = row.seq;
	*ret_to = row.to;
	return true;
}

const struct register_ops case_register = {
	.name = "case",
	.events = TOPIC_CASE,
	.tables = case_register_rows_tables,
	.open = open_clock,
	.close = close_clock,
	.decide = case_decide,
	.evolve = evolve,
	.owed = owed,
	.next_timer = next_timer,
	.timer = timer,
	.next_moment = next_moment,
	.bound = bound,
};
