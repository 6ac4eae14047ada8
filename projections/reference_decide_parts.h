/* reference_decide_parts.h: a decision on reference data while it is made. Internal to reference_decide*.c. */
#ifndef GOVBUS_PROJECTIONS_REFERENCE_DECIDE_PARTS_H
#define GOVBUS_PROJECTIONS_REFERENCE_DECIDE_PARTS_H

#include "common/place.h"
#include "projections/reference_row.h"

enum { REFERENCE_DECIDE_LOWEST_LEVEL = 3 }; /* that may set or approve: domain.md §4.3, row 50 */

struct reference_decision {
	struct reg *reg;
	const struct event *ev;
	const struct moment *moment;
	struct arena *arena;
	struct refusal *refusal;
	struct reference_row was; /* of the subject; all zero if it is new */
	/* Who acts. */
	struct span seat;
	uint8_t level, unit_type;
};

/** Fills the refusal. @return false, so that a guard can end with it */
bool reference_decide_parts_refuse(struct reference_decision *d,
				   const char *guard,
				   struct span detail,
				   struct span needs);

/** Whether the members of a change are as they must be; fills the refusal if not. */
bool reference_decide_parts_members(struct reference_decision *d);

/** Looks up who a unit is: centre:PLACE, grid:PLACE, or registered; false: unknown or not active at that moment. */
bool reference_decide_parts_unit(struct reference_decision *d,
				 struct span id,
				 struct reference_row *ret_unit);

#endif
