/* reference_register_test.c: who may change reference data, what a change must be, and what it leaves. */
#include "tests/support/reference_register_bed.h"

static void item(uint8_t list, const char *code, const char *scope, const char *unit)
{
	begin(EVENT_list_item_set, "", unit);
	ev.env.subject =
		arena_printf(&arena, "list:%s:%s%s%s", codes_get(CODES_list_kind, list)->name, code,
			     scope ? ":" : "", scope ? scope : "");
	ev.data.list_item_set.list = list;
	ev.data.list_item_set.code = span_cstr(code);
	ev.data.list_item_set.active = true;
	if (scope) {
		EVENT_SET(ev.data.list_item_set, scope, span_cstr(scope));
	}
}

static void calendar(uint64_t year, uint64_t version)
{
	begin(EVENT_calendar_set, "calendar:cn", "centre:53");
	ev.data.calendar_set = (struct calendar_set){.year = year,
						     .version = version,
						     .am_open = 510,
						     .am_close = 720,
						     .pm_open = 840,
						     .pm_close = 1080};
}

static void policy(uint64_t amount, uint64_t version)
{
	begin(EVENT_policy_set, "policy:md-handle", "centre:53");
	EVENT_SET(ev.data.policy_set, type_code, SPAN("MD"));
	ev.data.policy_set.step = CODE_step_handle;
	ev.data.policy_set.amount = amount;
	ev.data.policy_set.unit = CODE_time_unit_calendar_day;
	ev.data.policy_set.calendar = SPAN("cn");
	ev.data.policy_set.version = version;
}

static void unit(const char *id, const char *seat, uint64_t level, const char *actor)
{
	begin(EVENT_unit_registered, "", actor);
	ev.env.subject = arena_printf(&arena, "unit:%s", id);
	ev.data.unit_registered.name = SPAN("单位");
	ev.data.unit_registered.unit_type = CODE_unit_type_government;
	ev.data.unit_registered.level = level;
	ev.data.unit_registered.seat = span_cstr(seat);
}

/* The province's centre registers its own place first, then all else from above; a gap on the way down is refused. */
static void test_places(void **state)
{
	(void)state;
	place("5301", "centre:53");
	assert_refused("REF_PARENT");
	place("53", "centre:53");
	assert_accepted();
	place("5301", "centre:53");
	ev.data.place_registered.level = 3;
	assert_refused("REF_LEVEL");
	place("5301", "centre:53");
	ev.data.place_registered.effective_from = 10 * DAY;
	assert_accepted();
	place("530102", "centre:53");
	assert_refused("REF_PARENT"); /* the prefecture begins later */
	place("530102", "centre:53");
	ev.data.place_registered.effective_from = 10 * DAY;
	assert_accepted();
	place("530102001001001", "centre:53");
	ev.data.place_registered.effective_from = 10 * DAY;
	assert_refused("REF_PARENT");
	place("5301", "centre:53");
	assert_refused("REF_BACKWARD");
	/* A new name needs the document that it rests on: place.changed has it. */
	place("5301", "centre:53");
	ev.data.place_registered.effective_from = 10 * DAY;
	ev.data.place_registered.name = SPAN("新名");
	assert_refused("REF_REGISTERED");
	place("5201", "centre:53");
	assert_refused("REF_COVER");
	place("530102999", "centre:53");
	ev.data.place_registered.effective_from = 10 * DAY;
	assert_refused("REF_CODE");
	place("530102599", "centre:53");
	ev.data.place_registered.effective_from = 10 * DAY;
	assert_accepted();
	begin(EVENT_place_registered, "place:53010", "centre:53");
	assert_refused("REF_SUBJECT");
	begin(EVENT_case_accepted, "place:53", "centre:53");
	assert_refused("UNKNOWN");
}

