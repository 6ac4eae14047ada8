/* case_board.h: table "board" of case-status: what happened per place, type family and day, at each level of the place's code. */
#ifndef GOVBUS_PROJECTIONS_CASE_BOARD_H
#define GOVBUS_PROJECTIONS_CASE_BOARD_H

#include "common/place.h"
#include "projections/case_row.h"
#include "projections/view.h"

enum { CASE_BOARD_KEY_MAX_BYTES = PLACE_MAX_BYTES + 1 + 1 + 2 + 4 };

/* Counts of one place, family and day. All but `open` count what happened that day; `open` is the day's change. Plain bytes. */
struct case_board_row {
	int32_t open;
	uint32_t reported, settled, accepted, rejected, dispatched, closed, closed_late, closed_low,
		reopened;
	uint32_t escalated, escalated_overdue, returned, reworked, callbacks, score_sum;
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
