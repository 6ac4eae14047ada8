/* case_decide_guards.c: the guards that rows of case_transitions.def name: each passes, or says what it found and what it needs. */
#include "common/civil.h"
#include "projections/case_decide.h"
#include "projections/case_limits.h"
#include "projections/case_owner.h"
#include "projections/case_register_rows.h"

/* Texts are written only after a guard has refused: it is then run again, so that guards that pass format nothing. */
#define DETAIL(d, ...)                                                                \
	do {                                                                          \
		if ((d)->explain) {                                                   \
			(d)->refusal->detail = arena_printf((d)->arena, __VA_ARGS__); \
		}                                                                     \
	} while (0)
#define NEEDS(d, ...)                                                                \
	do {                                                                         \
		if ((d)->explain) {                                                  \
			(d)->refusal->needs = arena_printf((d)->arena, __VA_ARGS__); \
		}                                                                    \
	} while (0)

static bool guard_subject(struct case_decision *d)
{
	struct case_id id;
	char text[CASE_ID_TEXT_BYTES + 1];

	if (!d->ev->env.has_subject ||
	    (case_id_parse(d->ev->env.subject, &id) && memcmp(&id, &d->id, sizeof(id)) == 0)) {
		return true;
	}
	case_id_format(&d->id, text);
	NEEDS(d, "subject %s", text);
	return false;
}

/* The places of a report: its own, then the further ones, each held to the same; absent past the last. */
static struct span place_of(const struct case_decision *d, int number)
{
	const struct case_reported *data = &d->ev->data.case_reported;

	if (number == 0) {
		return span_cstr(d->was.place);
	}
	return number <= data->n_places ? place_normalise(data->places[number - 1])
					: (struct span){0};
}

/* Says which place was refused, by the member that names it. */
static void place_detail(struct case_decision *d, int number)
{
	if (number == 0) {
		DETAIL(d, "place %s", d->was.place);
	} else {
		DETAIL(d, "data.places[%d] %.*s", number - 1,
		       SPAN_ARGS(d->ev->data.case_reported.places[number - 1]));
	}
}

static bool guard_place_coarse(struct case_decision *d)
{
	int coarsest = case_limits_get(CASE_LIMIT_report_level);
	struct span place;

	NEEDS(d, "a place of %d digits or more", (int)place_bytes(coarsest));
	for (int i = 0; (place = place_of(d, i)).p; i++) {
		if (!place_valid(place) || place_level(place) < coarsest) {
			place_detail(d, i);
			return false;
		}
	}
	return true;
}

static bool guard_place(struct case_decision *d)
{
	struct ref_place found;
	struct span place;

	NEEDS(d, "a place in force");
	for (int i = 0; (place = place_of(d, i)).p; i++) {
		if (!reference_place(d->rules.reference, d->rules.as_of, place, &found) ||
		    (!found.in_force &&
		     (!found.change || found.change == CODE_place_change_rename))) {
			place_detail(d, i);
			return false;
		}
	}
	return true;
}

/* Merged, split or abolished: known, and in force no more. */
static bool is_gone(const struct case_decision *d, struct span place, struct ref_place *ret_found)
{
	return reference_place(d->rules.reference, d->rules.as_of, place, ret_found) &&
	       ret_found->change != 0 && ret_found->change != CODE_place_change_rename;
}

static void needs_successor(struct case_decision *d, const struct ref_place *gone)
{
	if (gone->n_successors) {
		NEEDS(d, "place %.*s", SPAN_ARGS(gone->successors[0]));
	} else {
		NEEDS(d, "a place in force");
	}
}

static bool guard_place_gone(struct case_decision *d)
{
	struct ref_place found;
	struct span place;

	for (int i = 0; (place = place_of(d, i)).p; i++) {
		if (is_gone(d, place, &found)) {
			place_detail(d, i);
			needs_successor(d, &found);
			return false;
		}
	}
	return true;
}

static bool guard_type(struct case_decision *d)
{
	const struct case_classified *data = &d->ev->data.case_classified;
	struct span code = span_cstr(d->was.type_code);

	if (d->ev->type == EVENT_case_classified) {
		if (!data->has_type_code) {
			return true;
		}
		code = data->type_code;
	}
	DETAIL(d, "type_code %.*s", SPAN_ARGS(code));
	NEEDS(d, "a type of the code book");
	return codes_type(code) != NULL;
}

