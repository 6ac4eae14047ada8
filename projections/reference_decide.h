/* reference_decide.h: who may change reference data, and what a change must be. */
#ifndef GOVBUS_PROJECTIONS_REFERENCE_DECIDE_H
#define GOVBUS_PROJECTIONS_REFERENCE_DECIDE_H

#include "projections/reference_row.h"

/**
 * As register_ops.decide. Judges by the register's own rows alone: they are what is decided up to this very action, while the
 * reference data in memory may lag behind what this partition has just written.
 *
 * Who may: an active unit of levels 1 to 3 (units: 1 to 4) that has the function `reference` by the list FUNCTIONS and whose seat
 * covers the place, the seat or the scope concerned; what is in force everywhere (policies, calendars, profiles, items without a
 * scope) is for level 1. The centre of a province always has the function, even before its place is registered: somebody must be
 * able to register the first place and to set the first list.
 *
 * @thread that of the register
 */
enum verdict reference_decide(struct reg *reg,
			      struct event *ev,
			      const struct moment *moment,
			      struct arena *arena,
			      struct refusal *ret_refusal);

#endif
