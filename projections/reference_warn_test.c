/* reference_warn_test.c: from 1 November it is said that next year's calendar is missing, until it is set. */
#include "projections/reference_warn.h"

#include "tests/support/reference_bed.h"

static int64_t date(int year, unsigned month, unsigned day)
{
	return civil_midnight_us(civil_day_of(year, month, day));
}

static void set_year(const char *name, uint64_t year, int64_t from_us)
{
	struct event ev = {.type = EVENT_calendar_set};
	char subject[64];

	(void)snprintf(subject, sizeof subject, "calendar:%s", name);
	ev.data.calendar_set = (struct calendar_set){.year = year,
						     .version = year,
						     .am_open = 510,
						     .am_close = 720,
						     .pm_open = 840,
						     .pm_close = 1080,
						     .effective_from = from_us};
	fold(&ev, subject);
}

/* What is said at a moment; "" if nothing. */
static const char *said(int64_t at_us, int wanted)
{
	static char text[1024];
	struct buf out = {0};

	assert_int_equal(
		reference_warn_calendars(ref, (struct as_of){reference_position(ref), at_us}, &out),
		wanted);
	(void)snprintf(text, sizeof text, "%.*s", (int)out.n, out.p ? (const char *)out.p : "");
	buf_done(&out);
	return text;
}

/* Silent until the last of October, then a line with calendar, year and cure; when next year is set, silent again, though it begins later. */
static void from_november(void **state)
{
	(void)state;
	assert_string_equal(said(date(2026, 12, 1), 0), "");
	set_year("cn", 2026, 0);
	assert_string_equal(said(date(2026, 11, 1) - 1, 0), "");
	assert_non_null(strstr(said(date(2026, 11, 1), 1), "calendar cn ends with 2026: "));
	assert_non_null(strstr(said(date(2026, 11, 1), 1), "cure: govbus import"));
	assert_non_null(strstr(said(date(2027, 2, 1), 1), "gov.calendar.set.v1 for 2027"));
	set_year("cn", 2027, date(2027, 1, 1));
	assert_string_equal(said(date(2026, 12, 31), 0), "");
	assert_non_null(strstr(said(date(2027, 11, 2), 1), "ends with 2027"));
}

/* A year beyond a gap closes no gap: this year's or next year's that is missing is said by name. */
static void test_gap(void **state)
{
	(void)state;
	set_year("cn", 2026, 0);
	set_year("cn", 2030, 0);
	assert_string_equal(said(date(2026, 10, 31), 0), "");
	assert_non_null(
		strstr(said(date(2026, 11, 1), 1),
		       "calendar cn lacks 2027: dues counted over it count weekends alone"));
	assert_non_null(strstr(said(date(2028, 3, 1), 1), "gov.calendar.set.v1 for 2028"));
	/* Both missing: one line. */
	assert_non_null(strstr(said(date(2027, 12, 1), 1), "calendar cn lacks 2027: "));
	set_year("cn", 2027, 0);
	assert_string_equal(said(date(2026, 11, 1), 0), "");
	assert_string_equal(said(date(2030, 10, 31), 0), "");
	assert_non_null(strstr(said(date(2030, 11, 1), 1), "calendar cn ends with 2030: "));
}

/* Each calendar is judged for itself. */
static void each(void **state)
{
	(void)state;
	set_year("cn", 2026, 0);
	set_year("cn", 2027, 0);
	set_year("dai", 2025, 0);
	assert_non_null(strstr(said(date(2026, 3, 1), 1), "calendar dai ends with 2025"));
	set_year("yi", 2024, 0);
	(void)said(date(2026, 3, 1), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(from_november, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_gap, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each, set_up, tear_down),
	};

	(void)place, (void)change, (void)item, (void)policy, (void)NOW;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
