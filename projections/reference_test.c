/* reference_test.c: looking up reference data as of any position and day. */
#include "tests/support/reference_bed.h"

#include <time.h>

static bool text_is(struct span span, const char *text)
{
	return span_eq(span, span_cstr(text));
}

/* A place is known from the day it begins and from the record that says so; what it was stays findable after it changed. */
static void test_places(void **state)
{
	struct ref_place found;

	(void)state;
	place("53", "云南省", 0);
	place("5301", "昆明市", 0);
	place("530102", "五华区", 10 * DAY);
	change("530102", CODE_place_change_rename, "新五华区", 20 * DAY);
	change("530102", CODE_place_change_merge, "530103", 30 * DAY);
	assert_false(reference_place(ref, (struct as_of){9, 9 * DAY}, SPAN("530102"), &found));
	assert_false(reference_place(ref, (struct as_of){2, 99 * DAY}, SPAN("530102"), &found));
	assert_true(reference_place(ref, (struct as_of){9, 10 * DAY}, SPAN("530102"), &found));
	assert_true(text_is(found.name, "五华区") && found.in_force && !found.change);
	assert_true(reference_place(ref, (struct as_of){9, 20 * DAY}, SPAN("530102"), &found));
	assert_true(text_is(found.name, "新五华区") && found.in_force);
	assert_true(text_is(found.name_en, "New"));
	assert_true(reference_place(ref, (struct as_of){9, 30 * DAY}, SPAN("530102"), &found));
	assert_true(text_is(found.name, "新五华区") && !found.in_force);
	assert_int_equal(found.n_successors, 1);
	assert_true(text_is(found.successors[0], "530103"));
	/* Not yet told of the change, it knows the old name on the new day. */
	assert_true(reference_place(ref, (struct as_of){3, 30 * DAY}, SPAN("530102"), &found));
	assert_true(text_is(found.name, "五华区") && found.in_force);
	/* The same record twice changes nothing. */
	assert_int_equal(reference_position(ref), 5);
}

/* Centres of levels 1 to 5 and grids below exist with their places; departments are those registered. */
static void test_units(void **state)
{
	struct event ev = {.type = EVENT_unit_registered};
	struct ref_unit unit;

	(void)state;
	place("530102001001", "社区", 0);
	place("530102001001001", "网格", 0);
	assert_true(reference_unit(ref, NOW, SPAN("centre:530102001001"), &unit));
	assert_true(unit.unit_type == CODE_unit_type_centre && unit.level == 5 && unit.active);
	assert_false(unit.parent.p);
	assert_true(reference_unit(ref, NOW, SPAN("grid:530102001001001"), &unit));
	assert_true(unit.unit_type == CODE_unit_type_grid && unit.level == 6);
	assert_true(text_is(unit.parent, "centre:530102001001"));
	assert_true(text_is(unit.id, "grid:530102001001001"));
	assert_true(text_is(unit.seat, "530102001001001"));
	assert_false(reference_unit(ref, NOW, SPAN("grid:530102001001"), &unit));
	assert_false(reference_unit(ref, NOW, SPAN("centre:530102001001001"), &unit));
	assert_false(reference_unit(ref, NOW, SPAN("centre:5301"), &unit));
	ev.data.unit_registered.name = SPAN("住建局");
	ev.data.unit_registered.unit_type = CODE_unit_type_government;
	ev.data.unit_registered.level = 3;
	ev.data.unit_registered.seat = SPAN("530102");
	fold(&ev, "unit:wh-housing");
	EVENT_SET(ev.data.unit_registered, active, false);
	ev.data.unit_registered.effective_from = 50 * DAY;
	fold(&ev, "unit:wh-housing");
	assert_true(reference_unit(ref, (struct as_of){9, 49 * DAY}, SPAN("wh-housing"), &unit));
	assert_true(unit.active && unit.level == 3 && text_is(unit.seat, "530102"));
	assert_true(reference_unit(ref, NOW, SPAN("wh-housing"), &unit) && !unit.active);
	assert_false(reference_unit(ref, NOW, SPAN("nobody"), &unit));
}

