/* case_decide.c: judging one action about a case: common guards, the row's own guards, then what follows. */
#include "projections/case_decide.h"

#include <assert.h>

#include "common/civil.h"
#include "projections/case_limits.h"
#include "projections/case_owner.h"
#include "projections/case_register_rows.h"

static bool refuse(struct case_decision *d, enum guard guard)
{
	d->refusal->reason = guard == GUARD_MEMBER ? REASON_INVALID : REASON_GUARD;
	d->refusal->guard = guards_get(guard)->id;
	d->refusal->state = d->found ? d->was.state : 0;
	return false;
}

#define DETAIL(d, ...) ((d)->refusal->detail = arena_printf((d)->arena, __VA_ARGS__))
#define NEEDS(d, ...)  ((d)->refusal->needs = arena_printf((d)->arena, __VA_ARGS__))

struct ref_profile case_decide_profile(const struct reference *reference,
				       struct as_of as_of,
				       const struct case_state *state,
				       struct span source)
{
	struct ref_profile profile = {.id = SPAN("full"), .steps = 0xffff, .has_policy = true};
	struct ref_profile found;
	bool known = state->profile[0] ? reference_profile_named(reference, as_of,
								 span_cstr(state->profile), &found)
				       : reference_profile(reference, as_of, source,
							   span_cstr(state->type_code), &found);

	return known ? found : profile;
}

static bool assists(const struct case_state *state, const struct ref_unit *unit)
{
	for (int i = 0; i < state->n_assist; i++) {
		if (span_eq(unit->id, span_cstr(state->assist[i]))) {
			return true;
		}
	}
	return false;
}

static bool unit_stands(const struct case_rules *rules,
			const struct case_state *state,
			const struct ref_unit *unit,
			bool same_source,
			enum case_who who)
{
	struct span place = span_cstr(state->place);

	switch (who) {
	case CASE_WHO_ANY:
		return true;
	case CASE_WHO_OWNER:
		return span_eq(unit->id, span_cstr(state->owner));
	case CASE_WHO_CENTRE:
		return span_eq(unit->id, span_cstr(state->owner)) ||
		       (unit->unit_type == CODE_unit_type_centre &&
			unit->level < state->owner_level &&
			place_covers(unit->seat, place_of_unit(span_cstr(state->owner))));
	case CASE_WHO_LEAD:
		return span_eq(unit->id,
			       span_cstr(state->lead_unit[0] ? state->lead_unit : state->owner));
	case CASE_WHO_ASSIST:
		return assists(state, unit);
	case CASE_WHO_GRID:
		place = case_owner_standing(rules->reference, rules->as_of, place);
		return unit->level >= 6 &&
		       (place_covers(unit->seat, place) || place_covers(place, unit->seat));
	case CASE_WHO_AREA:
		return place_covers(unit->seat, place) ||
		       place_covers(unit->seat, place_of_unit(span_cstr(state->owner))) ||
		       place_covers(unit->seat,
				    case_owner_standing(rules->reference, rules->as_of, place));
	case CASE_WHO_SOURCE:
		return same_source && !(((unsigned)rules->profile.steps >> CODE_step_accept) & 1u);
	case CASE_WHO_STAND_IN:
		return !state->lead_unit[0] && span_eq(unit->id, span_cstr(state->owner));
	case CASE_WHO_NOBODY:
	case CASE_WHO_COUNT:
		break;
	}
	return false;
}

bool case_decide_may(const struct case_rules *rules,
		     const struct case_state *state,
		     const struct case_transition *row,
		     const struct ref_unit *unit,
		     bool same_source,
		     const struct case_role **ret_role)
{
	*ret_role = NULL;
	for (int i = 0; i < CASE_ROLES_MAX && row->roles[i].function; i++) {
		const struct case_role *role = &row->roles[i];

		if (!unit_stands(rules, state, unit, same_source, (enum case_who)role->who)) {
			continue;
		}
		*ret_role = role;
		if (reference_may(rules->reference, rules->as_of, unit,
				  (enum code_function)role->function)) {
			return true;
		}
	}
	return false;
}

static bool check_case(struct case_decision *d)
{
	bool report = d->ev->type == EVENT_case_reported;

	if (!report && !d->found && guards_asked(GUARD_NO_CASE)) {
		NEEDS(d, "an existing case");
		return refuse(d, GUARD_NO_CASE);
	}
	if (report && d->found && guards_asked(GUARD_EXISTS)) {
		DETAIL(d, "state %s, seq %u", codes_get(CODES_case_state, d->was.state)->name,
		       d->was.seq);
		return refuse(d, GUARD_EXISTS);
	}
	if (d->ev->env.has_expectedseq && d->ev->env.expectedseq != d->was.seq &&
	    guards_asked(GUARD_EXPECTED_SEQ)) {
		DETAIL(d, "expectedseq %llu", (unsigned long long)d->ev->env.expectedseq);
		NEEDS(d, "expectedseq %u", d->was.seq);
		return refuse(d, GUARD_EXPECTED_SEQ);
	}
	return true;
}