/* Units act where their seat is, if the list says so, at their level; what is in force everywhere is for the province. */
static void test_who(void **state)
{
	(void)state;
	register_places();
	place("532323001", "centre:532323");
	assert_refused("REF_FUNCTION");
	item(CODE_list_kind_functions, "3.centre.reference", "5323", "centre:53");
	assert_accepted();
	place("532323001", "centre:532323");
	assert_accepted();
	place("530102001", "centre:532323");
	assert_refused("REF_COVER");
	place("530102001", "centre:530102");
	assert_refused("REF_FUNCTION");
	place("530102001", "centre:530199");
	assert_refused("REF_UNIT");
	place("530102001", "nobody");
	assert_refused("REF_UNIT");
	item(CODE_list_kind_forbid, "PS03", NULL, "centre:532323");
	assert_refused("REF_COVER");
	item(CODE_list_kind_forbid, "PS03", "532323", "centre:532323");
	assert_accepted();
	item(CODE_list_kind_functions, "4.centre.reference", NULL, "centre:53");
	assert_accepted();
	place("532323001001", "centre:532323001");
	assert_refused("REF_COVER"); /* places are for levels 1 to 3 */
	unit("mouding-town", "532323001", 4, "centre:532323001");
	assert_accepted();
	item(CODE_list_kind_functions, "3.centre.reference", "5323", "centre:53");
	ev.data.list_item_set.active = false;
	ev.data.list_item_set.effective_from = 90 * DAY;
	assert_accepted();
	place("532323002", "centre:532323");
	assert_refused("REF_FUNCTION");
	/* A day before it is taken away it is still there. */
	moment.now_us = 89 * DAY;
	place("532323002", "centre:532323");
	assert_accepted();
	moment.now_us = 100 * DAY;
}

/* A place changes into places that are there; then it is gone, for those below and for its centre. */
static void test_changes(void **state)
{
	(void)state;
	register_places();
	change("530102", CODE_place_change_merge, NULL);
	assert_refused("REF_CHANGE");
	change("530102", CODE_place_change_rename, NULL);
	assert_refused("REF_CHANGE");
	change("530102", CODE_place_change_merge, "530199");
	assert_refused("REF_SUCCESSOR");
	change("530102", CODE_place_change_merge, "530102");
	assert_refused("REF_SUCCESSOR");
	change("530199", CODE_place_change_abolish, NULL);
	assert_refused("REF_NO_PLACE");
	change("530102", CODE_place_change_merge, "530103");
	assert_accepted();
	change("530102", CODE_place_change_abolish, NULL);
	assert_refused("REF_NO_PLACE");
	place("530102001", "centre:53");
	ev.data.place_registered.effective_from = 60 * DAY;
	assert_refused("REF_PARENT");
	place("530102001", "centre:53");
	ev.data.place_registered.effective_from = 40 * DAY;
	assert_accepted();
	place("530102002", "centre:530102");
	assert_refused("REF_UNIT");
	/* A code that was given up may be given out again, from the day it was. */
	place("530102", "centre:53");
	ev.data.place_registered.effective_from = 49 * DAY;
	assert_refused("REF_BACKWARD");
	place("530102", "centre:53");
	ev.data.place_registered.effective_from = 50 * DAY;
	assert_accepted();
}

/* A unit's level is its seat's, its id is its own, and it stays with those who have a say over it. */
static void test_units(void **state)
{
	(void)state;
	register_places();
	unit("wh-housing", "530199", 3, "centre:53");
	assert_refused("REF_SEAT");
	unit("wh-housing", "530102", 1, "centre:53");
	assert_refused("REF_LEVEL");
	unit("centre:530102", "530102", 3, "centre:53");
	assert_refused("REF_SUBJECT");
	unit("wh-housing", "530102", 3, "centre:53");
	EVENT_SET(ev.data.unit_registered, parent, SPAN("nobody"));
	assert_refused("REF_ABOVE");
	unit("wh-housing", "530102", 3, "centre:53");
	EVENT_SET(ev.data.unit_registered, parent, SPAN("centre:530102"));
	assert_accepted();
	item(CODE_list_kind_functions, "3.centre.reference", NULL, "centre:53");
	assert_accepted();
	unit("wh-housing", "532323", 3, "centre:532323");
	assert_refused("REF_COVER");
	unit("wh-housing", "530102", 3, "centre:530102");
	EVENT_SET(ev.env, expectedseq, 7);
	assert_refused("EXPECTED_SEQ");
	unit("wh-housing", "530102", 3, "centre:530102");
	EVENT_SET(ev.data.unit_registered, active, false);
	assert_accepted();
	unit("other", "530102", 3, "wh-housing");
	assert_refused("REF_UNIT");
}

