/* deciding_hours_test.c: the openings and closings that have their ticks are those of the calendars, as they are set. */
#include "tests/support/reference_bed.h"

#include "common/civil.h"
#include "projections/deciding.h"
#include "tests/support/memory_view.h"
#include "tests/support/toy_register.h"

enum { TICKS = 64 };

static int64_t ticks[TICKS];
static int n_ticks;

static enum err take_tick(void *context, const struct event *ev)
{
	(void)context;
	if (ev->type == EVENT_clock_ticked) {
		assert_true(n_ticks < TICKS);
		ticks[n_ticks++] = ev->env.decidedtime;
	}
	return ERR_OK;
}

static void set_hours(int64_t from_us, uint64_t am_open, uint64_t pm_close)
{
	struct event ev = {.type = EVENT_calendar_set};
	struct calendar_set *data = &ev.data.calendar_set;

	EVENT_SET(ev.env, subject, SPAN("calendar:cn"));
	EVENT_SET(*data, year, 2023);
	EVENT_SET(*data, version, 1);
	EVENT_SET(*data, am_open, am_open);
	EVENT_SET(*data, am_close, 720);
	EVENT_SET(*data, pm_open, 840);
	EVENT_SET(*data, pm_close, pm_close);
	EVENT_SET(*data, effective_from, from_us);
	assert_int_equal(reference_fold(ref, &ev, reference_position(ref)), ERR_OK);
}

static void assert_hours(int64_t day_us, const int *minutes, int n)
{
	int found = 0;

	for (int i = 0; i < n_ticks; i++) {
		if (ticks[i] > day_us && ticks[i] <= day_us + CIVIL_DAY_US) {
			assert_true(found < n);
			assert_int_equal((ticks[i] - day_us) / CIVIL_MINUTE_US, minutes[found++]);
		}
	}
	assert_int_equal(found, n);
}

/* From the day on which other hours come into force, those have their ticks; before, the usual ones. */
static void test_hours_of_the_calendar(void **state)
{
	int64_t day_us = civil_midnight_us(civil_day_of(2023, 3, 1));
	struct memory_view *rows = memory_view_new(toy_register.tables);
	struct reg reg = {.ops = &toy_register, .view = memory_view_view(rows), .reference = ref};
	struct deciding d = {.reg = &reg, .partitions = 1, .emit = take_tick};
	struct event claim;
	char id[40];

	(void)state;
	set_hours(0, 510, 1080);
	set_hours(day_us + CIVIL_DAY_US, 540, 1020);
	deciding_position_init(&d.position);
	assert_int_equal(deciding_open(&d), ERR_OK);
	deciding_claim(&d, 7, "test", 5, id, &claim);
	assert_int_equal(deciding_fold(&d, &claim, 0), LOG_CURSOR_VALID);
	d.position.cursor.live = true;
	d.refposition = reference_position(ref);
	assert_int_equal(deciding_clock_advance(&d, day_us, false), ERR_OK);
	assert_int_equal(deciding_clock_advance(&d, day_us + 2 * CIVIL_DAY_US, false), ERR_OK);
	assert_hours(day_us, (const int[]){510, 720, 840, 1080, 1440}, 5);
	assert_hours(day_us + CIVIL_DAY_US, (const int[]){540, 720, 840, 1020, 1440}, 5);
	deciding_close(&d);
	memory_view_free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_hours_of_the_calendar, set_up, tear_down)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
