/* case_owner.h: who acts for a place or a unit that is no longer in force, and so has what was its. */
#ifndef GOVBUS_PROJECTIONS_CASE_OWNER_H
#define GOVBUS_PROJECTIONS_CASE_OWNER_H

#include "projections/case_state.h"
#include "projections/reference.h"

/**
 * The place whose centre acts for a place at a moment: itself while in force; else its successor of the same level, if there is
 * exactly one; else the nearest place above that is in force.
 * @return borrowed from the reference or from place; place itself where nothing is in force @thread any, as all here
 */
struct span case_owner_standing(const struct reference *reference,
				struct as_of as_of,
				struct span place);

/** Sets a case's owner, and its level, to the centre of a place. */
void case_owner_set(struct case_state *state, struct span place);

/**
 * The deepest place that covers a case's owner and, as far as the case remembers them, its places, all as they stand now: codes of a report
 * may have been merged or recoded since. Only what its places shared is remembered, so one that went elsewhere without the owner is not seen.
 * @return borrowed as above; absent: not even the province covers them
 */
struct span case_owner_covering(const struct reference *reference,
				struct as_of as_of,
				const struct case_state *state);

/** Gives a case whose owner, lead or assisting units are no longer in force to those that act for them; nobody leads, where nobody acts for the lead. */
void case_owner_renew(const struct reference *reference,
		      struct as_of as_of,
		      struct case_state *state);

#endif
