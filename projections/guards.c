/* guards.c: the texts of guards.def, and the mutant that a test may plant. */
#include "projections/guards.h"

static const struct guard_text texts[GUARD_COUNT] = {
	[GUARD_NONE] = {"", "", "", ""},
#define GUARD(id, zh, en, cure) [GUARD_##id] = {#id, zh, en, cure},
#include "projections/guards.def"
#undef GUARD
};

static enum guard planted;

const struct guard_text *guards_get(enum guard guard)
{
	return &texts[(unsigned)guard < GUARD_COUNT ? guard : GUARD_NONE];
}

enum guard guards_named(struct span id)
{
	for (int i = 1; i < GUARD_COUNT; i++) {
		if (span_eq(id, span_cstr(texts[i].id))) {
			return (enum guard)i;
		}
	}
	return GUARD_NONE;
}

bool guards_asked(enum guard guard)
{
	return guard != planted;
}

void guards_plant(enum guard missing)
{
	planted = missing;
}