static void state_names(struct case_decision *d, uint16_t states)
{
	struct span names = SPAN("state");

	for (int i = 1; i < CODE_case_state_COUNT; i++) {
		if (((unsigned)states >> i) & 1u) {
			names = arena_printf(d->arena, "%.*s %s", SPAN_ARGS(names),
					     codes_get(CODES_case_state, (uint8_t)i)->name);
		}
	}
	d->refusal->needs = names;
}

static bool check_state(struct case_decision *d)
{
	int64_t ahead_us = d->ev->env.time - d->moment->now_us;

	if (!case_transitions_from(d->row, d->found ? d->was.state : 0, d->rules.profile.steps,
				   &d->skipped) &&
	    guards_asked(GUARD_STATE)) {
		DETAIL(d, "state %s", codes_get(CODES_case_state, d->was.state)->name);
		state_names(d, d->row->from);
		return refuse(d, GUARD_STATE);
	}
	if (ahead_us > case_limits_get(CASE_LIMIT_ahead_hours) * CIVIL_HOUR_US &&
	    guards_asked(GUARD_TIME_AHEAD)) {
		NEEDS(d, "time at most %d h ahead", case_limits_get(CASE_LIMIT_ahead_hours));
		return refuse(d, GUARD_TIME_AHEAD);
	}
	return true;
}

static void who_needs(struct case_decision *d)
{
	static const char *const names[CASE_WHO_COUNT] = {
		"any unit",
		"the owner",
		"the owner or a centre above it",
		"the lead unit",
		"an assisting unit",
		"a grid of the place",
		"a unit whose area covers the case or its owner",
		"the report's source",
		"who stands in for a lead unit that is gone",
		"the decider"};
	struct span needs = SPAN("");

	for (int i = 0; i < CASE_ROLES_MAX && d->row->roles[i].function; i++) {
		enum case_who who = (enum case_who)d->row->roles[i].who;
		const char *unit = "";

		if (who == CASE_WHO_LEAD && d->was.lead_unit[0]) {
			unit = d->was.lead_unit;
		} else if (who == CASE_WHO_LEAD || who == CASE_WHO_OWNER ||
			   who == CASE_WHO_CENTRE || who == CASE_WHO_AREA) {
			unit = d->was.owner;
		}

		assert(who < CASE_WHO_COUNT);
		needs = arena_printf(d->arena, "%.*s%s%s%s%s", SPAN_ARGS(needs), i ? "; " : "",
				     names[who], unit[0] ? ": " : "", unit);
	}
	d->refusal->needs = needs;
}

static void unit_detail(struct case_decision *d)
{
	DETAIL(d, "unit %.*s, level %u, %s", SPAN_ARGS(d->ev->env.unit), d->unit.level,
	       codes_get(CODES_unit_type, d->unit.unit_type)->name);
}

static bool check_unit(struct case_decision *d)
{
	const struct case_role *role;
	bool same_source = case_register_rows_source_hash(d->ev->env.source) == d->was.source_hash;
	bool known = d->ev->env.has_unit &&
		     reference_unit(d->rules.reference, d->rules.as_of, d->ev->env.unit, &d->unit);

	if ((!known || !d->unit.active) && guards_asked(GUARD_UNIT)) {
		DETAIL(d, "unit %.*s", SPAN_ARGS(d->ev->env.unit));
		NEEDS(d, "a unit in force");
		return refuse(d, GUARD_UNIT);
	}
	if (case_decide_may(&d->rules, &d->was, d->row, &d->unit, same_source, &role)) {
		d->who = role->who;
		return true;
	}
	if (!role && guards_asked(GUARD_WHO)) {
		unit_detail(d);
		who_needs(d);
		return refuse(d, GUARD_WHO);
	}
	if (role && guards_asked(GUARD_FUNCTION)) {
		unit_detail(d);
		NEEDS(d, "function %s", codes_get(CODES_function, role->function)->name);
		return refuse(d, GUARD_FUNCTION);
	}
	d->who = role ? role->who : CASE_WHO_ANY;
	return true;
}

