/* case_decide_effects.c: what an accepted action becomes: the decided members of its event. */
#include "projections/case_decide.h"

#include "projections/case_limits.h"
#include "projections/case_owner.h"

/* What the case will be, as far as its deadlines depend on it, and the dues being worked out. */
struct after {
	struct case_state state;
	struct case_dues dues;
};

static int64_t now_us(const struct case_decision *d)
{
	return d->moment->now_us;
}

/* The place to which a case goes, in force or not. */
static struct span target_of(const struct case_rules *rules,
			     const struct case_state *state,
			     enum code_escalate_cause cause)
{
	struct span owner = place_of_unit(span_cstr(state->owner));
	struct span above = case_dues_above(state);
	int grave = case_limits_get(CASE_LIMIT_grave_level);

	if (cause == CODE_escalate_cause_cross_boundary) {
		struct span all = case_owner_covering(rules->reference, rules->as_of, state);

		return all.n < owner.n ? all : (struct span){0};
	}
	if ((cause == CODE_escalate_cause_major || cause == CODE_escalate_cause_mass) &&
	    state->owner_level > grave) {
		return place_at_level(owner, grave);
	}
	return above;
}

struct span case_decide_effects_target(const struct case_rules *rules,
				       const struct case_state *state,
				       enum code_escalate_cause cause)
{
	struct span target = target_of(rules, state, cause);

	/* Never above L2 unless two prefectures (domain.md §3.5): but the province acts for a prefecture that is gone without a successor. */
	return target.p ? case_owner_standing(rules->reference, rules->as_of, target) : target;
}

/* The first owner of a report: the centre at the level that policy says, or of its place if that is coarser. */
static struct span first_owner(struct case_decision *d)
{
	int level = case_dues_level(&d->rules, &d->was, true);
	struct span place;

	if (level == 0) {
		level = case_limits_get(CASE_LIMIT_owner_level);
	}
	place = place_at_level(span_cstr(d->was.place), level > 5 ? 5 : level);
	return case_owner_standing(d->rules.reference, d->rules.as_of, place);
}

/* From now on this step runs. */
static void start_step(struct case_decision *d, struct after *after, enum code_step step)
{
	after->state.step_started_us = now_us(d);
	case_dues_count_step(&d->rules, &after->state, step, now_us(d), &after->dues);
}

/* The step that runs from now on, in the state the case goes to. */
static void enter(struct case_decision *d, struct after *after, uint8_t state)
{
	start_step(d, after,
		   case_transitions_step(state, after->state.handled, d->rules.profile.steps));
}

static int64_t reopen_until_us(const struct case_decision *d, bool *ret_provisional)
{
	return case_dues_window(&d->rules, &d->was, CODE_step_reopen, now_us(d), ret_provisional);
}

/* Sets a member only if it has a value. */
#define SET_MARK(data, value)                               \
	do {                                                \
		if (value) {                                \
			EVENT_SET(data, provisional, true); \
		}                                           \
	} while (0)

static void on_reported(struct case_decision *d, struct after *after)
{
	struct case_reported *data = &d->ev->data.case_reported;
	char *subject = arena_alloc(d->arena, CASE_ID_TEXT_BYTES + 1);
	uint8_t level;
	bool provisional;

	case_owner_set(&after->state, first_owner(d));
	EVENT_SET(*data, profile, d->rules.profile.id);
	if (subject) {
		case_id_format(&d->id, subject);
		EVENT_SET(d->ev->env, subject, span_of(subject, CASE_ID_TEXT_BYTES));
	}
	if (d->to == CODE_case_state_RP) {
		enter(d, after, CODE_case_state_RP);
		return;
	}
	level = case_dues_level(&d->rules, &d->was, false);
	if (level) {
		EVENT_SET(*data, close_level_expected, level);
	}
	EVENT_SET(*data, reopen_until, reopen_until_us(d, &provisional));
	SET_MARK(*data, provisional);
}

