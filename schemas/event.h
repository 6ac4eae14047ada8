/* event.h: an event in memory: its envelope and the members of its type, made from the tables; and what is done with one. */
#ifndef GOVBUS_SCHEMAS_EVENT_H
#define GOVBUS_SCHEMAS_EVENT_H

#include "common/arena.h"
#include "common/buf.h"
#include "common/limits.h"
#include "schemas/schema.h"

/* A struct per event type. A member x has its presence in has_x (a list in its own count n_x). Lists stand as arrays. */
#define EVENT_BEGIN(name, type, topic, help) struct name {
#define FIELD(name, kind, need, bound, help) \
	KIND_TYPE_##kind name;               \
	bool has_##name;
#define LIST(name, kind, need, max, help) \
	KIND_TYPE_##kind name[max];       \
	uint8_t n_##name;
#define EVENT_END(name) \
	}               \
	;
#include "schemas/events.def"
struct envelope {
#include "schemas/envelope.def"
};
#undef EVENT_BEGIN
#undef FIELD
#undef LIST
#undef EVENT_END

/* Types by number: append only, like the list of tables. EVENT_case_reported … */
enum event_type {
	EVENT_NONE,
#define EVENT_BEGIN(name, type, topic, help) EVENT_##name,
#define FIELD(name, kind, need, bound, help)
#define LIST(name, kind, need, max, help)
#define EVENT_END(name)
#include "schemas/events.def"
#undef EVENT_BEGIN
#undef FIELD
#undef LIST
#undef EVENT_END
	EVENT_TYPE_COUNT
};

/* Members that one table may have: the decoder keeps a bit for each. */
enum { EVENT_FIELDS_MAX = 64 };

/* A member that this version does not know, kept as it came: its name and its MessagePack bytes. */
struct extra {
	struct span name, value;
	bool in_data;
};

/* One event (or action, or record of the protocol). Spans borrow from whatever it was read from. */
struct event {
	enum event_type type;
	struct envelope env;
	union {
#define EVENT_BEGIN(name, type, topic, help) struct name name;
#define FIELD(name, kind, need, bound, help)
#define LIST(name, kind, need, max, help)
#define EVENT_END(name)
#include "schemas/events.def"
#undef EVENT_BEGIN
#undef FIELD
#undef LIST
#undef EVENT_END
	} data;
	struct extra extras[LIMIT_EXTRAS];
	uint8_t n_extras;
	struct span data_bytes; /* after event_decode: the bytes of `data` as they stood */
};

/* What is wrong with an event and where, for its sender. */
struct problem {
	char field[80];   /* "data.severity", "time", "[3].data.title"; "" for the whole */
	char reason[160]; /* English, without a trailing period */
};

/** The table of a type; NULL for EVENT_NONE and beyond. @thread any, as all here */
const struct schema *event_schema(enum event_type type);

/** The type of that name ("gov.case.reported.v1"), EVENT_NONE if unknown. */
enum event_type event_type_named(struct span type);

/** The envelope's own members as a table. */
const struct field *event_envelope_fields(size_t *ret_count);

/**
 * Reads one record: walks the bytes once, bounded in depth and counts, UTF-8 checked, nothing after the end. Members of
 * known names must have their kind and bound; unknown ones are kept in extras. Whether needed members are there is not
 * asked (event_validate does). SEAL members are bytes here.
 * @param bytes     borrowed; the event points into it
 * @param ret_ev    filled; on failure its type and envelope hold what was read so far, the rest is undefined
 * @param ret_problem  may be NULL; filled on failure
 * @return MALFORMED, UNKNOWN (the type), TOO_BIG
 */
enum err event_decode(struct span bytes, struct event *ret_ev, struct problem *ret_problem);

/**
 * The claim that a record names which event_decode refuses: a newer build's record is a whole MessagePack map all the same.
 * @param bytes      borrowed
 * @param ret_claim  the offset of the claim; undefined on false
 * @return false: no whole map, or none that names a claim; as no valid record is, it is void for every reader (protocol 2)
 */
bool event_claim(struct span bytes, int64_t *ret_claim);

/** Reads a MessagePack action as a sender posts it: as event_decode, but SEAL members are text and unknown members are refused (INVALID). */
enum err event_decode_posted(struct span bytes, struct event *ret_ev, struct problem *ret_problem);

/** Appends the record's MessagePack (msgpack-c): envelope members in table order, extras, then data. SEAL members go out as bytes. */
enum err event_encode(const struct event *ev, struct buf *out);

/**
 * What a sender must obey: needed members, kinds and bounds, no stamped or decided ones, `time`, an id and a source, a
 * subject that fits the type, a place in a report.
 * @return OK or INVALID with the field named
 */
enum err event_validate_posted(const struct event *ev, struct problem *ret_problem);

/**
 * Reads one CloudEvents 1.0 JSON event as a sender posts it (structured mode).
 * @param arena  all that the event points to is put here
 * @return MALFORMED (no JSON object, or a name that stands there twice), INVALID (a member is wrong or unknown), UNKNOWN (the type), NOMEM
 */
enum err event_from_json(struct span text,
			 struct arena *arena,
			 struct event *ret_ev,
			 struct problem *ret_problem);

/**
 * The event as a CloudEvents JSON object (json_t *, a new reference): times RFC 3339 with six decimals, 64-bit
 * extensions as strings, sealed members left out unless `sealed` is set (then base64).
 * @return NULL when memory is exhausted
 */
void *event_to_json(const struct event *ev, bool sealed);

/** Only the members of data as a JSON object (json_t *, a new reference). */
void *event_data_to_json(enum event_type type, const void *data, bool sealed);

/**
 * The digest of what the sender sent: a keyed BLAKE2b over type, envelope members (less traceparent, dryrun,
 * expectedseq) and data members in schema order, each with its name and length; times in microseconds. Taken before
 * anything is stamped or sealed.
 * @param secret the digest key shared by all doors
 */
void event_digest(const struct event *ev, const uint8_t secret[32], uint8_t ret_digest[16]);

/** Copies an event so that it borrows from arena alone. @return NOMEM */
enum err event_copy(struct arena *arena, const struct event *ev, struct event *ret_ev);

/* Set a member and its presence in one go: EVENT_SET(ev->env, seq, 7). */
#define EVENT_SET(object, member, value)      \
	do {                                  \
		(object).member = (value);    \
		(object).has_##member = true; \
	} while (0)

#endif
