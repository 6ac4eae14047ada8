/* json_member.h: what a JSON scalar must be to become a member: one set of rules for all who read JSON. */
#ifndef GOVBUS_SCHEMAS_JSON_MEMBER_H
#define GOVBUS_SCHEMAS_JSON_MEMBER_H

#include "common/arena.h"
#include "schemas/mp.h"
#include "schemas/schema.h"

enum json_member_kind {
	JSON_MEMBER_OTHER, /* null, an object, an array, a number that is not whole: fits no member */
	JSON_MEMBER_TEXT,
	JSON_MEMBER_NUMBER,
	JSON_MEMBER_BOOL,
};

/* One scalar. */
struct json_member_value {
	enum json_member_kind kind;
	struct span text;
	struct mp_int number;
	bool truth;
};

/** The reason that is no fault of the sender's: compare the pointer. */
extern const char json_member_no_memory[];

/**
 * Stores a scalar as an item of a member, checked as a sender's.
 * @param arena  bytes that stand as text (base64, hexadecimal) are put here; other texts stay where they are
 * @param item   as by member_at
 * @return NULL, or why it does not fit (English, constant)
 * @thread any
 */
const char *json_member_read(const struct field *field,
			     const struct json_member_value *value,
			     struct arena *arena,
			     void *item);

#endif