static bool listed(struct case_decision *d,
		   enum code_list_kind list,
		   struct span place,
		   struct span *ret_item)
{
	return reference_listed(d->rules.reference, d->rules.as_of, list,
				span_cstr(d->was.type_code), place, ret_item);
}

static bool forbidden_for(struct case_decision *d, struct span unit_id)
{
	struct ref_unit unit;
	struct span item = {0};

	if (!reference_unit(d->rules.reference, d->rules.as_of, unit_id, &unit) || unit.level < 6 ||
	    !listed(d, CODE_list_kind_forbid, unit.seat, &item)) {
		return false;
	}
	DETAIL(d, "%.*s, %.*s", SPAN_ARGS(item), SPAN_ARGS(unit_id));
	NEEDS(d, "a unit above the grid");
	return true;
}

static bool guard_forbidden(struct case_decision *d)
{
	const struct case_dispatched *data = &d->ev->data.case_dispatched;

	if (d->ev->type == EVENT_case_reported) {
		return !forbidden_for(d, d->ev->env.unit);
	}
	if (forbidden_for(d, data->lead_unit)) {
		return false;
	}
	for (int i = 0; i < data->n_assist; i++) {
		if (forbidden_for(d, data->assist[i])) {
			return false;
		}
	}
	return true;
}

/* By the lists of the place it is the grid of, wherever the matter lies. */
static bool guard_grid_list(struct case_decision *d)
{
	DETAIL(d, "type_code %s, %.*s", d->was.type_code, SPAN_ARGS(d->unit.id));
	NEEDS(d, "a type on BASIC or ADMIT");
	return d->unit.level < 6 || listed(d, CODE_list_kind_basic, d->unit.seat, NULL) ||
	       listed(d, CODE_list_kind_admit, d->unit.seat, NULL);
}

static bool guard_settled(struct case_decision *d)
{
	const struct case_reported *data = &d->ev->data.case_reported;

	DETAIL(d, "severity %s, resolution %s",
	       data->has_severity ? codes_get(CODES_severity, data->severity)->name : "not stated",
	       data->has_resolution ? codes_get(CODES_outcome, data->resolution)->name
				    : "not stated");
	NEEDS(d, "severity minor, and resolution resolved or partly");
	return data->has_severity && data->severity == CODE_severity_minor &&
	       data->has_resolution &&
	       (data->resolution == CODE_outcome_resolved ||
		data->resolution == CODE_outcome_partly);
}

static bool guard_member(struct case_decision *d)
{
	if (d->ev->type == EVENT_case_classified) {
		NEEDS(d, "data.severity or data.type_code");
		return d->ev->data.case_classified.has_severity ||
		       d->ev->data.case_classified.has_type_code;
	}
	NEEDS(d, "data.reason");
	return d->ev->data.case_verified.has_reason && d->ev->data.case_verified.reason.n > 0;
}

static bool guard_no_change(struct case_decision *d)
{
	const struct case_classified *data = &d->ev->data.case_classified;

	DETAIL(d, "severity %s, type_code %s", codes_get(CODES_severity, d->was.severity)->name,
	       d->was.type_code);
	NEEDS(d, "another severity or type_code");
	return (data->has_severity && data->severity != d->was.severity) ||
	       (data->has_type_code && !span_eq(data->type_code, span_cstr(d->was.type_code)));
}

static bool guard_lead(struct case_decision *d)
{
	struct span id = d->ev->data.case_dispatched.lead_unit;
	struct ref_unit unit;

	DETAIL(d, "lead_unit %.*s", SPAN_ARGS(id));
	NEEDS(d, "an active unit with the function handle");
	return reference_unit(d->rules.reference, d->rules.as_of, id, &unit) && unit.active &&
	       reference_may(d->rules.reference, d->rules.as_of, &unit, CODE_function_handle);
}

