/* case_evolve.c: folding one event into the case it is about; never judges. */
#include "projections/case_evolve.h"

#include "projections/case_decide.h"
#include "projections/case_limits.h"
#include "projections/case_register_rows.h"

#define COPY(field, text) case_register_rows_copy((field), sizeof(field), (text))

/* Every decided event says as of which reference data it was decided. */
static int64_t refoffset_of(const struct event *ev)
{
	return ev->env.has_refoffset ? ev->env.refoffset : 0;
}

/* Nobody leads any more. */
static void take_back(struct case_state *s)
{
	memset(s->lead_unit, 0, sizeof(s->lead_unit));
	memset(s->handler_unit, 0, sizeof(s->handler_unit));
	memset(s->assist, 0, sizeof(s->assist));
	s->n_assist = 0;
	s->handled = 0;
}

static void on_reported(struct case_state *s, const struct event *ev)
{
	const struct case_reported *data = &ev->data.case_reported;

	COPY(s->type_code, data->type_code);
	COPY(s->place, place_normalise(ev->env.place));
	memcpy(s->common, s->place, sizeof(s->common));
	for (int i = 0; i < data->n_places; i++) {
		struct span both = place_common(span_cstr(s->common), data->places[i]);

		COPY(s->common, both);
	}
	COPY(s->profile, data->profile);
	s->severity = data->has_severity ? data->severity : 0;
	s->source_hash = case_register_rows_source_hash(ev->env.source);
	s->reported_us = s->counted_us = ev->env.decidedtime;
	s->settled = ev->env.to == CODE_case_state_CL;
	if (s->settled) {
		COPY(s->handler_unit, ev->env.unit);
	}
	s->window_until_us = data->has_reopen_until ? data->reopen_until : 0;
}

static void on_classified(struct case_state *s, const struct event *ev)
{
	const struct case_classified *data = &ev->data.case_classified;

	if (data->has_severity) {
		s->severity = data->severity;
	}
	if (data->has_type_code) {
		COPY(s->type_code, data->type_code);
	}
	if (data->has_counted_from) {
		s->counted_us = data->counted_from;
		s->accepted_us = ev->env.decidedtime;
		s->accepted_refoffset = refoffset_of(ev);
	} else if (s->due_us) {
		s->due_kept = 1;
	}
	s->step_kept = s->step && s->step != CODE_step_handle;
}

static void on_dispatched(struct case_state *s, const struct event *ev)
{
	const struct case_dispatched *data = &ev->data.case_dispatched;

	take_back(s);
	COPY(s->lead_unit, data->lead_unit);
	s->n_assist = data->n_assist;
	for (int i = 0; i < data->n_assist; i++) {
		COPY(s->assist[i], data->assist[i]);
	}
}

static void on_escalated(struct case_state *s, const struct event *ev)
{
	const struct case_escalated *data = &ev->data.case_escalated;

	if (data->cause == CODE_escalate_cause_overdue && !case_dues_unsigned_first(s)) {
		s->overdue_rungs++;
	}
	if (data->cause == CODE_escalate_cause_arbitration) {
		s->arbitrated = 1;
	}
	s->rounds[data->cause % 7] = (uint8_t)data->round;
	if (data->has_severity) {
		s->severity = data->severity;
	}
	take_back(s);
}

/* What nobody was given, and nobody fed back, was handled by who closes it. */
static void on_closed(struct case_state *s, const struct event *ev)
{
	s->window_until_us = ev->data.case_closed.reopen_until;
	if (!s->lead_unit[0] && !s->handler_unit[0]) {
		COPY(s->handler_unit, ev->env.unit);
	}
}

static void on_reopened(struct case_state *s, const struct event *ev)
{
	const struct case_reopened *data = &ev->data.case_reopened;

	if (s->closed_us) {
		s->stopped_us += ev->env.decidedtime - s->closed_us;
	}
	s->closed_us = s->window_until_us = 0;
	s->counted_us = ev->env.decidedtime;
	s->accepted_us = 0; /* the deadline is set anew */
	s->reopens = (uint8_t)data->n;
	s->severity = data->severity;
	s->overdue_rungs = 0;
	s->settled = s->due_kept = 0;
	s->n_ended = 0;
	memset(s->ended, 0, sizeof(s->ended));
	take_back(s);
}

