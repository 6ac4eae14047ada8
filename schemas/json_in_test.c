/* json_in_test.c: posted JSON is read strictly, and as another library reads it. */
#include "schemas/json_in.h"

#include <jansson.h>
#include <stdlib.h>

#include "schemas/random_event.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/jansson_agrees.h"

enum { ROUNDS = 40, MUTANTS = 25 };

static struct arena arena;

static int teardown(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

/* A tick with pieces put in: before it, among its attributes, in its data, and after it. */
static struct span tick(const char *before,
			const char *attribute,
			const char *member,
			const char *after)
{
	return arena_printf(
		&arena,
		"%s{\"specversion\":\"1.0\",\"id\":\"a\",\"source\":\"/t\",\"type\":\"gov.clock.advanced.v1\","
		"\"time\":\"2023-01-20T00:00:00Z\"%s,\"data\":{\"to\":\"2023-01-20T00:00:00Z\"%s}}%s",
		before, attribute, member, after);
}

/* Ticks, and what becomes of them. */
static const struct {
	const char *before, *attribute, *member, *after; /* of tick */
	const char *field, *reason;                      /* NULL: it is taken */
} rows[] = {
	{"", "", "", "", NULL, NULL},
	{" \t\r\n", " ", "\n", " \t\r\n", NULL, NULL},
	{"", ",\"expectedseq\":-0", "", "", NULL, NULL},
	{"", ",\"expectedseq\":9223372036854775807", "", "", NULL, NULL},
	{"", ",\"pl\\u0061ce\":\"53\"", "", "", NULL, NULL},
	{"", ",\"place\":null", "", "", NULL, NULL},
	{"", ",\"id\":\"a\"", "", "", "id", "stands there twice"},
	{"", ",\"\\u0069d\":\"b\"", "", "", "id", "stands there twice"},
	{"", ",\"place\":null,\"place\":\"53\"", "", "", "place", "stands there twice"},
	{"", ",\"type\":\"x\"", "", "", "type", "stands there twice"},
	{"", ",\"specversion\":\"1.0\"", "", "", "specversion", "stands there twice"},
	{"", ",\"data\":{}", "", "", "data", "stands there twice"},
	{"", ",\"datacontenttype\":null,\"datacontenttype\":null", "", "", "datacontenttype",
	 "stands there twice"},
	{"", "", ",\"to\":\"2023-01-20T00:00:00Z\"", "", "data.to", "stands there twice"},
	{"", ",\"x\":1", "", "", "x", "is not an attribute of this bus"},
	{"", ",\"id\\u0000\":\"a\"", "", "", "?", "is not an attribute of this bus"},
	{"", "", ",\"to\\u0000\":1", "", "data.?", "is not a member of this type"},
	{"", ",\"unit\":\"a\\u0000b\"", "", "", "unit", NULL},
	{"", ",\"unit\":\"\\u0000\"", "", "", "unit", NULL},
	{"", ",\"expectedseq\":9223372036854775808", "", "", "expectedseq",
	 "must be a whole number"},
	{"", ",\"expectedseq\":18446744073709551616", "", "", "expectedseq",
	 "must be a whole number"},
	{"", ",\"expectedseq\":1.0", "", "", "expectedseq", "must be a whole number"},
	{"", ",\"expectedseq\":1e0", "", "", "expectedseq", "must be a whole number"},
	{"", ",\"expectedseq\":-1", "", "", "expectedseq", NULL},
	{"", ",\"expectedseq\":01", "", "", "", NULL},
	{"", ",\"expectedseq\":+1", "", "", "", NULL},
	{"", ",\"expectedseq\":0x1", "", "", "", NULL},
	{"", ",\"expectedseq\":1e999", "", "", "", NULL},
	{"", ",\"expectedseq\":NaN", "", "", "", NULL},
	{"", ",\"unit\":\"\\ud800\"", "", "", "", NULL},
	{"", ",\"unit\":\"\\udc00\\ud800\"", "", "", "", NULL},
	{"", ",\"unit\":\"\xff\"", "", "", "", NULL},
	{"", ",\"unit\":\"\xc0\xaf\"", "", "", "", NULL},
	{"", ",\"unit\":\"\xed\xa0\x80\"", "", "", "", NULL},
	{"", ",\"unit\":\"\x01\"", "", "", "", NULL},
	{"", ",\"unit\":\"\\x\"", "", "", "", NULL},
	{"", ",", "", "", "", NULL},
	{"", "", ",", "", "", NULL},
	{"", "/**/", "", "", "", NULL},
	{"\xef\xbb\xbf", "", "", "", "",
	 "not JSON at byte 1: byte order mark (BOM) is not supported"},
	{"", "", "", "x", "", "not JSON at byte 143: has bytes after its end"},
	{"", "", "", " {}", "", "not JSON at byte 144: has bytes after its end"},
	{"[", "", "", "]", "", "is not a JSON object"},
};

static void strict(void **state)
{
	/* What is not strictly an event in JSON is refused, by the member's name or the byte; jansson takes none of it either. */
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span text =
			tick(rows[i].before, rows[i].attribute, rows[i].member, rows[i].after);
		struct problem problem = {{0}, {0}};
		struct event ev;
		bool taken;
		enum err err = event_from_json(text, &arena, &ev, &problem);

		print_message("%.*s: %s: %s\n", SPAN_ARGS(text), problem.field, problem.reason);
		assert_int_equal(!err, !rows[i].field);
		assert_string_equal(problem.field, rows[i].field ? rows[i].field : "");
		assert_true(err ? *problem.reason : !*problem.reason);
		assert_true(!rows[i].reason || strcmp(problem.reason, rows[i].reason) == 0);
		assert_true(jansson_agrees(text, &arena, &taken));
	}
}