/* Items have codes of their list, admitted ones an approval from above their place, and ends after their beginnings. */
static void test_items(void **state)
{
	static const char *const admitted[][3] = {{NULL, "centre:5301", "REF_APPROVAL"},
						  {"530102", "centre:5323", "REF_APPROVAL"},
						  {"530102003", "centre:530102003", "REF_APPROVAL"},
						  {"530102003", "centre:5301", "accepted"}};

	(void)state;
	register_places();
	item(CODE_list_kind_functions, "9.centre.reference", NULL, "centre:53");
	assert_refused("REF_ITEM");
	item(CODE_list_kind_functions, "3.centre.fly", NULL, "centre:53");
	assert_refused("REF_ITEM");
	item(CODE_list_kind_campaign, "a:b", NULL, "centre:53");
	assert_refused("REF_ITEM");
	item(CODE_list_kind_basic, "XX01", NULL, "centre:53");
	assert_refused("REF_TYPE");
	item(CODE_list_kind_basic, "MD", "530199", "centre:53");
	assert_refused("REF_SCOPE");
	item(CODE_list_kind_admit, "UM03", NULL, "centre:53");
	assert_refused("REF_APPROVAL");
	item(CODE_list_kind_admit, "UM03", NULL, "centre:53");
	EVENT_SET(ev.data.list_item_set, approved_by, SPAN("centre:53"));
	EVENT_SET(ev.data.list_item_set, effective_until, 0);
	assert_refused("REF_UNTIL");
	item(CODE_list_kind_admit, "UM03", NULL, "centre:53");
	EVENT_SET(ev.data.list_item_set, approved_by, SPAN("centre:53"));
	EVENT_SET(ev.data.list_item_set, effective_until, DAY);
	assert_accepted();
	item(CODE_list_kind_basic, "MD", NULL, "centre:53");
	ev.env.subject = SPAN("list:BASIC:SH");
	assert_refused("REF_SUBJECT");
	place("530102003", "centre:53");
	assert_accepted();
	for (size_t i = 0; i < sizeof admitted / sizeof *admitted; i++) {
		item(CODE_list_kind_admit, "UM03", admitted[i][0], "centre:53");
		EVENT_SET(ev.data.list_item_set, approved_by, span_cstr(admitted[i][1]));
		const char *guard = post();

		assert_string_equal(guard ? guard : "accepted", admitted[i][2]);
	}
}

