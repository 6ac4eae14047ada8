/* deciding_registers_test.c: the deciding core over the registers that a bus has: what their outcomes say, and that want of memory or a
 * row that cannot be read stops a decider before it writes anything wrong. */
#include <stdio.h>
#include <stdlib.h>

#include "common/partition.h"
#include "projections/deciding.h"
#include "projections/reference_register.h"
#include "projections/reference_row.h"
#include "tests/support/case_story.h"
#include "tests/support/cmocka_all.h"

enum { RECORDS = 400 };

/* A partition and its writer; what it has written, as bytes. */
static struct {
	struct case_bed bed;
	struct deciding d;
	struct buf records[RECORDS];
	int n;
	int64_t offset;
} f;

static enum err on_record(void *context, const struct event *ev)
{
	(void)context;
	assert_true(f.n < RECORDS);
	return event_encode(ev, &f.records[f.n++]);
}

static void open_on(struct reg *reg, bool claims)
{
	struct event claim;
	char id[40];

	f.n = 0;
	f.offset = 0;
	f.d = (struct deciding){.reg = reg, .partitions = 1, .emit = on_record};
	deciding_position_init(&f.d.position);
	assert_int_equal(deciding_open(&f.d), ERR_OK);
	if (claims) {
		deciding_claim(&f.d, 7, "test", 5, id, &claim);
		assert_int_equal(deciding_fold(&f.d, &claim, 0), LOG_CURSOR_VALID);
	}
}

static void forget_records(void)
{
	for (int i = 0; i < f.n; i++) {
		buf_done(&f.records[i]);
	}
	f.n = 0;
}

static int set_up(void **state)
{
	(void)state;
	case_bed_init(&f.bed);
	open_on(&f.bed.reg, true);
	f.d.refposition = reference_position(f.bed.reference);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	forget_records();
	deciding_close(&f.d);
	case_bed_done(&f.bed);
	return 0;
}

/* An action in history, with what the door stamps. */
static struct event action(enum event_type type, const char *id, const char *unit, int64_t time_us)
{
	struct event ev = {.type = type};

	EVENT_SET(ev.env, id, span_cstr(id));
	EVENT_SET(ev.env, source, SPAN("/yn/app"));
	EVENT_SET(ev.env, time, time_us);
	EVENT_SET(ev.env, unit, span_cstr(unit));
	EVENT_SET(ev.env, digest, SPAN("0123456789abcdef"));
	EVENT_SET(ev.env, rights, DECIDING_RIGHT_HISTORY);
	EVENT_SET(ev.env, refknown, f.d.refposition);
	if (type != EVENT_case_reported) {
		EVENT_SET(ev.env, subject, span_cstr(f.bed.subject));
	}
	return ev;
}

static enum deciding_result act(const struct event *ev)
{
	int64_t wall_us = case_bed_at(2023, 12, 1, 0, 0), wanted;
	struct buf bytes = {0};
	struct deciding_action a = {.offset = f.offset++, .broker_us = wall_us, .wall_us = wall_us};
	enum deciding_result result;

	assert_int_equal(event_encode(ev, &bytes), ERR_OK);
	a.bytes = buf_span(&bytes);
	result = deciding_act(&f.d, &a, &wanted);
	buf_done(&bytes);
	return result;
}

/* What an action ends in: the record whose cause it is. */
static const struct event *outcome_of(const struct event *ev)
{
	static struct event outcome;

	enum deciding_result result = act(ev);

	if (result != DECIDING_DONE) {
		fail_msg("%d: %s", result, err_name(f.d.err));
	}
	for (int i = f.n - 1; i >= 0; i--) {
		assert_int_equal(event_decode(buf_span(&f.records[i]), &outcome, NULL), ERR_OK);
		if (outcome.env.has_cause && outcome.env.cause == f.offset - 1) {
			return &outcome;
		}
	}
	fail();
	return NULL;
}

static struct event report(const char *id, const char *place)
{
	struct event ev = action(EVENT_case_reported, id, GRID, AT(1, 19, 9, 0));

	EVENT_SET(ev.env, place, span_cstr(place));
	EVENT_SET(ev.data.case_reported, type_code, SPAN("MD03"));
	EVENT_SET(ev.data.case_reported, title, SPAN("事"));
	return ev;
}

/* Reports, and remembers the case as that of the actions to come. */
static void report_first(void)
{
	struct event ev = report("r", HERE);
	const struct event *outcome = outcome_of(&ev);

	assert_int_equal(outcome->type, EVENT_case_reported);
	(void)snprintf(f.bed.subject, sizeof(f.bed.subject), "%.*s",
		       SPAN_ARGS(outcome->env.subject));
}

