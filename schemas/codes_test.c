/* codes_test.c: lists of codes, the code book, topics and types are found by number and by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schemas/event.h"

static void finds_every_code(void **state)
{
	/* Each list and each of its codes is found again by its name; 0 and nonsense are empty. */
	(void)state;
	for (unsigned l = CODES_NONE + 1; l < CODES_COUNT; l++) {
		const struct code_list *list = codes_list((enum codes)l);

		assert_int_equal(codes_list_named(span_cstr(list->name)), l);
		assert_true(list->count > 1);
		for (uint8_t i = 1; i < list->count; i++) {
			const struct code *code = codes_get((enum codes)l, i);

			assert_int_equal(codes_find((enum codes)l, span_cstr(code->name)), i);
			assert_true(*code->zh && *code->en);
		}
		assert_int_equal(codes_find((enum codes)l, SPAN("")), 0);
	}
	assert_int_equal(codes_find(CODES_severity, SPAN("urgen")), 0);
	assert_int_equal(codes_find(CODES_severity, SPAN("urgentx")), 0);
	assert_string_equal(codes_get(CODES_severity, 99)->name, "");
	assert_null(codes_list(CODES_COUNT));
}

static void finds_types(void **state)
{
	/* Every type of the code book has a family; families are no types. */
	size_t count;
	const struct case_type *types = codes_types(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct span code = span_cstr(types[i].code);

		assert_ptr_equal(codes_type(code), code.n == 4 ? &types[i] : NULL);
		assert_non_null(codes_family(code));
	}
	assert_null(codes_type(SPAN("MD98")));
	assert_true(codes_type_begins(SPAN("")) && codes_type_begins(SPAN("M")));
	assert_true(codes_type_begins(SPAN("MD0")) && codes_type_begins(SPAN("MD02")));
	assert_false(codes_type_begins(SPAN("ZZ")) || codes_type_begins(SPAN("MD98")));
	assert_false(codes_type_begins(SPAN("MD021")) || codes_type_begins(SPAN("md")));
	assert_string_equal(codes_family(SPAN("MD02"))->zh, "矛盾纠纷");
}

static void knows_tables(void **state)
{
	/* Every event type is found by its name, and every action topic by its event topic. */
	(void)state;
	for (unsigned t = EVENT_NONE + 1; t < EVENT_TYPE_COUNT; t++) {
		const struct schema *schema = event_schema((enum event_type)t);

		assert_int_equal(event_type_named(span_cstr(schema->type)), t);
	}
	assert_null(event_schema(EVENT_NONE));
	assert_null(event_schema(EVENT_TYPE_COUNT));
	assert_int_equal(event_type_named(SPAN("gov.case.reported.v2")), EVENT_NONE);
	assert_true(event_schema(EVENT_case_signed_for)->posted);
	assert_false(event_schema(EVENT_clock_ticked)->posted);
	assert_int_equal(schema_topic_events(schema_topic_actions(TOPIC_CASE)), TOPIC_CASE);
	assert_int_equal(schema_topic_actions(TOPIC_PRIVACY), TOPIC_COUNT);
	assert_string_equal(schema_topic(TOPIC_CASE)->name, "gov.case");
	assert_null(schema_topic(TOPIC_ANY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_code),
		cmocka_unit_test(finds_types),
		cmocka_unit_test(knows_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