/* What the types change beside state, owner and dues. */
static bool apply(struct case_state *s, const struct event *ev)
{
	switch ((int)ev->type) {
	case EVENT_case_reported:
		on_reported(s, ev);
		break;
	case EVENT_case_accepted:
		s->severity = ev->data.case_accepted.severity;
		break;
	case EVENT_case_rejected:
		s->window_until_us = ev->data.case_rejected.objection_until;
		break;
	case EVENT_case_classified:
		on_classified(s, ev);
		break;
	case EVENT_case_dispatched:
		on_dispatched(s, ev);
		break;
	case EVENT_case_signed_for:
		s->handled = 0;
		break;
	case EVENT_case_returned:
		s->returns = (uint8_t)ev->data.case_returned.n;
		take_back(s);
		break;
	case EVENT_case_handling_logged:
		s->handled = 1;
		break;
	case EVENT_case_held:
		s->holds = (uint8_t)ev->data.case_held.n;
		s->held_since_us = ev->env.decidedtime;
		s->hold_until_us = ev->data.case_held.hold_until;
		break;
	case EVENT_case_escalated:
		on_escalated(s, ev);
		break;
	case EVENT_case_feedback_submitted:
		COPY(s->handler_unit, ev->env.unit);
		break;
	case EVENT_case_verified:
		s->reworks = (uint8_t)ev->data.case_verified.rework;
		s->handled = 1;
		break;
	case EVENT_case_closed:
		on_closed(s, ev);
		break;
	case EVENT_case_reopened:
		on_reopened(s, ev);
		break;
	case EVENT_callback_recorded:
		s->scored = s->scored || ev->data.callback_recorded.has_score;
		break;
	case EVENT_case_dues_restated:
		if (ev->data.case_dues_restated.has_window_until) {
			s->window_until_us = ev->data.case_dues_restated.window_until;
		}
		break;
	case EVENT_case_resumed:
		break;
	default:
		return false;
	}
	return true;
}

static void start_step(struct case_state *s, const struct event *ev)
{
	s->step_started_us = ev->env.decidedtime;
	s->step_refoffset = refoffset_of(ev);
	s->step_kept = 0;
}

/* A hold begins and ends within a step; an escalation starts it anew, even from AC to AC. */
static bool starts_step(const struct event *ev, uint8_t from, uint8_t to)
{
	return ev->type == EVENT_case_escalated ||
	       (from != to && ev->type != EVENT_case_held && ev->type != EVENT_case_resumed);
}

static void clear_dues(struct case_state *s)
{
	s->due_us = s->yellow_us = s->red_us = 0;
	s->step_due_us = s->step_yellow_us = s->step_red_us = 0;
	s->escalate_us = s->unsigned_us = 0;
	s->step = s->due_unit = s->step_unit = s->provisional = 0;
}

/* For a case that is not open, the mark is about its window, as told by the event that opened or restated it. */
static bool window_is_provisional(const struct case_state *s, const struct event *ev)
{
#define MARK(type)         \
	case EVENT_##type: \
		return ev->data.type.has_provisional && ev->data.type.provisional
	switch ((int)ev->type) {
		MARK(case_reported);
		MARK(case_rejected);
		MARK(case_closed);
		MARK(case_dues_restated);
#undef MARK
	default:
		return s->provisional;
	}
}

static void take_dues(struct case_state *s, const struct case_dues *dues, const struct event *ev)
{
	if (s->step != dues->step) {
		start_step(s, ev);
	}
	s->step = dues->step;
	s->due_us = dues->due_at;
	s->yellow_us = dues->yellow_at;
	s->red_us = dues->red_at;
	s->step_due_us = dues->step_due_at;
	s->step_yellow_us = dues->step_yellow_at;
	s->step_red_us = dues->step_red_at;
	s->escalate_us = dues->escalate_at;
	s->unsigned_us = dues->unsigned_at;
	s->due_unit = dues->due_unit;
	s->step_unit = dues->step_unit;
	s->cal_ver = dues->cal_ver;
	s->policy_ver = dues->policy_ver;
	s->provisional = dues->provisional;
	COPY(s->cal_id, dues->cal_id);
	if (!s->orig_due_us) {
		s->orig_due_us = s->due_us;
	}
}

