/* reference_warn.h: warns, in /healthz and /readyz, of reference data that will soon be missing. */
#ifndef GOVBUS_PROJECTIONS_REFERENCE_WARN_H
#define GOVBUS_PROJECTIONS_REFERENCE_WARN_H

#include "common/buf.h"
#include "projections/reference.h"

/**
 * Appends a line for each calendar of which this year is not set or, from November on, the next, whatever is set after them: dues
 * counted over such a year count weekends alone and are provisional (domain.md §3.4). A warning: nothing is broken yet.
 * @return how many
 * @thread as reference.h
 */
int reference_warn_calendars(const struct reference *ref, struct as_of as_of, struct buf *out);

#endif
