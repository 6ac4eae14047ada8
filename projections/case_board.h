/* case_board.h: table "board" of case-status: what happened per place, type family and day, at each level of the place's code. */
#ifndef GOVBUS_PROJECTIONS_CASE_BOARD_H
#define GOVBUS_PROJECTIONS_CASE_BOARD_H

#include "common/place.h"
#include "projections/case_row.h"
#include "projections/view.h"

enum { CASE_BOARD_KEY_MAX_BYTES = PLACE_MAX_BYTES + 1 + 1 + 2 + 4 };

/*
 * Counts of one place, family and day. `open` and `overdue` are the day's change, all else what happened that day. What a rate
 * divides by is counted for itself: a closing without a deadline is neither in time nor late, one whose level or expected level
 * nobody knows is at neither. Plain bytes.
 */
struct case_board_row {
	int32_t open;
	int32_t overdue; /* open cases, from the day after that of their deadline */
	uint32_t reported, settled, accepted, rejected, dispatched;
	uint32_t closed;                        /* settled on the spot too */
	uint32_t closed_with_due, closed_late;  /* of these: had a deadline; after it */
	uint32_t closed_with_level, closed_low; /* both levels known; at the expected or below */
	uint32_t closed_reopened;               /* the day's closings that were undone since */
	uint32_t reopened;                      /* that day: rejected cases too */
	uint32_t escalated, escalated_overdue, returned, reworked, callbacks, score_sum;
};

/* What there is a rate of. */
enum case_board_rated {
	CASE_BOARD_ON_TIME, /* of the closings that had a deadline, those before it */
	CASE_BOARD_CLOSED,  /* of the closings and what is open at the end, the closings */
	CASE_BOARD_LOW, /* of the closings with both levels known, those at the expected or below */
	CASE_BOARD_REOPENED, /* of the closings, those undone since */
	CASE_BOARD_SCORE, /* of the best scores that the scored call-backs could have had, what they had */
	CASE_BOARD_RATES
};

/* How a case weighs on the board for as long as nothing becomes of it. */
struct case_board_standing {
	bool open, has_deadline;
	int32_t overdue_from; /* the day after that of its deadline; read only with one */
	char family[2];
};

/** Key of a row: place 0x00 partition family day, so that a prefix scan over "place 0x00" gives one place alone. @return its length @thread any, as all here */
size_t case_board_key(struct span place,
		      int partition,
		      const char family[2],
		      int32_t day,
		      uint8_t ret_key[CASE_BOARD_KEY_MAX_BYTES]);

/** Takes a key apart. @return false if it is none */
bool case_board_key_parse(struct span key,
			  struct span *ret_place,
			  struct span *ret_family,
			  int32_t *ret_day);

/** Reads a stored row. @return false if the bytes are no row */
bool case_board_read(struct span bytes, struct case_board_row *ret_row);

/** Adds one row to another, member by member. */
void case_board_sum(struct case_board_row *total, const struct case_board_row *more);

/** A rate in basis points: a part of a whole that is counted in the same row, so 0 to 10000. @return -1: nothing was counted */
int case_board_rate(const struct case_board_row *row, enum case_board_rated rated);

/** How a case stands; on hold no deadline runs, but one that had passed stays passed. */
struct case_board_standing case_board_standing(const struct case_row_fixed *row);

/**
 * Moves a case from one standing to another: each weight leaves on the day of the change what it had joined, or was to join.
 * @param row  where it was filed, of what family it now is
 */
void case_board_move(struct view *view,
		     int table,
		     const struct case_row_fixed *row,
		     int partition,
		     int32_t day,
		     const struct case_board_standing *was);

/**
 * Adds to the rows of a place and of every place above it, up to the province.
 * @param table  the board's number for the view
 */
void case_board_add(struct view *view,
		    int table,
		    const struct case_row_fixed *row,
		    int partition,
		    int32_t day,
		    const struct case_board_row *by);

#endif