static struct event accept(const char *id)
{
	struct event ev = action(EVENT_case_accepted, id, VILLAGE, AT(1, 19, 9, 30));

	EVENT_SET(ev.data.case_accepted, severity, CODE_severity_major);
	return ev;
}

/* A report names its case by itself; what is asked of it again, or only tried, is answered by what was, or would be, decided. */
static void test_repeated_and_tried(void **state)
{
	struct event ev = report("r", HERE), again = ev;
	const struct event *outcome;
	int64_t due_us;

	(void)state;
	report_first();
	outcome = outcome_of(&again);
	assert_int_equal(outcome->type, EVENT_action_repeated);
	assert_true(span_eq(outcome->env.subject, span_cstr(f.bed.subject)));
	assert_int_equal(outcome->data.action_repeated.first_seq, 1);
	assert_int_equal(outcome->data.action_repeated.first_to, CODE_case_state_RP);
	EVENT_SET(again.env, dryrun, true);
	outcome = outcome_of(&again);
	assert_true(span_eq(outcome->data.action_tried.would, SPAN("repeated")));
	assert_int_equal(outcome->data.action_tried.would_seq, 1);
	assert_int_equal(outcome->data.action_tried.would_to, CODE_case_state_RP);
	assert_false(outcome->data.action_tried.has_would_due_at);
	ev = accept("a");
	EVENT_SET(ev.env, dryrun, true);
	outcome = outcome_of(&ev);
	assert_true(span_eq(outcome->data.action_tried.would, SPAN("accepted")));
	assert_int_equal(outcome->data.action_tried.would_seq, 2);
	assert_int_equal(outcome->data.action_tried.would_to, CODE_case_state_AC);
	assert_true(outcome->data.action_tried.has_would_due_at);
	due_us = outcome->data.action_tried.would_due_at;
	ev.env.has_dryrun = false;
	outcome = outcome_of(&ev);
	assert_int_equal(outcome->type, EVENT_case_accepted);
	assert_int_equal(outcome->data.case_accepted.due_at, due_us);
}

static void refused_for(struct event ev, const char *reason, const char *detail)
{
	const struct event *outcome = outcome_of(&ev);

	assert_int_equal(outcome->type, EVENT_action_refused);
	assert_true(span_eq(outcome->data.action_refused.reason, span_cstr(reason)));
	assert_true(span_eq(outcome->data.action_refused.detail, span_cstr(detail)));
}

/* An action that takes the source and id of its case's report is a conflict, whatever it asks; the report itself stays a repeat. */
static void test_report_binds_in_its_case(void **state)
{
	struct event ev, again = report("r", HERE);

	(void)state;
	report_first();
	ev = accept("r");
	ev.env.digest = SPAN("fedcba9876543210");
	refused_for(ev, "CONFLICT", "");
	assert_int_equal(outcome_of(&again)->type, EVENT_action_repeated);
	ev = accept("a");
	assert_int_equal(outcome_of(&ev)->type, EVENT_case_accepted);
}

/* A refusal says in which state the case is, by which guard it fails, what it met and what it would need. */
static void test_refusal_says_why(void **state)
{
	struct event ev;
	const struct event *outcome;

	(void)state;
	report_first();
	ev = action(EVENT_case_closed, "c", VILLAGE, AT(1, 19, 10, 0));
	EVENT_SET(ev.data.case_closed, outcome, CODE_outcome_resolved);
	outcome = outcome_of(&ev);
	assert_int_equal(outcome->type, EVENT_action_refused);
	assert_true(span_eq(outcome->data.action_refused.action_type, SPAN("gov.case.closed.v1")));
	assert_true(span_eq(outcome->data.action_refused.guard, SPAN("STATE")));
	assert_true(span_eq(outcome->data.action_refused.detail, SPAN("state RP")));
	assert_true(span_starts(outcome->data.action_refused.needs, SPAN("state ")));
	assert_int_equal(outcome->data.action_refused.state, CODE_case_state_RP);
}

/* What the door must have given, and a subject that no partition could be told by, are asked for by name. */
static void test_invalid_is_named(void **state)
{
	struct event ev;

	(void)state;
	report_first();
	ev = accept("a");
	ev.env.has_digest = false;
	refused_for(ev, "INVALID", "digest: the door did not stamp it");
	f.d.partitions = LIMIT_CASE_PARTITIONS;
	f.bed.reg.partition = partition_of_key(SPAN("530102"), LIMIT_CASE_PARTITIONS);
	ev = accept("a");
	ev.env.subject = SPAN("yesterday's");
	refused_for(ev, "INVALID", "subject: is not a case id");
	ev.env.has_subject = false;
	refused_for(ev, "INVALID", "subject: is not a case id");
	/* A report that names no county has no case, and so no partition. */
	refused_for(report("s", "5301"), "INVALID", "subject: is not a case id");
	ev = accept("a");
	assert_int_equal(outcome_of(&ev)->type, EVENT_case_accepted);
}

