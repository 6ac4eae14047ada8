/* calendar.c: working time: which days are worked, and moving along the hours that are open. */
#include "projections/calendar.h"

#include <string.h>

#include "common/civil.h"

enum { WEEKDAY_SATURDAY = 6, DAYS_OF_LEAP_YEAR = 366 };

static const struct calendar_hours usual_hours = {
	.am_open = 8 * 60 + 30,
	.am_close = 12 * 60,
	.pm_open = 14 * 60,
	.pm_close = 18 * 60,
};

void calendar_init(struct calendar *cal)
{
	memset(cal, 0, sizeof(*cal));
}

static bool knows_of(int32_t year)
{
	return year >= CALENDAR_FIRST_YEAR && year < CALENDAR_FIRST_YEAR + CALENDAR_YEARS;
}

static void set_days(uint64_t *bits, const uint32_t *days, uint8_t n, int32_t year)
{
	int32_t first = civil_day_of(year, 1, 1);

	for (uint8_t i = 0; i < n; i++) {
		int32_t day;

		if (civil_day_parse(days[i], &day) && day >= first &&
		    day < civil_day_of(year + 1, 1, 1)) {
			bits[(day - first) / 64] |= UINT64_C(1) << ((day - first) % 64);
		}
	}
}

/* Hours out of order would leave no working time, and the loops below would never end. */
static bool hours_in_order(const struct calendar_set *year)
{
	return year->am_open < year->am_close && year->am_close <= year->pm_open &&
	       year->pm_open < year->pm_close && year->pm_close <= 24 * 60;
}

/* A year that was not set has the hours of the last one set before it; those before the first that was set, of that one. */
static void lend_hours(struct calendar *cal)
{
	const struct calendar_year *lender = NULL;

	for (int i = 0; i < CALENDAR_YEARS && !lender; i++) {
		lender = cal->years[i].set ? &cal->years[i] : NULL;
	}
	for (int i = 0; i < CALENDAR_YEARS && lender; i++) {
		if (cal->years[i].set) {
			lender = &cal->years[i];
		} else {
			cal->years[i].hours = lender->hours;
		}
	}
}

void calendar_set_year(struct calendar *cal, const struct calendar_set *year)
{
	struct calendar_year *of;

	if (year->version > cal->version) {
		cal->version = year->version;
	}
	if (year->year > INT32_MAX || !knows_of((int32_t)year->year)) {
		return;
	}
	of = &cal->years[year->year - CALENDAR_FIRST_YEAR];
	*of = (struct calendar_year){.set = true, .hours = of->hours};
	if (hours_in_order(year)) {
		of->hours = (struct calendar_hours){
			.am_open = (uint16_t)year->am_open,
			.am_close = (uint16_t)year->am_close,
			.pm_open = (uint16_t)year->pm_open,
			.pm_close = (uint16_t)year->pm_close,
		};
	}
	set_days(of->off, year->holidays, year->n_holidays, (int32_t)year->year);
	set_days(of->work, year->workdays, year->n_workdays, (int32_t)year->year);
	if ((int32_t)year->year > cal->last_year) {
		cal->last_year = (int32_t)year->year;
	}
	lend_hours(cal);
}

bool calendar_is_set(const struct calendar *cal, int32_t year)
{
	return knows_of(year) && cal->years[year - CALENDAR_FIRST_YEAR].set;
}

const struct calendar_hours *calendar_hours_of(const struct calendar *cal, int32_t day)
{
	int32_t at = civil_date_of(day).year - CALENDAR_FIRST_YEAR;
	const struct calendar_hours *hours;

	at = at < 0 ? 0 : at < CALENDAR_YEARS ? at : CALENDAR_YEARS - 1;
	hours = &cal->years[at].hours;
	return hours->pm_close ? hours : &usual_hours;
}

