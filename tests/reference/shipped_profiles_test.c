/* shipped_profiles_test.c: every flow profile we ship is walked from its first step to its last, and no case stands still on the way. */
#include "tests/support/case_story.h"
#include "tests/support/cmocka_all.h"

#include <stdlib.h>

#include "projections/case_next.h"

static struct case_story story;

/* A profile as its file says it. */
struct flow {
	char id[21], source[129];
	uint8_t steps[16];
	int n_steps;
};

static bool has(const struct flow *flow, uint8_t step)
{
	return memchr(flow->steps, step, (size_t)flow->n_steps) != NULL;
}

static void read_flow(const char *line, size_t n, struct flow *ret_flow)
{
	struct arena arena = {0};
	struct event ev;
	struct problem problem;

	memset(&ev, 0, sizeof(ev));
	memset(ret_flow, 0, sizeof(*ret_flow));
	assert_int_equal(event_from_json(span_of(line, n), &arena, &ev, &problem), ERR_OK);
	assert_int_equal(ev.type, EVENT_profile_set);
	const struct profile_set *data = &ev.data.profile_set;

	(void)snprintf(ret_flow->id, sizeof(ret_flow->id), "%.*s", SPAN_ARGS(ev.env.subject));
	(void)snprintf(ret_flow->source, sizeof(ret_flow->source), "%.*s",
		       data->has_source_prefix ? (int)data->source_prefix.n : 7,
		       data->has_source_prefix ? (const char *)data->source_prefix.p : "/yn/app");
	memcpy(ret_flow->steps, data->steps, data->n_steps);
	ret_flow->n_steps = data->n_steps;
	case_bed_fold(&story.bed, &ev, ret_flow->id);
	arena_done(&arena);
}

/* Does what a step is, by the unit whose it is. */
static const char *take_step(struct case_bed *bed, uint8_t step)
{
	switch (step) {
	case CODE_step_report:
		return case_bed_report(bed, TOWN, HERE, "UM01", 0);
	case CODE_step_accept:
		return case_bed_accept(bed, TOWN, CODE_severity_general);
	case CODE_step_dispatch:
		return case_bed_dispatch(bed, TOWN, HOUSE);
	case CODE_step_sign:
		return case_bed_simple(bed, EVENT_case_signed_for, HOUSE);
	case CODE_step_first:
	case CODE_step_handle:
		return case_bed_simple(bed, EVENT_case_handling_logged, HOUSE);
	case CODE_step_feedback:
		return case_bed_simple(bed, EVENT_case_feedback_submitted, HOUSE);
	case CODE_step_verify:
		return case_bed_verify(bed, TOWN, true);
	case CODE_step_callback:
		return case_bed_callback(bed, TOWN, 5);
	default:
		return case_bed_simple(bed, EVENT_case_closed, TOWN);
	}
}

static const uint16_t events[CODE_step_COUNT] = {
	[CODE_step_accept] = EVENT_case_accepted,
	[CODE_step_dispatch] = EVENT_case_dispatched,
	[CODE_step_sign] = EVENT_case_signed_for,
	[CODE_step_first] = EVENT_case_handling_logged,
	[CODE_step_handle] = EVENT_case_handling_logged,
	[CODE_step_feedback] = EVENT_case_feedback_submitted,
	[CODE_step_verify] = EVENT_case_verified,
	[CODE_step_callback] = EVENT_callback_recorded,
	[CODE_step_close] = EVENT_case_closed,
};

