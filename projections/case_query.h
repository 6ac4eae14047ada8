/* case_query.h: reads case-status: one case, its timeline, lists by index with cursors, boards; over any number of shards. */
#ifndef GOVBUS_PROJECTIONS_CASE_QUERY_H
#define GOVBUS_PROJECTIONS_CASE_QUERY_H

#include "projections/case_board.h"
#include "projections/case_row.h"
#include "projections/case_timeline.h"

enum {
	CASE_QUERY_SHARDS = 16,
	CASE_QUERY_LIMIT = 200, /* rows of one answer */
	/* Index entries looked at for one answer: a page may be short, its cursor goes on */
	CASE_QUERY_EXAMINED = 20000,
	CASE_QUERY_CURSOR_BYTES = LIMIT_KEY_BYTES + 9, /* table, check, key */
	CASE_QUERY_LINE_CURSOR_BYTES = 16,             /* seq, ordinal, check */
};

/* The shards' environments as they stand: partition p is in shard p % shards. */
struct case_query {
	struct kv_txn *txns; /* one reading transaction each, borrowed */
	int shards;
};

/** A case's row. @param ret_row borrows from the transactions @return false: absent, or failed (txns[].err) @thread that of the transactions, as all here */
bool case_query_get(const struct case_query *query,
		    const struct case_id *id,
		    struct case_row *ret_row);

/** The case of a receipt code (as given out: upper case). */
bool case_query_receipt(const struct case_query *query,
			struct span code,
			struct case_id *ret_id,
			struct case_row *ret_row);

/* Called for each receipt code. @param code borrows from the transactions @return false to stop */
typedef bool case_query_visit_receipt(void *context, struct span code, const struct case_id *id);

/** Visits the first receipt codes of each shard, in their order, which says nothing about the cases. @param limit for each shard */
void case_query_receipts(const struct case_query *query,
			 int limit,
			 case_query_visit_receipt *visit,
			 void *context);

/** The transaction of the shard that has a case or would have it. */
struct kv_txn *case_query_txn(const struct case_query *query, const struct case_id *id);

/* Where a line stands in a timeline. */
struct case_query_line {
	uint32_t seq, ordinal;
};

/* Called per timeline row, oldest first. @return false to stop */
typedef bool case_query_visit_line(void *context,
				   struct case_query_line line,
				   const struct case_timeline_row *row);

/**
 * Visits the timeline of a case (of a refused report too, which has no row). Lines are only ever added at its end, so that the
 * lines after one stay what they are.
 * @param after  the line after which to begin; NULL: from the start
 */
void case_query_timeline(const struct case_query *query,
			 const struct case_id *id,
			 const struct case_query_line *after,
			 case_query_visit_line *visit,
			 void *context);

/** The line that is an action's outcome: the event that it became; else the last line that it left. @param ret_row borrows from the transactions */
bool case_query_timeline_outcome(const struct case_query *query,
				 const struct case_id *id,
				 const uint8_t origin[CASE_ROW_ORIGIN_BYTES],
				 struct case_query_line *ret_line,
				 struct case_timeline_row *ret_row);

/** A cursor that goes on after a line; it fits no other case. */
void case_query_timeline_cursor(const struct case_id *id,
				struct case_query_line line,
				uint8_t ret_cursor[CASE_QUERY_LINE_CURSOR_BYTES]);

/** The line of a cursor. @return false: it is none of this case, or not whole */
bool case_query_timeline_cursor_read(const struct case_id *id,
				     struct span cursor,
				     struct case_query_line *ret_line);

/* What a list is about; absent members do not matter. */
struct case_query_filter {
	struct span place;      /* filed there or below */
	struct span unit;       /* owns it, leads in it or assists */
	struct span type_code;  /* or its first letters */
	struct span source, id; /* the sender's own number: both or none */
	uint8_t state;          /* enum code_case_state; 0: any */
	int64_t due_before_us; /* open cases whose nearer deadline, or end of hold, is before it; 0: any */
	struct span cursor; /* where the page before ended; absent: from the start */
	int limit;          /* rows at most, up to CASE_QUERY_LIMIT */
};

/* Called for each case. @return false to leave it out, uncounted (the token may not read it) */
typedef bool case_query_visit_case(void *context,
				   const struct case_id *id,
				   const struct case_row *row);

/** Whether the filter's cursor is one that case_query_list gave for this filter (the limit may differ), or absent. */
bool case_query_list_cursor_fits(const struct case_query_filter *filter);

/**
 * Visits the cases that fit: by the sender's number; a unit's, those due, or those of a place below the county in a state,
 * in the order of what comes next (case_row_next_due), nothing last, a unit's closed cases behind its open ones; all others
 * in the order of ids. A cursor is the key after which to go
 * on, so it stays valid while rows come and go. Ids never change: of a list in their order, a case that fits throughout
 * comes exactly once. Where deadlines order a list, a case stands where its deadline is when that page is read.
 * @param ret_cursor  room for CASE_QUERY_CURSOR_BYTES; where the next page begins
 * @return bytes of the cursor; 0: that was all, or the filter's cursor does not fit
 */
size_t case_query_list(const struct case_query *query,
		       const struct case_query_filter *filter,
		       case_query_visit_case *visit,
		       void *context,
		       uint8_t *ret_cursor);

/* A board: counts of a range of days, per family and in all. `open` is the number open at the end of the last day, `overdue` how many of them had their deadline before it. */
struct case_query_board {
	struct {
		char family[3];
		struct case_board_row row;
	} families[32];
	int n_families;
	struct case_board_row total;
};

/** Sums the board of one place over days from_day to to_day (both included). */
void case_query_board(const struct case_query *query,
		      struct span place,
		      int32_t from_day,
		      int32_t to_day,
		      struct case_query_board *ret_board);

#endif
