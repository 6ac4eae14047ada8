/* calendar.h: working time: from a start and an amount to a due moment, with the moments of yellow and red. */
#ifndef GOVBUS_PROJECTIONS_CALENDAR_H
#define GOVBUS_PROJECTIONS_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "schemas/event.h"

enum { CALENDAR_FIRST_YEAR = 2000, CALENDAR_YEARS = 64 };

/* Office hours, in minutes after midnight. */
struct calendar_hours {
	uint16_t am_open, am_close, pm_open, pm_close;
};

/* A calendar as of one version: the years that were set. One that was not knows weekends alone, and has the hours of the last year set
 * before it, else of the first one set after it. All zero: no year set, the hours of domain.md §2.6 (08:30-12:00, 14:00-18:00). */
struct calendar {
	uint64_t version;  /* of the newest year set */
	int32_t last_year; /* the latest year set; 0: none */
	struct calendar_year {
		bool set;
		struct calendar_hours hours; /* all zero: those of domain.md */
		/* A bit per day of the year: holidays; compensating working days */
		uint64_t off[6], work[6];
	} years[CALENDAR_YEARS];
};

/* Deadline of a case or a step. */
struct deadline {
	int64_t due_us, yellow_us, red_us;
	bool provisional; /* counted over a year that the calendar does not know */
};

/** No year set. */
void calendar_init(struct calendar *cal);

/** Takes one year, with its hours, from a calendar.set event (projections fold it; the decider looks it up). */
void calendar_set_year(struct calendar *cal, const struct calendar_set *year);

/** Whether a year was set. */
bool calendar_is_set(const struct calendar *cal, int32_t year);

/** The hours of the year that a day falls in. Borrowed. */
const struct calendar_hours *calendar_hours_of(const struct calendar *cal, int32_t day);

/** Whether work is done on a day: not a weekend nor a holiday, or a compensating working day. */
bool calendar_is_working_day(const struct calendar *cal, int32_t day);

/** Working microseconds between two moments (0 if to <= from). */
int64_t calendar_worked_us(const struct calendar *cal, int64_t from_us, int64_t to_us);

/** The next moment at which the office is open: the given one if it is open then. */
int64_t calendar_next_opening(const struct calendar *cal, int64_t at_us);

/** The first opening or closing hour after a moment, worked that day or not. */
int64_t calendar_next_boundary(const struct calendar *cal, int64_t after_us);

/**
 * The moment at which `amount` of `unit` from a start has passed (domain.md §2.6, answers 10-11):
 * min, h: on the wall; wh: in working hours; wd: 18:00 (closing) of the n-th working day after the day of the start; cd: 24:00 of the
 * n-th day after; sd: 24:00 of the same day.
 */
int64_t calendar_add(const struct calendar *cal,
		     int64_t start_us,
		     uint64_t amount,
		     enum code_time_unit unit);

/**
 * Whether a limit in a unit was counted over a year that was not set, from one moment to another: there weekends alone were known
 * (domain.md §3.4).
 */
bool calendar_is_provisional(const struct calendar *cal,
			     int64_t from_us,
			     int64_t to_us,
			     enum code_time_unit unit);

/**
 * A deadline with its colours (answers 11): yellow once yellow_bp of the allowed working time is used (of wall time for min, h, cd, sd),
 * and for limits of 2 wd or more at the latest when one working day is left; red when due.
 * For wd the allowed time runs from the next opening. Golden: domain.md §2.6, §7 G5.
 */
struct deadline calendar_deadline(const struct calendar *cal,
				  int64_t start_us,
				  uint64_t amount,
				  enum code_time_unit unit,
				  uint32_t yellow_bp);

/**
 * A deadline moved on by a time on hold. What a limit is counted in is given back: to wh the working time held, to min and h the wall
 * time; to wd the working days, to cd and sd the days, whose end (closing, midnight) fell into the hold: so a limit in days still ends
 * with one. A moment that had passed when the hold began stays.
 */
struct deadline calendar_shift(const struct calendar *cal,
			       struct deadline deadline,
			       enum code_time_unit unit,
			       int64_t held_from_us,
			       int64_t held_to_us);

#endif
