/* event_decode_test.c: what event_decode reads and refuses, against bytes that msgpack-c wrote member by member. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <msgpack.h>

#include "schemas/event.h"

static void text(msgpack_packer *pk, const char *s)
{
	msgpack_pack_str(pk, strlen(s));
	msgpack_pack_str_body(pk, s, strlen(s));
}

static void pair(msgpack_packer *pk, const char *name, const char *value)
{
	text(pk, name);
	text(pk, value);
}

static void envelope(msgpack_packer *pk)
{
	pair(pk, "specversion", "1.0");
	pair(pk, "type", "gov.case.rejected.v1");
	pair(pk, "id", "a-1");
	pair(pk, "source", "/yn/12345");
	text(pk, "time");
	msgpack_pack_int64(pk, 1674090000000000);
}

static enum err decode(const msgpack_sbuffer *sb, struct event *ev, struct problem *problem)
{
	return event_decode(span_of(sb->data, sb->size), ev, problem);
}

static void reads_members(void **state)
{
	/* Members land in the struct of their type, absent ones stay absent, unknown ones are kept. */
	msgpack_sbuffer sb;
	msgpack_packer pk;
	struct event ev;
	struct problem problem = {0};

	(void)state;
	msgpack_sbuffer_init(&sb);
	msgpack_packer_init(&pk, &sb, msgpack_sbuffer_write);
	msgpack_pack_map(&pk, 7);
	envelope(&pk);
	text(&pk, "newer");
	msgpack_pack_array(&pk, 1);
	msgpack_pack_uint64(&pk, 7);
	text(&pk, "data");
	msgpack_pack_map(&pk, 2);
	pair(&pk, "reason", "duplicate");
	pair(&pk, "refer_to", "centre:530102");
	assert_int_equal(decode(&sb, &ev, &problem), ERR_OK);
	assert_int_equal(ev.type, EVENT_case_rejected);
	assert_true(span_eq(ev.env.id, SPAN("a-1")));
	assert_int_equal(ev.env.time, 1674090000000000);
	assert_false(ev.env.has_place);
	assert_int_equal(ev.data.case_rejected.reason, CODE_reject_reason_duplicate);
	assert_true(span_eq(ev.data.case_rejected.refer_to, SPAN("centre:530102")));
	assert_false(ev.data.case_rejected.has_note);
	assert_int_equal(ev.n_extras, 1);
	assert_true(span_eq(ev.extras[0].name, SPAN("newer")));
	assert_false(ev.extras[0].in_data);
	assert_int_equal(event_decode_posted(span_of(sb.data, sb.size), &ev, &problem),
			 ERR_INVALID);
	assert_string_equal(problem.field, "newer");
	msgpack_sbuffer_destroy(&sb);
}

static void refuses_every_truncation(void **state)
{
	/* No prefix of a record is a record, and nothing may follow it. */
	msgpack_sbuffer sb;
	msgpack_packer pk;
	struct event ev;

	(void)state;
	msgpack_sbuffer_init(&sb);
	msgpack_packer_init(&pk, &sb, msgpack_sbuffer_write);
	msgpack_pack_map(&pk, 6);
	envelope(&pk);
	text(&pk, "data");
	msgpack_pack_map(&pk, 1);
	pair(&pk, "reason", "duplicate");
	for (size_t n = 0; n < sb.size; n++) {
		uint8_t *exact = malloc(n + 1);

		memcpy(exact, sb.data, n);
		assert_int_not_equal(event_decode(span_of(exact, n), &ev, NULL), ERR_OK);
		free(exact);
	}
	assert_int_equal(decode(&sb, &ev, NULL), ERR_OK);
	msgpack_pack_nil(&pk);
	assert_int_equal(decode(&sb, &ev, NULL), ERR_MALFORMED);
	msgpack_sbuffer_destroy(&sb);
}

static void takes_data_before_its_type(void **state)
{
	/* A foreign writer's order of members does not matter. */
	msgpack_sbuffer sb;
	msgpack_packer pk;
	struct event ev;

	(void)state;
	msgpack_sbuffer_init(&sb);
	msgpack_packer_init(&pk, &sb, msgpack_sbuffer_write);
	msgpack_pack_map(&pk, 6);
	text(&pk, "data");
	msgpack_pack_map(&pk, 1);
	pair(&pk, "reason", "duplicate");
	envelope(&pk);
	assert_int_equal(decode(&sb, &ev, NULL), ERR_OK);
	assert_int_equal(ev.data.case_rejected.reason, CODE_reject_reason_duplicate);
	assert_int_equal(ev.data_bytes.n, 1 + 7 + 10);
	msgpack_sbuffer_destroy(&sb);
}

