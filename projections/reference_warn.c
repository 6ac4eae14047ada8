/* reference_warn.c: warns of reference data that will soon be missing. */
#include "projections/reference_warn.h"

#include "common/civil.h"
#include "projections/reference_table.h"

enum { FROM_MONTH = 11 };

/* A year counts once it is known, even if it is not in force yet: one that takes effect in its own January needs no action. */
static bool is_set(const struct reference_entry *entry, struct as_of as_of, int32_t year)
{
	bool set = false;

	for (const struct reference_version *version = entry->newest; version && !set;
	     version = version->older) {
		const struct reference_calendar *known = (const void *)version;

		set = version->offset < as_of.refoffset && calendar_is_set(&known->calendar, year);
	}
	return set;
}

/* The nearest year that is set, before or after one; 0: none. */
static int32_t nearest(const struct reference_entry *entry,
		       struct as_of as_of,
		       int32_t year,
		       int32_t step)
{
	for (year += step;
	     year >= CALENDAR_FIRST_YEAR && year < CALENDAR_FIRST_YEAR + CALENDAR_YEARS;
	     year += step) {
		if (is_set(entry, as_of, year)) {
			return year;
		}
	}
	return 0;
}

/* @return whether a year is missing, be it past the last or between others */
static bool warn(const struct reference_entry *entry,
		 struct as_of as_of,
		 int32_t year,
		 struct buf *out)
{
	int32_t last = nearest(entry, as_of, year, -1);
	bool later = nearest(entry, as_of, year, 1);

	if (is_set(entry, as_of, year) || (!last && !later)) {
		return false;
	}
	if (later) {
		buf_printf(out, "calendar %.*s lacks %d: dues counted over it",
			   SPAN_ARGS(entry->id), (int)year);
	} else {
		buf_printf(out, "calendar %.*s ends with %d: dues beyond it", SPAN_ARGS(entry->id),
			   (int)last);
		year = last + 1;
	}
	buf_printf(out,
		   " count weekends alone and are provisional; cure: govbus import a file with "
		   "gov.calendar.set.v1 for %d, such as examples/reference/calendar_2026.ndjson, "
		   "which restates them\n",
		   (int)year);
	return true;
}

int reference_warn_calendars(const struct reference *ref, struct as_of as_of, struct buf *out)
{
	struct civil_date today = civil_date_of(civil_day(as_of.at_us));
	int32_t needed = today.month >= FROM_MONTH ? today.year + 1 : today.year;
	int n = 0;

	for (const struct reference_entry *entry = ref->calendars; entry; entry = entry->more) {
		if (warn(entry, as_of, today.year, out) ||
		    (needed > today.year && warn(entry, as_of, needed, out))) {
			n++;
		}
	}
	return n;
}
