/* civil.c: moments, dates and clock times in Asia/Shanghai, and RFC 3339. */
#include "common/civil.h"

#include <string.h>

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int32_t civil_day(int64_t at_us)
{
	return (int32_t)floor_div(at_us + CIVIL_ZONE_US, CIVIL_DAY_US);
}

int64_t civil_midnight_us(int32_t day)
{
	return day * CIVIL_DAY_US - CIVIL_ZONE_US;
}

int64_t civil_time_of_day_us(int64_t at_us)
{
	return at_us - civil_midnight_us(civil_day(at_us));
}

int civil_weekday(int32_t day)
{
	/* 1970-01-01 was a Thursday. */
	return (int)(((day + 3) % 7 + 7) % 7) + 1;
}

/* Both conversions: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil and civil_from_days. */
int32_t civil_day_of(int32_t year, unsigned month, unsigned day)
{
	int32_t y = year - (month <= 2);
	int32_t era = (y >= 0 ? y : y - 399) / 400;
	unsigned yoe = (unsigned)(y - era * 400);
	unsigned doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + (int32_t)doe - 719468;
}

struct civil_date civil_date_of(int32_t day)
{
	int32_t z = day + 719468;
	int32_t era = (z >= 0 ? z : z - 146096) / 146097;
	unsigned doe = (unsigned)(z - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153;
	unsigned month = mp < 10 ? mp + 3 : mp - 9;

	return (struct civil_date){
		.year = (int32_t)yoe + era * 400 + (month <= 2),
		.month = (uint8_t)month,
		.day = (uint8_t)(doy - (153 * mp + 2) / 5 + 1),
	};
}

uint32_t civil_yyyymmdd(int32_t day)
{
	struct civil_date date = civil_date_of(day);

	return (uint32_t)date.year * 10000 + date.month * 100u + date.day;
}

static bool date_exists(int32_t year, unsigned month, unsigned day, int32_t *ret_day)
{
	if (year < 1900 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) {
		return false;
	}
	int32_t number = civil_day_of(year, month, day);

	if (civil_date_of(number).month != month) {
		return false;
	}
	*ret_day = number;
	return true;
}

bool civil_day_parse(uint32_t yyyymmdd, int32_t *ret_day)
{
	return date_exists((int32_t)(yyyymmdd / 10000), yyyymmdd / 100 % 100, yyyymmdd % 100,
			   ret_day);
}

int64_t civil_minute(int64_t at_us)
{
	return floor_div(at_us, CIVIL_MINUTE_US);
}

/* So many digits, and what stands behind them; @return behind that. snprintf takes ten times as long, and an answer has ten times in it. */
static char *put_digits(char *to, unsigned value, int n, char behind)
{
	for (int i = n - 1; i >= 0; i--, value /= 10) {
		to[i] = (char)('0' + value % 10);
	}
	to[n] = behind;
	return to + n + 1;
}

void civil_format(int64_t at_us, char *ret_text)
{
	struct civil_date date = civil_date_of(civil_day(at_us));
	int64_t t = civil_time_of_day_us(at_us);
	char *to = put_digits(ret_text, (unsigned)date.year, 4, '-');

	to = put_digits(to, date.month, 2, '-');
	to = put_digits(to, date.day, 2, 'T');
	to = put_digits(to, (unsigned)(t / CIVIL_HOUR_US), 2, ':');
	to = put_digits(to, (unsigned)(t / CIVIL_MINUTE_US % 60), 2, ':');
	to = put_digits(to, (unsigned)(t / CIVIL_SECOND_US % 60), 2, '.');
	to = put_digits(to, (unsigned)(t % CIVIL_SECOND_US), 6, '+');
	memcpy(to, "08:00", sizeof "08:00");
}

/* Takes exactly n digits off the front. */
static bool take_digits(struct span *text, size_t n, unsigned *ret_value)
{
	unsigned value = 0;

	if (text->n < n) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		uint8_t c = text->p[i];

		if (c < '0' || c > '9') {
			return false;
		}
		value = value * 10 + (c - '0');
	}
	*text = span_of(text->p + n, text->n - n);
	*ret_value = value;
	return true;
}

static bool take_byte(struct span *text, char a, char b)
{
	if (!text->n || (text->p[0] != (uint8_t)a && text->p[0] != (uint8_t)b)) {
		return false;
	}
	*text = span_of(text->p + 1, text->n - 1);
	return true;
}

static bool take_date(struct span *text, int32_t *ret_day)
{
	unsigned year, month, day;

	return take_digits(text, 4, &year) && take_byte(text, '-', '-') &&
	       take_digits(text, 2, &month) && take_byte(text, '-', '-') &&
	       take_digits(text, 2, &day) && date_exists((int32_t)year, month, day, ret_day);
}

static unsigned take_fraction_us(struct span *text)
{
	unsigned value = 0, digit, scale = 100000;

	for (; take_digits(text, 1, &digit); scale /= 10) {
		value += digit * scale;
	}
	return value;
}

static bool take_zone(struct span *text, int64_t *ret_offset_us)
{
	unsigned hours, minutes;

	if (take_byte(text, 'Z', 'z')) {
		*ret_offset_us = 0;
		return true;
	}
	bool west = text->n && text->p[0] == '-';

	if (!take_byte(text, '+', '-') || !take_digits(text, 2, &hours) ||
	    !take_byte(text, ':', ':') || !take_digits(text, 2, &minutes) || hours > 23 ||
	    minutes > 59) {
		return false;
	}
	*ret_offset_us = (hours * CIVIL_HOUR_US + minutes * CIVIL_MINUTE_US) * (west ? -1 : 1);
	return true;
}

bool civil_parse(struct span text, int64_t *ret_us)
{
	int32_t day;
	unsigned hour, minute, second, fraction = 0;
	int64_t offset;

	if (!take_date(&text, &day) || !take_byte(&text, 'T', 't') ||
	    !take_digits(&text, 2, &hour) || !take_byte(&text, ':', ':') ||
	    !take_digits(&text, 2, &minute) || !take_byte(&text, ':', ':') ||
	    !take_digits(&text, 2, &second) || hour > 23 || minute > 59 || second > 59) {
		return false;
	}
	if (take_byte(&text, '.', '.')) {
		size_t before = text.n;

		fraction = take_fraction_us(&text);
		if (text.n == before) {
			return false;
		}
	}
	if (!take_zone(&text, &offset) || text.n) {
		return false;
	}
	*ret_us = day * CIVIL_DAY_US + hour * CIVIL_HOUR_US + minute * CIVIL_MINUTE_US +
		  second * CIVIL_SECOND_US + fraction - offset;
	return true;
}

bool civil_parse_date(struct span text, int32_t *ret_day)
{
	return take_date(&text, ret_day) && !text.n;
}