static bool guard_assist(struct case_decision *d)
{
	const struct case_dispatched *data = &d->ev->data.case_dispatched;
	struct ref_unit unit;

	NEEDS(d, "active units, each once, none the lead");
	for (int i = 0; i < data->n_assist; i++) {
		DETAIL(d, "assist %.*s", SPAN_ARGS(data->assist[i]));
		if (span_eq(data->assist[i], data->lead_unit) ||
		    !reference_unit(d->rules.reference, d->rules.as_of, data->assist[i], &unit) ||
		    !unit.active) {
			return false;
		}
		for (int j = 0; j < i; j++) {
			if (span_eq(data->assist[i], data->assist[j])) {
				return false;
			}
		}
	}
	return true;
}

static bool guard_returns(struct case_decision *d)
{
	int most = case_limits_get(CASE_LIMIT_returns_max);

	DETAIL(d, "returned %u times%s", d->was.returns, d->was.arbitrated ? ", arbitrated" : "");
	NEEDS(d, "fewer than %d returns, no arbitration", most);
	return (d->was.returns < most && !d->was.arbitrated) || !d->was.lead_unit[0];
}

static bool guard_holds(struct case_decision *d)
{
	int most = case_limits_get(CASE_LIMIT_holds_max);

	DETAIL(d, "held %u times", d->was.holds);
	NEEDS(d, "fewer than %d holds", most);
	return d->was.holds < most;
}

static bool guard_hold_until(struct case_decision *d)
{
	int64_t until_us = d->ev->data.case_held.hold_until;
	bool provisional; /* no matter: the end is a day that people name */
	int64_t latest_us = case_dues_window(&d->rules, &d->was, CODE_step_hold, d->moment->now_us,
					     &provisional);
	char text[CIVIL_TEXT_SIZE];

	civil_format(latest_us, text);
	NEEDS(d, "hold_until after now and not after %s", text);
	return until_us > d->moment->now_us && until_us <= latest_us;
}

/* Only those who may approve a hold may post it: the owner, or a centre above. So nobody approves in another's name. */
static bool guard_approver(struct case_decision *d)
{
	struct span id = d->ev->data.case_held.approver_unit;

	DETAIL(d, "approver_unit %.*s", SPAN_ARGS(id));
	NEEDS(d, "approver_unit %.*s, the unit that acts", SPAN_ARGS(d->ev->env.unit));
	return span_eq(id, d->ev->env.unit);
}

static bool guard_cause(struct case_decision *d)
{
	uint8_t cause = d->ev->data.case_escalated.cause;

	if (d->ev->type == EVENT_case_reopened) {
		DETAIL(d, "cause callback");
		NEEDS(d, "cause reporter or centre");
		return false;
	}
	DETAIL(d, "cause %s", codes_get(CODES_escalate_cause, cause)->name);
	if (cause == CODE_escalate_cause_major) {
		NEEDS(d, "severity major");
		return d->was.severity == CODE_severity_major;
	}
	NEEDS(d, "cause beyond_competence, cross_boundary, major or mass");
	return cause != CODE_escalate_cause_overdue && cause != CODE_escalate_cause_arbitration;
}

static bool guard_cross(struct case_decision *d)
{
	if (d->ev->data.case_escalated.cause != CODE_escalate_cause_cross_boundary) {
		return true;
	}
	struct span all = case_owner_covering(d->rules.reference, d->rules.as_of, &d->was);

	DETAIL(d, "owner level %u, covered with its places by %.*s", d->was.owner_level,
	       all.n ? (int)all.n : 7, all.n ? (const char *)all.p : "nothing");
	NEEDS(d, "places that reach beyond the owner's");
	return all.n && place_level(all) < d->was.owner_level;
}

static bool guard_top(struct case_decision *d)
{
	DETAIL(d, "owner level %u", d->was.owner_level);
	NEEDS(d, "level %d, or places in two prefectures",
	      case_limits_get(CASE_LIMIT_top_level) + 1);
	return case_decide_effects_target(
		       &d->rules, &d->was,
		       (enum code_escalate_cause)d->ev->data.case_escalated.cause)
		.p;
}

