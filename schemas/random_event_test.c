/* random_event_test.c: properties that must hold for every valid event of every type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <msgpack.h>

#include "schemas/random_event.h"

enum { ROUNDS = 60 };

static uint64_t seed;

/* The next random event; a failing run prints its seed. */
static void make(unsigned type, bool posted, struct arena *arena, struct event *ret_ev)
{
	struct random_event_source source = {random_event_splitmix, &seed};

	arena_reset(arena);
	assert_int_equal(random_event_make(&source, (enum event_type)type, posted, arena, ret_ev),
			 ERR_OK);
}

static void records_survive_the_wire(void **state)
{
	/* Encode, decode, copy, encode: the bytes are the same. */
	struct arena arena = {0};
	struct buf first = {0}, second = {0};
	struct event ev, read, copy;
	struct problem problem;

	(void)state;
	for (unsigned n = 0; n < ROUNDS * EVENT_TYPE_COUNT; n++) {
		unsigned type = n % EVENT_TYPE_COUNT;

		if (type == EVENT_NONE) {
			continue;
		}
		make(type, false, &arena, &ev);
		buf_reset(&first);
		buf_reset(&second);
		assert_int_equal(event_encode(&ev, &first), ERR_OK);
		assert_int_equal(event_decode(buf_span(&first), &read, &problem), ERR_OK);
		assert_int_equal(event_copy(&arena, &read, &copy), ERR_OK);
		assert_int_equal(event_encode(&copy, &second), ERR_OK);
		assert_true(span_eq(buf_span(&first), buf_span(&second)));
	}
	buf_done(&first);
	buf_done(&second);
	arena_done(&arena);
}

static void posted_events_are_valid_and_survive_json(void **state)
{
	/* A posted event is valid; its JSON without sealed members reads back to the same JSON and the same digest. */
	static const uint8_t secret[32] = {1};
	struct arena arena = {0};
	struct event ev, read;
	struct problem problem = {0};
	uint8_t digest[16], again[16];

	(void)state;
	for (unsigned n = 0; n < ROUNDS * EVENT_TYPE_COUNT; n++) {
		unsigned type = n % EVENT_TYPE_COUNT;

		if (type == EVENT_NONE || !event_schema((enum event_type)type)->posted) {
			continue;
		}
		make(type, true, &arena, &ev);
		assert_int_equal(event_validate_posted(&ev, &problem), ERR_OK);
		json_t *json = event_to_json(&ev, false);

		assert_non_null(json);
		char *text = json_dumps(json, 0);

		assert_int_equal(event_from_json(span_cstr(text), &arena, &read, &problem), ERR_OK);
		json_t *back = event_to_json(&read, false);

		assert_true(json_equal(json, back));
		event_digest(&read, secret, digest);
		json_decref(back);
		free(text);
		/* Once more from another text: other spans, the same digest. */
		text = json_dumps(json, JSON_INDENT(1) | JSON_ENSURE_ASCII | JSON_SORT_KEYS);
		assert_int_equal(event_from_json(span_cstr(text), &arena, &read, &problem), ERR_OK);
		event_digest(&read, secret, again);
		assert_memory_equal(digest, again, sizeof digest);
		free(text);
		json_decref(json);
	}
	arena_done(&arena);
}

static bool object_is(const msgpack_object *o, struct span text)
{
	return o->type == MSGPACK_OBJECT_STR &&
	       span_eq(span_of(o->via.str.ptr, o->via.str.size), text);
}

static void other_readers_agree(void **state)
{
	/* msgpack-c reads what we write: the same members under the same names, in the table's order. */
	struct arena arena = {0};
	struct buf buf = {0};
	struct event ev;

	(void)state;
	for (unsigned n = 0; n < ROUNDS * EVENT_TYPE_COUNT; n++) {
		unsigned type = n % EVENT_TYPE_COUNT;
		size_t off = 0, member = 0;
		msgpack_unpacked result;

		if (type == EVENT_NONE) {
			continue;
		}
		const struct schema *schema = event_schema((enum event_type)type);

		make(type, false, &arena, &ev);
		buf_reset(&buf);
		assert_int_equal(event_encode(&ev, &buf), ERR_OK);
		msgpack_unpacked_init(&result);
		assert_int_equal(msgpack_unpack_next(&result, (const char *)buf.p, buf.n, &off),
				 MSGPACK_UNPACK_SUCCESS);
		assert_int_equal(off, buf.n);
		const msgpack_object_map *map = &result.data.via.map;

		assert_true(object_is(&map->ptr[1].val, span_cstr(schema->type)));
		assert_true(object_is(&map->ptr[map->size - 1].key, SPAN("data")));
		const msgpack_object_map *data = &map->ptr[map->size - 1].val.via.map;

		for (unsigned i = 0; i < schema->field_count; i++) {
			const struct field *f = &schema->fields[i];

			if (((const uint8_t *)&ev.data)[f->has_offset]) {
				assert_true(object_is(&data->ptr[member].key, span_cstr(f->name)));
				assert_int_equal(data->ptr[member].val.type == MSGPACK_OBJECT_ARRAY,
						 f->list_max > 0);
				member++;
			}
		}
		assert_int_equal(member, data->size);
		msgpack_unpacked_destroy(&result);
	}
	buf_done(&buf);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_survive_the_wire),
		cmocka_unit_test(posted_events_are_valid_and_survive_json),
		cmocka_unit_test(other_readers_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
