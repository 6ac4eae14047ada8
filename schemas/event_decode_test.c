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

static void says_no_unknown_name_that_may_be_a_persons(void **state)
{
	/* The name of a member that no table knows is the sender's own text. */
	msgpack_sbuffer sb;
	msgpack_packer pk;
	struct event ev;
	struct problem problem = {0};

	(void)state;
	msgpack_sbuffer_init(&sb);
	msgpack_packer_init(&pk, &sb, msgpack_sbuffer_write);
	msgpack_pack_map(&pk, 6);
	envelope(&pk);
	text(&pk, "data");
	msgpack_pack_map(&pk, 2);
	pair(&pk, "reason", "duplicate");
	pair(&pk, "13887654321", "x");
	assert_int_equal(event_decode_posted(span_of(sb.data, sb.size), &ev, &problem),
			 ERR_INVALID);
	assert_string_equal(problem.field, "data.?");
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

/* A record whose members are written one by one, in any order. */
struct record {
	msgpack_sbuffer sb;
	msgpack_packer pk;
};

static void begin(struct record *r, size_t members)
{
	msgpack_sbuffer_init(&r->sb);
	msgpack_packer_init(&r->pk, &r->sb, msgpack_sbuffer_write);
	msgpack_pack_map(&r->pk, members);
}

static void data_of(struct record *r, const char *name, const char *value)
{
	text(&r->pk, "data");
	msgpack_pack_map(&r->pk, 1);
	pair(&r->pk, name, value);
}

/* Reads the record, posted or not, and ends it. @param field, reason: why it is refused; NULL: it is not */
static void ends(struct record *r, bool posted, enum err err, const char *field, const char *reason)
{
	struct span bytes = span_of(r->sb.data, r->sb.size);
	struct problem problem = {0};
	struct event ev;

	assert_int_equal(posted ? event_decode_posted(bytes, &ev, &problem)
				: event_decode(bytes, &ev, &problem),
			 err);
	if (field) {
		assert_string_equal(problem.field, field);
		assert_string_equal(problem.reason, reason);
	}
	msgpack_sbuffer_destroy(&r->sb);
}

static void asks_for_what_every_event_has(void **state)
{
	/* Version, type and data are asked for by name, and each may stand there once; data of no type is no data. */
	static const char *const names[] = {"specversion", "type", "id"};
	static const char *const values[] = {"1.0", "gov.case.rejected.v1", "a-1"};
	struct record r;

	(void)state;
	for (size_t lacks = 0; lacks < 2; lacks++) {
		begin(&r, 3);
		for (size_t i = 0; i < 3; i++) {
			if (i != lacks) {
				pair(&r.pk, names[i], values[i]);
			}
		}
		data_of(&r, "reason", "duplicate");
		ends(&r, false, ERR_MALFORMED, names[lacks], "is missing");
	}
	begin(&r, 5);
	envelope(&r.pk);
	ends(&r, false, ERR_MALFORMED, "data", "is missing");
	begin(&r, 7);
	envelope(&r.pk);
	data_of(&r, "reason", "duplicate");
	data_of(&r, "reason", "duplicate");
	ends(&r, false, ERR_MALFORMED, "data", "stands there twice");
	begin(&r, 6);
	text(&r.pk, "data");
	msgpack_pack_str(&r.pk, 400); /* longer than what follows */
	envelope(&r.pk);
	ends(&r, false, ERR_MALFORMED, "data", "is broken");
}

static void keeps_lists_in_bounds(void **state)
{
	/* What must be a list is one, of as many items as its table allows. */
	struct record r;

	(void)state;
	begin(&r, 3);
	pair(&r.pk, "specversion", "1.0");
	pair(&r.pk, "type", "gov.case.reported.v1");
	data_of(&r, "places", "530102");
	ends(&r, false, ERR_MALFORMED, "data.places", "must be a list");
	begin(&r, 3);
	pair(&r.pk, "specversion", "1.0");
	pair(&r.pk, "type", "gov.case.reported.v1");
	text(&r.pk, "data");
	msgpack_pack_map(&r.pk, 1);
	text(&r.pk, "places");
	msgpack_pack_array(&r.pk, 200);
	for (int i = 0; i < 200; i++) {
		text(&r.pk, "530102");
	}
	ends(&r, false, ERR_MALFORMED, "data.places", "has too many items");
}

static void refuses_names_that_are_no_text(void **state)
{
	/* A name is kept only if it is UTF-8: it is printed and written on as it came. */
	struct record r;

	(void)state;
	begin(&r, 6);
	envelope(&r.pk);
	data_of(&r, "\xff", "x");
	ends(&r, false, ERR_MALFORMED, "data.", "has a name that is not UTF-8");
}

static void posted_may_name_its_content(void **state)
{
	/* A sender may say that data are JSON or MessagePack, as CloudEvents has it; what is neither is refused. */
	static const char *const types[] = {"application/json", "application/msgpack"};
	static const char *const others[] = {"text/xml", "application/json5", ""};
	static const char why[] = "must be application/json or application/msgpack";
	struct record r;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		begin(&r, 7);
		envelope(&r.pk);
		pair(&r.pk, "datacontenttype", types[i]);
		data_of(&r, "reason", "duplicate");
		ends(&r, true, ERR_OK, NULL, NULL);
	}
	for (size_t i = 0; i < 3; i++) {
		begin(&r, 7);
		envelope(&r.pk);
		pair(&r.pk, "datacontenttype", others[i]);
		data_of(&r, "reason", "duplicate");
		ends(&r, true, ERR_INVALID, "datacontenttype", why);
	}
	begin(&r, 7);
	envelope(&r.pk);
	text(&r.pk, "datacontenttype");
	msgpack_pack_int(&r.pk, 1);
	data_of(&r, "reason", "duplicate");
	ends(&r, true, ERR_INVALID, "datacontenttype", why);
}