static bool check_row(struct case_decision *d)
{
	for (int i = 0; i < CASE_GUARDS_MAX && d->row->guards[i]; i++) {
		enum guard guard = (enum guard)d->row->guards[i];

		if (guards_asked(guard) && !case_decide_guards_pass(d, guard)) {
			return refuse(d, guard);
		}
	}
	return true;
}

/* What a report says of the case to come. */
static void begin_report(struct case_decision *d)
{
	const struct case_reported *data = &d->ev->data.case_reported;
	struct case_state *was = &d->was;

	case_register_rows_copy(was->type_code, sizeof(was->type_code), data->type_code);
	case_register_rows_copy(was->place, sizeof(was->place), place_normalise(d->ev->env.place));
	memcpy(was->common, was->place, sizeof(was->common));
	for (int i = 0; i < data->n_places; i++) {
		struct span both = place_common(span_cstr(was->common), data->places[i]);

		case_register_rows_copy(was->common, sizeof(was->common), both);
	}
	was->severity = data->has_severity ? data->severity : 0;
	was->reported_us = was->counted_us = d->moment->now_us;
	was->source_hash = case_register_rows_source_hash(d->ev->env.source);
}

static struct case_decision *begin(struct reg *reg,
				   struct event *ev,
				   const struct moment *moment,
				   struct arena *arena)
{
	struct case_decision *d = arena_zalloc(arena, sizeof(*d));

	if (!d) {
		return NULL;
	}
	d->ev = ev;
	d->moment = moment;
	d->arena = arena;
	d->rules.reference = reg->reference;
	d->rules.as_of = (struct as_of){.refoffset = moment->refoffset, .at_us = moment->now_us};
	d->judged_us = case_limits_judged_us(ev->env.time, moment->now_us);
	return d;
}

/* The owner and the units that the case has now, whoever its events name: places may have been merged or recoded since. */
static void take_owner(struct case_decision *d)
{
	d->owned_level = d->was.owner_level;
	case_owner_renew(d->rules.reference, d->rules.as_of, &d->was);
}

enum verdict case_decide(struct reg *reg,
			 struct event *ev,
			 const struct moment *moment,
			 struct arena *arena,
			 struct refusal *ret_refusal)
{
	struct case_decision *d = begin(reg, ev, moment, arena);

	memset(ret_refusal, 0, sizeof(*ret_refusal));
	ret_refusal->guard = "";
	if (!d) {
		reg->view->err = ERR_NOMEM;
		ret_refusal->reason = REASON_FAULT;
		return VERDICT_REFUSED;
	}
	d->refusal = ret_refusal;
	d->row = case_transitions_of(ev);
	if (!d->row || !d->row->roles[0].function) {
		ret_refusal->reason = REASON_UNKNOWN;
		return VERDICT_REFUSED;
	}
	if (case_register_rows_id(ev, &d->id)) {
		d->found = case_register_rows_get(reg->view, &d->id, &d->was);
	}
	if (!check_case(d)) {
		return VERDICT_REFUSED;
	}
	if (ev->type == EVENT_case_reported) {
		memset(&d->was, 0, sizeof(d->was));
		begin_report(d);
	} else if (d->found) {
		take_owner(d);
	}
	d->rules.profile =
		case_decide_profile(reg->reference, d->rules.as_of, &d->was, ev->env.source);
	if (!check_state(d) || !check_unit(d) || !check_row(d)) {
		return VERDICT_REFUSED;
	}
	case_decide_effects_apply(d);
	return VERDICT_ACCEPTED;
}

bool case_decide_automatic(struct reg *reg,
			   const struct case_id *id,
			   const struct case_state *state,
			   const struct moment *moment,
			   struct arena *arena,
			   struct event *ev)
{
	char *subject = arena_alloc(arena, CASE_ID_TEXT_BYTES + 1);
	struct case_decision *d;

	if (!subject) {
		return false;
	}
	case_id_format(id, subject);
	EVENT_SET(ev->env, source, SPAN("/govbus/decider"));
	EVENT_SET(ev->env, id, arena_printf(arena, "%s.%u", subject, state->seq + 1));
	EVENT_SET(ev->env, subject, span_of(subject, CASE_ID_TEXT_BYTES));
	EVENT_SET(ev->env, time, moment->now_us);
	d = begin(reg, ev, moment, arena);
	if (!d) {
		return false;
	}
	d->id = *id;
	d->was = *state;
	take_owner(d);
	d->found = true;
	d->automatic = true;
	d->row = case_transitions_of(ev);
	if (!d->row) {
		return false;
	}
	EVENT_SET(ev->env, place, span_cstr(d->was.place));
	d->rules.profile =
		case_decide_profile(reg->reference, d->rules.as_of, &d->was, ev->env.source);
	case_decide_effects_apply(d);
	return true;
}