static void on_accepted(struct case_decision *d, struct after *after)
{
	struct case_accepted *data = &d->ev->data.case_accepted;

	after->state.severity = data->severity;
	case_dues_count_case(&d->rules, &after->state, d->was.counted_us, &after->dues);
	enter(d, after, d->to);
	if (after->dues.has_due_at) {
		EVENT_SET(*data, orig_due_at, after->dues.due_at);
	}
}

static void on_rejected(struct case_decision *d, struct after *after)
{
	struct case_rejected *data = &d->ev->data.case_rejected;
	bool provisional;

	(void)after;
	EVENT_SET(*data, objection_until,
		  case_dues_window(&d->rules, &d->was, CODE_step_object, now_us(d), &provisional));
	SET_MARK(*data, provisional);
}

/*
 * The case clock is not reset: the new limit counts from the report, and a case that is red stays so. But a deadline is
 * never moved into the past: then the new limit counts from now ("only forward from event time"), or, on hold, from when
 * the clock stopped.
 */
static void count_classified(struct case_decision *d, struct after *after)
{
	int64_t clock_us = case_dues_clock(&d->was, now_us(d)), from_us = d->was.counted_us;

	if (d->was.state == CODE_case_state_RP || !d->was.accepted_us ||
	    (d->was.due_us && d->was.due_us <= clock_us)) {
		return;
	}
	case_dues_count_case(&d->rules, &after->state, from_us, &after->dues);
	if (after->dues.has_due_at && after->dues.due_at <= clock_us) {
		from_us = clock_us;
		case_dues_count_case(&d->rules, &after->state, from_us, &after->dues);
	}
	after->state.counted_us = from_us;
	EVENT_SET(d->ev->data.case_classified, counted_from, from_us);
}

static void on_classified(struct case_decision *d, struct after *after)
{
	struct case_classified *data = &d->ev->data.case_classified;

	if (d->was.severity) {
		EVENT_SET(*data, old_severity, d->was.severity);
	}
	EVENT_SET(*data, old_type_code, span_cstr(d->was.type_code));
	if (data->has_severity) {
		after->state.severity = data->severity;
	}
	if (data->has_type_code) {
		memcpy(after->state.type_code, data->type_code.p, 4);
	}
	count_classified(d, after);
	if (d->was.step == CODE_step_handle) {
		case_dues_count_step(&d->rules, &after->state, CODE_step_handle, now_us(d),
				     &after->dues);
	}
	if (d->was.orig_due_us) {
		EVENT_SET(*data, orig_due_at, d->was.orig_due_us);
	}
}

static void on_dispatched(struct case_decision *d, struct after *after)
{
	after->state.handled = 0;
	enter(d, after, d->to);
}

static void on_signed(struct case_decision *d, struct after *after)
{
	EVENT_SET(d->ev->data.case_signed_for, late,
		  d->was.step_due_us && d->was.step == CODE_step_sign &&
			  d->judged_us > d->was.step_due_us);
	after->state.handled = 0;
	enter(d, after, d->to);
}

static void on_returned(struct case_decision *d, struct after *after)
{
	/* Where nobody leads, nobody has given it back. */
	EVENT_SET(d->ev->data.case_returned, n,
		  (uint64_t)d->was.returns + (d->was.lead_unit[0] ? 1 : 0));
	enter(d, after, d->to);
}

static void on_handling(struct case_decision *d, struct after *after)
{
	EVENT_SET(d->ev->data.case_handling_logged, first, !d->was.handled);
	after->state.handled = 1;
	/* It never resets a clock: only the step `first` ends with it. */
	if (d->was.step != CODE_step_handle) {
		enter(d, after, CODE_case_state_IP);
	}
}

static void on_held(struct case_decision *d, struct after *after)
{
	(void)after;
	EVENT_SET(d->ev->data.case_held, n, (uint64_t)d->was.holds + 1);
}

static void on_resumed(struct case_decision *d, struct after *after)
{
	struct case_resumed *data = &d->ev->data.case_resumed;

	(void)after; /* leave_hold has shifted the deadlines */
	EVENT_SET(*data, held_us, (uint64_t)(now_us(d) - d->was.held_since_us));
	EVENT_SET(*data, by,
		  d->automatic              ? CODE_resume_by_timer
		  : d->who == CASE_WHO_LEAD ? CODE_resume_by_unit
					    : CODE_resume_by_centre);
}