static void posted_names_its_schema(void **state)
{
	/* A sender may name the schema of its data, as CloudEvents has it: an absolute URI; it is no extra, and in a record it is one. */
	static const struct {
		const char *uri, *why;
	} uris[] = {
		{"urn:govbus:schema:x", NULL},
		{"s:x", NULL},
		{"x", "must be an absolute URI"},
		{":x", "must be an absolute URI"},
		{"urn:", "must be an absolute URI"},
		{"", "may not be empty"},
		{"urn:a b", "must be printable ASCII without spaces; percent-encode all else"},
	};
	struct record r;

	(void)state;
	for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
		begin(&r, 7);
		envelope(&r.pk);
		pair(&r.pk, "dataschema", uris[i].uri);
		data_of(&r, "reason", "duplicate");
		ends(&r, true, uris[i].why ? ERR_INVALID : ERR_OK,
		     uris[i].why ? "dataschema" : NULL, uris[i].why);
	}
	begin(&r, 7);
	envelope(&r.pk);
	text(&r.pk, "dataschema");
	msgpack_pack_int(&r.pk, 1);
	data_of(&r, "reason", "duplicate");
	ends(&r, true, ERR_INVALID, "dataschema", "must be text");
}

static void posted_may_lack_data(void **state)
{
	/* An action may come without data: then it has no member, whatever stood in the struct before. */
	struct event ev;
	struct record r;

	(void)state;
	memset(&ev, 1, sizeof ev);
	begin(&r, 5);
	envelope(&r.pk);
	assert_int_equal(event_decode_posted(span_of(r.sb.data, r.sb.size), &ev, NULL), ERR_OK);
	assert_false(ev.data.case_rejected.has_reason);
	assert_false(ev.data.case_rejected.has_note);
	assert_int_equal(ev.n_extras, 0);
	msgpack_sbuffer_destroy(&r.sb);
}

static void refuses_what_is_too_large(void **state)
{
	/* Bytes beyond the limit are not looked at: an action's is lower, for the decider adds to it. */
	static uint8_t bytes[LIMIT_EVENT_BYTES + 1];
	struct problem problem;
	struct event ev;

	(void)state;
	assert_int_equal(event_decode(span_of(bytes, sizeof bytes), &ev, &problem), ERR_TOO_BIG);
	assert_string_equal(problem.reason, "is larger than an event may be");
	assert_int_equal(event_decode(span_of(bytes, LIMIT_EVENT_BYTES), &ev, &problem),
			 ERR_MALFORMED);
	assert_int_equal(event_decode_posted(span_of(bytes, LIMIT_ACTION_BYTES + 1), &ev, &problem),
			 ERR_TOO_BIG);
	assert_int_equal(event_decode_posted(span_of(bytes, LIMIT_ACTION_BYTES), &ev, &problem),
			 ERR_MALFORMED);
}

static void does_not_encode_too_long_a_list(void **state)
{
	/* A list longer than its table allows is refused, and nothing of it is left behind. */
	struct event ev = {.type = EVENT_profile_set};
	struct buf out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof ev.data.profile_set.steps; i++) {
		ev.data.profile_set.steps[i] = CODE_step_report;
		ev.data.profile_set.n_steps++;
	}
	assert_int_equal(event_encode(&ev, &out), ERR_OK);
	buf_reset(&out);
	ev.data.profile_set.n_steps++; /* what stands behind the list is a step by chance */
	assert_int_equal(event_encode(&ev, &out), ERR_INVALID);
	assert_int_equal(out.n, 0);
	buf_done(&out);
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
		cmocka_unit_test(says_no_unknown_name_that_may_be_a_persons),
		cmocka_unit_test(takes_data_before_its_type),
		cmocka_unit_test(names_what_does_not_fit),
		cmocka_unit_test(refuses_bombs),
		cmocka_unit_test(asks_for_what_every_event_has),
		cmocka_unit_test(keeps_lists_in_bounds),
		cmocka_unit_test(refuses_names_that_are_no_text),
		cmocka_unit_test(posted_may_name_its_content),
		cmocka_unit_test(posted_names_its_schema),
		cmocka_unit_test(posted_may_lack_data),
		cmocka_unit_test(refuses_what_is_too_large),
		cmocka_unit_test(does_not_encode_too_long_a_list),
		cmocka_unit_test(decodes_what_it_encodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
