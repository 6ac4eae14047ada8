/* case_transitions.h: the table of case_transitions.def, and how a flow profile bends it. */
#ifndef GOVBUS_PROJECTIONS_CASE_TRANSITIONS_H
#define GOVBUS_PROJECTIONS_CASE_TRANSITIONS_H

#include "projections/guards.h"
#include "schemas/event.h"

/* Who may: how the acting unit must stand to the case. */
enum case_who {
	CASE_WHO_ANY,    /* any unit that has the function */
	CASE_WHO_OWNER,  /* the centre that owns the case */
	CASE_WHO_CENTRE, /* the owner, or a centre above it */
	CASE_WHO_LEAD, /* the lead unit; the owner where the flow has no dispatch and nobody leads */
	CASE_WHO_ASSIST, /* an assisting unit */
	CASE_WHO_GRID,   /* a grid that covers the case's place, or lies in it */
	CASE_WHO_AREA,   /* a unit whose area covers the case's place or its owner's */
	CASE_WHO_SOURCE, /* the report's own source, in a flow without acceptance: it runs the flow itself */
	CASE_WHO_STAND_IN, /* the owner, once the unit that led is no longer in force and nobody follows it */
	CASE_WHO_NOBODY, /* the decider alone */
	CASE_WHO_COUNT
};

enum case_when {
	CASE_WHEN_ALWAYS,
	CASE_WHEN_SETTLED,  /* data.settled */
	CASE_WHEN_PASSED,   /* data.pass */
	CASE_WHEN_CENTRE,   /* data.cause is centre */
	CASE_WHEN_CALLBACK, /* data.cause is callback */
};

enum { CASE_TO_SAME = 0xff, CASE_ROLES_MAX = 3, CASE_GUARDS_MAX = 8 };

struct case_role {
	uint8_t who;      /* enum case_who */
	uint8_t function; /* enum code_function; 0 after the last */
};

struct case_transition {
	const char *number;  /* "T2" of domain.md §3.2 */
	uint16_t from;       /* a bit per enum code_case_state; bit 0: before the report */
	uint8_t event, when; /* enum event_type, enum case_when */
	uint8_t to;          /* enum code_case_state, or CASE_TO_SAME */
	struct case_role roles[CASE_ROLES_MAX];
	uint8_t guards[CASE_GUARDS_MAX]; /* enum guard, in this order; 0 after the last */
};

/** The rows in the order of the table. @thread any, as all here, while no test plants */
const struct case_transition *case_transitions_all(size_t *ret_count);

/** Tests only: from now on decide and evolve use the mutant, copied, in place of this row; NULL restores all rows. @thread one */
void case_transitions_plant(size_t row, const struct case_transition *mutant);

/** The row that an event of this type takes; NULL if a case knows no such event. */
const struct case_transition *case_transitions_of(const struct event *ev);

/**
 * Whether a row starts from a state, or from a later one that may be reached by passing over steps the profile lacks.
 * @param steps       of the profile, a bit per enum code_step
 * @param ret_skipped the steps passed over; 0 when the row starts from the state itself
 */
bool case_transitions_from(const struct case_transition *row,
			   uint8_t state,
			   uint16_t steps,
			   uint16_t *ret_skipped);

/** The steps passed over when an event of this row led from one state to another: what a fold records, whatever the profile says. */
uint16_t case_transitions_skipped(const struct case_transition *row, uint8_t from, uint8_t to);

/**
 * The state to which a row leads from a state: that of the table, or the one behind it when it would wait for a signature or a
 * verification that the profile lacks; of a row that stays, the state it is for, when steps before that were passed over.
 */
uint8_t case_transitions_to(const struct case_transition *row, uint8_t state, uint16_t steps);

/** The functions of which one is needed to post an event, a bit each (1 << enum code_function): those of its rows' roles; 0: nobody posts it. */
uint16_t case_transitions_functions(enum event_type type);

/** Whether a state is open: RP AC DI IP HO FB VE. */
bool case_transitions_open(uint8_t state);

/** The step that runs on entering a state (RP: accept … VE: callback), or the next one that the profile has. */
enum code_step case_transitions_step(uint8_t state, bool handled, uint16_t steps);

#endif