bool calendar_is_working_day(const struct calendar *cal, int32_t day)
{
	bool weekend = civil_weekday(day) >= WEEKDAY_SATURDAY;
	int32_t year = civil_date_of(day).year;
	const struct calendar_year *of;
	int32_t n;

	if (!knows_of(year)) {
		return !weekend;
	}
	of = &cal->years[year - CALENDAR_FIRST_YEAR];
	n = day - civil_day_of(year, 1, 1);
	if (of->work[n / 64] >> (n % 64) & 1) {
		return true;
	}
	return !weekend && !(of->off[n / 64] >> (n % 64) & 1);
}

static int64_t day_work_us(const struct calendar *cal, int32_t day)
{
	const struct calendar_hours *hours = calendar_hours_of(cal, day);

	return (hours->am_close - hours->am_open + hours->pm_close - hours->pm_open) *
	       CIVIL_MINUTE_US;
}

static int64_t opening_us(const struct calendar *cal, int32_t day)
{
	return civil_midnight_us(day) + calendar_hours_of(cal, day)->am_open * CIVIL_MINUTE_US;
}

static int64_t closing_us(const struct calendar *cal, int32_t day)
{
	return civil_midnight_us(day) + calendar_hours_of(cal, day)->pm_close * CIVIL_MINUTE_US;
}

/* How much of from..to lies before a time of day. */
static int64_t part_us(int64_t time_us, int from_minute, int to_minute)
{
	int64_t from_us = from_minute * CIVIL_MINUTE_US, to_us = to_minute * CIVIL_MINUTE_US;

	if (time_us <= from_us) {
		return 0;
	}
	return (time_us < to_us ? time_us : to_us) - from_us;
}

/* Work done on the moment's day before it. */
static int64_t worked_today_us(const struct calendar *cal, int64_t at_us)
{
	int64_t time_us = civil_time_of_day_us(at_us);
	const struct calendar_hours *hours = calendar_hours_of(cal, civil_day(at_us));

	if (!calendar_is_working_day(cal, civil_day(at_us))) {
		return 0;
	}
	return part_us(time_us, hours->am_open, hours->am_close) +
	       part_us(time_us, hours->pm_open, hours->pm_close);
}

int64_t calendar_worked_us(const struct calendar *cal, int64_t from_us, int64_t to_us)
{
	int64_t sum_us;

	if (to_us <= from_us) {
		return 0;
	}
	sum_us = worked_today_us(cal, to_us) - worked_today_us(cal, from_us);
	for (int32_t day = civil_day(from_us); day < civil_day(to_us); day++) {
		sum_us += calendar_is_working_day(cal, day) ? day_work_us(cal, day) : 0;
	}
	return sum_us;
}

static int32_t next_working_day(const struct calendar *cal, int32_t day)
{
	while (!calendar_is_working_day(cal, day)) {
		day++;
	}
	return day;
}

int64_t calendar_next_opening(const struct calendar *cal, int64_t at_us)
{
	int32_t day = civil_day(at_us);
	const struct calendar_hours *hours = calendar_hours_of(cal, day);
	int64_t midnight_us = civil_midnight_us(day), time_us = at_us - midnight_us;

	if (calendar_is_working_day(cal, day) && time_us < hours->pm_close * CIVIL_MINUTE_US) {
		if (time_us < hours->am_open * CIVIL_MINUTE_US) {
			return opening_us(cal, day);
		}
		if (time_us >= hours->am_close * CIVIL_MINUTE_US &&
		    time_us < hours->pm_open * CIVIL_MINUTE_US) {
			return midnight_us + hours->pm_open * CIVIL_MINUTE_US;
		}
		return at_us;
	}
	return opening_us(cal, next_working_day(cal, day + 1));
}

