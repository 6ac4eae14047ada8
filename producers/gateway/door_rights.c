/* door_rights.c: what a token may post. Whether its unit may do so in the case's state is the decider's to judge. */
#include "producers/gateway/door_rights.h"

#include <stdio.h>

#include "common/place.h"
#include "projections/case_transitions.h"

#define MAY(function) (1u << CODE_function_##function)

/* Of what is no case event. Types that are neither here nor in the table of a case come into the record by other ways than a door. */
static const uint16_t FUNCTIONS[EVENT_TYPE_COUNT] = {
	[EVENT_place_registered] = MAY(reference), [EVENT_place_changed] = MAY(reference),
	[EVENT_unit_registered] = MAY(reference),  [EVENT_list_item_set] = MAY(reference),
	[EVENT_policy_set] = MAY(reference),       [EVENT_calendar_set] = MAY(reference),
	[EVENT_profile_set] = MAY(reference),
};

uint16_t door_rights_functions(enum event_type type)
{
	return type < EVENT_TYPE_COUNT
		       ? (uint16_t)(FUNCTIONS[type] | case_transitions_functions(type))
		       : 0;
}

static enum err denied(struct problem *ret_problem, const char *field, const char *reason)
{
	(void)snprintf(ret_problem->field, sizeof ret_problem->field, "%s", field);
	(void)snprintf(ret_problem->reason, sizeof ret_problem->reason, "%s", reason);
	return ERR_DENIED;
}

/* "gov.case.*" covers what begins with "gov.case."; anything else only itself. */
bool door_rights_type(const struct token *token, enum event_type number)
{
	struct span type = span_cstr(event_schema(number)->type);

	/* Moving the clock is for whoever imports history: a right of its own, not a function of a unit. */
	if (number == EVENT_clock_advanced ? !(token->rights & TOKEN_HISTORY)
					   : !(door_rights_functions(number) & token->functions)) {
		return false;
	}
	for (int i = 0; i < token->n_types; i++) {
		struct span pattern = span_cstr(token->types[i]);
		bool open = pattern.n && pattern.p[pattern.n - 1] == '*';

		if (open ? span_starts(type, span_first(pattern, pattern.n - 1))
			 : span_eq(type, pattern)) {
			return true;
		}
	}
	return token->n_types == 0;
}

/* A prefix ends where a segment ends: /yn/kunming does not cover /yn/kunming2. */
bool door_rights_source(const struct token *token, struct span source)
{
	struct span prefix = span_cstr(token->source);

	return span_starts(source, prefix) &&
	       (source.n == prefix.n || prefix.p[prefix.n - 1] == '/' || source.p[prefix.n] == '/');
}

static bool unit_allowed(const struct token *token,
			 struct span unit,
			 door_rights_seat *seat,
			 void *seat_context)
{
	struct span place = place_of_unit(unit);

	if (span_eq(unit, span_cstr(token->unit))) {
		return true;
	}
	if (!(token->rights & TOKEN_UNITS)) {
		return false;
	}
	if (!place.p && (!seat || !seat(seat_context, unit, &place))) {
		return false;
	}
	return place_valid(place) && place_level(place) >= token->level &&
	       place_covers(span_cstr(token->place), place);
}

/* The place an event is about, where the door can tell: that of a report, that of a place or a unit's seat. */
static struct span place_of_event(const struct event *ev)
{
	static const struct span PLACE = {(const uint8_t *)"place:", 6};

	if (ev->type == EVENT_case_reported) {
		return ev->env.place;
	}
	if (ev->env.has_subject && span_starts(ev->env.subject, PLACE)) {
		return span_of(ev->env.subject.p + PLACE.n, ev->env.subject.n - PLACE.n);
	}
	return (struct span){0};
}

enum err door_rights_check(const struct token *token,
			   struct event *ev,
			   door_rights_seat *seat,
			   void *seat_context,
			   struct problem *ret_problem)
{
	struct span place = place_of_event(ev);

	if (!door_rights_type(token, ev->type)) {
		return denied(ret_problem, "type", "the token may not post this type");
	}
	if (!door_rights_source(token, ev->env.source)) {
		return denied(ret_problem, "source", "the token may not speak for this source");
	}
	if (!ev->env.has_unit) {
		EVENT_SET(ev->env, unit, span_cstr(token->unit));
	} else if (!unit_allowed(token, ev->env.unit, seat, seat_context)) {
		return denied(ret_problem, "unit", "the token may not speak for this unit");
	}
	if (place.p && !place_covers(span_cstr(token->place), place)) {
		return denied(ret_problem, "place", "the token's place does not cover this one");
	}
	return ERR_OK;
}