/* Whether a unit is told that it may post an event now. */
static bool is_next(const struct case_state *c, const char *unit, uint16_t type)
{
	struct as_of as_of = {reference_position(story.bed.reference), story.bed.now_us};
	struct case_next_asker asker = {span_cstr(unit), true};
	struct case_next next[CASE_NEXT_MAX];
	struct case_row row = {.owner = span_cstr(c->owner),
			       .lead_unit = span_cstr(c->lead_unit),
			       .handler_unit = span_cstr(c->handler_unit),
			       .profile = span_cstr(c->profile),
			       .source = span_cstr(story.bed.source)};

	row.fixed.state = c->state;
	row.fixed.severity = c->severity;
	row.fixed.seq = c->seq;
	memcpy(row.fixed.type_code, c->type_code, 4);
	memcpy(row.fixed.place, c->place, sizeof(c->place));
	size_t n = case_next_list(story.bed.reference, as_of, &row, &asker, next);

	for (size_t i = 0; i < n; i++) {
		if (next[i].type == (enum event_type)type) {
			return true;
		}
	}
	return false;
}

/* No case waits for what its flow does not have; and the next step of its flow is offered to whose it is. */
static void check_on_the_way(const struct flow *flow, int done)
{
	struct case_state c = case_story_state(&story);
	uint16_t next = events[flow->steps[done + 1]];

	if ((c.state == CODE_case_state_DI && !has(flow, CODE_step_sign)) ||
	    (c.state == CODE_case_state_FB && !has(flow, CODE_step_verify))) {
		fail_msg("%s: waits in %s", flow->id, codes_get(CODES_case_state, c.state)->name);
	}
	if (!is_next(&c, TOWN, next) && !is_next(&c, HOUSE, next)) {
		fail_msg("%s: in %s nobody is offered %s", flow->id,
			 codes_get(CODES_case_state, c.state)->name,
			 event_schema((enum event_type)next)->name);
	}
}

static void hold_once(const struct flow *flow)
{
	struct case_bed *bed = &story.bed;
	const char *guard = case_bed_hold(bed, TOWN, bed->now_us + CIVIL_DAY_US);

	if (guard[0]) {
		fail_msg("%s: cannot be held: %s", flow->id, guard);
	}
	assert_string_equal(case_bed_simple(bed, EVENT_case_resumed, HOUSE), "");
}

static uint16_t lacking(const struct flow *flow)
{
	static const uint8_t ways[] = {CODE_step_accept, CODE_step_dispatch, CODE_step_sign,
				       CODE_step_feedback, CODE_step_verify};
	uint16_t steps = 0;

	for (size_t i = 0; i < sizeof(ways); i++) {
		steps |= (uint16_t)(has(flow, ways[i]) ? 0 : 1u << ways[i]);
	}
	return steps;
}

static void walk(const struct flow *flow)
{
	story.bed.source = flow->source;
	for (int i = 0; i < flow->n_steps; i++) {
		uint8_t step = flow->steps[i];
		const char *guard;

		if (step == CODE_step_handle) {
			hold_once(flow);
		}
		guard = take_step(&story.bed, step);
		if (guard[0]) {
			fail_msg("%s: %s is refused: %s", flow->id,
				 codes_get(CODES_step, step)->name, guard);
		}
		assert_true(step != CODE_step_first ||
			    story.bed.ev.data.case_handling_logged.first);
		if (i + 1 < flow->n_steps) {
			check_on_the_way(flow, i);
		}
	}
	struct case_state c = case_story_state(&story);

	assert_string_equal(c.profile, flow->id + strlen("profile:"));
	assert_int_equal(c.state, CODE_case_state_CL);
	assert_int_equal(c.skipped, lacking(flow));
	/* What was passed over on the way in is told when the case is closed. */
	assert_int_equal(story.bed.ev.data.case_closed.n_skipped,
			 __builtin_popcount(lacking(flow)));
}

/* Each shipped profile: every step of it can be taken, is offered before, and a case that is being handled can be held. */
static void test_walks(void **state)
{
	FILE *file = fopen("examples/reference/profiles.ndjson", "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int walked = 0;

	(void)state;
	assert_non_null(file);
	while ((n = getline(&line, &size, file)) > 0) {
		struct flow flow;

		case_bed_init(&story.bed);
		read_flow(line, (size_t)n, &flow);
		walk(&flow);
		case_bed_done(&story.bed);
		walked++;
	}
	free(line);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(walked, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_walks)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