/* An item counts for the types it is a prefix of, below its scope, until it ends or is taken off. */
static void test_lists(void **state)
{
	struct event ev = item_of(CODE_list_kind_admit, "SH01", NULL, true);
	struct span found;

	(void)state;
	item(CODE_list_kind_basic, "MD", NULL, true, 0);
	item(CODE_list_kind_forbid, "PS03", "5323", true, 0);
	assert_true(reference_listed(ref, NOW, CODE_list_kind_basic, SPAN("MD02"),
				     SPAN("530102001001001"), &found));
	assert_true(text_is(found, "list:BASIC:MD"));
	assert_false(reference_listed(ref, NOW, CODE_list_kind_basic, SPAN("UM02"),
				      SPAN("530102001001001"), NULL));
	assert_true(reference_listed(ref, NOW, CODE_list_kind_forbid, SPAN("PS03"), SPAN("532323"),
				     &found));
	assert_true(text_is(found, "list:FORBID:PS03:5323"));
	assert_false(reference_listed(ref, NOW, CODE_list_kind_forbid, SPAN("PS03"), SPAN("530102"),
				      NULL));
	assert_false(
		reference_listed(ref, NOW, CODE_list_kind_forbid, SPAN("PS03"), SPAN("53"), NULL));
	item(CODE_list_kind_basic, "MD", NULL, false, 40 * DAY);
	assert_false(
		reference_listed(ref, NOW, CODE_list_kind_basic, SPAN("MD02"), SPAN("53"), NULL));
	assert_true(reference_listed(ref, (struct as_of){9, 39 * DAY}, CODE_list_kind_basic,
				     SPAN("MD02"), SPAN("53"), NULL));
	EVENT_SET(ev.data.list_item_set, effective_until, 5 * DAY);
	fold(&ev, "list:ADMIT:SH01");
	assert_true(reference_listed(ref, (struct as_of){9, 5 * DAY - 1}, CODE_list_kind_admit,
				     SPAN("SH01"), SPAN("53"), NULL));
	assert_false(
		reference_listed(ref, NOW, CODE_list_kind_admit, SPAN("SH01"), SPAN("53"), NULL));
}

/* A calendar is as it was known: a year set later is not in what was known before. */
static void test_calendars(void **state)
{
	struct event ev = {.type = EVENT_calendar_set};
	struct calendar_set *year = &ev.data.calendar_set;
	const struct calendar *found;

	(void)state;
	*year = (struct calendar_set){.year = 2025,
				      .version = 1,
				      .am_open = 510,
				      .am_close = 720,
				      .pm_open = 840,
				      .pm_close = 1080};
	fold(&ev, "calendar:cn");
	year->year = 2026;
	year->version = 2;
	year->holidays[0] = 20260101;
	year->n_holidays = 1;
	fold(&ev, "calendar:cn");
	assert_null(reference_calendar(ref, (struct as_of){0, 99 * DAY}, SPAN("cn")));
	assert_null(reference_calendar(ref, NOW, SPAN("us")));
	found = reference_calendar(ref, (struct as_of){1, 99 * DAY}, SPAN("cn"));
	assert_non_null(found);
	assert_int_equal(found->last_year, 2025);
	assert_true(calendar_is_working_day(found, civil_day_of(2026, 1, 1)));
	found = reference_calendar(ref, NOW, SPAN("cn"));
	assert_non_null(found);
	assert_int_equal(found->last_year, 2026);
	assert_true(found->years[25].set);
	assert_false(calendar_is_working_day(found, civil_day_of(2026, 1, 1)));
}

static void profile(const char *id, const char *source, const char *type, uint8_t step)
{
	struct event ev = {.type = EVENT_profile_set};
	char subject[64];

	(void)snprintf(subject, sizeof(subject), "profile:%s", id);
	ev.data.profile_set.name = span_cstr(id);
	if (source) {
		EVENT_SET(ev.data.profile_set, source_prefix, span_cstr(source));
	}
	if (type) {
		EVENT_SET(ev.data.profile_set, type_code, span_cstr(type));
	}
	ev.data.profile_set.steps[0] = step;
	ev.data.profile_set.n_steps = 1;
	fold(&ev, subject);
}

static bool profile_is(const char *source, const char *type, const char *id)
{
	struct ref_profile found;

	return reference_profile(ref, NOW, span_cstr(source), span_cstr(type), &found) &&
	       text_is(found.id, id);
}

