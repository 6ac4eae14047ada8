/* content_type_test.c: events are UTF-8; who says that theirs are not is told so by name, and nothing is guessed. */
#include "producers/gateway/content_type.h"

#include "tests/support/cmocka_all.h"

static const char JSON[] = "application/cloudevents+json";

/* A type is known whatever its case and parameters, and no longer name that begins with it is taken for it. */
static void types(void **state)
{
	(void)state;
	assert_true(content_type_is(SPAN("application/cloudevents+json"), JSON));
	assert_true(content_type_is(SPAN("Application/CloudEvents+JSON; charset=utf-8"), JSON));
	assert_true(content_type_is(SPAN("application/cloudevents+json ;a=b"), JSON));
	assert_false(content_type_is(SPAN("application/cloudevents+jsonx"), JSON));
	assert_false(content_type_is(SPAN("application/cloudevents"), JSON));
	assert_false(content_type_is(SPAN(""), JSON));
	assert_false(content_type_is((struct span){0}, JSON));
}

/* Every way to write that it is UTF-8 is taken, and any other charset is named. */
static void charsets(void **state)
{
	static const char *const utf8[] = {
		"application/json",
		"application/json;",
		"application/json; charset=utf-8",
		"application/json;charset=\"UTF-8\"",
		"application/json; a=b; Charset = utf8 ",
		"application/json; charset=US-ASCII; a=b",
		"application/json; xcharset=gbk",
		"application/json; charset",
		"charset=gbk",
		"",
	};
	static const char *const foreign[][2] = {
		{"application/json; charset=gbk", "gbk"},
		{"application/json;a=b;\tCHARSET=\"GB18030\"", "GB18030"},
		{"application/json; charset=utf-16; a=b", "utf-16"},
		{"application/json; charset=utf-80", "utf-80"},
		{"application/json; charset=", ""},
		{"application/json; charset=\xc8\xcb", ""},
		{"application/json; charset=0123456789012345678901234567890123456789x",
		 "0123456789012345678901234567890123456789"},
	};
	char name[CONTENT_TYPE_CHARSET_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof utf8 / sizeof *utf8; i++) {
		if (content_type_foreign_charset(span_cstr(utf8[i]), name)) {
			fail_msg("%s: %s", utf8[i], name);
		}
	}
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
		assert_true(content_type_foreign_charset(span_cstr(foreign[i][0]), name));
		assert_string_equal(name, foreign[i][1]);
	}
	assert_false(content_type_foreign_charset((struct span){0}, name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(types), cmocka_unit_test(charsets)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
