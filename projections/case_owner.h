/* case_owner.h: the centre that acts for a place that is no longer in force, and so owns what was that place's. */
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

/** Gives a case whose owner is no longer in force to the centre that acts for it. */
void case_owner_renew(const struct reference *reference,
		      struct as_of as_of,
		      struct case_state *state);

#endif
