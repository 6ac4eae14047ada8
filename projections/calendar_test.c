/* calendar_test.c: deadlines against the golden dates, and against counting minute by minute. */
#include "tests/support/cmocka_all.h"

#include <stdio.h>

#include "common/civil.h"
#include "projections/calendar.h"

static const struct calendar_set YEAR_2023 = {
	.year = 2023,
	.version = 20,
	.holidays = {20230101, 20230102, 20230121, 20230122, 20230123, 20230124, 20230125,
		     20230126, 20230127, 20230405, 20230429, 20230430, 20230501, 20230502,
		     20230503, 20230622, 20230623, 20230624, 20230929, 20230930, 20231001,
		     20231002, 20231003, 20231004, 20231005, 20231006},
	.n_holidays = 26,
	.workdays = {20230128, 20230129, 20230423, 20230506, 20230625, 20231007, 20231008},
	.n_workdays = 7,
	.am_open = 510,
	.am_close = 720,
	.pm_open = 840,
	.pm_close = 1080,
};

static const struct calendar_set YEAR_2026 = {
	.year = 2026,
	.version = 23,
	.holidays = {20260101, 20260102, 20260103, 20260215, 20260216, 20260217, 20260218,
		     20260219, 20260220, 20260221, 20260222, 20260223, 20260404, 20260405,
		     20260406, 20260501, 20260502, 20260503, 20260504, 20260505, 20260619,
		     20260620, 20260621, 20260925, 20260926, 20260927, 20261001, 20261002,
		     20261003, 20261004, 20261005, 20261006, 20261007},
	.n_holidays = 33,
	.workdays = {20260104, 20260214, 20260228, 20260509, 20260920, 20261010},
	.n_workdays = 6,
	.am_open = 510,
	.am_close = 720,
	.pm_open = 840,
	.pm_close = 1080,
};

static struct calendar cal;

static int set_up(void **state)
{
	(void)state;
	calendar_init(&cal);
	calendar_set_year(&cal, &YEAR_2023);
	calendar_set_year(&cal, &YEAR_2026);
	return 0;
}

/* "2023-01-19 09:00" as a moment in Asia/Shanghai. */
static int64_t at(const char *text)
{
	char rfc[CIVIL_TEXT_SIZE];
	int64_t us = 0;

	(void)snprintf(rfc, sizeof(rfc), "%.10sT%s:00+08:00", text, text + 11);
	assert_true(civil_parse(span_cstr(rfc), &us));
	return us;
}

#define assert_at(us, text)                                          \
	do {                                                         \
		char seen[CIVIL_TEXT_SIZE], wanted[CIVIL_TEXT_SIZE]; \
		civil_format(us, seen);                              \
		civil_format(at(text), wanted);                      \
		assert_string_equal(seen, wanted);                   \
	} while (0)

static int working_days_of(int32_t year)
{
	int days = 0;

	for (int32_t day = civil_day_of(year, 1, 1); day < civil_day_of(year + 1, 1, 1); day++) {
		days += calendar_is_working_day(&cal, day);
	}
	return days;
}

/* 2023 has 249 working days and 2026 has 248; a year that was never set has its weekdays. */
static void test_working_days(void **state)
{
	(void)state;
	assert_int_equal(working_days_of(2023), 249);
	assert_int_equal(working_days_of(2026), 248);
	assert_int_equal(working_days_of(2027), 261);
	assert_int_equal(working_days_of(1999), 261);
	assert_int_equal(working_days_of(2070), 261);
	assert_int_equal(cal.version, 23);
	assert_int_equal(cal.last_year, 2026);
}

/* A count of days begins the day after, and ends at closing time; holidays and worked weekends count as what they are. */
static void test_golden_due(void **state)
{
	(void)state;
	assert_at(calendar_add(&cal, at("2023-01-19 10:00"), 3, CODE_time_unit_working_day),
		  "2023-01-29 18:00");
	assert_at(calendar_add(&cal, at("2023-09-28 10:00"), 5, CODE_time_unit_working_day),
		  "2023-10-11 18:00");
	assert_at(calendar_add(&cal, at("2026-02-13 23:59"), 3, CODE_time_unit_working_day),
		  "2026-02-25 18:00");
}

