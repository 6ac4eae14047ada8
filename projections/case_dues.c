/* case_dues.c: deadlines from policy and calendar, as data for events. */
#include "projections/case_dues.h"

#include "projections/case_limits.h"

/* The event types that carry dues. */
#define WITH_DUES(X)               \
	X(case_reported)           \
	X(case_accepted)           \
	X(case_classified)         \
	X(case_dispatched)         \
	X(case_signed_for)         \
	X(case_returned)           \
	X(case_handling_logged)    \
	X(case_resumed)            \
	X(case_escalated)          \
	X(case_feedback_submitted) \
	X(case_verified)           \
	X(case_reopened)           \
	X(callback_recorded)       \
	X(case_dues_restated)

/* They stand last in each, member for member as in struct case_dues: so one copy of bytes serves them all. */
#define DUES_BYTES (offsetof(struct case_dues, has_unsigned_at) + sizeof(bool))
#define X(type)                                                                                  \
	_Static_assert(offsetof(struct type, has_unsigned_at) - offsetof(struct type, due_at) == \
			       offsetof(struct case_dues, has_unsigned_at),                      \
		       "dues of " #type " stand as in struct case_dues");
WITH_DUES(X)
#undef X

/* Where in the event's data its dues begin; -1: it has none. */
static ptrdiff_t dues_at(enum event_type type)
{
	switch ((int)type) {
#define X(name)            \
	case EVENT_##name: \
		return (ptrdiff_t)offsetof(struct name, due_at);
		WITH_DUES(X)
#undef X
	default:
		return -1;
	}
}

void case_dues_put(struct event *ev, const struct case_dues *dues)
{
	ptrdiff_t at = dues_at(ev->type);

	if (at >= 0) {
		memcpy((uint8_t *)&ev->data + at, dues, DUES_BYTES);
	}
}

bool case_dues_get(const struct event *ev, struct case_dues *ret_dues)
{
	ptrdiff_t at = dues_at(ev->type);

	if (at < 0) {
		return false;
	}
	memset(ret_dues, 0, sizeof(*ret_dues));
	memcpy(ret_dues, (const uint8_t *)&ev->data + at, DUES_BYTES);
	return true;
}

/* Sets a member if its value is one. */
#define SET(object, member, value)                              \
	do {                                                    \
		(object)->member = (value);                     \
		(object)->has_##member = (object)->member != 0; \
	} while (0)

void case_dues_of(const struct case_state *state, struct case_dues *ret_dues)
{
	struct case_dues *dues = ret_dues;

	memset(dues, 0, sizeof(*dues));
	SET(dues, due_at, state->due_us);
	SET(dues, yellow_at, state->yellow_us);
	SET(dues, red_at, state->red_us);
	SET(dues, step, state->step);
	SET(dues, step_due_at, state->step_due_us);
	SET(dues, step_yellow_at, state->step_yellow_us);
	SET(dues, step_red_at, state->step_red_us);
	SET(dues, cal_ver, state->cal_ver);
	SET(dues, policy_ver, state->policy_ver);
	SET(dues, provisional, state->provisional);
	SET(dues, due_unit, state->due_unit);
	SET(dues, step_unit, state->step_unit);
	SET(dues, escalate_at, state->escalate_us);
	SET(dues, unsigned_at, state->unsigned_us);
	dues->cal_id = span_cstr(state->cal_id);
	dues->has_cal_id = dues->cal_id.n > 0;
}

/* Until the centre has set a severity the limits are those of general. */
static enum code_severity severity_of(const struct case_state *state)
{
	return state->severity ? (enum code_severity)state->severity : CODE_severity_general;
}

static struct as_of policy_as_of(const struct case_rules *rules)
{
	return rules->policy.at_us ? rules->policy : rules->as_of;
}

/* The policy row of a step and its calendar. @return false when the flow has no policy, or policy no such row */
static bool find_policy(const struct case_rules *rules,
			const struct case_state *state,
			enum code_step step,
			struct ref_policy *ret_policy,
			const struct calendar **ret_calendar)
{
	if (!rules->profile.has_policy ||
	    !reference_policy(rules->reference, policy_as_of(rules), span_cstr(state->type_code),
			      severity_of(state), step, ret_policy) ||
	    ret_policy->amount == 0) {
		return false;
	}
	*ret_calendar = reference_calendar(rules->reference, rules->as_of, ret_policy->calendar);
	return *ret_calendar != NULL;
}

static void set_case(struct case_dues *dues, const struct deadline *deadline)
{
	SET(dues, due_at, deadline->due_us);
	SET(dues, yellow_at, deadline->yellow_us);
	SET(dues, red_at, deadline->red_us);
}

static void set_step(struct case_dues *dues, const struct deadline *deadline)
{
	SET(dues, step_due_at, deadline->due_us);
	SET(dues, step_yellow_at, deadline->yellow_us);
	SET(dues, step_red_at, deadline->red_us);
}

/* The mark stays until everything is counted again. */
static void mark(struct case_dues *dues, bool provisional)
{
	SET(dues, provisional, dues->provisional || provisional);
}

static void set_calendar(struct case_dues *dues,
			 const struct ref_policy *policy,
			 const struct calendar *calendar)
{
	dues->cal_id = policy->calendar;
	dues->has_cal_id = policy->calendar.n > 0;
	SET(dues, cal_ver, calendar->version);
}

/* A limit that counts from a moment, moved on by the holds since. */
static struct deadline count(const struct calendar *calendar,
			     const struct case_state *state,
			     int64_t from_us,
			     const struct ref_policy *policy)
{
	enum code_time_unit unit = (enum code_time_unit)policy->unit;
	struct deadline deadline =
		calendar_deadline(calendar, from_us, policy->amount, unit, policy->yellow_bp);

	for (int i = 0; i < state->n_ended; i++) {
		if (state->ended[i].from_us >= from_us) {
			deadline = calendar_shift(calendar, deadline, unit, state->ended[i].from_us,
						  state->ended[i].to_us);
		}
	}
	return deadline;
}

void case_dues_count_case(const struct case_rules *rules,
			  const struct case_state *state,
			  int64_t from_us,
			  struct case_dues *dues)
{
	struct deadline deadline = {0};
	struct ref_policy policy = {0};
	const struct calendar *calendar;

	dues->provisional = dues->has_provisional = false;
	if (find_policy(rules, state, CODE_step_handle, &policy, &calendar)) {
		deadline = count(calendar, state, from_us, &policy);
		set_calendar(dues, &policy, calendar);
		mark(dues, deadline.provisional);
	}
	set_case(dues, &deadline);
	SET(dues, due_unit, policy.unit);
	SET(dues, policy_ver, policy.version);
}

static void copy_case_to_step(struct case_dues *dues)
{
	SET(dues, step_due_at, dues->due_at);
	SET(dues, step_yellow_at, dues->yellow_at);
	SET(dues, step_red_at, dues->red_at);
	SET(dues, step_unit, dues->due_unit);
}

/* The deadline of a step that has a limit, from a moment. */
static struct deadline count_limit(const struct case_state *state,
				   enum code_step step,
				   const struct ref_policy *policy,
				   const struct calendar *calendar,
				   int64_t from_us,
				   struct case_dues *dues)
{
	struct deadline deadline = count(calendar, state, from_us, policy);

	/* While there is a case deadline, the calendar named is the one it was counted in, so that nobody counts it again in a newer one. */
	if (!dues->has_due_at) {
		set_calendar(dues, policy, calendar);
	}
	mark(dues, deadline.provisional);
	if (step == CODE_step_sign && case_dues_above(state).p) {
		uint64_t amount =
			policy->amount * (uint64_t)case_limits_get(CASE_LIMIT_unsigned_factor);

		SET(dues, unsigned_at,
		    calendar_add(calendar, from_us, amount, (enum code_time_unit)policy->unit));
	}
	return deadline;
}

void case_dues_count_step(const struct case_rules *rules,
			  const struct case_state *state,
			  enum code_step step,
			  int64_t from_us,
			  struct case_dues *dues)
{
	struct deadline deadline = {0};
	struct ref_policy policy = {0};
	const struct calendar *calendar;

	SET(dues, step, (uint8_t)step);
	SET(dues, unsigned_at, 0);
	if (step == CODE_step_handle) {
		copy_case_to_step(dues);
		return;
	}
	/* A verification without a limit of its own has that of the feedback. */
	if ((step && find_policy(rules, state, step, &policy, &calendar)) ||
	    (step == CODE_step_verify &&
	     find_policy(rules, state, CODE_step_feedback, &policy, &calendar))) {
		deadline = count_limit(state, step, &policy, calendar, from_us, dues);
	}
	set_step(dues, &deadline);
	SET(dues, step_unit, policy.unit);
}

/* Whether the moments differ, or whether they are provisional. */
static bool differ(const struct case_dues *a, const struct case_dues *b)
{
	return a->due_at != b->due_at || a->yellow_at != b->yellow_at || a->red_at != b->red_at ||
	       a->step_due_at != b->step_due_at || a->step_yellow_at != b->step_yellow_at ||
	       a->step_red_at != b->step_red_at || a->unsigned_at != b->unsigned_at ||
	       a->escalate_at != b->escalate_at || a->provisional != b->provisional;
}

/* A calendar moves a deadline and never takes it away, whatever became of the policy or the flow since. */
bool case_dues_restate(const struct case_rules *rules,
		       const struct case_state *state,
		       struct case_dues *ret_dues)
{
	struct case_rules then = *rules;
	struct case_dues *dues = ret_dues, was, counted;

	case_dues_of(state, &was);
	*dues = was;
	/* Where there is no case deadline to count, nothing below would clear the mark. */
	SET(dues, provisional, false);
	if (was.has_due_at && !state->due_kept) {
		counted = *dues;
		then.policy = (struct as_of){state->accepted_refoffset, state->accepted_us};
		case_dues_count_case(&then, state, state->counted_us, &counted);
		*dues = counted.has_due_at ? counted : *dues;
	}
	if (was.has_step_due_at && !state->step_kept) {
		counted = *dues;
		then.policy = (struct as_of){state->step_refoffset, state->step_started_us};
		case_dues_count_step(&then, state, (enum code_step)state->step,
				     state->step_started_us, &counted);
		*dues = counted.has_step_due_at ? counted : *dues;
	}
	case_dues_escalation(rules, state, dues);
	case_dues_mark(rules, state, dues);
	return differ(dues, &was);
}

/* That of its deadlines, else that of its policy, else weekends alone. */
static const struct calendar *calendar_of(const struct case_rules *rules,
					  const struct case_state *state)
{
	static const struct calendar weekends;
	const struct calendar *calendar = NULL;
	struct ref_policy policy;

	if (state->cal_id[0]) {
		calendar = reference_calendar(rules->reference, rules->as_of,
					      span_cstr(state->cal_id));
	}
	if (!calendar &&
	    reference_policy(rules->reference, rules->as_of, span_cstr(state->type_code),
			     severity_of(state), CODE_step_handle, &policy)) {
		calendar = reference_calendar(rules->reference, rules->as_of, policy.calendar);
	}
	return calendar ? calendar : &weekends;
}

void case_dues_shift(const struct case_rules *rules,
		     const struct case_state *state,
		     int64_t from_us,
		     int64_t to_us,
		     struct case_dues *dues)
{
	const struct calendar *calendar = calendar_of(rules, state);
	struct deadline due = {
		.due_us = dues->due_at, .yellow_us = dues->yellow_at, .red_us = dues->red_at};
	struct deadline step = {.due_us = dues->step_due_at,
				.yellow_us = dues->step_yellow_at,
				.red_us = dues->step_red_at};

	if (dues->has_due_at) {
		due = calendar_shift(calendar, due, (enum code_time_unit)dues->due_unit, from_us,
				     to_us);
		set_case(dues, &due);
		mark(dues, due.provisional);
	}
	if (dues->has_step_due_at) {
		step = calendar_shift(calendar, step, (enum code_time_unit)dues->step_unit, from_us,
				      to_us);
		set_step(dues, &step);
	}
}

void case_dues_mark(const struct case_rules *rules,
		    const struct case_state *state,
		    struct case_dues *dues)
{
	const struct calendar *calendar = NULL;
	const struct {
		int64_t from_us, at_us;
		uint8_t unit;
	} moments[] = {
		{state->counted_us, dues->due_at, dues->due_unit},
		{state->step_started_us, dues->step_due_at, dues->step_unit},
		{state->step_started_us, dues->unsigned_at, dues->step_unit},
		{dues->red_at, dues->escalate_at, CODE_time_unit_working_day},
	};

	if (dues->has_cal_id) {
		calendar = reference_calendar(rules->reference, rules->as_of, dues->cal_id);
	}
	if (!calendar) {
		calendar = calendar_of(rules, state);
	}
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		mark(dues,
		     moments[i].at_us &&
			     calendar_is_provisional(calendar, moments[i].from_us, moments[i].at_us,
						     (enum code_time_unit)moments[i].unit));
	}
}

