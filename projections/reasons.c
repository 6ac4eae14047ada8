/* reasons.c: the texts of reasons.def. */
#include "projections/reasons.h"

static const struct reason_text texts[REASON_COUNT] = {
	[REASON_NONE] = {"", "", "", ""},
#define REASON(id, zh, en, cure) [REASON_##id] = {#id, zh, en, cure},
#include "projections/reasons.def"
#undef REASON
};

const struct reason_text *reasons_get(enum reason reason)
{
	return &texts[(unsigned)reason < REASON_COUNT ? reason : REASON_NONE];
}

enum reason reasons_named(struct span id)
{
	for (unsigned i = REASON_NONE + 1; i < REASON_COUNT; i++) {
		if (span_eq(id, span_cstr(texts[i].id))) {
			return (enum reason)i;
		}
	}
	return REASON_NONE;
}
