/* event_copy_test.c: what a newer writer sends is kept by readers, copied and written again; too much of it is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <jansson.h>
#include <msgpack.h>

#include "schemas/event.h"

static void text(msgpack_packer *pk, const char *s)
{
	msgpack_pack_str(pk, strlen(s));
	msgpack_pack_str_body(pk, s, strlen(s));
}

/* A clock tick with so many unknown members in data, and one in the envelope. */
static void write_newer(unsigned unknown, msgpack_sbuffer *ret_sb)
{
	msgpack_packer pk;
	char name[8];

	msgpack_sbuffer_init(ret_sb);
	msgpack_packer_init(&pk, ret_sb, msgpack_sbuffer_write);
	msgpack_pack_map(&pk, 5);
	text(&pk, "specversion");
	text(&pk, "1.0");
	text(&pk, "type");
	text(&pk, "gov.clock.ticked.v1");
	text(&pk, "claim");
	msgpack_pack_uint8(&pk, 5);
	text(&pk, "outer");
	msgpack_pack_true(&pk);
	text(&pk, "data");
	msgpack_pack_map(&pk, 1 + unknown);
	text(&pk, "tick");
	msgpack_pack_uint32(&pk, 28000000);
	for (unsigned i = 0; i < unknown; i++) {
		snprintf(name, sizeof name, "x%u", i);
		text(&pk, name);
		msgpack_pack_map(&pk, 1);
		text(&pk, "deep");
		msgpack_pack_int(&pk, -1);
	}
}

static void keeps_what_it_does_not_know(void **state)
{
	/* A copy, written, holds the unknown members in their place, after the bytes that were read are gone. */
	msgpack_sbuffer sb;
	struct event ev, copy, again;
	struct arena arena = {0};
	struct buf buf = {0};

	(void)state;
	write_newer(3, &sb);
	assert_int_equal(event_decode(span_of(sb.data, sb.size), &ev, NULL), ERR_OK);
	assert_int_equal(event_copy(&arena, &ev, &copy), ERR_OK);
	memset(sb.data, 0, sb.size);
	assert_int_equal(event_encode(&copy, &buf), ERR_OK);
	assert_int_equal(event_decode(buf_span(&buf), &again, NULL), ERR_OK);
	assert_int_equal(again.n_extras, 4);
	assert_true(span_eq(again.extras[0].name, SPAN("outer")));
	assert_false(again.extras[0].in_data);
	assert_true(span_eq(again.extras[3].name, SPAN("x2")));
	assert_true(again.extras[3].in_data);
	assert_true(span_eq(again.data_bytes, copy.data_bytes));
	buf_done(&buf);
	arena_done(&arena);
	msgpack_sbuffer_destroy(&sb);
}

static void refuses_too_many(void **state)
{
	/* One unknown member more than a reader keeps is refused, and named. */
	msgpack_sbuffer sb;
	struct event ev;
	struct problem problem;

	(void)state;
	write_newer(LIMIT_EXTRAS - 1, &sb);
	assert_int_equal(event_decode(span_of(sb.data, sb.size), &ev, &problem), ERR_OK);
	msgpack_sbuffer_destroy(&sb);
	write_newer(LIMIT_EXTRAS, &sb);
	assert_int_equal(event_decode(span_of(sb.data, sb.size), &ev, &problem), ERR_TOO_BIG);
	assert_string_equal(problem.field, "data.x15");
	msgpack_sbuffer_destroy(&sb);
}

static void fails_cleanly_without_memory(void **state)
{
	/* Whatever the arena's limit, a copy either succeeds or says NOMEM. */
	msgpack_sbuffer sb;
	struct event ev, copy;
	enum err err = ERR_NOMEM;
	unsigned failures = 0;

	(void)state;
	write_newer(3, &sb);
	assert_int_equal(event_decode(span_of(sb.data, sb.size), &ev, NULL), ERR_OK);
	for (size_t limit = 1; err; limit += 8) {
		struct arena arena = {.limit_bytes = limit};

		err = event_copy(&arena, &ev, &copy);
		assert_true(err == ERR_OK || err == ERR_NOMEM);
		failures += err != ERR_OK;
		arena_done(&arena);
	}
	assert_true(failures > 5);
	msgpack_sbuffer_destroy(&sb);
}

static void refuses_what_may_not_leave(void **state)
{
	/* An event without type, or with a member its readers would refuse, is not written, and nothing is left behind. */
	struct event ev = {.type = EVENT_NONE};
	struct buf buf = {0};

	(void)state;
	assert_int_equal(event_encode(&ev, &buf), ERR_UNKNOWN);
	assert_null(event_to_json(&ev, true));
	ev.type = EVENT_clock_ticked;
	EVENT_SET(ev.data.clock_ticked, at, INT64_MAX);
	assert_int_equal(event_encode(&ev, &buf), ERR_INVALID);
	ev.data.clock_ticked.has_at = false;
	EVENT_SET(ev.env, to, 200);
	assert_int_equal(event_encode(&ev, &buf), ERR_INVALID);
	EVENT_SET(ev.env, to, CODE_case_state_RP);
	EVENT_SET(ev.env, digest, SPAN("short"));
	assert_int_equal(event_encode(&ev, &buf), ERR_INVALID);
	assert_int_equal(buf.n, 0);
	buf_done(&buf);
}

static void json_shows_seals_only_when_asked(void **state)
{
	/* Sealed members stand in JSON as base64 when asked for, and not at all otherwise. */
	struct event ev = {.type = EVENT_case_accepted};

	(void)state;
	EVENT_SET(ev.data.case_accepted, note, SPAN("\x01\x01zz"));
	EVENT_SET(ev.env, digest, SPAN("0123456789abcdef"));
	json_t *shown = event_to_json(&ev, true), *hidden = event_to_json(&ev, false);

	assert_string_equal(
		json_string_value(json_object_get(json_object_get(shown, "data"), "note")),
		"AQF6eg==");
	assert_null(json_object_get(json_object_get(hidden, "data"), "note"));
	assert_string_equal(json_string_value(json_object_get(hidden, "digest")),
			    "MDEyMzQ1Njc4OWFiY2RlZg==");
	json_decref(shown);
	json_decref(hidden);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_it_does_not_know),
		cmocka_unit_test(refuses_too_many),
		cmocka_unit_test(fails_cleanly_without_memory),
		cmocka_unit_test(refuses_what_may_not_leave),
		cmocka_unit_test(json_shows_seals_only_when_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