void case_dues_end_hold(struct case_state *state, int64_t at_us)
{
	if (state->n_ended < CASE_HOLDS) {
		state->ended[state->n_ended++] =
			(struct case_hold){.from_us = state->held_since_us, .to_us = at_us};
	}
	state->held_us += at_us - state->held_since_us;
	state->held_since_us = state->hold_until_us = 0;
}

int64_t case_dues_clock(const struct case_state *state, int64_t now_us)
{
	return state->state == CODE_case_state_HO ? state->held_since_us : now_us;
}

bool case_dues_unsigned_first(const struct case_state *state)
{
	return state->state == CODE_case_state_DI && state->unsigned_us &&
	       (!state->escalate_us || state->unsigned_us < state->escalate_us);
}

struct span case_dues_above(const struct case_state *state)
{
	struct span owner = place_of_unit(span_cstr(state->owner));
	struct span above = place_parent(owner);
	int top = place_level(span_cstr(state->common)) <= 1
			  ? 1
			  : case_limits_get(CASE_LIMIT_top_level);

	return above.p && place_level(above) >= top ? above : (struct span){0};
}

void case_dues_escalation(const struct case_rules *rules,
			  const struct case_state *state,
			  struct case_dues *dues)
{
	static const enum case_limit days[] = {CASE_LIMIT_overdue_first_days,
					       CASE_LIMIT_overdue_second_days};
	struct ref_policy wait = {.unit = CODE_time_unit_working_day};
	int64_t at_us = 0;