static void on_escalated(struct case_decision *d, struct after *after)
{
	struct case_escalated *data = &d->ev->data.case_escalated;
	enum code_escalate_cause cause = (enum code_escalate_cause)data->cause;
	struct span target = case_decide_effects_target(&d->rules, &d->was, cause);
	/* What stands in for an owner that is gone lies higher already: the clock sends the case no higher than there. */
	bool risen = d->automatic && d->was.owner_level < d->owned_level;

	if (target.p && !risen) {
		case_owner_set(&after->state, target);
	}
	EVENT_SET(*data, from_level, d->owned_level);
	EVENT_SET(*data, to_level, after->state.owner_level);
	EVENT_SET(*data, round, (uint64_t)d->was.rounds[cause % 7] + 1);
	if (!d->was.severity) {
		after->state.severity = CODE_severity_general;
	}
	EVENT_SET(*data, severity, after->state.severity);
	if (cause == CODE_escalate_cause_overdue && !case_dues_unsigned_first(&d->was)) {
		after->state.overdue_rungs++;
	}
	after->state.handled = 0;
	enter(d, after, d->to);
}

static void on_verified(struct case_decision *d, struct after *after)
{
	EVENT_SET(d->ev->data.case_verified, rework,
		  (uint64_t)d->was.reworks + (d->to == CODE_case_state_IP ? 1 : 0));
	/* Back in progress it is being handled, not awaited anew. */
	after->state.handled = 1;
	enter(d, after, d->to);
}

static void list_skipped(struct case_closed *data, uint16_t skipped)
{
	for (unsigned step = 1; step < CODE_step_COUNT; step++) {
		if (((unsigned)skipped >> step) & 1u) {
			data->skipped[data->n_skipped++] = (uint8_t)step;
		}
	}
}

static void on_closed(struct case_decision *d, struct after *after)
{
	struct case_closed *data = &d->ev->data.case_closed;
	uint8_t level = case_dues_level(&d->rules, &d->was, false);
	int64_t work_us = now_us(d) - d->was.reported_us - d->was.held_us - d->was.stopped_us;
	bool provisional;

	(void)after;
	EVENT_SET(*data, close_level, d->was.owner_level);
	if (level) {
		EVENT_SET(*data, close_level_expected, level);
	}
	EVENT_SET(*data, work_us, (uint64_t)work_us);
	EVENT_SET(*data, held_us, (uint64_t)d->was.held_us);
	EVENT_SET(*data, late, d->was.due_us && d->judged_us > d->was.due_us);
	EVENT_SET(*data, reopen_until, reopen_until_us(d, &provisional));
	SET_MARK(*data, provisional);
	list_skipped(data, d->was.skipped | d->skipped);
}

/* One grade up. Urgent says how soon, not how grave; nothing is graver than major. */
static uint8_t graver(uint8_t severity)
{
	return severity > CODE_severity_major ? severity - 1 : severity;
}

static void on_reopened(struct case_decision *d, struct after *after)
{
	struct case_reopened *data = &d->ev->data.case_reopened;
	uint8_t severity = d->was.severity ? d->was.severity : CODE_severity_general;

	EVENT_SET(*data, n, (uint64_t)d->was.reopens + 1);
	if (d->was.reopens + 1 == case_limits_get(CASE_LIMIT_reopens_graver)) {
		severity = graver(severity);
	}
	after->state.severity = severity;
	after->state.overdue_rungs = 0;
	after->state.n_ended = 0;
	after->state.handled = 0;
	EVENT_SET(*data, severity, severity);
	after->state.counted_us = now_us(d);
	case_dues_count_case(&d->rules, &after->state, now_us(d), &after->dues);
	enter(d, after, d->to);
}

static void on_callback(struct case_decision *d, struct after *after)
{
	/* The step ends; what is left to do has no limit of its own. */
	if (d->was.state == CODE_case_state_VE) {
		start_step(d, after, CODE_step_close);
	}
}

