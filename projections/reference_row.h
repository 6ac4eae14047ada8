/* reference_row.h: what the reference register holds of a subject: all that a decision about it, or by it, may depend on. */
#ifndef GOVBUS_PROJECTIONS_REFERENCE_ROW_H
#define GOVBUS_PROJECTIONS_REFERENCE_ROW_H

#include "projections/register.h"

enum { REFERENCE_ROW_SUBJECT, REFERENCE_ROW_BOUND, REFERENCE_ROW_TABLES };

/* Table "subject", key: the subject. Plain bytes, zero-filled. Of what was before the last change one bit is kept: whether it was in force. */
struct reference_row {
	int64_t since_us;   /* first effective_from */
	int64_t changed_us; /* last effective_from */
	int64_t until_us;   /* INT64_MAX: no end */
	uint64_t version;   /* of a policy row or a calendar */
	uint32_t seq;
	uint8_t on, was_on;       /* in force from changed_us on, and before */
	uint8_t level, unit_type; /* of a unit */
	char seat[18];            /* of a unit, zero-ended */
	uint8_t spare[6];
};

_Static_assert(sizeof(struct reference_row) == 64, "a row on disk has one size");

/* Table "bound", key: subject, 0, BLAKE2b of source and id. */
struct reference_row_bound {
	int64_t seq;
	uint8_t digest[16];
};

_Static_assert(sizeof(struct reference_row_bound) == 24, "a row on disk has one size");

/** The row of a subject, copied; false: there is none, and ret_row is all zero. @thread that of the view, as all here */
bool reference_row_get(struct view *view, struct span subject, struct reference_row *ret_row);

/** As reference_row_get, of "PREFIX" and an id. */
bool reference_row_get_id(struct view *view,
			  const char *prefix,
			  struct span id,
			  struct reference_row *ret_row);

/** Whether it is in force at a moment. */
bool reference_row_in_force(const struct reference_row *row, int64_t at_us);

/** The key of a bound action. @param ret_key room for LIMIT_KEY_BYTES @return its length */
size_t reference_row_bound_key(const struct event *ev, uint8_t *ret_key);

#endif
