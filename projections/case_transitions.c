/* case_transitions.c: the table of case_transitions.def, how a flow profile bends it, and the mutant that a test may plant. */
#include "projections/case_transitions.h"

#define F(state)             (1u << CODE_case_state_##state)
#define OPEN                 (F(RP) | F(AC) | F(DI) | F(IP) | F(HO) | F(FB) | F(VE))
#define CODE_case_state_SAME CASE_TO_SAME
#define R(w, f)                                 \
	{                                       \
		CASE_WHO_##w, CODE_function_##f \
	}
#define ROLES(...)          \
	{                   \
		__VA_ARGS__ \
	}
#define G(guard) GUARD_##guard
#define GUARDS(...)         \
	{                   \
		__VA_ARGS__ \
	}
#define NO_GUARDS          \
	{                  \
		GUARD_NONE \
	}

static const struct case_transition rows[] = {
#define TRANSITION(n, ev, w, f, t, r, g) \
	{.number = #n,                   \
	 .event = EVENT_##ev,            \
	 .when = CASE_WHEN_##w,          \
	 .from = (f),                    \
	 .to = CODE_case_state_##t,      \
	 .roles = r,                     \
	 .guards = g},
#include "projections/case_transitions.def"
#undef TRANSITION
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* The states that a case passes through, and the step that leads out of each. */
static const struct way {
	uint8_t state, leave;
} way[] = {
	{CODE_case_state_RP, CODE_step_accept}, {CODE_case_state_AC, CODE_step_dispatch},
	{CODE_case_state_DI, CODE_step_sign},   {CODE_case_state_IP, CODE_step_feedback},
	{CODE_case_state_FB, CODE_step_verify}, {CODE_case_state_VE, CODE_step_close},
};

enum { WAY = sizeof(way) / sizeof(way[0]) };

static size_t planted_row = ROWS;
static struct case_transition planted;

const struct case_transition *case_transitions_all(size_t *ret_count)
{
	*ret_count = ROWS;
	return rows;
}

void case_transitions_plant(size_t row, const struct case_transition *mutant)
{
	planted_row = mutant ? row : ROWS;
	if (mutant) {
		planted = *mutant;
	}
}

static bool holds(enum case_when when, const struct event *ev)
{
	switch (when) {
	case CASE_WHEN_ALWAYS:
		return true;
	case CASE_WHEN_SETTLED:
		return ev->data.case_reported.has_settled && ev->data.case_reported.settled;
	case CASE_WHEN_PASSED:
		return ev->data.case_verified.pass;
	case CASE_WHEN_CENTRE:
		return ev->data.case_reopened.cause == CODE_reopen_cause_centre;
	case CASE_WHEN_CALLBACK:
		break;
	}
	return ev->data.case_reopened.cause == CODE_reopen_cause_callback;
}

const struct case_transition *case_transitions_of(const struct event *ev)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct case_transition *row = i == planted_row ? &planted : &rows[i];

		if (row->event == ev->type && holds((enum case_when)row->when, ev)) {
			return row;
		}
	}
	return NULL;
}

static int way_of(uint8_t state)
{
	for (int i = 0; i < WAY; i++) {
		if (way[i].state == state) {
			return i;
		}
	}
	return -1;
}

/* The steps that lead from one state to another; 0 when there is no such path. */
static uint16_t steps_between(uint8_t from, uint8_t to)
{
	int at = way_of(from), end = way_of(to);
	uint16_t steps = 0;

	for (; at >= 0 && at < end; at++) {
		steps |= (uint16_t)(1u << way[at].leave);
	}
	return steps;
}

/* The state that a row starts from, if it is one alone: only such rows lead on along the way. */
static uint8_t only_from(const struct case_transition *row)
{
	uint8_t state = 0;

	if (row->from & (row->from - 1u)) {
		return 0;
	}
	while ((unsigned)row->from >> state > 1u) {
		state++;
	}
	return state;
}

uint16_t case_transitions_skipped(const struct case_transition *row, uint8_t from, uint8_t to)
{
	return steps_between(from, only_from(row)) |
	       (row->to == CASE_TO_SAME ? 0 : steps_between(row->to, to));
}

uint8_t case_transitions_to(const struct case_transition *row, uint8_t state, uint16_t steps)
{
	uint8_t to = row->to;

	if (to == CASE_TO_SAME) {
		return steps_between(state, only_from(row)) ? only_from(row) : state;
	}
	/* Nobody waits for a signature, or a verification, that the flow does not have. From RP the centre may still reject, in AC it
	 * has the case in hand, in IP somebody works at it: these stay until something happens (domain.md §3.2). */
	while ((to == CODE_case_state_DI || to == CODE_case_state_FB) &&
	       !(((unsigned)steps >> way[way_of(to)].leave) & 1u)) {
		to = way[way_of(to) + 1].state;
	}
	return to;
}

bool case_transitions_from(const struct case_transition *row,
			   uint8_t state,
			   uint16_t steps,
			   uint16_t *ret_skipped)
{
	*ret_skipped = 0;
	if (row->from & (1u << state)) {
		return true;
	}
	/* Only what has begun can be paused. */
	if (row->event == EVENT_case_rejected || row->event == EVENT_case_held) {
		return false;
	}
	*ret_skipped = steps_between(state, only_from(row));
	return *ret_skipped && !(*ret_skipped & steps);
}

uint16_t case_transitions_functions(enum event_type type)
{
	uint16_t functions = 0;

	for (int i = 0; i < ROWS; i++) {
		/* An event owed by a call-back is never posted. */
		if (rows[i].event != type || rows[i].when == CASE_WHEN_CALLBACK) {
			continue;
		}
		for (int j = 0; j < CASE_ROLES_MAX && rows[i].roles[j].function; j++) {
			functions |= (uint16_t)(1u << rows[i].roles[j].function);
		}
	}
	return functions;
}

bool case_transitions_open(uint8_t state)
{
	return (OPEN >> state) & 1u;
}

enum code_step case_transitions_step(uint8_t state, bool handled, uint16_t steps)
{
	static const uint8_t first[CODE_case_state_COUNT] = {
		[CODE_case_state_RP] = CODE_step_accept,
		[CODE_case_state_AC] = CODE_step_dispatch,
		[CODE_case_state_DI] = CODE_step_sign,
		[CODE_case_state_FB] = CODE_step_verify,
		[CODE_case_state_VE] = CODE_step_callback,
	};
	unsigned step;

	if (state == CODE_case_state_IP) {
		bool has_first = ((unsigned)steps >> CODE_step_first) & 1u;

		return !handled && has_first ? CODE_step_first : CODE_step_handle;
	}
	step = first[state];
	while (step && step < CODE_step_close && !(((unsigned)steps >> step) & 1u)) {
		step++;
	}
	return (enum code_step)step;
}
