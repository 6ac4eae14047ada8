/* reference_warn.c: what will be missing from reference data soon. */
#include "projections/reference_warn.h"

#include "common/civil.h"
#include "projections/reference_table.h"

enum { FROM_MONTH = 11 };

/* What is known counts, be it in force or not: a year that is set from its own January on needs nobody's hand. */
static int32_t last_year(const struct reference_entry *entry, struct as_of as_of)
{
	int32_t last = 0;

	for (const struct reference_version *version = entry->newest; version;
	     version = version->older) {
		const struct reference_calendar *set = (const void *)version;

		if (version->offset < as_of.refoffset && set->calendar.last_year > last) {
			last = set->calendar.last_year;
		}
	}
	return last;
}

int reference_warn_calendars(const struct reference *ref, struct as_of as_of, struct buf *out)
{
	struct civil_date today = civil_date_of(civil_day(as_of.at_us));
	int32_t needed = today.month >= FROM_MONTH ? today.year + 1 : today.year;
	int n = 0;

	for (const struct reference_entry *entry = ref->calendars; entry; entry = entry->more) {
		int32_t last = last_year(entry, as_of);

		if (last && last < needed) {
			buf_printf(
				out,
				"calendar %.*s ends with %d: dues beyond it count weekends alone and are provisional; cure: "
				"govbus import a file with gov.calendar.set.v1 for %d, which restates them\n",
				SPAN_ARGS(entry->id), (int)last, (int)last + 1);
			n++;
		}
	}
	return n;
}
