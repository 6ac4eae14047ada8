/* guards.h: the guards that can refuse an action, with their texts in both languages. */
#ifndef GOVBUS_PROJECTIONS_GUARDS_H
#define GOVBUS_PROJECTIONS_GUARDS_H

#include <stdbool.h>

#include "common/span.h"

enum guard {
	GUARD_NONE,
#define GUARD(id, zh, en, cure) GUARD_##id,
#include "projections/guards.def"
#undef GUARD
	GUARD_COUNT
};

struct guard_text {
	const char *id; /* "STATE", as it stands in refusals */
	const char *zh, *en;
	const char *cure; /* what to do */
};

/** The texts of a guard; empty ones for GUARD_NONE and beyond. Never NULL. @thread any */
const struct guard_text *guards_get(enum guard guard);

/** The guard of that id; GUARD_NONE if there is none. @thread any */
enum guard guards_named(struct span id);

/** Whether a guard is asked at all: always, except for the one that a test has removed. @thread one */
bool guards_asked(enum guard guard);

/** Tests only: from now on this guard lets everything pass (a mutant); GUARD_NONE restores all guards. @thread one */
void guards_plant(enum guard missing);

#endif
