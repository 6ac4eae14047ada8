/* schema.h: how an event table describes its members; everything that walks events walks these descriptors. */
#ifndef GOVBUS_SCHEMAS_SCHEMA_H
#define GOVBUS_SCHEMAS_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/span.h"
#include "schemas/codes.h"

/* KIND(name, C type in the struct, what it is). Bound means: characters (TEXT, SEAL), bytes (CODE, BYTES), largest value (UINT; INT: of its
 * absolute value), code list (ENUM); 0: the kind's own limit. On the wire: text for the text-like kinds and ENUM, STEP; integers; bin for SEAL, BYTES and HASH; bool. */
#define KIND_MAP(KIND)                                                                   \
	KIND(CODE, struct span, "text of printable ASCII without spaces")                \
	KIND(TEXT, struct span, "UTF-8 text without control characters")                 \
	KIND(SEAL, struct span,                                                          \
	     "text that is sealed at the door: clear when posted, bytes in the record")  \
	KIND(BYTES, struct span, "bytes; in JSON base64")                                \
	KIND(HASH, struct span, "32 bytes; in JSON hexadecimal")                         \
	KIND(PLACE, struct span, "place code: 2, 4, 6, 9, 12, 15 or 17 digits")          \
	KIND(UNIT, struct span, "unit id: centre:PLACE, grid:PLACE or a registered one") \
	KIND(CASE, struct span, "case id")                                               \
	KIND(TYPE, struct span, "case type code, such as MD02")                          \
	KIND(TIME, int64_t, "moment; microseconds since 1970 UTC, in JSON RFC 3339")     \
	KIND(DAY, uint32_t, "date; a number yyyymmdd, in JSON yyyy-mm-dd")               \
	KIND(INT, int64_t, "whole number")                                               \
	KIND(UINT, uint64_t, "whole number, not negative")                               \
	KIND(BOOL, bool, "true or false")                                                \
	KIND(ENUM, uint8_t, "one of a list of codes")                                    \
	KIND(STEP, uint8_t, "a step of the flow")

enum kind {
#define KIND(name, type, help) KIND_##name,
	KIND_MAP(KIND)
#undef KIND
};

/* The C type of a kind. */
#define KIND_TYPE_CODE  struct span
#define KIND_TYPE_TEXT  struct span
#define KIND_TYPE_SEAL  struct span
#define KIND_TYPE_BYTES struct span
#define KIND_TYPE_HASH  struct span
#define KIND_TYPE_PLACE struct span
#define KIND_TYPE_UNIT  struct span
#define KIND_TYPE_CASE  struct span
#define KIND_TYPE_TYPE  struct span
#define KIND_TYPE_TIME  int64_t
#define KIND_TYPE_DAY   uint32_t
#define KIND_TYPE_INT   int64_t
#define KIND_TYPE_UINT  uint64_t
#define KIND_TYPE_BOOL  bool
#define KIND_TYPE_ENUM  uint8_t
#define KIND_TYPE_STEP  uint8_t

/* Who gives a member: the sender (must or may), the door, or the decider. */
enum need {
	NEED_REQUIRED,
	NEED_OPTIONAL,
	NEED_STAMPED,
	NEED_DECIDED,
};

/* One member. A single one is stored at offset with its presence (bool) at has_offset; a list has its count (uint8_t) at
 * has_offset, its items at offset, at most `list_max`. */
struct field {
	const char *name;
	const char *help;
	uint32_t bound;
	uint16_t offset, has_offset;
	uint8_t kind;     /* enum kind */
	uint8_t need;     /* enum need */
	uint8_t list_max; /* 0: not a list */
	uint8_t name_len;
};

enum topic {
#define TOPIC(id, name, partitions, kind) TOPIC_##id,
#include "schemas/topics.def"
#undef TOPIC
	TOPIC_COUNT,
	TOPIC_ANY, /* records of the protocol stand in every event topic */
};

enum topic_kind { TOPIC_KIND_ACTION, TOPIC_KIND_EVENT, TOPIC_KIND_PLAIN, TOPIC_KIND_REJECTED };

struct topic_row {
	const char *name;
	int partitions;
	enum topic_kind kind;
};

/** The table of topics; index by enum topic. @thread any */
const struct topic_row *schema_topic(enum topic topic);

/** The action topic of an event topic; TOPIC_COUNT if it has none. */
enum topic schema_topic_actions(enum topic events);

/** The event topic of an action topic; TOPIC_COUNT if it has none. */
enum topic schema_topic_events(enum topic actions);

/* One event table. */
struct schema {
	const char *type; /* "gov.case.reported.v1" */
	const char *name; /* "case_reported" */
	const char *help;
	const struct field *fields; /* in table order */
	uint16_t field_count;
	uint16_t size; /* of its struct */
	uint8_t topic; /* enum topic; TOPIC_ANY for records of the protocol */
	bool posted;   /* whether an action may have this type */
};

#endif