/* The lead, the assisting units and whoever fed back have handled the case. A grid that logs what it saw on site has not. */
static bool handled_it(struct case_decision *d)
{
	for (int i = 0; i < d->was.n_assist; i++) {
		if (span_eq(d->ev->env.unit, span_cstr(d->was.assist[i]))) {
			return true;
		}
	}
	return span_eq(d->ev->env.unit, span_cstr(d->was.handler_unit)) ||
	       span_eq(d->ev->env.unit, span_cstr(d->was.lead_unit));
}

static bool guard_verifier(struct case_decision *d)
{
	DETAIL(d, "handled by %s", d->was.handler_unit[0] ? d->was.handler_unit : d->was.lead_unit);
	NEEDS(d, "another unit");
	return !handled_it(d);
}

static bool guard_caller(struct case_decision *d)
{
	DETAIL(d, "handled by %s", d->was.handler_unit[0] ? d->was.handler_unit : d->was.lead_unit);
	NEEDS(d, "another unit");
	return !handled_it(d);
}

static bool guard_close_level(struct case_decision *d)
{
	uint8_t level = case_dues_level(&d->rules, &d->was, false);

	DETAIL(d, "owner level %u, severity %s", d->was.owner_level,
	       codes_get(CODES_severity, d->was.severity)->name);
	NEEDS(d, "owner level %u or higher", level);
	return level == 0 || d->was.owner_level <= level;
}

static bool guard_score(struct case_decision *d)
{
	const struct callback_recorded *data = &d->ev->data.callback_recorded;

	NEEDS(d, "%s", data->reached ? "data.score 1 to 5" : "no data.score");
	return data->reached ? data->has_score && data->score >= 1 && data->score <= 5
			     : !data->has_score;
}

/* One score for each time that the case was brought to its end; call-backs that reached nobody do not count. */
static bool guard_scored(struct case_decision *d)
{
	NEEDS(d, "no score since the case was last verified");
	return !d->was.scored || !d->ev->data.callback_recorded.reached;
}

static bool guard_window(struct case_decision *d)
{
	char text[CIVIL_TEXT_SIZE];

	civil_format(d->was.window_until_us, text);
	DETAIL(d, "window ended %s", text);
	NEEDS(d, "a new report with data.prior_case");
	return d->judged_us <= d->was.window_until_us;
}

static bool guard_reporter(struct case_decision *d)
{
	NEEDS(d, "the source of the report");
	return case_register_rows_source_hash(d->ev->env.source) == d->was.source_hash;
}

static bool (*const checks[GUARD_COUNT])(struct case_decision *d) = {
	[GUARD_SUBJECT] = guard_subject,
	[GUARD_PLACE_COARSE] = guard_place_coarse,
	[GUARD_PLACE] = guard_place,
	[GUARD_PLACE_GONE] = guard_place_gone,
	[GUARD_TYPE] = guard_type,
	[GUARD_FORBIDDEN] = guard_forbidden,
	[GUARD_GRID_LIST] = guard_grid_list,
	[GUARD_SETTLED] = guard_settled,
	[GUARD_MEMBER] = guard_member,
	[GUARD_NO_CHANGE] = guard_no_change,
	[GUARD_LEAD] = guard_lead,
	[GUARD_ASSIST] = guard_assist,
	[GUARD_RETURNS] = guard_returns,
	[GUARD_HOLDS] = guard_holds,
	[GUARD_HOLD_UNTIL] = guard_hold_until,
	[GUARD_APPROVER] = guard_approver,
	[GUARD_CAUSE] = guard_cause,
	[GUARD_CROSS] = guard_cross,
	[GUARD_TOP] = guard_top,
	[GUARD_VERIFIER] = guard_verifier,
	[GUARD_CALLER] = guard_caller,
	[GUARD_CLOSE_LEVEL] = guard_close_level,
	[GUARD_SCORE] = guard_score,
	[GUARD_SCORED] = guard_scored,
	[GUARD_WINDOW] = guard_window,
	[GUARD_REPORTER] = guard_reporter,
};

bool case_decide_guards_ask(struct case_decision *d, enum guard guard)
{
	return !checks[guard] || checks[guard](d);
}

bool case_decide_guards_pass(struct case_decision *d, enum guard guard)
{
	if (case_decide_guards_ask(d, guard)) {
		return true;
	}
	d->explain = true;
	(void)checks[guard](d);
	return false;
}
