/* case_next.h: what a unit may post about a case now (answers 20): the same table and guards as the decider's. */
#ifndef GOVBUS_PROJECTIONS_CASE_NEXT_H
#define GOVBUS_PROJECTIONS_CASE_NEXT_H

#include "projections/case_row.h"
#include "projections/reference.h"

enum { CASE_NEXT_MAX = 24, CASE_NEXT_MEMBERS = 8 };

/* One event that may be posted. */
struct case_next {
	enum event_type type;
	const char *type_name; /* "gov.case.accepted.v1" */
	/* Those of data that the sender must give */
	const struct field *members[CASE_NEXT_MEMBERS];
	uint8_t n_members;
	uint8_t to;                /* enum code_case_state it leads to */
	int64_t hold_until_max_us; /* of case.held: the latest end that policy allows now; 0: of no other */
};

/* Who asks. */
struct case_next_asker {
	struct span unit;
	bool same_source; /* its token may speak for the source of the report */
};

/**
 * The events that the asker may post now, each once, in the order of the table. What may still be wrong with an action's
 * own members (a deadline too far ahead, an unknown lead unit) is not checked.
 * @param as_of the moment, and the reference position known
 * @param ret_next room for CASE_NEXT_MAX; names borrow from constants
 * @return how many @thread any
 */
size_t case_next_list(const struct reference *reference,
		      struct as_of as_of,
		      const struct case_row *row,
		      const struct case_next_asker *asker,
		      struct case_next *ret_next);

#endif