/* G5: three working days over the Spring Festival are yellow with one day left and red on a Sunday, whatever the hour of the report. */
static void test_spring_festival(void **state)
{
	static const char *const reports[] = {"2023-01-19 00:00", "2023-01-19 09:00",
					      "2023-01-19 13:00", "2023-01-19 23:00"};

	(void)state;
	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
		struct deadline deadline = calendar_deadline(&cal, at(reports[i]), 3,
							     CODE_time_unit_working_day, 7500);

		assert_at(deadline.yellow_us, "2023-01-28 18:00");
		assert_at(deadline.due_us, "2023-01-29 18:00");
		assert_at(deadline.red_us, "2023-01-29 18:00");
		assert_false(deadline.provisional);
	}
}

/* A long limit turns yellow by its share, one of a single day not a day before its end. */
static void test_yellow(void **state)
{
	struct deadline deadline;

	(void)state;
	/* 13 days from an opening: 3/4 of 14 * 7.5 hours = 78.75 hours: 10 days and 3.75 hours. */
	deadline = calendar_deadline(&cal, at("2023-03-01 08:30"), 13, CODE_time_unit_working_day,
				     7500);
	assert_at(deadline.due_us, "2023-03-20 18:00");
	assert_at(deadline.yellow_us, "2023-03-15 14:15");
	/* One day from 17:00: 1 + 7.5 hours, 3/4 of them are 6.375. */
	deadline = calendar_deadline(&cal, at("2023-03-01 17:00"), 1, CODE_time_unit_working_day,
				     7500);
	assert_at(deadline.due_us, "2023-03-02 18:00");
	assert_true(deadline.yellow_us == at("2023-03-02 15:52") + 30 * CIVIL_SECOND_US);
	/* Urgent: a quarter of an hour on the wall, green for three quarters of it. */
	deadline = calendar_deadline(&cal, at("2023-01-22 03:00"), 20, CODE_time_unit_minute, 7500);
	assert_at(deadline.due_us, "2023-01-22 03:20");
	assert_at(deadline.yellow_us, "2023-01-22 03:15");
	deadline = calendar_deadline(&cal, at("2023-01-22 03:00"), 24, CODE_time_unit_hour, 5000);
	assert_at(deadline.due_us, "2023-01-23 03:00");
	assert_at(deadline.yellow_us, "2023-01-22 15:00");
	/* All of it: yellow and red are one moment. */
	deadline = calendar_deadline(&cal, at("2023-03-01 17:00"), 1, CODE_time_unit_working_day,
				     10000);
	assert_at(deadline.yellow_us, "2023-03-02 18:00");
}

/* Of two days the second to last is yellow: its end, a day before. */
static void test_yellow_of_two_days(void **state)
{
	struct deadline deadline;

	(void)state;
	deadline = calendar_deadline(&cal, at("2023-03-01 08:30"), 2, CODE_time_unit_working_day,
				     7500);
	assert_at(deadline.due_us, "2023-03-03 18:00");
	assert_at(deadline.yellow_us, "2023-03-02 18:00");
	/* With one day there is no day left before it: three quarters of the time. */
	deadline = calendar_deadline(&cal, at("2023-03-01 08:30"), 1, CODE_time_unit_working_day,
				     7500);
	assert_true(deadline.yellow_us > at("2023-03-01 18:00"));
}

/* Calendar days and the same day end at midnight, worked or not. */
static void test_calendar_days(void **state)
{
	(void)state;
	assert_at(calendar_add(&cal, at("2023-01-19 10:00"), 30, CODE_time_unit_calendar_day),
		  "2023-02-19 00:00");
	assert_at(calendar_add(&cal, at("2023-01-21 10:00"), 1, CODE_time_unit_same_day),
		  "2023-01-22 00:00");
}

/* Working hours pass only while it is open: over lunch, night, weekend and festival. */
static void test_working_hours(void **state)
{
	(void)state;
	assert_at(calendar_add(&cal, at("2023-03-01 08:30"), 4, CODE_time_unit_working_hour),
		  "2023-03-01 14:30");
	assert_at(calendar_add(&cal, at("2023-03-01 13:00"), 4, CODE_time_unit_working_hour),
		  "2023-03-01 18:00");
	assert_at(calendar_add(&cal, at("2023-03-01 13:00"), 5, CODE_time_unit_working_hour),
		  "2023-03-02 09:30");
	assert_at(calendar_add(&cal, at("2023-01-20 17:00"), 4, CODE_time_unit_working_hour),
		  "2023-01-28 11:30");
	assert_at(calendar_add(&cal, at("2023-03-04 11:00"), 4, CODE_time_unit_working_hour),
		  "2023-03-06 14:30");
}