int64_t calendar_next_boundary(const struct calendar *cal, int64_t after_us)
{
	int32_t day = civil_day(after_us);
	const struct calendar_hours *of = calendar_hours_of(cal, day);
	const uint16_t hours[] = {of->am_open, of->am_close, of->pm_open, of->pm_close};

	for (size_t i = 0; i < sizeof(hours) / sizeof(hours[0]); i++) {
		if (civil_midnight_us(day) + hours[i] * CIVIL_MINUTE_US > after_us) {
			return civil_midnight_us(day) + hours[i] * CIVIL_MINUTE_US;
		}
	}
	return opening_us(cal, day + 1);
}

/* The moment of a working day at which so much of its work has been done: the closing at noon rather than the opening after it. */
static int64_t work_done_us(const struct calendar *cal, int32_t day, int64_t work_us)
{
	const struct calendar_hours *hours = calendar_hours_of(cal, day);
	int64_t am_us = (hours->am_close - hours->am_open) * CIVIL_MINUTE_US;

	return civil_midnight_us(day) +
	       (work_us <= am_us ? hours->am_open * CIVIL_MINUTE_US + work_us
				 : hours->pm_open * CIVIL_MINUTE_US + work_us - am_us);
}

/*
 * The first moment by which this much working time has passed since another: a closing hour rather than the opening that
 * follows it.
 */
static int64_t advance(const struct calendar *cal, int64_t from_us, int64_t work_us)
{
	int32_t day = civil_day(from_us);

	if (work_us <= 0) {
		return from_us;
	}
	work_us += worked_today_us(cal, from_us);
	day = next_working_day(cal, day);
	while (work_us > day_work_us(cal, day)) {
		work_us -= day_work_us(cal, day);
		day = next_working_day(cal, day + 1);
	}
	return work_done_us(cal, day, work_us);
}

/* Closing of the n-th working day after a day; of that day itself for none. */
static int64_t closing_after(const struct calendar *cal, int32_t day, uint64_t days)
{
	for (uint64_t i = 0; i < days; i++) {
		day = next_working_day(cal, day + 1);
	}
	return closing_us(cal, day);
}

/* A moment moved on by working days, to where as much of the day is done; a closing to a closing, whatever the hours of that year. */
static int64_t advance_days(const struct calendar *cal, int64_t at_us, uint64_t days)
{
	int32_t day = civil_day(at_us);
	int64_t done_us = worked_today_us(cal, at_us);

	if (days == 0) {
		return at_us;
	}
	if (done_us == 0) {
		return closing_after(cal, next_working_day(cal, day), days - 1);
	}
	if (done_us == day_work_us(cal, day)) {
		return closing_after(cal, day, days);
	}
	for (uint64_t i = 0; i < days; i++) {
		day = next_working_day(cal, day + 1);
	}
	return done_us < day_work_us(cal, day) ? work_done_us(cal, day, done_us)
					       : closing_us(cal, day);
}

int64_t calendar_add(const struct calendar *cal,
		     int64_t start_us,
		     uint64_t amount,
		     enum code_time_unit unit)
{
	switch (unit) {
	case CODE_time_unit_minute:
		return start_us + (int64_t)amount * CIVIL_MINUTE_US;
	case CODE_time_unit_hour:
		return start_us + (int64_t)amount * CIVIL_HOUR_US;
	case CODE_time_unit_working_hour:
		return advance(cal, start_us, (int64_t)amount * CIVIL_HOUR_US);
	case CODE_time_unit_working_day:
		return closing_after(cal, civil_day(start_us), amount);
	case CODE_time_unit_calendar_day:
		return civil_midnight_us(civil_day(start_us) + (int32_t)amount + 1);
	case CODE_time_unit_same_day:
		return civil_midnight_us(civil_day(start_us) + 1);
	default:
		return start_us;
	}
}

static bool is_working(enum code_time_unit unit)
{
	return unit == CODE_time_unit_working_hour || unit == CODE_time_unit_working_day;
}

