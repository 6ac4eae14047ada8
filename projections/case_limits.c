/* case_limits.c: the numbers of case_limits.def, and the mutant that a test may plant. */
#include "projections/case_limits.h"

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
