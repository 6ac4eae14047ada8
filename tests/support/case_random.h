/* case_random.h: random valid and invalid actions over many cases, by units that may and units that may not, over the turn of a year. */
#ifndef GOVBUS_TESTS_SUPPORT_CASE_RANDOM_H
#define GOVBUS_TESTS_SUPPORT_CASE_RANDOM_H

#include "tests/support/case_bed.h"

/* The source and number of a case's report. */
struct case_random_origin {
	const char *source;
	int number;
};

/* Set the bed's sink before the first step. */
struct case_random {
	struct case_bed bed;
	char (*subjects)[29]; /* of the cases that there are */
	struct case_random_origin *origins;
	bool calendar_set, windows_set, places_set;
	size_t cases, cases_max, posted, refused, bound;
	uint64_t random;
};

/** Nothing posted yet; the clock in October 2023. @param cases_max so many will be reported */
void case_random_begin(struct case_random *w, uint64_t seed, size_t cases_max);

/** Reports a case, or posts something about one that there is; time goes on. */
void case_random_step(struct case_random *w);

/** A number below n. */
unsigned case_random_pick(struct case_random *w, unsigned n);

void case_random_end(struct case_random *w);

#endif
