/* case_limits.c: the numbers of case_limits.def, and the mutant that a test may plant. */
#include "projections/case_limits.h"

#include "common/civil.h"

static const struct case_limit_row rows[CASE_LIMIT_COUNT] = {
#define LIMIT(name, value, zh, en) [CASE_LIMIT_##name] = {#name, zh, en, value},
#include "projections/case_limits.def"
#undef LIMIT
};

static enum case_limit planted_limit;
static int planted_by;

int case_limits_get(enum case_limit limit)
{
	return rows[limit].value + (limit == planted_limit ? planted_by : 0);
}

const struct case_limit_row *case_limits_row(enum case_limit limit)
{
	return &rows[limit];
}

void case_limits_plant(enum case_limit limit, int by)
{
	planted_limit = limit;
	planted_by = by;
}

int64_t case_limits_judged_us(int64_t time_us, int64_t decided_us)
{
	int64_t oldest_us = decided_us - case_limits_get(CASE_LIMIT_late_hours) * CIVIL_HOUR_US;

	return time_us >= oldest_us && time_us <= decided_us ? time_us : decided_us;
}
