/* naive_record.h: one record of a topic, taken apart with msgpack-c alone: what the naive fold knows of the wire. */
#ifndef GOVBUS_TESTS_SUPPORT_NAIVE_RECORD_H
#define GOVBUS_TESTS_SUPPORT_NAIVE_RECORD_H

#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NAIVE_RECORD_MEMBERS_MAX = 64 };

/* Bytes that belong to somebody else. */
struct naive_bytes {
	const char *p;
	size_t n;
};

/* A record that was read; all of it points into the record's bytes or into the zone. */
struct naive_record {
	msgpack_zone zone;
	struct naive_bytes names[NAIVE_RECORD_MEMBERS_MAX];
	msgpack_object values[NAIVE_RECORD_MEMBERS_MAX];
	uint32_t count;
	struct naive_bytes data; /* the bytes of member "data" as they stand */
};

/**
 * Reads one record. The bytes come from a test's own topics: nobody else should hand msgpack-c bytes that were not checked.
 * @return false if they are no map with text keys, or have something behind it
 * @thread any, as all here
 */
bool naive_record_read(struct naive_record *record, const void *bytes, size_t n);

/** Frees what reading has allocated; also after a read that failed. */
void naive_record_done(struct naive_record *record);

/** A member of the envelope; NULL when it is not there. */
const msgpack_object *naive_record_member(const struct naive_record *record, const char *name);

/** A member of data; NULL when it is not there. */
const msgpack_object *naive_record_datum(const struct naive_record *record, const char *name);

/** Text or bytes of a member; empty for NULL and for any other kind. */
struct naive_bytes naive_record_text(const msgpack_object *member);

/** A whole number, or 1 for true; 0 for NULL and for any other kind. */
int64_t naive_record_number(const msgpack_object *member);

/** Whether these bytes are that text. */
bool naive_record_is(struct naive_bytes bytes, const char *text);

#endif