	if (dues->has_red_at && state->overdue_rungs < 2 && case_dues_above(state).p) {
		wait.amount = (uint64_t)case_limits_get(days[state->overdue_rungs]);
		at_us = count(calendar_of(rules, state), state, dues->red_at, &wait).due_us;
	}
	SET(dues, escalate_at, at_us);
}

/*
 * The default of a window, where policy has no row for it. A hold's days are counted in hours, so that it may end at the
 * hour at which it began.
 */
static const struct {
	uint8_t limit, times, unit;
} windows[CODE_step_COUNT] = {
	[CODE_step_hold] = {CASE_LIMIT_hold_days, 24, CODE_time_unit_hour},
	[CODE_step_reopen] = {CASE_LIMIT_reopen_days, 1, CODE_time_unit_calendar_day},
	[CODE_step_object] = {CASE_LIMIT_objection_days, 1, CODE_time_unit_working_day},
};

int64_t case_dues_window(const struct case_rules *rules,
			 const struct case_state *state,
			 enum code_step window,
			 int64_t from_us,
			 bool *ret_provisional)
{
	struct ref_policy policy;
	const struct calendar *calendar = NULL;
	struct as_of as_of = policy_as_of(rules);
	int64_t until_us;

	/* A flow without deadlines has windows nevertheless. */
	if (reference_policy(rules->reference, as_of, span_cstr(state->type_code),
			     severity_of(state), window, &policy)) {
		calendar = reference_calendar(rules->reference, rules->as_of, policy.calendar);
	} else {
		policy.amount = (uint64_t)case_limits_get((enum case_limit)windows[window].limit) *
				windows[window].times;
		policy.unit = windows[window].unit;
	}
	calendar = calendar ? calendar : calendar_of(rules, state);
	until_us = calendar_add(calendar, from_us, policy.amount, (enum code_time_unit)policy.unit);
	/* Where no calendar is set at all, none is waited for. */
	*ret_provisional =
		calendar->last_year && calendar_is_provisional(calendar, from_us, until_us,
							       (enum code_time_unit)policy.unit);
	return until_us;
}

