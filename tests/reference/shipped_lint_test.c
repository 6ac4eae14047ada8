/* shipped_lint_test.c: in what we ship, real cases and reference data, nothing is taken for a person's number. */
#include "tests/support/cmocka_all.h"

#include <jansson.h>
#include <stdio.h>

#include "producers/commands/import_source.h"
#include "schemas/lint.h"

static long texts; /* that were looked at */

/* An event and the texts of its data: no deeper than lists of texts. */
static void look(const json_t *value, const char *file, long line)
{
	const char *name, *what;
	json_t *member;
	size_t i;

	json_object_foreach((json_t *)value, name, member)
	{
		what = json_is_string(member) ? lint_text(span_of(json_string_value(member),
								  json_string_length(member)))
					      : NULL;
		if (what) {
			fail_msg("%s:%ld: %s: %s: %s", file, line, name, json_string_value(member),
				 what);
		}
		texts += json_is_string(member);
		json_array_foreach(member, i, value)
		{
			assert_null(json_is_string(value)
					    ? lint_text(span_cstr(json_string_value(value)))
					    : NULL);
		}
	}
}

static void look_at(const char *path, const char *mapping)
{
	struct import_config config = {.path = path, .mapping = mapping};
	struct import_source *source;
	struct buf why = {0}, out = {0};

	assert_int_equal(import_source_open(&config, &source, &why), ERR_OK);
	for (size_t i = 0; i < import_source_count(source); i++) {
		buf_reset(&out);
		import_source_event(source, i, &out);
		json_t *event = json_loadb((char *)out.p, out.n, 0, NULL);

		assert_non_null(event);
		look(event, path, import_source_which(source, i).line);
		look(json_object_get(event, "data"), path, import_source_which(source, i).line);
		json_decref(event);
	}
	import_source_close(source);
	buf_done(&out);
	buf_done(&why);
}

/* The sample's 5,000 cases: titles, ids, moments, places, case ids. */
static void test_cases(void **state)
{
	(void)state;
	look_at("examples/nyc/cases_sample.csv.gz", "examples/nyc/mapping.json");
	assert_true(texts > 50000);
}

static void test_reference(void **state)
{
	static const char *const files[] = {
		"examples/reference/functions.ndjson", "examples/reference/policies.ndjson",
		"examples/reference/lists.ndjson",     "examples/reference/profiles.ndjson",
		"examples/reference/units.ndjson",     "examples/demo/policies.ndjson",
	};

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		long before = texts;

		look_at(files[i], NULL);
		assert_true(texts > before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases),
					   cmocka_unit_test(test_reference)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
