/* case_state.h: a case as the case register holds it: all that a decision about it may depend on. */
#ifndef GOVBUS_PROJECTIONS_CASE_STATE_H
#define GOVBUS_PROJECTIONS_CASE_STATE_H

#include "common/case_id.h"
#include "common/limits.h"
#include "common/place.h"
#include "projections/calendar.h"

/* What the last event owes: an event of its own, written before the next action is decided. */
enum case_owed {
	CASE_OWED_NOTHING,
	CASE_OWED_ARBITRATION, /* two returns: case.escalated, cause arbitration */
	CASE_OWED_MAJOR,       /* a major case below the county: case.escalated, cause major */
	CASE_OWED_UP,          /* the second reopening: case.escalated, cause beyond_competence */
	CASE_OWED_REOPEN,      /* an unsatisfied call-back: case.reopened, cause callback */
};

enum { CASE_HOLDS = 4 };

/* A hold that has ended. */
struct case_hold {
	int64_t from_us, to_us;
};

/* Row of the register's table "case"; plain bytes, zero-filled, so that equal states are equal rows.
 * Times are moments of decision: the register's clocks run on the log's time alone. Of `assist` only the used part is stored. */
struct case_state {
	uint64_t source_hash; /* of the report's source: who "the reporter" is */
	int64_t reported_us;
	int64_t accepted_us; /* when the case deadline was set, by the policy of then; 0: not yet */
	int64_t counted_us; /* from when the case deadline counts: report, reopening, or what a classification says; holds come on top */
	int64_t step_started_us;    /* of the step that runs */
	int64_t accepted_refoffset; /* the reference data by which the case deadline was set */
	int64_t step_refoffset; /* as of which the step began; of a case that is not open, its window */
	struct case_hold ended[CASE_HOLDS]; /* holds since the report or the last reopening */
	int64_t held_since_us, hold_until_us;
	int64_t held_us;                    /* all holds that have ended */
	int64_t stopped_us;                 /* time spent closed or rejected before reopenings */
	int64_t closed_us, window_until_us; /* closed or rejected; reopening or objection window */
	int64_t due_us, yellow_us, red_us;  /* of the case; 0: none */
	int64_t step_due_us, step_yellow_us, step_red_us;
	int64_t orig_due_us;              /* the first case deadline */
	int64_t escalate_us, unsigned_us; /* what the clock will do next; 0: nothing */
	uint64_t cal_ver, policy_ver;
	uint32_t seq;
	uint16_t skipped; /* steps passed over, a bit per enum code_step */
	uint8_t state;    /* enum code_case_state */
	uint8_t severity; /* enum code_severity: the reporter's word until the centre sets it; 0: unknown */
	uint8_t owner_level; /* 1 to 5 */
	uint8_t returns;     /* T7: two, then arbitration */
	uint8_t arbitrated;  /* no more returns */
	uint8_t reopens, holds, reworks;
	uint8_t overdue_rungs; /* escalations for a red case since its deadline was set */
	uint8_t rounds[7];     /* escalations by cause (enum code_escalate_cause) */
	uint8_t step;          /* enum code_step that runs; 0: none */
	uint8_t handled;       /* a handling was logged since signing */
	uint8_t provisional; /* some moment of it, or the end of its window, was counted over a year that is not set */
	uint8_t owed;      /* enum case_owed */
	uint8_t settled;   /* on the spot, with its report */
	uint8_t n_ended;   /* of `ended` */
	uint8_t due_kept;  /* reclassified when red: its deadline is not counted again */
	uint8_t step_kept; /* reclassified during the step: its deadline stays as counted before */
	uint8_t scored;    /* a call-back has given its score since the case came to VE or CL */
	/* enum code_time_unit of the limits, for shifting after a hold */
	uint8_t due_unit, step_unit;
	char type_code[5];
	char place[PLACE_MAX_BYTES + 1]; /* where it was filed, zero-ended, as all text here */
	/* The deepest place that covers all its places; empty: beyond the province */
	char common[PLACE_MAX_BYTES + 1];
	char owner[LIMIT_UNIT_BYTES + 1];     /* centre:PLACE */
	char lead_unit[LIMIT_UNIT_BYTES + 1]; /* empty until dispatched */
	/* Who fed back, settled on the spot, or closed what nobody led: neither verifies nor calls back */
	char handler_unit[LIMIT_UNIT_BYTES + 1];
	char profile[21];
	char cal_id[21];
	uint8_t n_assist;
	char assist[LIMIT_ASSIST_UNITS][LIMIT_UNIT_BYTES + 1];
};

#endif