/* A policy row has an amount, a calendar that exists, and a rising version; so has a calendar, with hours and days in order. */
static void test_policies_and_calendars(void **state)
{
	(void)state;
	register_places();
	policy(30, 1);
	assert_refused("REF_CALENDAR");
	calendar(2026, 1);
	ev.data.calendar_set.pm_open = 600;
	assert_refused("REF_HOURS");
	calendar(2026, 1);
	ev.data.calendar_set.holidays[0] = 20260101;
	ev.data.calendar_set.holidays[1] = 20250102;
	ev.data.calendar_set.n_holidays = 2;
	assert_refused("REF_DAYS");
	assert_true(span_eq(refusal.detail, SPAN("data.holidays[1] 20250102")));
	ev.data.calendar_set.holidays[1] = 20260104;
	ev.data.calendar_set.workdays[0] = 20260104;
	ev.data.calendar_set.n_workdays = 1;
	assert_refused("REF_DAYS");
	assert_true(span_eq(refusal.detail, SPAN("data.workdays[0] 20260104, a holiday too")));
	calendar(1999, 1);
	assert_refused("REF_DAYS");
	assert_true(span_eq(refusal.detail, SPAN("year 1999")));
	calendar(2026, 1);
	assert_accepted();
	calendar(2027, 1);
	assert_refused("REF_VERSION");
	calendar(2027, 2);
	assert_accepted();
	policy(0, 1);
	assert_refused("REF_AMOUNT");
	policy(3661, 1);
	assert_refused("REF_AMOUNT");
	policy(30, 1);
	ev.data.policy_set.type_code = SPAN("ZZ");
	assert_refused("REF_TYPE");
	policy(30, 0);
	assert_refused("REF_VERSION");
	policy(30, 1);
	assert_accepted();
	begin(EVENT_profile_set, "profile:", "centre:53");
	assert_refused("REF_SUBJECT");
}

static void profile(const uint8_t *steps, uint8_t n)
{
	begin(EVENT_profile_set, "profile:simple", "centre:53");
	ev.data.profile_set.name = SPAN("简易");
	memcpy(ev.data.profile_set.steps, steps, n);
	ev.data.profile_set.n_steps = n;
}

#define STEPS(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

/* A flow names each of its steps once, in their order, from report to close; what is wrong is named. */
static void test_profiles(void **state)
{
	(void)state;
	register_places();
	profile(STEPS(CODE_step_report, CODE_step_close));
	assert_accepted();
	profile(STEPS(CODE_step_report, CODE_step_accept, CODE_step_feedback, CODE_step_close));
	assert_accepted();
	profile(STEPS(CODE_step_close, CODE_step_report, CODE_step_report));
	assert_refused("REF_STEPS");
	profile(STEPS(CODE_step_report, CODE_step_report, CODE_step_close));
	assert_refused("REF_STEPS");
	assert_true(span_eq(refusal.detail, SPAN("data.steps[1] report")));
	profile(STEPS(CODE_step_report, CODE_step_sign, CODE_step_dispatch, CODE_step_close));
	assert_refused("REF_STEPS");
	assert_true(span_eq(refusal.detail, SPAN("data.steps[2] dispatch")));
	profile(STEPS(CODE_step_accept, CODE_step_close));
	assert_refused("REF_STEPS");
	profile(STEPS(CODE_step_report, CODE_step_feedback));
	assert_refused("REF_STEPS");
	profile(STEPS(CODE_step_report, CODE_step_close, CODE_step_hold));
	assert_refused("REF_STEPS");
	profile((const uint8_t[]){0}, 0);
	assert_refused("REF_STEPS");
}

/* What was accepted is bound to its source and id within its subject; nothing else is. */
static void test_bound(void **state)
{
	uint8_t digest[16] = {0}, given[16] = {1, 2, 3};
	uint8_t to = 9;
	int64_t seq = 0;

	(void)state;
	place("53", "centre:53");
	EVENT_SET(ev.env, digest, span_of(given, sizeof(given)));
	assert_false(reference_register.bound(&reg, &ev, digest, &seq, &to));
	assert_accepted();
	assert_true(reference_register.bound(&reg, &ev, digest, &seq, &to));
	assert_memory_equal(digest, given, sizeof(given));
	assert_int_equal(seq, 1);
	assert_int_equal(to, 0);
	ev.env.id = SPAN("another");
	assert_false(reference_register.bound(&reg, &ev, digest, &seq, &to));
	assert_true(reference_register.next_timer(&reg) == INT64_MAX);
	assert_true(reference_register.next_moment(&reg, 0) == INT64_MAX);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_places),   TEST(test_who),   TEST(test_changes),
		TEST(test_units),    TEST(test_items), TEST(test_policies_and_calendars),
		TEST(test_profiles), TEST(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