/* An absent member holds undefined memory: it counts as 0. */
static void clean_dues(struct case_dues *dues)
{
#define FIELD(name, kind, need, bound, help)                \
	if (!dues->has_##name) {                            \
		memset(&dues->name, 0, sizeof(dues->name)); \
	}
#include "schemas/dues.def"
#undef FIELD
}

/* What follows from the event just folded, as an event of its own. */
static enum case_owed owed_by(const struct case_state *s, const struct event *ev)
{
	const struct callback_recorded *callback = &ev->data.callback_recorded;
	bool up = case_dues_above(s).p != NULL;

	if (ev->type == EVENT_case_returned && !s->arbitrated &&
	    s->returns >= case_limits_get(CASE_LIMIT_returns_max) && up) {
		return CASE_OWED_ARBITRATION;
	}
	if (ev->type == EVENT_callback_recorded && callback->reached && callback->has_score &&
	    callback->score <= (uint64_t)case_limits_get(CASE_LIMIT_callback_low) &&
	    callback->has_cause && callback->cause == CODE_callback_cause_unit &&
	    (s->state == CODE_case_state_VE ||
	     case_limits_judged_us(ev->env.time, ev->env.decidedtime) <= s->window_until_us)) {
		return CASE_OWED_REOPEN;
	}
	/* Without a deadline (a flow without policy) nothing goes up by itself. */
	if (!case_transitions_open(s->state) || s->state == CODE_case_state_RP || !s->due_us) {
		return CASE_OWED_NOTHING;
	}
	if (s->severity == CODE_severity_major &&
	    s->owner_level > case_limits_get(CASE_LIMIT_grave_level)) {
		return CASE_OWED_MAJOR;
	}
	if (ev->type == EVENT_case_reopened &&
	    s->reopens == case_limits_get(CASE_LIMIT_reopens_graver) && up) {
		return CASE_OWED_UP;
	}
	return CASE_OWED_NOTHING;
}

/* Whether this is an event that may be the next one of the case. */
static enum err check(const struct case_state *s, const struct event *ev)
{
	if ((s->state == 0) != (ev->type == EVENT_case_reported)) {
		return s->state ? ERR_CONFLICT : ERR_ABSENT;
	}
	return ev->env.seq == (uint64_t)s->seq + 1 ? ERR_OK : ERR_LOG_GAP;
}

/* What the clock counts from now on: the deadlines of an open case, the window of any other. */
static void set_clocks(struct case_state *s, const struct event *ev, uint8_t from)
{
	int64_t at_us = ev->env.decidedtime;
	struct case_dues dues;

	if (from == CODE_case_state_HO && s->state != CODE_case_state_HO) {
		case_dues_end_hold(s, at_us);
	}
	if (starts_step(ev, from, s->state)) {
		start_step(s, ev);
	}
	if (!case_transitions_open(s->state)) {
		bool provisional = window_is_provisional(s, ev);

		clear_dues(s);
		s->provisional = provisional;
		if (case_transitions_open(from) || from == 0) {
			s->closed_us = at_us;
		}
	} else if (case_dues_get(ev, &dues)) {
		clean_dues(&dues);
		take_dues(s, &dues, ev);
	}
	if (case_transitions_open(s->state) && s->state != CODE_case_state_RP && !s->accepted_us) {
		s->accepted_us = at_us;
		s->accepted_refoffset = refoffset_of(ev);
	}
}

enum err case_evolve(struct case_state *state, const struct event *ev)
{
	struct case_state *s = state;
	const struct case_transition *row = case_transitions_of(ev);
	uint8_t from = s->state;

	if (!row) {
		return ERR_UNKNOWN;
	}
	enum err err = check(s, ev);

	if (err) {
		return err;
	}
	if (!apply(s, ev)) {
		return ERR_UNKNOWN;
	}
	s->skipped |= case_transitions_skipped(row, from, ev->env.to);
	s->seq++;
	s->state = ev->env.to;
	COPY(s->owner, ev->env.owner);
	s->owner_level = (uint8_t)place_level(place_of_unit(span_cstr(s->owner)));
	if (s->state != CODE_case_state_VE && s->state != CODE_case_state_CL) {
		s->scored = 0;
	}
	set_clocks(s, ev, from);
	s->owed = (uint8_t)owed_by(s, ev);
	if (ev->type == EVENT_case_returned &&
	    s->returns >= case_limits_get(CASE_LIMIT_returns_max)) {
		s->arbitrated = 1;
	}
	return ERR_OK;
}