bool calendar_is_provisional(const struct calendar *cal,
			     int64_t from_us,
			     int64_t to_us,
			     enum code_time_unit unit)
{
	int32_t first = civil_date_of(civil_day(from_us)).year;
	int32_t last = civil_date_of(civil_day(to_us)).year;
	bool unset = false;

	for (int32_t year = first; is_working(unit) && year <= last && !unset; year++) {
		unset = !calendar_is_set(cal, year);
	}
	return unset;
}

/* A share of a duration, without overflow even for centuries. */
static int64_t share_us(int64_t time_us, uint32_t basis_points)
{
	return time_us / 10000 * basis_points + time_us % 10000 * basis_points / 10000;
}

static int64_t yellow_working(const struct calendar *cal,
			      int64_t start_us,
			      int64_t due_us,
			      uint32_t yellow_bp)
{
	int64_t allowed_us = calendar_worked_us(cal, start_us, due_us);

	return advance(cal, calendar_next_opening(cal, start_us), share_us(allowed_us, yellow_bp));
}

struct deadline calendar_deadline(const struct calendar *cal,
				  int64_t start_us,
				  uint64_t amount,
				  enum code_time_unit unit,
				  uint32_t yellow_bp)
{
	int64_t due_us = calendar_add(cal, start_us, amount, unit);
	int64_t yellow_us = is_working(unit) ? yellow_working(cal, start_us, due_us, yellow_bp)
					     : start_us + share_us(due_us - start_us, yellow_bp);

	if (unit == CODE_time_unit_working_day && amount >= 2) {
		int64_t day_left_us = closing_after(cal, civil_day(start_us), amount - 1);

		yellow_us = day_left_us < yellow_us ? day_left_us : yellow_us;
	}
	return (struct deadline){
		.due_us = due_us,
		.yellow_us = yellow_us < due_us ? yellow_us : due_us,
		.red_us = due_us,
		.provisional = calendar_is_provisional(cal, start_us, due_us, unit),
	};
}

/* How many working days closed after one moment and not after another. */
static uint64_t closings(const struct calendar *cal, int64_t from_us, int64_t to_us)
{
	uint64_t n = 0;

	for (int32_t day = civil_day(from_us); day <= civil_day(to_us); day++) {
		int64_t at_us = closing_us(cal, day);

		n += calendar_is_working_day(cal, day) && at_us > from_us && at_us <= to_us;
	}
	return n;
}

/* A moment that had passed when the hold began stays: a hold does not make late work timely. */
static int64_t shift(const struct calendar *cal,
		     int64_t moment_us,
		     enum code_time_unit unit,
		     int64_t held_from_us,
		     int64_t held_to_us)
{
	if (moment_us <= held_from_us) {
		return moment_us;
	}
	switch (unit) {
	case CODE_time_unit_working_hour:
		return advance(cal, held_to_us, calendar_worked_us(cal, held_from_us, moment_us));
	case CODE_time_unit_working_day:
		return advance_days(cal, moment_us, closings(cal, held_from_us, held_to_us));
	case CODE_time_unit_calendar_day:
	case CODE_time_unit_same_day:
		return moment_us + (civil_day(held_to_us) - civil_day(held_from_us)) * CIVIL_DAY_US;
	default:
		return moment_us + (held_to_us - held_from_us);
	}
}

struct deadline calendar_shift(const struct calendar *cal,
			       struct deadline deadline,
			       enum code_time_unit unit,
			       int64_t held_from_us,
			       int64_t held_to_us)
{
	if (held_to_us <= held_from_us) {
		return deadline;
	}
	deadline.due_us = shift(cal, deadline.due_us, unit, held_from_us, held_to_us);
	deadline.yellow_us = shift(cal, deadline.yellow_us, unit, held_from_us, held_to_us);
	deadline.red_us = shift(cal, deadline.red_us, unit, held_from_us, held_to_us);
	deadline.provisional = deadline.provisional ||
			       calendar_is_provisional(cal, held_from_us, deadline.due_us, unit);
	return deadline;
}
