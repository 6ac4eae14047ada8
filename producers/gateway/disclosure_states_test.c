/* disclosure_states_test.c: what a stranger is answered does not depend on what the case is: every action, tried in every state that a story passes. */
#include "producers/gateway/disclosure.h"

#include <stdio.h>

#include "producers/gateway/answer.h"
#include "projections/guards.h"
#include "tests/support/case_bed.h"
#include "tests/support/cmocka_all.h"

#define OWNER  "centre:530102001"
#define COUNTY "centre:530102"
#define HOUSE  "house-530102"

enum { ANSWER = 1024, SEQS = 16 };

/* What each action was answered when it was first tried, and how many states there have been. */
struct asked {
	const char *unit;
	char answers[EVENT_TYPE_COUNT][ANSWER];
	int states, guards; /* guards: how many different ones refused, in the record */
	const char *seen[GUARD_COUNT];
};

/* A sender who knows nothing of the case gives what each action must have, and what reaches farthest among the guards. */
static void fill(struct event *ev)
{
	switch (ev->type) {
	case EVENT_case_dispatched:
		EVENT_SET(ev->data.case_dispatched, lead_unit, SPAN(HOUSE));
		break;
	case EVENT_case_escalated:
		EVENT_SET(ev->data.case_escalated, cause, CODE_escalate_cause_beyond_competence);
		break;
	case EVENT_case_reopened:
		EVENT_SET(ev->data.case_reopened, cause, CODE_reopen_cause_reporter);
		break;
	case EVENT_callback_recorded:
		EVENT_SET(ev->data.callback_recorded, reached, true);
		break;
	default:
		break;
	}
}

static void count_guard(struct asked *asked, const char *guard)
{
	for (int i = 0; i < asked->guards; i++) {
		if (strcmp(asked->seen[i], guard) == 0) {
			return;
		}
	}
	asked->seen[asked->guards++] = guard;
}

/* As the gateway answers who may not read the case. */
static void answer(const struct case_bed *bed, char text[ANSWER])
{
	struct event outcome = {.type = EVENT_action_refused}, bare;
	struct action_refused *data = &outcome.data.action_refused;
	struct buf out = {.limit_bytes = ANSWER - 1};

	EVENT_SET(outcome.env, subject, span_cstr(bed->subject));
	EVENT_SET(*data, action_type, span_cstr(event_schema(bed->ev.type)->type));
	EVENT_SET(*data, reason, span_cstr(reasons_get(bed->refusal.reason)->id));
	EVENT_SET(*data, guard, span_cstr(bed->refusal.guard));
	EVENT_SET(*data, detail, span_cstr(bed->detail));
	EVENT_SET(*data, needs, span_cstr(bed->needs));
	if (bed->refusal.state) {
		EVENT_SET(*data, state, bed->refusal.state);
	}
	assert_true(disclosure_concerns(&outcome));
	disclosure_bare(&outcome, &bare);
	answer_members(&out, &bare, 3, 4);
	(void)snprintf(text, ANSWER, "%.*s", SPAN_ARGS(buf_span(&out)));
	buf_done(&out);
}

/* One action, asked plainly and with each number of events that the case may have. */
static void ask(struct case_bed *bed, struct asked *asked, enum event_type type)
{
	char text[ANSWER];

	for (unsigned seq = 0; seq < SEQS; seq++) {
		const char *guard;

		case_bed_begin(bed, type, asked->unit);
		bed->ev.env.source = SPAN("/elsewhere");
		fill(&bed->ev);
		if (seq) {
			EVENT_SET(bed->ev.env, expectedseq, seq);
		}
		guard = case_bed_try(bed);
		if (!guard[0]) {
			continue; /* who may do it learns that it did */
		}
		count_guard(asked, guard);
		answer(bed, text);
		if (!asked->answers[type][0]) {
			memcpy(asked->answers[type], text, sizeof text);
		}
		if (strcmp(text, asked->answers[type]) != 0) {
			fail_msg("%s, state number %d, %s: %s", asked->unit, asked->states, guard,
				 text);
		}
	}
}

static void ask_all(struct case_bed *bed, struct asked *asked)
{
	for (int type = EVENT_NONE + 1; type < EVENT_TYPE_COUNT; type++) {
		const struct schema *schema = event_schema((enum event_type)type);

		if (schema->posted && schema->topic == TOPIC_CASE && type != EVENT_case_reported) {
			ask(bed, asked, (enum event_type)type);
		}
	}
	asked->states++;
}

/* Reported, accepted, dispatched, signed for, held, resumed, fed back, failed, fed back, verified, closed, reopened, escalated. */
static void story(struct case_bed *bed, struct asked *asked)
{
	static const char *const PLACE = "530102001001";

#define STEP(action)                           \
	do {                                   \
		const char *said = action;     \
		assert_string_equal(said, ""); \
		ask_all(bed, asked);           \
	} while (0)
	STEP(case_bed_report(bed, COUNTY, PLACE, "SH01", CODE_severity_general));
	STEP(case_bed_accept(bed, OWNER, CODE_severity_general));
	STEP(case_bed_dispatch(bed, OWNER, HOUSE));
	STEP(case_bed_simple(bed, EVENT_case_signed_for, HOUSE));
	STEP(case_bed_hold(bed, OWNER, bed->now_us + 86400000000));
	STEP(case_bed_simple(bed, EVENT_case_resumed, HOUSE));
	STEP(case_bed_simple(bed, EVENT_case_feedback_submitted, HOUSE));
	STEP(case_bed_verify(bed, COUNTY, false));
	STEP(case_bed_simple(bed, EVENT_case_feedback_submitted, HOUSE));
	STEP(case_bed_verify(bed, COUNTY, true));
	STEP(case_bed_callback(bed, COUNTY, 5));
	STEP(case_bed_simple(bed, EVENT_case_closed, OWNER));
	STEP(case_bed_reopen(bed, COUNTY, CODE_reopen_cause_centre));
	STEP(case_bed_escalate(bed, OWNER, CODE_escalate_cause_beyond_competence));
#undef STEP
	assert_int_equal(bed->broken, 0);
}

/* A centre beside the case, a grid below a coarser place, a unit that is none: whatever the case is, the answer is one. */
static void states_are_not_told(void **state)
{
	static const char *const UNITS[] = {"centre:530103", "centre:530302001",
					    "grid:530102001001002", "gone-530102", "nobody"};
	static struct asked asked;

	(void)state;
	for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
		struct case_bed bed;

		memset(&asked, 0, sizeof asked);
		asked.unit = UNITS[i];
		case_bed_init(&bed);
		story(&bed, &asked);
		case_bed_done(&bed);
		assert_true(asked.states == 14);
		assert_true(asked.guards >= 3); /* the record has each by its name */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_are_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