/* The longest source prefix decides, then the longest type prefix; a profile that names neither is only found by name. */
static void test_profiles(void **state)
{
	struct ref_profile found;

	(void)state;
	assert_true(profile_is("/yn/pu-er/1", "MD02", "full"));
	profile("simple", NULL, NULL, CODE_step_close);
	profile("pe", "/yn/pu-er", NULL, CODE_step_accept);
	profile("pe-md", "/yn/pu-er", "MD", CODE_step_accept);
	profile("md02", NULL, "MD02", CODE_step_accept);
	assert_true(profile_is("/yn/pu-er/1", "UM01", "pe"));
	assert_true(profile_is("/yn/pu-er/1", "MD02", "pe-md"));
	assert_true(profile_is("/yn/kunming", "MD02", "md02"));
	assert_true(profile_is("/yn/kunming", "UM01", "full"));
	/* Longer by one letter, whichever was set first, and before any type. */
	profile("pu", "/yn/pu-e", NULL, CODE_step_accept);
	profile("long", "/yn/pu-er/", NULL, CODE_step_accept);
	assert_true(profile_is("/yn/pu-er/1", "UM01", "long"));
	assert_true(profile_is("/yn/pu-er/1", "MD02", "long"));
	assert_true(profile_is("/yn/pu-er", "UM01", "pe"));
	profile("pu-md02", "/yn/pu-e", "MD02", CODE_step_accept);
	assert_true(profile_is("/yn/pu-er", "MD02", "pe-md"));
	profile("all-md02", "/yn", "MD02", CODE_step_accept);
	assert_true(profile_is("/yn/pu-er", "UM01", "pe"));
	assert_true(profile_is("/yn/pu-ex", "MD02", "pu-md02"));
	assert_true(reference_profile_named(ref, NOW, SPAN("simple"), &found));
	assert_int_equal(found.steps, 1 << CODE_step_close);
	assert_true(reference_profile_named(ref, NOW, SPAN("full"), &found));
	assert_true(found.has_policy && found.steps >> CODE_step_report & 1 &&
		    found.steps >> CODE_step_close & 1);
	assert_false(reference_profile_named(ref, NOW, SPAN("none"), &found));
}

struct seen {
	char ids[64];
	int left;
};

static bool note_profile(void *context, const struct ref_profile *found)
{
	struct seen *seen = context;
	size_t used = strlen(seen->ids);

	(void)snprintf(seen->ids + used, sizeof(seen->ids) - used, "%.*s ", SPAN_ARGS(found->id));
	return --seen->left > 0;
}

/* Profiles come in the order of their ids, each once; the full one is among them before anybody has set it, and as set then. */
static void test_all_profiles(void **state)
{
	struct seen seen = {.left = 9}, some = {.left = 2}, again = {.left = 9},
		    before = {.left = 9};

	(void)state;
	profile("simple", NULL, NULL, CODE_step_close);
	profile("b", NULL, "MD", CODE_step_accept);
	profile("simple", NULL, NULL, CODE_step_accept);
	reference_profiles(ref, NOW, note_profile, &seen);
	assert_string_equal(seen.ids, "b full simple ");
	reference_profiles(ref, NOW, note_profile, &some);
	assert_string_equal(some.ids, "b full ");
	profile("full", NULL, NULL, CODE_step_close);
	reference_profiles(ref, NOW, note_profile, &again);
	assert_string_equal(again.ids, "b full simple ");
	reference_profiles(ref, (struct as_of){1, 99 * DAY}, note_profile, &before);
	assert_string_equal(before.ids, "full simple ");
}

/* A function belongs to level and unit type, as the list says for the unit's seat; a province's centre may always set the list. */
static void test_functions(void **state)
{
	struct ref_unit province, township, other;

	(void)state;
	place("53", "云南省", 0);
	place("532323001", "镇", 0);
	place("530102001", "街道", 0);
	assert_true(reference_unit(ref, NOW, SPAN("centre:53"), &province));
	assert_true(reference_unit(ref, NOW, SPAN("centre:532323001"), &township));
	assert_true(reference_unit(ref, NOW, SPAN("centre:530102001"), &other));
	assert_true(reference_may(ref, NOW, &province, CODE_function_reference));
	assert_false(reference_may(ref, NOW, &province, CODE_function_dispatch));
	assert_false(reference_may(ref, NOW, &township, CODE_function_reference));
	item(CODE_list_kind_functions, "4.centre.dispatch", "5323", true, 0);
	assert_true(reference_may(ref, NOW, &township, CODE_function_dispatch));
	assert_false(reference_may(ref, NOW, &other, CODE_function_dispatch));
	item(CODE_list_kind_functions, "4.centre.dispatch", NULL, true, 0);
	assert_true(reference_may(ref, NOW, &other, CODE_function_dispatch));
	assert_false(reference_may(ref, NOW, &other, CODE_function_verify));
	item(CODE_list_kind_functions, "4.centre.dispatch", NULL, false, 30 * DAY);
	assert_false(reference_may(ref, NOW, &other, CODE_function_dispatch));
	other.active = false;
	assert_false(
		reference_may(ref, (struct as_of){9, 29 * DAY}, &other, CODE_function_dispatch));
}

struct visited {
	char codes[200];
	int n, stop_after;
};

static bool note(void *context, const struct ref_place *found)
{
	struct visited *visited = context;
	size_t used = strlen(visited->codes);

	(void)snprintf(visited->codes + used, sizeof(visited->codes) - used, "%.*s ",
		       SPAN_ARGS(found->code));
	return ++visited->n != visited->stop_after;
}

