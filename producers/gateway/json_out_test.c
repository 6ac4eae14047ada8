/* json_out_test.c: what is written is JSON: jansson reads back what went in. */
#include "producers/gateway/json_out.h"

#include <jansson.h>

#include "producers/gateway/problem.h"
#include "tests/support/cmocka_all.h"

/* Commas, nesting, escapes, numbers at their ends, times and codes: read by another library. */
static void read_back(void **state)
{
	struct buf out = {0};

	(void)state;
	json_out_open(&out, '{');
	json_out_member(&out, "text", SPAN("a\"b\\c\n云南"));
	json_out_member(&out, "absent", (struct span){0});
	json_out_name(&out, "list");
	json_out_open(&out, '[');
	json_out_number(&out, INT64_MIN);
	json_out_number(&out, INT64_MAX);
	json_out_number(&out, 0);
	json_out_open(&out, '{');
	json_out_close(&out, '}');
	json_out_bool(&out, true);
	json_out_close(&out, ']');
	json_out_member_time(&out, "at", 1674090000000000);
	json_out_member_code(&out, "state", CODES_case_state, CODE_case_state_RP);
	json_out_member_code(&out, "none", CODES_case_state, 0);
	json_out_close(&out, '}');
	json_t *json = json_loadb((const char *)out.p, out.n, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(json);
	assert_string_equal(json_string_value(json_object_get(json, "text")), "a\"b\\c\n云南");
	assert_true(json_is_null(json_object_get(json, "absent")));
	assert_true(json_integer_value(json_array_get(json_object_get(json, "list"), 0)) ==
		    INT64_MIN);
	assert_true(json_integer_value(json_array_get(json_object_get(json, "list"), 1)) ==
		    INT64_MAX);
	assert_int_equal(json_array_size(json_object_get(json, "list")), 5);
	assert_string_equal(json_string_value(json_object_get(json, "at")),
			    "2023-01-19T09:00:00.000000+08:00");
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(json, "state"), "zh")), "已上报");
	assert_null(json_object_get(json, "none"));
	json_decref(json);
	buf_done(&out);
}

static void expect_object(struct span json, const char *code, const char *zh, const char *en)
{
	json_t *object = json_loadb((const char *)json.p, json.n, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(object);
	assert_int_equal(json_object_size(object), 3);
	assert_string_equal(json_string_value(json_object_get(object, "code")), code);
	assert_string_equal(json_string_value(json_object_get(object, "zh")), zh);
	assert_string_equal(json_string_value(json_object_get(object, "en")), en);
	json_decref(object);
}

/* The objects that codes and types stand for in answers are JSON, and have their texts. */
static void code_objects(void **state)
{
	size_t n = 0;
	const struct case_type *types = codes_types(&n);

	(void)state;
	for (int list = CODES_NONE + 1; list < CODES_COUNT; list++) {
		const struct code_list *known = codes_list((enum codes)list);

		for (uint8_t i = 1; i < known->count; i++) {
			const struct code *code = &known->codes[i];

			expect_object(code->json, code->name, code->zh, code->en);
		}
	}
	for (size_t i = 0; i < n; i++) {
		expect_object(types[i].json, types[i].code, types[i].zh, types[i].en);
	}
}

/* Every problem is a whole object with a status of its class, both languages and what to do. */
static void problems(void **state)
{
	struct problem where = {"data.title", "too \"long\""};

	(void)state;
	for (int kind = PROBLEM_NONE + 1; kind < PROBLEM_COUNT; kind++) {
		struct buf out = {0};

		problem_object(&out, (enum problem_kind)kind, &where);
		json_t *json = json_loadb((const char *)out.p, out.n, 0, NULL);

		assert_non_null(json);
		assert_true(problem_status((enum problem_kind)kind) >= 400);
		assert_int_equal(json_integer_value(json_object_get(json, "status")),
				 problem_status((enum problem_kind)kind));
		assert_string_equal(json_string_value(json_object_get(json, "field")),
				    "data.title");
		assert_true(json_string_length(json_object_get(json, "title")) > 0);
		assert_true(json_string_length(json_object_get(json, "title_zh")) > 0);
		assert_true(json_string_length(json_object_get(json, "cure")) > 0);
		json_decref(json);
		buf_done(&out);
	}
}

/* A URL's query holds nothing that ends or splits it. */
static void url(void **state)
{
	struct buf out = {0};

	(void)state;
	json_out_url(&out, SPAN("/yn/a&b=c d云"));
	assert_int_equal(out.n, strlen("/yn/a%26b%3Dc%20d%E4%BA%91"));
	assert_memory_equal(out.p, "/yn/a%26b%3Dc%20d%E4%BA%91", out.n);
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(read_back),
					   cmocka_unit_test(code_objects),
					   cmocka_unit_test(problems), cmocka_unit_test(url)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
