/* reasons.h: why an action can be refused, with texts in both languages; of GUARD, guards.h has the condition. */
#ifndef GOVBUS_PROJECTIONS_REASONS_H
#define GOVBUS_PROJECTIONS_REASONS_H

#include "common/span.h"

enum reason {
	REASON_NONE, /* not refused */
#define REASON(id, zh, en, cure) REASON_##id,
#include "projections/reasons.def"
#undef REASON
	REASON_COUNT
};

struct reason_text {
	const char *id; /* "CONFLICT", as it stands in refusals */
	const char *zh, *en;
	const char *cure; /* what to do */
};

/** The texts of a reason; empty ones for REASON_NONE and beyond. Never NULL. @thread any */
const struct reason_text *reasons_get(enum reason reason);

/** The reason of that id; REASON_NONE if there is none. @thread any */
enum reason reasons_named(struct span id);

#endif