bool case_dues_restate_window(const struct case_rules *rules,
			      const struct case_state *state,
			      int64_t *ret_until_us,
			      bool *ret_provisional)
{
	struct case_rules then = *rules;

	then.policy = (struct as_of){state->step_refoffset, state->closed_us};
	*ret_until_us = case_dues_window(&then, state,
					 state->state == CODE_case_state_RJ ? CODE_step_object
									    : CODE_step_reopen,
					 state->closed_us, ret_provisional);
	return *ret_until_us != state->window_until_us || *ret_provisional != state->provisional;
}

uint8_t case_dues_level(const struct case_rules *rules, const struct case_state *state, bool owner)
{
	static const uint8_t steps[] = {CODE_step_handle, CODE_step_accept, CODE_step_close};
	/*
	 * The first owner follows from the type alone (answers 9), in a flow without limits too; the level that must close
	 * it, from the severity.
	 */
	enum code_severity severity = owner ? CODE_severity_general : severity_of(state);
	struct ref_policy policy;

	for (size_t i = 0; (owner || rules->profile.has_policy) && i < sizeof(steps); i++) {
		if (reference_policy(rules->reference, rules->as_of, span_cstr(state->type_code),
				     severity, (enum code_step)steps[i], &policy)) {
			uint8_t level = owner ? policy.owner_level : policy.close_level;

			if (level) {
				return level;
			}
		}
	}
	return 0;
}