/* A day of a case: accepted as major, which owes an escalation; refused, tried, repeated; then weeks in which timers fire.
 * @param limit bytes there are for each record, from an action on; 0: plenty */
static bool live_through(size_t limit, size_t from)
{
	struct event list[] = {report("r", HERE),
			       accept("a"),
			       accept("b"),
			       accept("a"),
			       action(EVENT_case_signed_for, "s", FIRE, AT(1, 20, 9, 0)),
			       action(EVENT_case_handling_logged, "h", "nobody", AT(2, 20, 9, 0))};

	EVENT_SET(list[2].env, dryrun, true);
	EVENT_SET(list[5].data.case_handling_logged, action, CODE_handling_action_site_visit);
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		if (i) {
			list[i].env.subject = span_cstr(f.bed.subject);
		}
		f.d.arena.limit_bytes = i >= from ? limit : 0;
		if (act(&list[i]) != DECIDING_DONE) {
			return false;
		}
		if (!i) {
			struct event ev;

			assert_int_equal(event_decode(buf_span(&f.records[0]), &ev, NULL), ERR_OK);
			(void)snprintf(f.bed.subject, sizeof(f.bed.subject), "%.*s",
				       SPAN_ARGS(ev.env.subject));
		}
	}
	return true;
}

static struct buf whole[RECORDS];

/* With more memory each time, from one action on, until it is enough. @return how often it was not */
static int starve(void **state, int n, size_t from)
{
	int stopped = 0;

	for (bool lives = false; !lives; stopped += !lives) {
		assert_int_equal(tear_down(state), 0);
		assert_int_equal(set_up(state), 0);
		lives = live_through((size_t)(stopped + 1) * 8, from);
		assert_true(f.n <= n);
		for (int i = 0; i < f.n; i++) {
			assert_true(span_eq(buf_span(&f.records[i]), buf_span(&whole[i])));
		}
		assert_int_equal(f.d.err, lives ? ERR_OK : ERR_NOMEM);
	}
	assert_int_equal(f.n, n);
	return stopped;
}

/* However little memory there is to decide in, what is written is what plenty would have written, up to where the decider stops: no event
 * lacks a part, no action is refused for the want of a byte, and nothing owed is passed over. */
static void test_memory(void **state)
{
	int n;

	assert_true(live_through(0, 0));
	n = f.n;
	assert_true(n > 10);
	memcpy(whole, f.records, sizeof(whole));
	memset(f.records, 0, sizeof(f.records));
	for (size_t from = 0; from < 6; from++) {
		assert_true(starve(state, n, from) > 20);
	}
	for (int i = 0; i < n; i++) {
		buf_done(&whole[i]);
	}
}

/* Who has no valid claim writes nothing: its own record would be void. */
static void test_no_claim(void **state)
{
	struct event ev = report("r", HERE);

	(void)state;
	deciding_close(&f.d);
	open_on(&f.bed.reg, false);
	f.d.refposition = reference_position(f.bed.reference);
	assert_int_equal(act(&ev), DECIDING_FAILED);
	assert_int_equal(f.d.err, ERR_BUG);
	assert_int_equal(f.n, 0);
}

/* A row that cannot be read stops the decider before an outcome is written: while it decides, and when a timer falls due. */
static void test_broken_row(void **state)
{
	struct event ev;
	struct case_id id;
	int before;

	(void)state;
	report_first();
	assert_true(case_id_parse(span_cstr(f.bed.subject), &id));
	view_put(f.bed.reg.view, CASE_REGISTER_ROWS_CASE, span_of(id.key, sizeof(id.key)),
		 SPAN("cut"));
	before = f.n;
	ev = accept("a");
	assert_int_equal(act(&ev), DECIDING_FAILED);
	assert_int_equal(f.d.err, ERR_STORE);
	assert_int_equal(f.n, before);
	deciding_close(&f.d);
	f.bed.reg.view->err = ERR_OK;
	assert_int_equal(deciding_open(&f.d), ERR_STORE);
	assert_null(f.bed.reg.state);
	f.bed.reg.view->err = ERR_OK;
}

