/* civil_test.c: dates, moments and RFC 3339 in Asia/Shanghai. */
#include "tests/support/cmocka_all.h"

#include "common/civil.h"

/* A date and its day number lead to one another over four centuries. */
static void test_dates_round_trip(void **state)
{
	(void)state;
	for (int32_t day = civil_day_of(1900, 1, 1); day < civil_day_of(2300, 1, 1); day++) {
		struct civil_date date = civil_date_of(day);
		int32_t back;

		assert_int_equal(civil_day_of(date.year, date.month, date.day), day);
		assert_true(civil_day_parse(civil_yyyymmdd(day), &back));
		assert_int_equal(back, day);
	}
}

/* A day begins at midnight in Shanghai, which is 16:00 UTC of the day before. */
static void test_midnight(void **state)
{
	int64_t at;

	(void)state;
	assert_true(civil_parse(SPAN("2023-01-18T16:00:00Z"), &at));
	assert_int_equal(civil_yyyymmdd(civil_day(at)), 20230119);
	assert_int_equal(civil_yyyymmdd(civil_day(at - 1)), 20230118);
	assert_int_equal(civil_midnight_us(civil_day(at)), at);
	assert_int_equal(civil_weekday(civil_day(at)), 4);
}

/* Times come in any zone and with any number of decimals, and go out with six at +08:00. */
static void test_rfc3339(void **state)
{
	static const struct {
		const char *in, *out;
	} good[] = {
		{"2023-01-19T09:00:00+08:00", "2023-01-19T09:00:00.000000+08:00"},
		{"2023-01-19T01:00:00.123456789Z", "2023-01-19T09:00:00.123456+08:00"},
		{"2023-01-18T20:00:00.5-05:00", "2023-01-19T09:00:00.500000+08:00"},
		{"1969-12-31T23:59:59.999999Z", "1970-01-01T07:59:59.999999+08:00"},
	};
	char text[CIVIL_TEXT_SIZE];
	int64_t at;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(civil_parse(span_cstr(good[i].in), &at));
		civil_format(at, text);
		assert_string_equal(text, good[i].out);
	}
}

/* What is not a time is refused, never guessed. */
static void test_bad_times(void **state)
{
	static const char *const bad[] = {
		"",
		"2023",
		"2023-02-29T00:00:00Z",
		"2023-01-19T24:00:00Z",
		"2023-01-19T09:00:60Z",
		"2023-01-19T09:00:00",
		"2023-01-19 09:00:00Z",
		"2023-01-19T09:00:00.Z",
		"2023-01-19T09:00:00Zx",
		"1899-12-31T00:00:00Z",
		"2023-01-19T09:00:00+24:00",
	};
	int64_t at;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(civil_parse(span_cstr(bad[i]), &at));
	}
}

/* A minute's number is that of the minute the moment lies in, before 1970 too. */
static void test_minutes(void **state)
{
	(void)state;
	assert_int_equal(civil_minute(0), 0);
	assert_int_equal(civil_minute(CIVIL_MINUTE_US - 1), 0);
	assert_int_equal(civil_minute(CIVIL_MINUTE_US), 1);
	assert_int_equal(civil_minute(-1), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates_round_trip), cmocka_unit_test(test_midnight),
		cmocka_unit_test(test_rfc3339),          cmocka_unit_test(test_bad_times),
		cmocka_unit_test(test_minutes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
