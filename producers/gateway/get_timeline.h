/* get_timeline.h: a line of a timeline as it is written into answers. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_GET_TIMELINE_H
#define GOVBUS_PRODUCERS_GATEWAY_GET_TIMELINE_H

#include "common/arena.h"
#include "common/buf.h"
#include "projections/case_query.h"

/** Writes a line's members into an object that is open, its data as far as it is readable. @thread any, as all here */
void get_timeline_line(struct arena *arena,
		       struct buf *out,
		       struct case_query_line line,
		       const struct case_timeline_row *row);

/** Writes of a line only its type and when it came and was decided. */
void get_timeline_times(struct buf *out, const struct case_timeline_row *row);

/** The event of a line: its type and data. @param arena  what it borrows from @return false: its data cannot be read */
bool get_timeline_decode(struct arena *arena,
			 const struct case_timeline_row *row,
			 struct event *ret_ev);

/** Writes an event's data as a member; sealed members are left out: reading one is an event of its own (domain P3). */
void get_timeline_data(struct buf *out, const struct event *ev);

#endif