static enum verdict refuse_in_silence(struct reg *reg,
				      struct event *ev,
				      const struct moment *moment,
				      struct arena *arena,
				      struct refusal *ret_refusal)
{
	(void)reg, (void)ev, (void)moment, (void)arena;
	*ret_refusal = (struct refusal){0};
	return VERDICT_REFUSED;
}

/* A register that refuses without a word has refused all the same. */
static void test_silent_refusal(void **state)
{
	struct register_ops ops = *f.bed.reg.ops;
	struct event ev = report("r", HERE);

	(void)state;
	ops.decide = refuse_in_silence;
	f.bed.reg.ops = &ops;
	refused_for(ev, "GUARD", "");
	deciding_close(&f.d);
}

/* ---- the reference register */

static struct reg reference;
static struct memory_view *reference_rows;

static int set_up_reference(void **state)
{
	(void)state;
	reference_rows = memory_view_new(reference_register.tables);
	reference =
		(struct reg){.ops = &reference_register, .view = memory_view_view(reference_rows)};
	open_on(&reference, true);
	return 0;
}

static int tear_down_reference(void **state)
{
	(void)state;
	forget_records();
	deciding_close(&f.d);
	memory_view_free(reference_rows);
	return 0;
}

static struct event province(void)
{
	struct event ev = action(EVENT_place_registered, "p", "centre:53", AT(1, 19, 9, 0));

	ev.env.subject = SPAN("place:53");
	EVENT_SET(ev.data.place_registered, level, 1);
	EVENT_SET(ev.data.place_registered, name, SPAN("云南省"));
	EVENT_SET(ev.data.place_registered, effective_from, 0);
	return ev;
}

/* It owes nothing and has no timers: an action ends in its outcome and nothing else, once; and all its rows are of its one partition. */
static void test_reference(void **state)
{
	struct event ev = province();

	(void)state;
	assert_int_equal(outcome_of(&ev)->type, EVENT_place_registered);
	assert_int_equal(outcome_of(&ev)->type, EVENT_action_repeated);
	assert_int_equal(f.n, 2);
	for (int table = 0; table < REFERENCE_ROW_TABLES; table++) {
		assert_int_equal(memory_view_count(reference_rows, table), 1);
		assert_int_equal(reference_register.tables[table].partition_of(SPAN("place:53"), 1),
				 0);
	}
	/* Days later only the clock has gone on. */
	ev = action(EVENT_clock_advanced, "t", "centre:53", AT(1, 22, 0, 0));
	ev.env.subject = SPAN("clock");
	EVENT_SET(ev.data.clock_advanced, to, AT(1, 22, 0, 0));
	assert_int_equal(outcome_of(&ev)->type, EVENT_clock_advanced);
	for (int i = 2; i < f.n - 1; i++) {
		struct event tick;

		assert_int_equal(event_decode(buf_span(&f.records[i]), &tick, NULL), ERR_OK);
		assert_int_equal(tick.type, EVENT_clock_ticked);
	}
}

/* A grid acts only once its place is registered, whatever stands above it; a province's centre acts before. */
static void test_reference_grid(void **state)
{
	struct event ev = province();
	const struct event *outcome;

	(void)state;
	ev.env.unit = SPAN("grid:530102001001001");
	outcome = outcome_of(&ev);
	assert_int_equal(outcome->type, EVENT_action_refused);
	assert_true(span_eq(outcome->data.action_refused.guard, SPAN("REF_UNIT")));
	assert_true(span_eq(outcome->data.action_refused.detail, ev.env.unit));
	ev = province();
	assert_int_equal(outcome_of(&ev)->type, EVENT_place_registered);
}

/* A row as another build laid it out is not taken for one: nothing is decided on it. */
static void test_reference_other_row(void **state)
{
	struct event ev = province();

	(void)state;
	view_put(reference.view, REFERENCE_ROW_SUBJECT, SPAN("place:53"), SPAN("of another size"));
	assert_int_equal(act(&ev), DECIDING_FAILED);
	assert_int_equal(f.d.err, ERR_STORE_VERSION);
	assert_int_equal(f.n, 0);
}

int main(void)
{
#define TEST(name)      cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define REFERENCE(name) cmocka_unit_test_setup_teardown(name, set_up_reference, tear_down_reference)
	const struct CMUnitTest tests[] = {
		TEST(test_repeated_and_tried),
		TEST(test_report_binds_in_its_case),
		TEST(test_refusal_says_why),
		TEST(test_invalid_is_named),
		TEST(test_memory),
		TEST(test_no_claim),
		TEST(test_broken_row),
		TEST(test_silent_refusal),
		REFERENCE(test_reference),
		REFERENCE(test_reference_other_row),
		REFERENCE(test_reference_grid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
