/* naive_board.h: counts per place, type family and day, kept a second time in a plain hash table. */
#ifndef GOVBUS_TESTS_SUPPORT_NAIVE_BOARD_H
#define GOVBUS_TESTS_SUPPORT_NAIVE_BOARD_H

#include "tests/support/naive_rows.h"

/* What is counted, in the order of a row. All but the changes of open cases, and of those past their deadline, only grow. */
enum naive_counted {
	NAIVE_OPEN,
	NAIVE_LATE_OPEN,
	NAIVE_REPORTED,
	NAIVE_SETTLED,
	NAIVE_ACCEPTED,
	NAIVE_REJECTED,
	NAIVE_DISPATCHED,
	NAIVE_CLOSED,
	NAIVE_CLOSED_WITH_DUE,
	NAIVE_CLOSED_LATE,
	NAIVE_CLOSED_WITH_LEVEL,
	NAIVE_CLOSED_LOW,
	NAIVE_CLOSED_REOPENED,
	NAIVE_REOPENED,
	NAIVE_ESCALATED,
	NAIVE_OVERDUE,
	NAIVE_RETURNED,
	NAIVE_REWORKED,
	NAIVE_CALLBACKS,
	NAIVE_SCORE_SUM,
	NAIVE_COUNTED,
};

enum { NAIVE_BOARD_BUCKETS = 1 << 12 };

struct naive_counts {
	struct naive_counts *next;
	uint8_t key[32];
	size_t key_n;
	int64_t n[NAIVE_COUNTED];
};

struct naive_board {
	struct naive_counts *buckets[NAIVE_BOARD_BUCKETS];
};

/* Where something is counted. */
struct naive_spot {
	struct naive_bytes place;
	int partition;
	const char *family; /* two letters */
	int64_t at_us;      /* its day counts, in Asia/Shanghai */
};

/** Adds to the counts of a place and of every place above it. @thread one, as all here */
void naive_board_add(struct naive_board *board,
		     const struct naive_spot *spot,
		     const int64_t by[NAIVE_COUNTED]);

/** The number of the day of a moment, in Asia/Shanghai. */
int64_t naive_board_day(int64_t at_us);

/** Its rows. */
void naive_board_print(const struct naive_board *board, struct naive_rows *rows);

void naive_board_done(struct naive_board *board);

#endif