/* Data of a case_rejected with one member of our choosing, or that member twice. */
static enum err decode_with(const char *name, const char *value, int times, struct problem *problem)
{
	msgpack_sbuffer sb;
	msgpack_packer pk;
	struct event ev;
	enum err err;

	msgpack_sbuffer_init(&sb);
	msgpack_packer_init(&pk, &sb, msgpack_sbuffer_write);
	msgpack_pack_map(&pk, 6);
	envelope(&pk);
	text(&pk, "data");
	msgpack_pack_map(&pk, (size_t)times);
	for (int i = 0; i < times; i++) {
		pair(&pk, name, value);
	}
	err = decode(&sb, &ev, problem);
	msgpack_sbuffer_destroy(&sb);
	return err;
}

static void names_what_does_not_fit(void **state)
{
	/* A wrong member is refused and named. */
	struct problem problem;

	(void)state;
	assert_int_equal(decode_with("reason", "nonsense", 1, &problem), ERR_MALFORMED);
	assert_string_equal(problem.field, "data.reason");
	assert_int_equal(decode_with("reason", "duplicate", 2, &problem), ERR_MALFORMED);
	assert_string_equal(problem.reason, "stands there twice");
	assert_int_equal(decode_with("refer_to", "centre:530102001001001", 1, &problem),
			 ERR_MALFORMED);
	assert_string_equal(problem.field, "data.refer_to");
	assert_int_equal(decode_with("objection_until", "2023", 1, &problem), ERR_MALFORMED);
	assert_int_equal(decode_with("x", "\xed\xa0\x80", 1, &problem), ERR_MALFORMED);
	assert_int_equal(decode_with("x", "y", 1, &problem), ERR_OK);
	assert_int_equal(decode_with("x", "y", 2, &problem), ERR_MALFORMED);
}

static void refuses_bombs(void **state)
{
	/* A few bytes that claim many members, or nest deeply, cost nothing and are refused. */
	static const char *const bombs[] = {"\xdd\x03\xff\xff\xff", "\xdf\xff\xff\xff\xff",
					    "\xde\xff\xff",         "\x81\xa1x\xdd\x10\x01\x01\x01",
					    "\x81\xa1x\xc1",        "\x81\xa1x\xc0"};
	uint8_t deep[64];
	struct event ev;

	(void)state;
	for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
		assert_int_equal(event_decode(span_cstr(bombs[i]), &ev, NULL), ERR_MALFORMED);
	}
	memset(deep, 0x91, sizeof deep);
	memcpy(deep, "\x81\xa1x", 3);
	assert_int_equal(event_decode(span_of(deep, sizeof deep), &ev, NULL), ERR_MALFORMED);
}

static void decodes_what_it_encodes(void **state)
{
	/* Encode, decode, encode: the bytes are the same; a copy too, after the first bytes are gone. */
	struct event ev = {.type = EVENT_case_reported}, read, copy;
	struct case_reported *data = &ev.data.case_reported;
	struct buf first = {0}, second = {0};
	struct arena arena = {0};

	(void)state;
	EVENT_SET(ev.env, id, SPAN("i"));
	EVENT_SET(ev.env, source, SPAN("/s"));
	EVENT_SET(ev.env, time, -5);
	EVENT_SET(ev.env, claim, -1);
	EVENT_SET(ev.env, to, CODE_case_state_RP);
	EVENT_SET(*data, title, SPAN("楼道堆物"));
	EVENT_SET(*data, lon_e6, -102712251);
	EVENT_SET(*data, settled, false);
	EVENT_SET(*data, type_code, SPAN("MD02"));
	data->places[0] = SPAN("530102");
	data->places[1] = SPAN("530103");
	data->n_places = 2;
	assert_int_equal(event_encode(&ev, &first), ERR_OK);
	assert_int_equal(event_decode(buf_span(&first), &read, NULL), ERR_OK);
	assert_int_equal(event_copy(&arena, &read, &copy), ERR_OK);
	memset(first.p, 0, first.n);
	assert_int_equal(event_encode(&copy, &second), ERR_OK);
	buf_reset(&first);
	assert_int_equal(event_encode(&ev, &first), ERR_OK);
	assert_true(span_eq(buf_span(&first), buf_span(&second)));
	EVENT_SET(*data, title, SPAN("a\nb"));
	assert_int_equal(event_encode(&ev, &first), ERR_INVALID);
	assert_int_equal(first.n, second.n);
	buf_done(&first);
	buf_done(&second);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_members),
		cmocka_unit_test(refuses_every_truncation),
		cmocka_unit_test(takes_data_before_its_type),
		cmocka_unit_test(names_what_does_not_fit),
		cmocka_unit_test(refuses_bombs),
		cmocka_unit_test(decodes_what_it_encodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
