/* case_naive.h: a second, naive fold of case events: knows the wire and the domain, no header of the registers. */
#ifndef GOVBUS_TESTS_SUPPORT_CASE_NAIVE_H
#define GOVBUS_TESTS_SUPPORT_CASE_NAIVE_H

#include "schemas/event.h"

/* A source and an id that an event of a case has. */
struct case_naive_pair {
	char text[80];
	struct case_naive_pair *next;
};

/* A case as anybody who reads events would keep it. */
struct case_naive {
	char subject[29], owner[41], lead[41], type_code[5];
	uint64_t seq;
	uint8_t state, severity;
	int64_t due_us, hold_until_us;    /* 0: none */
	int64_t window_until_us;          /* closed or rejected: until when it may be reopened */
	int64_t reported_us, last_us;     /* of the report; of the last event */
	int64_t step_us[CODE_step_COUNT]; /* time spent in each step while the case clock ran */
	int64_t held_us, stopped_us;
	uint8_t step, due_unit;
	bool provisional_window; /* closed or rejected: a calendar to come states the window anew */
	struct case_naive_pair *pairs;
	struct case_naive *next;
};

struct case_naive_all;

struct case_naive_all *case_naive_new(void);
void case_naive_free(struct case_naive_all *all);

/** Folds one event as decoded. @return NULL, or what is wrong with it */
const char *case_naive_fold(struct case_naive_all *all, const struct event *ev);

/** A case by its id; NULL when there is none. */
const struct case_naive *case_naive_get(const struct case_naive_all *all, struct span subject);

/** How many cases are open (each owes one row in the deadline queue). */
size_t case_naive_open(const struct case_naive_all *all);

/** How many are closed or rejected with a window that waits for a calendar. */
size_t case_naive_waiting(const struct case_naive_all *all);
/** How many there are. */
size_t case_naive_count(const struct case_naive_all *all);

#endif
