/* member.h: the rules of each kind of member, in one place for all who read, write, print or invent members. */
#ifndef GOVBUS_SCHEMAS_MEMBER_H
#define GOVBUS_SCHEMAS_MEMBER_H

#include "schemas/mp.h"
#include "schemas/schema.h"

/* How a kind stands in a struct and on the wire. */
enum member_shape {
	MEMBER_TEXT,  /* struct span, text on the wire */
	MEMBER_BYTES, /* struct span, bin on the wire (SEAL: of a record) */
	MEMBER_INT,   /* a number in the struct and on the wire */
	MEMBER_BOOL,
	MEMBER_CODE, /* uint8_t in the struct, its name on the wire */
};

/**
 * A member's name that no table knows, as a refusal may repeat it: it is text that the sender made up, and could be a
 * person's name or number.
 * @return it, borrowed, if it is formed as names are, at most 40 ASCII letters and underscores with at most 4 digits; else "?"
 */
struct span member_unknown_name(struct span name);

/** The shape of a kind in a record; SEAL is bytes here, and text when posted. @thread any, as all here */
enum member_shape member_shape(enum kind kind);

/**
 * Whether a text or run of bytes fits its member.
 * @param posted a sender's: SEAL is clear text, a TYPE must stand in the code book, and a required text may not be empty
 * @return NULL if it fits, else why not (English, constant)
 */
const char *member_check(const struct field *field, struct span value, bool posted);

/** Whether a text may be a CloudEvent's `dataschema`: an absolute URI of at most LIMIT_DATASCHEMA_BYTES. @return as member_check */
const char *member_check_dataschema(struct span value);

/** The same as member_check for a number (TIME, DAY, INT, UINT). */
const char *member_check_int(const struct field *field, struct mp_int value);

/** The code list of an ENUM or STEP. */
enum codes member_codes(const struct field *field);

/** Whether the member is present in the object (a list: with at least one item). */
static inline bool member_has(const struct field *field, const void *object)
{
	return ((const uint8_t *)object)[field->has_offset] != 0;
}

/** Items of the member in the object: 0 or 1, or a list's count. */
static inline unsigned member_count(const struct field *field, const void *object)
{
	return ((const uint8_t *)object)[field->has_offset];
}

/** Sets the member's presence, or a list's count. */
static inline void member_set_count(const struct field *field, void *object, uint8_t count)
{
	((uint8_t *)object)[field->has_offset] = count;
}

/** Item i of the member: a struct span, a number or a bool, by its kind. */
void *member_at(const struct field *field, void *object, unsigned i);

/** The span of an item of a text or bytes kind. */
struct span member_span(const struct field *field, const void *object, unsigned i);

/** The number of an item of the kinds TIME, DAY, INT, UINT, BOOL, ENUM and STEP; UINT beyond INT64_MAX keeps its bits. */
int64_t member_int(const struct field *field, const void *object, unsigned i);

/** Stores a number into an item; the caller has checked it. */
void member_set_int(const struct field *field, void *object, unsigned i, int64_t value);

/** The member of that name, or NULL. */
const struct field *member_named(const struct field *fields, size_t count, struct span name);

#endif
