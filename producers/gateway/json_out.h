/* json_out.h: JSON written straight into a buffer: for answers that are written thousands of times a second. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_JSON_OUT_H
#define GOVBUS_PRODUCERS_GATEWAY_JSON_OUT_H

#include "common/buf.h"
#include "schemas/codes.h"

/* Commas are put by looking at the last byte: after an opening bracket or a colon there is none. Errors stick in the buffer. */

/** Begins an object or an array; as the value of a name if one was just written. @thread one at a time, as all here */
void json_out_open(struct buf *out, char bracket);

/** Ends an object or an array. @param bracket the closing one */
void json_out_close(struct buf *out, char bracket);

/** A member's name; its value follows. The name needs no escaping. */
void json_out_name_of(struct buf *out, struct span name);

/** As json_out_name_of. Inline, as all that take a name: the compiler knows how long most are. */
static inline void json_out_name(struct buf *out, const char *name)
{
	json_out_name_of(out, span_cstr(name));
}

/** Text as a value, escaped; an absent span is null. */
void json_out_text(struct buf *out, struct span text);

/** A number as a value. */
void json_out_number(struct buf *out, int64_t number);

/** true or false as a value. */
void json_out_bool(struct buf *out, bool value);

/** A moment as a value: RFC 3339 with six decimals, at +08:00. @param at_us since 1970 UTC */
void json_out_time(struct buf *out, int64_t at_us);

/** A name and text; an absent span is null. */
static inline void json_out_member(struct buf *out, const char *name, struct span text)
{
	json_out_name(out, name);
	json_out_text(out, text);
}

/** A name and a C string; NULL is null. */
static inline void json_out_member_text(struct buf *out, const char *name, const char *text)
{
	json_out_member(out, name, span_cstr(text));
}

/** A name and a number. */
static inline void json_out_member_number(struct buf *out, const char *name, int64_t number)
{
	json_out_name(out, name);
	json_out_number(out, number);
}

/** A name and true or false. */
static inline void json_out_member_bool(struct buf *out, const char *name, bool value)
{
	json_out_name(out, name);
	json_out_bool(out, value);
}

/** A name and a moment, as json_out_time writes it. */
static inline void json_out_member_time(struct buf *out, const char *name, int64_t at_us)
{
	json_out_name(out, name);
	json_out_time(out, at_us);
}

/** {"code": …, "zh": …, "en": …} as a value; all three are empty for a number that the list does not have. */
void json_out_code(struct buf *out, enum codes list, uint8_t number);

/** A name and a code, as json_out_code writes it; nothing for number 0. */
static inline void json_out_member_code(struct buf *out,
					const char *name,
					enum codes list,
					uint8_t number)
{
	if (number) {
		json_out_name(out, name);
		json_out_code(out, list, number);
	}
}

/** The text with everything but unreserved characters percent-encoded, for a URL's query; no quotes. */
void json_out_url(struct buf *out, struct span text);

#endif
