/* civil.h: moments, dates and clock times in Asia/Shanghai (UTC+8, no daylight saving since 1991), and RFC 3339. */
#ifndef GOVBUS_COMMON_CIVIL_H
#define GOVBUS_COMMON_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/span.h"

/* A moment is microseconds since 1970-01-01 UTC. A day is a count of days since 1970-01-01 in Asia/Shanghai. */
#define CIVIL_SECOND_US INT64_C(1000000)
#define CIVIL_MINUTE_US (60 * CIVIL_SECOND_US)
#define CIVIL_HOUR_US   (60 * CIVIL_MINUTE_US)
#define CIVIL_DAY_US    (24 * CIVIL_HOUR_US)
#define CIVIL_ZONE_US   (8 * CIVIL_HOUR_US)

/* RFC 3339 with six decimals and its ending zero: 2023-01-19T09:00:00.000000+08:00 */
enum { CIVIL_TEXT_SIZE = 33 };

struct civil_date {
	int32_t year;
	uint8_t month, day; /* from 1 */
};

/** The day in Asia/Shanghai that a moment falls on. @thread any, as all here */
int32_t civil_day(int64_t at_us);

/** The moment a day begins, 00:00 Asia/Shanghai. */
int64_t civil_midnight_us(int32_t day);

/** Microseconds since that midnight. */
int64_t civil_time_of_day_us(int64_t at_us);

/** Day of the week, 1 Monday to 7 Sunday (ISO 8601). */
int civil_weekday(int32_t day);

/** Year, month and day of a day. */
struct civil_date civil_date_of(int32_t day);

/** The day of a date; the date need not exist (day 31 of February counts on). */
int32_t civil_day_of(int32_t year, unsigned month, unsigned day);

/** The date as a number, yyyymmdd. */
uint32_t civil_yyyymmdd(int32_t day);

/** The day of a number yyyymmdd. @return false if there is no such date (years 1900 to 9999) */
bool civil_day_parse(uint32_t yyyymmdd, int32_t *ret_day);

/** A minute's number since 1970 (a tick's number), at or before the moment. */
int64_t civil_minute(int64_t at_us);

/** A moment as RFC 3339 with six decimals, at +08:00. @param ret_text CIVIL_TEXT_SIZE bytes, zero-ended */
void civil_format(int64_t at_us, char *ret_text);

/**
 * Reads RFC 3339 ("Z" or an offset; any number of decimals, those past six cut off: Java sends nine).
 * @return false if the text is not such a time, or a field is out of range, or the year is not 1900 to 9999
 */
bool civil_parse(struct span text, int64_t *ret_us);

/** Reads "yyyy-mm-dd". @return false if it is not a date */
bool civil_parse_date(struct span text, int32_t *ret_day);

#endif
