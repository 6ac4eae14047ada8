/* event_scan_json_test.c: what is read straight from text is what jansson and event_from_json read; what they refuse is not taken. */
#include "schemas/event_scan_json.h"

#include <stdlib.h>

#include <jansson.h>

#include "schemas/random_event.h"
#include "tests/support/cmocka_all.h"

enum { ROUNDS = 40, CHANGES = 60 };

static const uint8_t secret[32] = {7};
static uint64_t seed = 20261124;
static unsigned long taken_changed, left_changed;

/* Of nothing: 0. */
static uint64_t below(uint64_t n)
{
	return n ? random_event_splitmix(&seed) % n : 0;
}

/* The same members with the same values: as JSON, and as a digest. */
static void assert_same(const struct event *a, const struct event *b)
{
	uint8_t first[16], second[16];
	json_t *one = event_to_json(a, true), *other = event_to_json(b, true);

	assert_int_equal(a->type, b->type);
	assert_true(json_equal(one, other));
	json_decref(one);
	json_decref(other);
	event_digest(a, secret, first);
	event_digest(b, secret, second);
	assert_memory_equal(first, second, sizeof first);
	assert_int_equal(a->n_extras, 0);
	assert_null(a->data_bytes.p);
}

/* Both readers over one text. @return whether it was taken; then jansson takes it, ends at the same byte, and means the same */
static bool both(struct span text, bool *ret_right)
{
	struct arena arena = {0};
	struct event scanned, read;
	json_error_t why;
	/* In memory of its own length, so that a look beyond its end is seen by a sanitizer. */
	char *copy = malloc(text.n + 1);

	assert_non_null(copy);
	memcpy(copy, text.p, text.n);
	size_t n = event_scan_json(span_of(copy, text.n), &arena, &scanned);
	json_t *json =
		json_loadb(copy, text.n, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &why);

	*ret_right = json && event_from_json(json, &arena, &read, NULL) == ERR_OK;
	if (n && !*ret_right) {
		fail_msg("taken, but refused by the other: %.*s", SPAN_ARGS(text));
	}
	if (n) {
		assert_int_equal(n, why.position);
		assert_same(&scanned, &read);
	}
	json_decref(json);
	arena_done(&arena);
	free(copy);
	return n > 0;
}

/* A text as one of its senders might write it: members in any order, spaced or not, escaped or not. */
static char *print(json_t *json)
{
	static const size_t FLAGS[] = {JSON_COMPACT, JSON_INDENT(1), JSON_ENSURE_ASCII,
				       JSON_SORT_KEYS | JSON_ESCAPE_SLASH};

	return json_dumps(json, FLAGS[below(sizeof FLAGS / sizeof FLAGS[0])]);
}

/* A few bytes are changed, dropped, doubled, or the end is cut off. */
static size_t change(char *text, size_t n)
{
	static const char LIKELY[] =
		"\"\\{}[],:0123456789-.eEunltrfase \n\t\x01\x7f\xc2\xed\xa0\xff";

	for (uint64_t times = 1 + below(3); times && n; times--) {
		size_t at = below(n), to = below(n), some = 1 + below(12);

		switch (below(5)) {
		case 0:
			text[at] = LIKELY[below(sizeof LIKELY - 1)];
			break;
		case 1:
			text[at] = (char)below(256);
			break;
		case 2:
			memmove(text + at, text + at + 1, n - at - 1);
			n--;
			break;
		case 3:
			some = at + some > n ? n - at : some;
			some = to + some > n ? n - to : some;
			memmove(text + to, text + at, some);
			break;
		default:
			n = below(8) ? n : at;
		}
	}
	return n;
}

static void changed_texts(const char *text)
{
	size_t n = strlen(text);
	char *copy = malloc(n + 1);
	bool right;

	assert_non_null(copy);
	for (int i = 0; i < CHANGES; i++) {
		memcpy(copy, text, n + 1);
		if (both(span_of(copy, change(copy, n)), &right)) {
			taken_changed++;
		} else {
			left_changed++;
		}
	}
	free(copy);
}

static void reads_as_the_other_does(void **state)
{
	/* Every valid event of every type is taken, in whatever form jansson writes it; changed ones are taken only if jansson takes them. */
	struct random_event_source source = {random_event_splitmix, &seed};
	struct arena arena = {0};
	struct event ev;
	bool right;

	(void)state;
	for (unsigned n = 0; n < ROUNDS * EVENT_TYPE_COUNT; n++) {
		enum event_type type = (enum event_type)(n % EVENT_TYPE_COUNT);

		if (type == EVENT_NONE || !event_schema(type)->posted) {
			continue;
		}
		arena_reset(&arena);
		assert_int_equal(random_event_make(&source, type, true, &arena, &ev), ERR_OK);
		json_t *json = event_to_json(&ev, false);
		char *text = print(json);

		if (!both(span_cstr(text), &right)) {
			fail_msg("valid, but left: %s", text);
		}
		changed_texts(text);
		free(text);
		json_decref(json);
	}
	arena_done(&arena);
	assert_true(taken_changed > 1000 && left_changed > 1000);
}

#define HEAD \
	"\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"time\":\"2023-01-19T09:00:00+08:00\""
#define TYPE          "\"type\":\"gov.case.reported.v1\""
#define DATA(members) "{" HEAD "," TYPE ",\"data\":{" members "}}"

static void takes(const char *text, bool wanted)
{
	bool right;
	bool was = both(span_cstr(text), &right);

	if (was != wanted) {
		fail_msg("%s: %s", was ? "taken" : "left", text);
	}
}

