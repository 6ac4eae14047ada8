/* naive_record.c: one record of a topic, taken apart with msgpack-c alone. */
#include "tests/support/naive_record.h"

#include <string.h>

/* Members of a map and where they begin. msgpack-c does not tell where a value stands, so the head is read by hand. @return 0: no map */
static size_t map_head(const uint8_t *p, size_t n, uint32_t *ret_count)
{
	if (n >= 1 && (p[0] & 0xf0) == 0x80) {
		*ret_count = p[0] & 0x0f;
		return 1;
	}
	if (n >= 3 && p[0] == 0xde) {
		*ret_count = (uint32_t)p[1] << 8 | p[2];
		return 3;
	}
	return 0;
}

static bool next(struct naive_record *record,
		 struct naive_bytes all,
		 size_t *at,
		 msgpack_object *to)
{
	msgpack_unpack_return ret = msgpack_unpack(all.p, all.n, at, &record->zone, to);

	return ret == MSGPACK_UNPACK_SUCCESS || ret == MSGPACK_UNPACK_EXTRA_BYTES;
}

static bool read_member(struct naive_record *record, struct naive_bytes all, size_t *at)
{
	msgpack_object key;
	uint32_t i = record->count;

	if (!next(record, all, at, &key) || key.type != MSGPACK_OBJECT_STR) {
		return false;
	}
	size_t begin = *at;

	record->names[i] = (struct naive_bytes){key.via.str.ptr, key.via.str.size};
	if (!next(record, all, at, &record->values[i])) {
		return false;
	}
	if (naive_record_is(record->names[i], "data")) {
		record->data = (struct naive_bytes){all.p + begin, *at - begin};
	}
	record->count++;
	return true;
}

bool naive_record_read(struct naive_record *record, const void *bytes, size_t n)
{
	struct naive_bytes all = {bytes, n};
	uint32_t count = 0;
	size_t at = map_head(bytes, n, &count);

	record->count = 0;
	record->data = (struct naive_bytes){NULL, 0};
	if (!msgpack_zone_init(&record->zone, MSGPACK_ZONE_CHUNK_SIZE)) {
		return false;
	}
	if (!at || count > NAIVE_RECORD_MEMBERS_MAX) {
		return false;
	}
	while (record->count < count) {
		if (!read_member(record, all, &at)) {
			return false;
		}
	}
	return at == n;
}

void naive_record_done(struct naive_record *record)
{
	msgpack_zone_destroy(&record->zone);
}

bool naive_record_is(struct naive_bytes bytes, const char *text)
{
	return bytes.n == strlen(text) && (!bytes.n || memcmp(bytes.p, text, bytes.n) == 0);
}

const msgpack_object *naive_record_member(const struct naive_record *record, const char *name)
{
	for (uint32_t i = 0; i < record->count; i++) {
		if (naive_record_is(record->names[i], name)) {
			return &record->values[i];
		}
	}
	return NULL;
}

const msgpack_object *naive_record_datum(const struct naive_record *record, const char *name)
{
	const msgpack_object *data = naive_record_member(record, "data");

	if (!data || data->type != MSGPACK_OBJECT_MAP) {
		return NULL;
	}
	for (uint32_t i = 0; i < data->via.map.size; i++) {
		const msgpack_object_kv *pair = &data->via.map.ptr[i];

		if (pair->key.type == MSGPACK_OBJECT_STR &&
		    naive_record_is(naive_record_text(&pair->key), name)) {
			return &pair->val;
		}
	}
	return NULL;
}

struct naive_bytes naive_record_text(const msgpack_object *member)
{
	if (member && member->type == MSGPACK_OBJECT_STR) {
		return (struct naive_bytes){member->via.str.ptr, member->via.str.size};
	}
	if (member && member->type == MSGPACK_OBJECT_BIN) {
		return (struct naive_bytes){member->via.bin.ptr, member->via.bin.size};
	}
	return (struct naive_bytes){NULL, 0};
}

int64_t naive_record_number(const msgpack_object *member)
{
	if (member && member->type == MSGPACK_OBJECT_POSITIVE_INTEGER) {
		return (int64_t)member->via.u64;
	}
	if (member && member->type == MSGPACK_OBJECT_NEGATIVE_INTEGER) {
		return member->via.i64;
	}
	return member && member->type == MSGPACK_OBJECT_BOOLEAN && member->via.boolean;
}
