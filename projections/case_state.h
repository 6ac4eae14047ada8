/* case_state.h: a case as the case register holds it: all that a decision about it may depend on. */
#ifndef GOVBUS_PROJECTIONS_CASE_STATE_H
#define GOVBUS_PROJECTIONS_CASE_STATE_H

#include "common/case_id.h"
#include "common/place.h"
#include "projections/calendar.h"

/* Row of the register's table "case"; plain bytes, zero-filled, so that equal states are equal rows. */
struct case_state {
	uint32_t seq;
	uint8_t state;       /* enum code_case_state */
	uint8_t held_from;   /* state before HO */
	uint8_t severity;    /* enum code_severity; 0 until known */
	uint8_t owner_level; /* 1 to 7 */
	uint8_t returns;     /* T7: two, then arbitration */
	uint8_t arbitrated;  /* no more returns */
	uint8_t reopens, holds, reworks;
	uint8_t overdue_rounds; /* escalations for being overdue since the case clock began */
	uint8_t step;           /* enum code_step that runs */
	uint8_t handled;        /* a handling was logged since signing */
	uint8_t provisional;    /* a deadline lies past the calendar's last year */
	uint8_t owed;           /* enum case_owed (case_evolve.h): what the last event owes */
	uint8_t settled;
	uint8_t spare;
	uint16_t skipped;      /* steps passed over, a bit per enum code_step */
	uint16_t sign_doubled; /* the timer "sign limit x2" has fired in this step */
	char type_code[5];
	char place[18];        /* where it was filed, zero-ended */
	char owner[41];        /* centre:PLACE */
	char lead_unit[41];    /* absent until dispatched */
	char handler_unit[41]; /* who fed back: may not verify */
	char profile[21];
	char cal_id[21];
	uint8_t n_assist;
	char assist[8][41];
	uint64_t source_hash; /* of the report's source: who "the reporter" is */
	int64_t reported_us, accepted_us, step_started_us, held_since_us, hold_until_us, held_us;
	int64_t closed_us, window_until_us; /* reopening or objection window */
	uint8_t due_unit,
		step_unit; /* enum code_time_unit of the limits, for shifting after a hold */
	struct deadline due, step_due;
	int64_t orig_due_us;
	int64_t parent_cause, parent_time_us,
		parent_refoffset; /* of the last event, for what it owes */
};

#endif