static void takes_what_is_right(void **state)
{
	/* Forms that senders use; each is read as the other reader reads it. */
	(void)state;
	takes(DATA("\"title\":\"t\""), true);
	takes("{\"data\":{\"title\":\"a}\\\"{\"},  \"datacontenttype\":null," HEAD "," TYPE "}",
	      true);
	takes("{\"data\":null," HEAD "," TYPE "}", true);
	takes("{" HEAD ",\"datacontenttype\":\"application/json\"," TYPE "}", true);
	takes(" \r\n\t{" HEAD " , " TYPE " } ,{", true);
	takes(DATA(""), true);
	takes(DATA("\"places\":[],\"title\":null"), true);
	takes(DATA("\"places\":[\"530102\" , \"5301\"],\"evidence\":null"), true);
	takes(DATA("\"title\":\"\\u5c71\\ud83d\\ude00\\u00e9\\u0041\\/\\\\\\\"\""), true);
	takes(DATA("\"description\":\"\\n\\t\\r\""), true);
	takes(DATA("\"lon_e6\":-0,\"lat_e6\":-90000000,\"involved\":0"), true);
	takes(DATA("\"settled\":true"), true);
	takes("{" HEAD "," TYPE ",\"expectedseq\":\"18446744073709551615\"}", true);
	takes("{" HEAD "," TYPE ",\"expectedseq\":9223372036854775807}", true);
	takes("{" HEAD "," TYPE ",\"ti\\u006de\":null}", false);
	takes("{" HEAD "," TYPE ",\"pl\\u0061ce\":\"530102\"}", true);
}

static void leaves_what_is_not(void **state)
{
	/* Refused by the other reader, or right but so rare that it is left to it. */
	static const char *const LEFT[] = {
		"",
		"{",
		"{}",
		"[]",
		"{" HEAD "}",
		"{" HEAD "," TYPE,
		"{" HEAD "," TYPE ",}",
		"{" HEAD "," TYPE "," TYPE "}",
		"{" HEAD "," HEAD "," TYPE "}",
		"{" TYPE ",\"id\":\"1\"}",
		"{\"data\":}," HEAD "," TYPE "}",
		"{\"data\":{\"title\":1]}," HEAD "," TYPE "}",
		"{\"data\":{},\"data\":{}," HEAD "," TYPE "}",
		"{" HEAD "," TYPE ",\"data\":{},\"data\":{}}",
		"{" HEAD "," TYPE ",\"data\":[]}",
		"{" HEAD ",\"type\":\"gov.case.reported.v9\"}",
		"{" HEAD ",\"type\":null}",
		"{" HEAD "," TYPE ",\"datacontenttype\":\"text/plain\"}",
		"{" HEAD "," TYPE ",\"name\":\"x\"}",
		"{" HEAD "," TYPE ",\"expectedseq\":9999999999999999999}",
		"{" HEAD "," TYPE ",\"expectedseq\":9223372036854775808}",
		"{" HEAD "," TYPE ",\"expectedseq\":10000000000000000000}",
		DATA("\"name\":\"x\""),
		DATA("\"title\":null,\"title\":\"t\""),
		DATA("\"title\":\"t\",\"t\\u0069tle\":null"),
		DATA("\"title\":{\"a\":1}"),
		DATA("\"title\":\"\\ud800\""),
		DATA("\"title\":\"\\udc00\\ud800\""),
		DATA("\"title\":\"\\ud83d\\u0041\""),
		DATA("\"title\":\"\\u0000\""),
		DATA("\"title\":\"\\u12g4\""),
		DATA("\"title\":\"\\x\""),
		DATA("\"title\":\"\\u00"),
		DATA("\"title\":\"a\nb\""),
		DATA("\"title\":\"\\\\a\nb\""),
		DATA("\"title\":\"\xed\xa0\x80\""),
		DATA("\"title\":\"\xc0\xaf\""),
		DATA("\"title\":\"\xf4\x90\x80\x80\""),
		DATA("\"title\":'t'"),
		DATA("\"title\" \"t\""),
		DATA("\"places\":[\"530102\",]"),
		DATA("\"places\":[null]"),
		DATA("\"places\":[\"53\",\"53\",\"53\",\"53\",\"53\",\"53\",\"53\",\"53\",\"53\"]"),
		DATA("\"places\":\"530102\""),
		DATA("\"title\":[\"t\"]"),
		DATA("\"settled\":tru"),
		DATA("\"settled\":truex"),
		DATA("\"settled\":1"),
		DATA("\"settled\":nullx"),
		DATA("\"involved\":01"),
		DATA("\"involved\":-"),
		DATA("\"involved\":1.0"),
		DATA("\"involved\":1e2"),
		DATA("\"involved\":+1"),
		DATA("\"involved\":-1"),
		DATA("\"involved\":\"1\""),
		DATA("\"involved\":1000001"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof LEFT / sizeof LEFT[0]; i++) {
		takes(LEFT[i], false);
	}
}

static void every_beginning_is_left(void **state)
{
	/* An event that is cut off anywhere is left, and no byte beyond its end is looked at. */
	static const char TEXT[] =
		"{\"data\":{\"title\":\"\\u5c71\\ud83d\\ude00\",\"involved\":12,\"settled\":false}," HEAD
		"," TYPE ",\"dryrun\":true,\"datacontenttype\":null}";
	bool right;

	(void)state;
	for (size_t n = 0; n < sizeof TEXT - 1; n++) {
		assert_false(both(span_of(TEXT, n), &right));
	}
	assert_true(both(span_cstr(TEXT), &right));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_is_right),
		cmocka_unit_test(leaves_what_is_not),
		cmocka_unit_test(every_beginning_is_left),
		cmocka_unit_test(reads_as_the_other_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