static void on_other(struct case_decision *d, struct after *after)
{
	enter(d, after, d->to);
}

static void on_restated(struct case_decision *d, struct after *after)
{
	struct case_dues_restated *data = &d->ev->data.case_dues_restated;
	int64_t until_us;
	bool provisional;

	EVENT_SET(*data, reason, SPAN("calendar"));
	if (case_transitions_open(d->was.state)) {
		(void)case_dues_restate(&d->rules, &d->was, &after->dues);
		return;
	}
	(void)case_dues_restate_window(&d->rules, &d->was, &until_us, &provisional);
	EVENT_SET(*data, window_until, until_us);
	SET_MARK(*data, provisional);
}

static void (*const effects[EVENT_TYPE_COUNT])(struct case_decision *d, struct after *after) = {
	[EVENT_case_reported] = on_reported,
	[EVENT_case_accepted] = on_accepted,
	[EVENT_case_rejected] = on_rejected,
	[EVENT_case_classified] = on_classified,
	[EVENT_case_dispatched] = on_dispatched,
	[EVENT_case_signed_for] = on_signed,
	[EVENT_case_returned] = on_returned,
	[EVENT_case_handling_logged] = on_handling,
	[EVENT_case_held] = on_held,
	[EVENT_case_resumed] = on_resumed,
	[EVENT_case_escalated] = on_escalated,
	[EVENT_case_feedback_submitted] = on_other,
	[EVENT_case_verified] = on_verified,
	[EVENT_case_closed] = on_closed,
	[EVENT_case_reopened] = on_reopened,
	[EVENT_callback_recorded] = on_callback,
	[EVENT_case_dues_restated] = on_restated,
};

/* Past acceptance a case has a deadline, however it got there: accepted, escalated, or a flow without acceptance. */
static void ensure_case_due(struct case_decision *d, struct after *after, uint8_t to)
{
	if (case_transitions_open(to) && to != CODE_case_state_RP && !d->was.accepted_us &&
	    !after->dues.has_due_at) {
		case_dues_count_case(&d->rules, &after->state, d->was.counted_us, &after->dues);
	}
}

/* Whether the overdue timer stays as it was: it is counted again only when something it depends on has changed. */
static bool timer_stands(const struct case_decision *d, const struct after *after)
{
	bool held = d->was.state == CODE_case_state_HO && after->state.held_since_us == 0;

	return d->was.escalate_us && !held && after->dues.red_at == d->was.red_us &&
	       after->state.overdue_rungs == d->was.overdue_rungs &&
	       after->state.owner_level == d->owned_level &&
	       d->ev->type != EVENT_case_dues_restated;
}

void case_decide_effects_apply(struct case_decision *d)
{
	struct after *after = arena_zalloc(d->arena, sizeof(*after));
	uint8_t to = case_transitions_to(d->row, d->was.state, d->rules.profile.steps);

	if (!after) {
		return;
	}
	d->to = to;
	after->state = d->was;
	case_dues_of(&d->was, &after->dues);
	if (d->was.state == CODE_case_state_HO && to != CODE_case_state_HO) {
		case_dues_shift(&d->rules, &d->was, d->was.held_since_us, now_us(d), &after->dues);
		case_dues_end_hold(&after->state, now_us(d));
	}
	if (d->ev->type == EVENT_case_escalated && !d->was.severity) {
		after->state.severity = CODE_severity_general;
	}
	ensure_case_due(d, after, to);
	effects[d->ev->type](d, after);
	if (case_transitions_open(to)) {
		if (!timer_stands(d, after)) {
			case_dues_escalation(&d->rules, &after->state, &after->dues);
		}
		case_dues_mark(&d->rules, &after->state, &after->dues);
		case_dues_put(d->ev, &after->dues);
	}
	EVENT_SET(d->ev->env, seq, (uint64_t)d->was.seq + 1);
	if (d->found) {
		EVENT_SET(d->ev->env, from, d->was.state);
	}
	EVENT_SET(d->ev->env, to, to);
	EVENT_SET(d->ev->env, owner, span_cstr(after->state.owner));
}
