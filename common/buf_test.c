/* buf_test.c: buffers and arenas: bounds, sticky errors, and memory that never moves. */
#include "tests/support/cmocka_all.h"

#include "common/arena.h"
#include "common/buf.h"
#include "common/json_text.h"

/* Past its limit a buffer keeps what it had, and remembers the error until it is reset. */
static void test_limit(void **state)
{
	struct buf buf = {.limit_bytes = 4};

	(void)state;
	buf_add_text(&buf, "abc");
	buf_add_text(&buf, "de");
	buf_add_text(&buf, "f");
	assert_int_equal(buf.err, ERR_TOO_BIG);
	assert_int_equal(buf.n, 3);
	buf_reset(&buf);
	buf_add_text(&buf, "abcd");
	assert_int_equal(buf.err, ERR_OK);
	buf_done(&buf);
}

/* Text is printed whole, however long it is. */
static void test_printf(void **state)
{
	struct buf buf = {0};

	(void)state;
	for (int i = 0; i < 1000; i++) {
		buf_printf(&buf, "%03d,", i);
	}
	assert_int_equal(buf.n, 4000);
	assert_memory_equal(buf.p + 3996, "999,", 4);
	buf_done(&buf);
}

/* What an arena gave out stays where it is while it grows, and is reused after a reset. */
static void test_arena(void **state)
{
	struct arena arena = {0};
	struct span first = arena_copy(&arena, SPAN("first"));

	(void)state;
	for (int i = 0; i < 10000; i++) {
		assert_non_null(arena_alloc(&arena, 100));
	}
	assert_non_null(arena_alloc(&arena, 1 << 20));
	assert_true(span_eq(first, SPAN("first")));
	arena_reset(&arena);
	assert_ptr_equal(arena_alloc(&arena, 8), first.p);
	arena_done(&arena);
}

/* An arena with a limit gives nothing beyond it. */
static void test_arena_limit(void **state)
{
	struct arena arena = {.limit_bytes = 64};

	(void)state;
	assert_non_null(arena_alloc(&arena, 60));
	assert_null(arena_alloc(&arena, 8));
	assert_null(arena_alloc(&arena, SIZE_MAX));
	arena_done(&arena);
}

static void check_json(struct span text, const char *expected)
{
	struct buf out = {0};

	json_text_add(&out, text);
	assert_int_equal(out.n, strlen(expected));
	assert_memory_equal(out.p, expected, out.n);
	buf_done(&out);
}

/* Any bytes become a JSON string: escapes for what needs them, U+FFFD for what is not UTF-8. */
static void test_json_text(void **state)
{
	(void)state;
	check_json(SPAN("牟定县"), "\"牟定县\"");
	check_json(SPAN("a\"b\\c\n\x01"), "\"a\\\"b\\\\c\\n\\u0001\"");
	check_json(SPAN("\xff"
			"a\xc0\xaf"),
		   "\"\\ufffda\\ufffd\\ufffd\"");
	check_json(SPAN(""), "\"\"");
}

/* Overlong forms, surrogates, cut characters and anything past U+10FFFF are not UTF-8. */
static void test_utf8(void **state)
{
	static const char *const bad[] = {"\x80",         "\xc1\xbf",         "\xe0\x9f\xbf",
					  "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe4\xb8"};
	size_t chars;

	(void)state;
	assert_true(json_text_is_utf8(SPAN("é牟🙂"), &chars));
	assert_int_equal(chars, 3);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(json_text_is_utf8(span_cstr(bad[i]), NULL));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit),     cmocka_unit_test(test_printf),
		cmocka_unit_test(test_arena),     cmocka_unit_test(test_arena_limit),
		cmocka_unit_test(test_json_text), cmocka_unit_test(test_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