static void zero_byte(void **state)
{
	/* A zero byte is refused wherever it stands; jansson lets it pass after a number, true, false or null. */
	struct span text = tick("", ",\"dryrun\":false,\"expectedseq\":7", "", "");
	uint8_t *p = arena_alloc(&arena, text.n + 1);
	bool taken;

	(void)state;
	assert_true(jansson_agrees(text, &arena, &taken) && taken);
	for (size_t at = 0; at <= text.n; at++) {
		memcpy(p, text.p, at);
		p[at] = '\0';
		memcpy(p + at + 1, text.p + at, text.n - at);
		assert_true(jansson_agrees(span_of(p, text.n + 1), &arena, &taken) && !taken);
	}
}

/* One byte changed, taken out, doubled, or all from there cut off. */
static struct span mutant(struct span text, uint64_t *seed)
{
	static const char BYTES[] = "\"\\{}[]:,-+0123456789.eEu \n\x01\x7f\x80\xc3\xed\xff";
	uint8_t *p = arena_alloc(&arena, text.n + 1);
	size_t at = random_event_splitmix(seed) % text.n;
	size_t n = text.n;

	memcpy(p, text.p, n);
	switch (random_event_splitmix(seed) % 4) {
	case 0:
		memmove(p + at, p + at + 1, --n - at);
		break;
	case 1:
		memmove(p + at + 1, p + at, n++ - at);
		break;
	case 2:
		n = random_event_splitmix(seed) % 8 ? n : at;
		/* fall through */
	default:
		p[at] = (uint8_t)BYTES[random_event_splitmix(seed) % (sizeof BYTES - 1)];
	}
	return span_of(p, n);
}

static void as_jansson_reads_it(void **state)
{
	/* Posted events of every type, whole and damaged: taken by one library if and only if by the other, as the same event. */
	uint64_t seed = 20230119;
	struct random_event_source source = {random_event_splitmix, &seed};
	unsigned n_taken = 0, n_refused = 0;

	(void)state;
	for (unsigned n = 0; n < ROUNDS * EVENT_TYPE_COUNT; n++) {
		enum event_type type = (enum event_type)(n % EVENT_TYPE_COUNT);
		struct event ev;
		bool taken;

		if (type == EVENT_NONE || !event_schema(type)->posted) {
			continue;
		}
		arena_reset(&arena);
		assert_int_equal(random_event_make(&source, type, true, &arena, &ev), ERR_OK);
		json_t *json = event_to_json(&ev, true);
		char *text = json_dumps(json, n % 2 ? JSON_COMPACT
						    : JSON_INDENT(n % 8) | JSON_ENSURE_ASCII);

		assert_true(jansson_agrees(span_cstr(text), &arena, &taken));
		for (int i = 0; i < MUTANTS; i++) {
			struct span other = mutant(span_cstr(text), &seed);

			for (uint64_t more = random_event_splitmix(&seed) % 3; more && other.n;
			     more--) {
				other = mutant(other, &seed);
			}
			if (!jansson_agrees(other, &arena, &taken)) {
				fail_msg("they do not agree on %.*s", SPAN_ARGS(other));
			}
			n_taken += taken;
			n_refused += !taken;
		}
		free(text);
		json_decref(json);
	}
	print_message("%u taken, %u refused\n", n_taken, n_refused);
	assert_true(n_taken > 1000 && n_refused > 1000);
}

static void one_after_the_other(void **state)
{
	/* Values are read one at a time; ahead of them the text is as it came, and an error counts bytes from its begin. */
	struct json_in in;
	struct problem problem = {{0}, {0}};
	yyjson_val *json;

	(void)state;
	assert_int_equal(json_in_open(&in, SPAN(" [ \"a\\n\" ,{}, 12 , x]"), &arena), ERR_OK);
	assert_true(json_in_take(&in, '['));
	assert_false(json_in_take(&in, ','));
	assert_int_equal(json_in_next(&in, &arena, &json, &problem), ERR_OK);
	assert_string_equal(yyjson_get_str(json), "a\n");
	assert_int_equal(in.at, 8);
	assert_true(json_in_take(&in, ','));
	assert_int_equal(json_in_next(&in, &arena, &json, &problem), ERR_OK);
	assert_true(yyjson_is_obj(json));
	assert_true(json_in_take(&in, ','));
	assert_int_equal(json_in_next(&in, &arena, &json, &problem), ERR_OK);
	assert_int_equal(yyjson_get_int(json), 12);
	assert_true(json_in_take(&in, ','));
	assert_int_equal(json_in_next(&in, &arena, &json, &problem), ERR_MALFORMED);
	assert_non_null(strstr(problem.reason, "not JSON at byte 20: "));
	assert_false(json_in_ended(&in));
}

static void dense_text(void **state)
{
	/* More values than yyjson expects of so many bytes, and deeper than any event: the tree moves to more memory, and is refused. */
	enum { DEEP = 100000 };
	char *text = malloc(2 * DEEP);
	struct problem problem = {{0}, {0}};
	struct event ev;

	(void)state;
	assert_non_null(text);
	memset(text, '[', DEEP);
	memset(text + DEEP, ']', DEEP);
	assert_int_equal(event_from_json(span_of(text, 2 * DEEP), &arena, &ev, &problem),
			 ERR_MALFORMED);
	assert_string_equal(problem.reason, "is not a JSON object");
	assert_true(arena.used_bytes < 48 * 2 * DEEP);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(strict, teardown),
		cmocka_unit_test_teardown(zero_byte, teardown),
		cmocka_unit_test_teardown(as_jansson_reads_it, teardown),
		cmocka_unit_test_teardown(one_after_the_other, teardown),
		cmocka_unit_test_teardown(dense_text, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
