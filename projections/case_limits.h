/* case_limits.h: the numbers of case_limits.def. */
#ifndef GOVBUS_PROJECTIONS_CASE_LIMITS_H
#define GOVBUS_PROJECTIONS_CASE_LIMITS_H

#include <stdint.h>

enum case_limit {
#define LIMIT(name, value, zh, en) CASE_LIMIT_##name,
#include "projections/case_limits.def"
#undef LIMIT
	CASE_LIMIT_COUNT
};

struct case_limit_row {
	const char *name, *zh, *en;
	int value;
};

/** The number itself. @thread any, while no test plants */
int case_limits_get(enum case_limit limit);

/** Its row, for the manual. */
const struct case_limit_row *case_limits_row(enum case_limit limit);

/** Tests only: from now on this limit is off by this much (a mutant); 0 restores all limits. @thread one */
void case_limits_plant(enum case_limit limit, int by);

/** The time by which a window is judged: the action's own if it lags its decision little (domain.md §3.4), else the decision's. */
int64_t case_limits_judged_us(int64_t time_us, int64_t decided_us);

#endif
