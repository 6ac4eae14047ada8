/* naive_fold_events.h: what each event means to a case: a part of the naive fold. */
#ifndef GOVBUS_TESTS_SUPPORT_NAIVE_FOLD_EVENTS_H
#define GOVBUS_TESTS_SUPPORT_NAIVE_FOLD_EVENTS_H

#include "tests/support/naive_fold.h"

/* An event while it is folded. */
struct naive_folding {
	struct naive_fold *fold;
	const struct naive_record *record;
	struct naive_case *c;
	int64_t decided_us, day_us; /* day_us: the moment on whose day it counts */
	bool undone;                /* a closing was */
	int64_t count[NAIVE_COUNTED];
};

typedef void naive_take_event(struct naive_folding *f);

struct naive_kind {
	const char *name;
	uint16_t number;
	naive_take_event *take; /* NULL: an outcome that changes no case */
};

/** The kind of that type; NULL for a type that has no place in a case. @thread one, as all here */
const struct naive_kind *naive_fold_events_kind(struct naive_bytes type);

/** A code's place in its list, from 1; 0: none of them. @param list  ends with NULL */
uint8_t naive_fold_events_code(const char *const *list, const msgpack_object *member);

/** Replaces a text by a copy of another. */
void naive_fold_events_own(struct naive_bytes *to, struct naive_bytes text);

#endif