/* The next opening is now while it is open; closing time is already closed. */
static void test_next_opening(void **state)
{
	static const char *const pairs[][2] = {
		{"2023-03-01 07:00", "2023-03-01 08:30"}, {"2023-03-01 08:30", "2023-03-01 08:30"},
		{"2023-03-01 11:59", "2023-03-01 11:59"}, {"2023-03-01 12:00", "2023-03-01 14:00"},
		{"2023-03-01 17:59", "2023-03-01 17:59"}, {"2023-03-01 18:00", "2023-03-02 08:30"},
		{"2023-01-20 20:00", "2023-01-28 08:30"}, {"2023-01-24 10:00", "2023-01-28 08:30"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		assert_at(calendar_next_opening(&cal, at(pairs[i][0])), pairs[i][1]);
	}
}

/* Of a year that was not set only weekends are known, and working limits say so; limits on the wall do not care. */
static void test_provisional(void **state)
{
	struct deadline deadline;

	(void)state;
	deadline = calendar_deadline(&cal, at("2026-12-30 10:00"), 2, CODE_time_unit_working_day,
				     7500);
	assert_at(deadline.due_us, "2027-01-01 18:00");
	assert_true(deadline.provisional);
	deadline = calendar_deadline(&cal, at("2026-12-30 10:00"), 1, CODE_time_unit_working_day,
				     7500);
	assert_false(deadline.provisional);
	deadline = calendar_deadline(&cal, at("2026-12-30 10:00"), 30, CODE_time_unit_calendar_day,
				     7500);
	assert_false(deadline.provisional);
}

/* A year that is not set between others is as unknown as one past the last: what is counted over it says so, from either side. */
static void test_gap(void **state)
{
	struct calendar_set year = YEAR_2026;
	struct deadline deadline;

	(void)state;
	year.year = 2028;
	year.n_holidays = year.n_workdays = 0;
	calendar_set_year(&cal, &year);
	deadline = calendar_deadline(&cal, at("2026-12-30 10:00"), 2, CODE_time_unit_working_day,
				     7500);
	assert_at(deadline.due_us, "2027-01-01 18:00");
	assert_true(deadline.provisional);
	assert_true(calendar_is_provisional(&cal, at("2027-12-31 10:00"), at("2028-01-05 18:00"),
					    CODE_time_unit_working_hour));
	assert_true(calendar_is_provisional(&cal, at("2026-12-31 10:00"), at("2028-01-05 18:00"),
					    CODE_time_unit_working_day));
	assert_false(calendar_is_provisional(&cal, at("2026-12-31 10:00"), at("2028-01-05 18:00"),
					     CODE_time_unit_hour));
	assert_false(calendar_is_provisional(&cal, at("2028-01-03 10:00"), at("2028-01-05 18:00"),
					     CODE_time_unit_working_day));
	/* Held over a year that is unknown, from one that is known to another. */
	deadline = calendar_deadline(&cal, at("2026-12-28 10:00"), 2, CODE_time_unit_working_day,
				     7500);
	assert_false(deadline.provisional);
	deadline = calendar_shift(&cal, deadline, CODE_time_unit_working_day,
				  at("2026-12-29 10:00"), at("2028-01-05 18:00"));
	assert_true(deadline.provisional && deadline.due_us > at("2028-01-05 18:00"));
	year.year = 2027;
	calendar_set_year(&cal, &year);
	deadline = calendar_deadline(&cal, at("2026-12-30 10:00"), 2, CODE_time_unit_working_day,
				     7500);
	assert_false(deadline.provisional);
}

static void set_hours(uint64_t year, uint64_t am_open, uint64_t pm_close)
{
	struct calendar_set hours = YEAR_2026;

	hours.year = year;
	hours.n_holidays = hours.n_workdays = 0;
	hours.am_open = am_open;
	hours.pm_close = pm_close;
	calendar_set_year(&cal, &hours);
}

#define assert_closes(day, text) \
	assert_at(calendar_add(&cal, at(day " 10:00"), 0, CODE_time_unit_working_day), day " " text)

/* Each year has its own hours, in whatever order they are set; one that is not set has those of the last before it, else of the first. */
static void test_hours_of_years(void **state)
{
	(void)state;
	set_hours(2027, 540, 1020);
	assert_closes("2026-12-30", "18:00");
	assert_closes("2027-01-05", "17:00");
	assert_closes("2029-01-05", "17:00");
	assert_closes("2200-01-05", "17:00");
	set_hours(2026, 510, 1080);
	assert_closes("2026-12-30", "18:00");
	assert_closes("2027-01-05", "17:00");
	assert_closes("2025-01-06", "18:00");
	set_hours(2022, 480, 1050);
	assert_closes("2022-03-01", "17:30");
	assert_closes("2001-03-01", "17:30");
	assert_closes("1990-03-01", "17:30");
	assert_closes("2024-03-01", "18:00");
	/* Set again, a year changes its own hours, and those of the years it lends them to. */
	set_hours(2027, 540, 1050);
	assert_closes("2027-01-05", "17:30");
	assert_closes("2029-01-05", "17:30");
	assert_closes("2026-12-30", "18:00");
	calendar_init(&cal);
	assert_closes("2026-12-30", "18:00");
}

/* At the turn of a year each day counts by the hours of its own year: openings, ticks, working time, and holds that are given back. */
static void test_hours_at_new_year(void **state)
{
	struct deadline deadline;

	(void)state;
	set_hours(2027, 540, 1020);
	assert_at(calendar_next_opening(&cal, at("2026-12-31 18:00")), "2027-01-01 09:00");
	assert_at(calendar_next_boundary(&cal, at("2026-12-31 17:00")), "2026-12-31 18:00");
	assert_at(calendar_next_boundary(&cal, at("2026-12-31 18:00")), "2027-01-01 09:00");
	assert_at(calendar_next_boundary(&cal, at("2027-01-01 14:00")), "2027-01-01 17:00");
	assert_at(calendar_add(&cal, at("2026-12-31 16:00"), 7, CODE_time_unit_working_hour),
		  "2027-01-01 16:00");
	assert_true(calendar_worked_us(&cal, at("2026-12-31 00:00"), at("2027-01-02 00:00")) ==
		    (450 + 360) * CIVIL_MINUTE_US);
	/* A limit in days ends at the closing of its day, however much shorter that day is; half a day stays half a day's work. */
	deadline = calendar_deadline(&cal, at("2026-12-29 10:00"), 1, CODE_time_unit_working_day,
				     7500);
	deadline = calendar_shift(&cal, deadline, CODE_time_unit_working_day,
				  at("2026-12-29 10:00"), at("2026-12-31 19:00"));
	assert_at(deadline.due_us, "2027-01-04 17:00");
	deadline.yellow_us = at("2026-12-30 10:30");
	deadline = calendar_shift(&cal, deadline, CODE_time_unit_working_day,
				  at("2026-12-29 19:00"), at("2026-12-31 19:00"));
	assert_at(deadline.yellow_us, "2027-01-01 11:00");
	deadline.yellow_us = at("2026-12-30 17:30");
	deadline = calendar_shift(&cal, deadline, CODE_time_unit_working_day,
				  at("2026-12-29 19:00"), at("2026-12-31 19:00"));
	assert_at(deadline.yellow_us, "2027-01-01 17:00");
}

/* A hold gives back the working time it took to working limits, wall time to others, and nothing to what had passed before. */
static void test_shift(void **state)
{
	struct deadline deadline, shifted;

	(void)state;
	deadline = calendar_deadline(&cal, at("2023-03-01 10:00"), 5, CODE_time_unit_working_day,
				     7500);
	assert_at(deadline.due_us, "2023-03-08 18:00");
	assert_true(deadline.yellow_us == at("2023-03-07 14:37") + 30 * CIVIL_SECOND_US);
	shifted = calendar_shift(&cal, deadline, CODE_time_unit_working_day, at("2023-03-02 10:00"),
				 at("2023-03-03 10:00"));
	assert_at(shifted.due_us, "2023-03-09 18:00");
	assert_at(shifted.red_us, "2023-03-09 18:00");
	/* From a Friday evening to Sunday no working time was taken. */
	shifted = calendar_shift(&cal, deadline, CODE_time_unit_working_day, at("2023-03-03 18:00"),
				 at("2023-03-05 12:00"));
	assert_at(shifted.due_us, "2023-03-08 18:00");
	/* Yellow already when it was held: yellow it stays. */
	shifted = calendar_shift(&cal, deadline, CODE_time_unit_working_day, at("2023-03-08 10:00"),
				 at("2023-03-09 10:00"));
	assert_true(shifted.yellow_us == deadline.yellow_us);
	assert_at(shifted.due_us, "2023-03-09 18:00");
	deadline = calendar_deadline(&cal, at("2023-03-01 10:00"), 24, CODE_time_unit_hour, 7500);
	shifted = calendar_shift(&cal, deadline, CODE_time_unit_hour, at("2023-03-01 11:00"),
				 at("2023-03-03 11:00"));
	assert_at(shifted.due_us, "2023-03-04 10:00");
	assert_at(shifted.yellow_us, "2023-03-04 04:00");
	/* Red already: red it stays. */
	shifted = calendar_shift(&cal, deadline, CODE_time_unit_hour, at("2023-03-05 11:00"),
				 at("2023-03-09 11:00"));
	assert_memory_equal(&shifted, &deadline, sizeof(shifted));
}

/* A year set again replaces what was known of it; hours out of order, and years out of range, change nothing else. */
static void test_set_again(void **state)
{
	struct calendar_set again = {.year = 2023, .version = 24, .am_open = 700, .am_close = 600};

	(void)state;
	calendar_set_year(&cal, &again);
	assert_int_equal(working_days_of(2023), 260);
	assert_int_equal(calendar_hours_of(&cal, civil_day_of(2023, 3, 1))->am_open, 510);
	assert_int_equal(cal.version, 24);
	again.year = 2500;
	calendar_set_year(&cal, &again);
	assert_int_equal(cal.last_year, 2026);
}

static uint64_t random_state = 20230119;

static uint64_t random_below(uint64_t n)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (random_state >> 33) % n;
}