/* Places are visited in the order of their codes, however they came; by name only those in force, as children those that are gone too. */
static void test_visits(void **state)
{
	struct visited visited = {.n = 0};

	(void)state;
	place("532323", "牟定县", 0);
	place("5323", "楚雄彝族自治州", 0);
	place("53", "云南省", 0);
	place("532301", "楚雄市", 0);
	place("532302", "双柏县", 0);
	place("532301001", "鹿城镇", 0);
	place("5301", "昆明市", 0);
	change("532302", CODE_place_change_abolish, NULL, 10 * DAY);
	reference_children(ref, NOW, SPAN("5323"), note, &visited);
	assert_string_equal(visited.codes, "532301 532302 532323 ");
	visited = (struct visited){.stop_after = 1};
	reference_children(ref, NOW, SPAN("53"), note, &visited);
	assert_string_equal(visited.codes, "5301 ");
	visited = (struct visited){.n = 0};
	reference_find_places(ref, NOW, SPAN("楚雄"), SPAN(""), note, &visited);
	assert_string_equal(visited.codes, "5323 532301 ");
	visited = (struct visited){.n = 0};
	reference_find_places(ref, NOW, SPAN(""), SPAN(""), note, &visited);
	assert_string_equal(visited.codes, "53 5301 5323 532301 532301001 532323 ");
	visited = (struct visited){.n = 0};
	reference_find_places(ref, NOW, SPAN(""), SPAN("532301"), note, &visited);
	assert_string_equal(visited.codes, "532301001 532323 ");
	visited = (struct visited){.n = 0};
	reference_children(ref, NOW, SPAN("53230100100100101"), note, &visited);
	assert_int_equal(visited.n, 0);
}

static void place_named(const char *code, const char *name, const char *name_en)
{
	struct event ev = {.type = EVENT_place_registered};
	char subject[64];

	(void)snprintf(subject, sizeof(subject), "place:%s", code);
	ev.data.place_registered.level = (uint64_t)place_level(span_cstr(code));
	ev.data.place_registered.name = span_cstr(name);
	EVENT_SET(ev.data.place_registered, name_en, span_cstr(name_en));
	fold(&ev, subject);
}

/* A place is found by any part of either name, Latin letters in any case; by nothing that is in neither, however near. */
static void test_found_by_name(void **state)
{
	static const struct {
		const char *name, *found;
	} CASES[] = {
		{"kunming", "5301 "},
		{"KUNMING", "5301 "},
		{"Kunming", "5301 "},
		{"kUNMING cITY", "5301 "},
		{"yunnan", "53 "},
		{"a区", "530102 "},
		{"昆明", "5301 "},
		{"n", "53 5301 "},
		{"无此", ""},
		{"kunmin g", ""},
		{"kunming city and more than that", ""},
		{"\xa6", ""}, /* the last byte of 昆 with a letter's other case */
	};

	(void)state;
	place_named("53", "云南省", "Yunnan");
	place_named("5301", "昆明市", "Kunming City");
	place("530102", "A区", 0);
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		struct visited visited = {.n = 0};

		reference_find_places(ref, NOW, span_cstr(CASES[i].name), SPAN(""), note, &visited);
		assert_string_equal(visited.codes, CASES[i].found);
	}
}

/* Fewer records than the next offset are an echo and are passed over. */
static void test_position(void **state)
{
	struct event ev = {.type = EVENT_clock_ticked};
	struct ref_place found;

	(void)state;
	assert_int_equal(reference_fold(ref, &ev, 41), ERR_OK);
	assert_int_equal(reference_position(ref), 42);
	ev.type = EVENT_place_registered;
	EVENT_SET(ev.env, subject, SPAN("place:53"));
	assert_int_equal(reference_fold(ref, &ev, 41), ERR_OK);
	assert_false(reference_place(ref, NOW, SPAN("53"), &found));
}

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* All of Yunnan and 50,000 grids are there in less than two seconds, in a few dozen bytes each. */
static void test_load(void **state)
{
	double began = seconds();
	int n = 0;

	(void)state;
	for (int village = 0; village < 17000; village++) {
		char code[24];

		(void)snprintf(code, sizeof(code), "%012ld", 530102001001L + village * 7L);
		place(code, "某某社区居民委员会", 0);
		n++;
		for (int grid = 0; grid < 3; grid++) {
			char deeper[24];

			(void)snprintf(deeper, sizeof(deeper), "%.12s%03d", code, 1 + grid);
			place(deeper, "第一网格(示例)", 0);
			n++;
		}
	}
	print_message("%d places in %.3f s, %zu bytes\n", n, seconds() - began,
		      reference_bytes(ref));
	assert_true(seconds() - began < 10); /* two, measured when nothing else runs */
	assert_true(reference_bytes(ref) < (size_t)n * 300);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_places),    TEST(test_units),         TEST(test_lists),
		TEST(test_calendars), TEST(test_profiles),      TEST(test_functions),
		TEST(test_visits),    TEST(test_found_by_name), TEST(test_all_profiles),
		TEST(test_position),  TEST(test_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
