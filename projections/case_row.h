/* case_row.h: the row of table "case" in case-status: where a case stands, as it lies in LMDB and as a struct. */
#ifndef GOVBUS_PROJECTIONS_CASE_ROW_H
#define GOVBUS_PROJECTIONS_CASE_ROW_H

#include "common/buf.h"
#include "common/case_id.h"
#include "common/limits.h"

enum {
	CASE_ROW_PLACE_BYTES = 17,
	CASE_ROW_ORIGIN_BYTES = 16,
	CASE_ROW_MAX_BYTES = 2048,
};

/* Moments of a deadline; 0: none. */
struct case_row_due {
	int64_t due_us, yellow_us, red_us;
};

/* The part of fixed length: plain bytes, zero-filled. */
struct case_row_fixed {
	uint32_t seq;
	/* Number of timeline rows since that seq that are not events: refusals, repeats, tries */
	uint32_t ordinal;
	uint16_t skipped; /* steps passed over, a bit per enum code_step */
	uint8_t state;    /* enum code_case_state */
	/* reason: of rejection (RJ) or of the hold (HO) */
	uint8_t severity, step, channel, outcome, reason;
	uint8_t returns, reopens, holds, reworks, escalations, score;
	uint8_t late;        /* closed after its deadline */
	uint8_t provisional; /* its deadline, or the end of its window, was counted over a year that the calendar does not know */
	uint8_t close_level, close_level_expected;
	char type_code[4];
	char place[CASE_ROW_PLACE_BYTES + 3]; /* where it was filed, zero-filled */
	/* The deepest place that covers all its places; empty: beyond the province */
	char common[CASE_ROW_PLACE_BYTES + 3];
	char receipt[CASE_ID_RECEIPT_BYTES]; /* zero-filled when there is none */
	/* Hash of the report's source and id: the sender's own number */
	uint8_t origin[CASE_ROW_ORIGIN_BYTES];
	uint8_t spare[2];
	int32_t closed_day; /* the day on whose board its last closing is counted */
	int64_t reported_us, updated_us, closed_us, held_since_us, hold_until_us, window_until_us,
		held_us, orig_due_us;
	struct case_row_due case_due, step_due;
};

/* A row. Texts borrow from wherever it was read from. */
struct case_row {
	struct case_row_fixed fixed;
	struct span owner, lead_unit, title, source, id, profile, campaign, prior_case, point_id;
	struct span handler_unit; /* who fed back, settled on the spot, or closed what nobody led */
	struct span assist[LIMIT_ASSIST_UNITS];
	uint8_t n_assist;
};

/** Reads a stored row; texts borrow from bytes. @return false if the bytes are no row @thread any, as all here */
bool case_row_read(struct span bytes, struct case_row *ret_row);

/** Writes a row. @param ret_bytes room for CASE_ROW_MAX_BYTES; the row's bounds (schemas) keep it below @return its length, 0 if it does not fit */
size_t case_row_write(const struct case_row *row, uint8_t *ret_bytes);

/** The hash by which a report is found by its sender's number: 16 bytes of BLAKE2b over source and id. */
void case_row_origin(struct span source, struct span id, uint8_t ret_origin[CASE_ROW_ORIGIN_BYTES]);

/** The deepest place that covers a report's place and all others it names; empty when they share nothing. */
struct span case_row_common(struct span place, const struct span *more, int n);

/** Whether the case is open: RP AC DI IP HO FB VE. */
bool case_row_is_open(const struct case_row_fixed *row);

/** A deadline as it may be told: on hold none runs, so none is ahead; one that had passed before stays. @param due one of the row's own */
struct case_row_due case_row_shown_due(const struct case_row_fixed *row,
				       const struct case_row_due *due);

/** What comes next: the nearer of the case's and the step's deadline, on hold the hold's end; 0: nothing. */
int64_t case_row_next_due(const struct case_row_fixed *row);

/** Colour at a moment: hold while on hold, none without a deadline or when not open, else by the nearer of both deadlines' colours. @return enum code_colour */
uint8_t case_row_colour(const struct case_row_fixed *row, int64_t at_us);

enum { CASE_ROW_UNITS = 2 + LIMIT_ASSIST_UNITS };

/** The units that have to do with a case now: i is 0 for the owner, 1 for the lead unit, from 2 on assisting ones. @return empty: none */
struct span case_row_unit(const struct case_row *row, int i);

/** What a unit first is in a case, as case_row_unit numbers it. @return -1: nothing */
int case_row_role(const struct case_row *row, struct span unit);

/** Clears who leads, assists and has handled the case. */
void case_row_clear_handlers(struct case_row *row);

/** Ends a hold, whether its time ran out or somebody escalated the case. */
void case_row_end_hold(struct case_row_fixed *row, int64_t at_us);

#endif
