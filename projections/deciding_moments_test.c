/* deciding_moments_test.c: the core over the case register, where moments meet: a timer due on a tick's minute, a stamp older than what is known. */
#include "projections/deciding.h"

#include "tests/support/case_story.h"
#include "tests/support/cmocka_all.h"

enum { RECORDS = 400 };

/* A partition and its writer; what it has written. */
static struct {
	struct case_bed bed;
	struct deciding d;
	struct record {
		enum event_type type;
		int64_t cause, decided_us, refoffset;
		char guard[16], subject[29];
	} records[RECORDS];
	int n;
	int64_t actions;
} f;

static enum err on_record(void *context, const struct event *ev)
{
	struct record *r = &f.records[f.n++];

	(void)context;
	assert_true(f.n < RECORDS);
	*r = (struct record){.type = ev->type,
			     .cause = ev->env.has_cause ? ev->env.cause : -1,
			     .decided_us = ev->env.decidedtime,
			     .refoffset = ev->env.refoffset};
	if (ev->type == EVENT_action_refused) {
		(void)snprintf(r->guard, sizeof(r->guard), "%.*s",
			       SPAN_ARGS(ev->data.action_refused.guard));
	}
	(void)snprintf(r->subject, sizeof(r->subject), "%.*s", SPAN_ARGS(ev->env.subject));
	return ERR_OK;
}

static int set_up(void **state)
{
	struct event claim;
	char id[40];

	(void)state;
	case_bed_init(&f.bed);
	f.n = 0;
	f.actions = 0;
	f.d = (struct deciding){.reg = &f.bed.reg, .partitions = 1, .emit = on_record};
	deciding_position_init(&f.d.position);
	assert_int_equal(deciding_open(&f.d), ERR_OK);
	deciding_claim(&f.d, 7, "test", 5, id, &claim);
	assert_int_equal(deciding_fold(&f.d, &claim, 0), LOG_CURSOR_VALID);
	f.d.refposition = reference_position(f.bed.reference);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	deciding_close(&f.d);
	case_bed_done(&f.bed);
	return 0;
}

/* Posts an action in history with the reference position that the door knew. @return its outcome */
static const struct record *act(struct event *ev, int64_t refknown)
{
	int64_t wall_us = case_bed_at(2023, 12, 1, 0, 0), wanted;
	struct buf bytes = {0};
	struct deciding_action a = {
		.offset = f.actions++, .broker_us = wall_us, .wall_us = wall_us};

	EVENT_SET(ev->env, source, SPAN("/yn/app"));
	EVENT_SET(ev->env, digest, SPAN("0123456789abcdef"));
	EVENT_SET(ev->env, rights, DECIDING_RIGHT_HISTORY);
	EVENT_SET(ev->env, refknown, refknown);
	assert_int_equal(event_encode(ev, &bytes), ERR_OK);
	a.bytes = buf_span(&bytes);
	assert_int_equal(deciding_act(&f.d, &a, &wanted), DECIDING_DONE);
	buf_done(&bytes);
	for (int i = f.n - 1; i >= 0; i--) {
		if (f.records[i].cause == a.offset) {
			return &f.records[i];
		}
	}
	fail();
	return NULL;
}

static const struct record *report(const char *id,
				   const char *place,
				   int64_t time_us,
				   int64_t refknown)
{
	struct event ev = {.type = EVENT_case_reported};

	EVENT_SET(ev.env, id, span_cstr(id));
	EVENT_SET(ev.env, time, time_us);
	EVENT_SET(ev.env, unit, SPAN(COUNTY));
	EVENT_SET(ev.env, place, span_cstr(place));
	EVENT_SET(ev.data.case_reported, type_code, SPAN("UM01"));
	EVENT_SET(ev.data.case_reported, title, SPAN("事"));
	return act(&ev, refknown);
}

/* Protocol 9: what falls due on the very minute of a tick is decided at that moment, and stands before the tick. */
static void test_timer_on_the_minute_of_a_tick(void **state)
{
	struct event ev = {.type = EVENT_case_accepted};
	const struct record *reported = report("r", HERE, AT(1, 19, 9, 0), f.d.refposition);
	const struct record *escalated = NULL, *ticked = NULL;

	(void)state;
	EVENT_SET(ev.env, id, SPAN("a"));
	EVENT_SET(ev.env, subject, span_cstr(reported->subject));
	EVENT_SET(ev.env, time, AT(1, 19, 9, 0));
	EVENT_SET(ev.env, unit, SPAN(TOWN));
	EVENT_SET(ev.data.case_accepted, severity, CODE_severity_general);
	assert_int_equal(act(&ev, f.d.refposition)->type, EVENT_case_accepted);
	(void)report("late", HERE, AT(2, 7, 9, 0), f.d.refposition);
	for (int i = 0; i < f.n; i++) {
		const struct record *record = &f.records[i];

		if (record->type == EVENT_case_escalated && !escalated) {
			escalated = record;
		}
		if (record->type == EVENT_clock_ticked && record->decided_us == AT(2, 6, 18, 0)) {
			ticked = record;
		}
	}
	assert_non_null(escalated);
	assert_non_null(ticked);
	assert_int_equal(escalated->decided_us, AT(2, 6, 18, 0));
	assert_true(escalated < ticked);
}

/* Protocol 8: an action whose door knew less than the one before is judged by what the record says: the later position. */
static void test_judged_by_what_is_written(void **state)
{
	int64_t before = f.d.refposition;
	const struct record *outcome;

	(void)state;
	case_bed_end_place(&f.bed, "530103001", CODE_place_change_abolish, "", 1);
	f.d.refposition = reference_position(f.bed.reference);
	assert_int_equal(report("a", "530103001", AT(1, 19, 9, 0), before)->type,
			 EVENT_case_reported);
	outcome = report("b", HERE, AT(1, 19, 9, 0), f.d.refposition);
	assert_int_equal(outcome->refoffset, f.d.refposition);
	outcome = report("c", "530103001", AT(1, 19, 9, 0), before);
	assert_int_equal(outcome->refoffset, f.d.refposition);
	assert_string_equal(outcome->guard, "PLACE_GONE");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_timer_on_the_minute_of_a_tick),
		TEST(test_judged_by_what_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
