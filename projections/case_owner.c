/* case_owner.c: who acts for a place or a unit that is no longer in force, and so has what was its. */
#include "projections/case_owner.h"

#include <string.h>

/* Codes change yearly: whoever follows more changes than these goes in a circle (each of two merged into the other). */
enum { CHANGES_MAX = 32 };

#define CENTRE SPAN("centre:")

static bool stands(const struct reference *reference, struct as_of as_of, struct span place)
{
	struct ref_place found;

	return reference_place(reference, as_of, place, &found) && found.in_force;
}

/* The one successor of the same level; of several the only one that is still in force. Absent: there is no such one. */
static struct span successor(const struct reference *reference,
			     struct as_of as_of,
			     const struct ref_place *gone)
{
	struct span one = {0};
	int n = 0;

	for (int i = 0; i < gone->n_successors; i++) {
		struct span next = gone->successors[i];

		if (place_level(next) == place_level(gone->code) &&
		    (gone->n_successors == 1 || stands(reference, as_of, next))) {
			one = next;
			n++;
		}
	}
	return n == 1 ? one : (struct span){0};
}

struct span case_owner_standing(const struct reference *reference,
				struct as_of as_of,
				struct span place)
{
	struct span at = place;

	for (int i = 0; at.p && i < CHANGES_MAX; i++) {
		struct ref_place found;
		struct span next = {0};

		if (reference_place(reference, as_of, at, &found)) {
			if (found.in_force) {
				return at;
			}
			next = successor(reference, as_of, &found);
		}
		at = next.p ? next : place_parent(at);
	}
	return place;
}

void case_owner_set(struct case_state *state, struct span place)
{
	char owner[sizeof(state->owner)] = {0};

	/* The place may be part of the owner itself. */
	memcpy(owner, CENTRE.p, CENTRE.n);
	memcpy(owner + CENTRE.n, place.p, place.n);
	memcpy(state->owner, owner, sizeof(owner));
	state->owner_level = (uint8_t)place_level(place);
}

struct span case_owner_covering(const struct reference *reference,
				struct as_of as_of,
				const struct case_state *state)
{
	struct span owner = span_cstr(state->owner + CENTRE.n);
	struct span at = place_at_level(span_cstr(state->common), state->owner_level);

	for (; at.n; at = place_parent(at)) {
		struct span standing = case_owner_standing(reference, as_of, at);

		if (place_covers(standing, owner)) {
			return standing;
		}
	}
	return (struct span){0};
}

/*
 * Replaces a unit that is no longer in force by the one that acts for it: the centre, or grid, of its place's successor.
 * @return false: nobody acts for it, and it stays as it was
 */
static bool renew_unit(const struct reference *reference,
		       struct as_of as_of,
		       char unit[LIMIT_UNIT_BYTES + 1])
{
	struct span id = span_cstr(unit), place = place_of_unit(id), next;
	struct ref_unit found;

	if (reference_unit(reference, as_of, id, &found) && found.active) {
		return true;
	}
	next = place.n ? case_owner_standing(reference, as_of, place) : place;
	if (next.n != place.n || span_eq(next, place)) {
		return false;
	}
	memcpy(unit + (id.n - place.n), next.p, next.n);
	return true;
}

void case_owner_renew(const struct reference *reference,
		      struct as_of as_of,
		      struct case_state *state)
{
	struct span place = span_cstr(state->owner + CENTRE.n);
	struct span standing = case_owner_standing(reference, as_of, place);

	if (!span_eq(standing, place)) {
		case_owner_set(state, standing);
	}
	if (state->lead_unit[0] && !renew_unit(reference, as_of, state->lead_unit)) {
		memset(state->lead_unit, 0, sizeof(state->lead_unit));
	}
	for (int i = 0; i < state->n_assist; i++) {
		(void)renew_unit(reference, as_of, state->assist[i]);
	}
	if (state->handler_unit[0]) {
		(void)renew_unit(reference, as_of, state->handler_unit);
	}
}