static bool is_open_minute(int64_t us)
{
	int64_t minute = civil_time_of_day_us(us) / CIVIL_MINUTE_US;

	return calendar_is_working_day(&cal, civil_day(us)) &&
	       ((minute >= 510 && minute < 720) || (minute >= 840 && minute < 1080));
}

/* Working time and working hours agree with counting open minutes one by one. */
static void test_against_minutes(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		int64_t from_us = at("2023-01-01 00:00") +
				  (int64_t)random_below(300 * 1440) * CIVIL_MINUTE_US;
		uint64_t hours = 1 + random_below(40);
		int64_t open = 0, now_us = from_us;

		while (open < (int64_t)hours * 60) {
			open += is_open_minute(now_us);
			now_us += CIVIL_MINUTE_US;
		}
		assert_true(calendar_add(&cal, from_us, hours, CODE_time_unit_working_hour) ==
			    now_us);
		assert_true(calendar_worked_us(&cal, from_us, now_us) ==
			    (int64_t)hours * CIVIL_HOUR_US);
		assert_true(calendar_worked_us(&cal, now_us, from_us) == 0);
	}
}

/* A limit held in two pieces is what it is held in one, and a hold never brings a due forward. */
static void test_shift_composes(void **state)
{
	(void)state;
	for (int round = 0; round < 2000; round++) {
		enum code_time_unit unit = (enum code_time_unit)(1 + random_below(6));
		int64_t start_us = at("2023-01-01 00:00") +
				   (int64_t)random_below(300 * 1440) * CIVIL_MINUTE_US;
		struct deadline whole =
			calendar_deadline(&cal, start_us, 1 + random_below(15), unit, 7500);
		int64_t a_us = start_us + (int64_t)random_below(3 * 1440) * CIVIL_MINUTE_US;
		int64_t b_us = a_us + (int64_t)random_below(9 * 1440) * CIVIL_MINUTE_US;
		int64_t c_us = b_us + (int64_t)random_below(9 * 1440) * CIVIL_MINUTE_US;
		struct deadline once = calendar_shift(&cal, whole, unit, a_us, c_us);
		struct deadline twice = calendar_shift(&cal, whole, unit, a_us, b_us);

		assert_true(once.due_us >= whole.due_us);
		twice = calendar_shift(&cal, twice, unit, b_us, c_us);
		assert_true(once.due_us == twice.due_us);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_working_days, set_up),
		cmocka_unit_test_setup(test_golden_due, set_up),
		cmocka_unit_test_setup(test_spring_festival, set_up),
		cmocka_unit_test_setup(test_yellow, set_up),
		cmocka_unit_test_setup(test_yellow_of_two_days, set_up),
		cmocka_unit_test_setup(test_calendar_days, set_up),
		cmocka_unit_test_setup(test_working_hours, set_up),
		cmocka_unit_test_setup(test_next_opening, set_up),
		cmocka_unit_test_setup(test_provisional, set_up),
		cmocka_unit_test_setup(test_gap, set_up),
		cmocka_unit_test_setup(test_hours_of_years, set_up),
		cmocka_unit_test_setup(test_hours_at_new_year, set_up),
		cmocka_unit_test_setup(test_shift, set_up),
		cmocka_unit_test_setup(test_set_again, set_up),
		cmocka_unit_test_setup(test_against_minutes, set_up),
		cmocka_unit_test_setup(test_shift_composes, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
