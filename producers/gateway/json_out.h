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
void json_out_name(struct buf *out, const char *name);

/** Text as a value, escaped; an absent span is null. */
void json_out_text(struct buf *out, struct span text);

/** A number as a value. */
void json_out_number(struct buf *out, int64_t number);

/** true or false as a value. */
void json_out_bool(struct buf *out, bool value);

/** A moment as a value: RFC 3339 with six decimals, at +08:00. @param at_us since 1970 UTC */
void json_out_time(struct buf *out, int64_t at_us);

/** A name and text; an absent span is null. */
void json_out_member(struct buf *out, const char *name, struct span text);

/** A name and a C string; NULL is null. */
void json_out_member_text(struct buf *out, const char *name, const char *text);

/** A name and a number. */
void json_out_member_number(struct buf *out, const char *name, int64_t number);

/** A name and true or false. */
void json_out_member_bool(struct buf *out, const char *name, bool value);

/** A name and a moment, as json_out_time writes it. */
void json_out_member_time(struct buf *out, const char *name, int64_t at_us);

/** A name and {"code": …, "zh": …, "en": …}; nothing for number 0. */
void json_out_member_code(struct buf *out, const char *name, enum codes list, uint8_t number);

/** The text with everything but unreserved characters percent-encoded, for a URL's query; no quotes. */
void json_out_url(struct buf *out, struct span text);

#endif
