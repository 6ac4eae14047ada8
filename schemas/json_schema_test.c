/* json_schema_test.c: the JSON Schemas that are checked in are those of the tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "schemas/json_schema.h"

/* GOVBUS_UPDATE=1 writes them anew. */

static void checked_in_schemas_are_current(void **state)
{
	/* Printed now, each schema is the one in schemas/json. */
	(void)state;
	for (unsigned type = EVENT_NONE + 1; type < EVENT_TYPE_COUNT; type++) {
		char path[128];
		json_t *json = json_schema_of((enum event_type)type);

		snprintf(path, sizeof path, "schemas/json/%s.json",
			 event_schema((enum event_type)type)->type);
		if (getenv("GOVBUS_UPDATE")) {
			FILE *f = fopen(path, "w");

			assert_non_null(f);
			assert_int_equal(json_dumpf(json, f, JSON_INDENT(2) | JSON_SORT_KEYS), 0);
			(void)fputc('\n', f);
			assert_int_equal(fclose(f), 0);
		}
		json_t *found = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);

		if (!found || !json_equal(json, found)) {
			fail_msg(
				"%s is not current: GOVBUS_UPDATE=1 build/dev/tests/json_schema_test writes it",
				path);
		}
		json_decref(found);
		json_decref(json);
	}
}

static void says_what_a_sender_needs(void **state)
{
	/* A report's schema asks for what the table asks for, forbids the unknown and marks what is not the sender's. */
	json_t *json = json_schema_of(EVENT_case_reported);
	json_t *data = json_object_get(json_object_get(json, "properties"), "data");
	json_t *members = json_object_get(data, "properties");

	(void)state;
	assert_int_equal(json_array_size(json_object_get(data, "required")), 2);
	assert_true(json_is_false(json_object_get(data, "additionalProperties")));
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(members, "title"), "maxLength")),
		60);
	assert_true(json_is_true(json_object_get(json_object_get(members, "due_at"), "readOnly")));
	assert_null(json_object_get(json_object_get(members, "title"), "readOnly"));
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checked_in_schemas_are_current),
		cmocka_unit_test(says_what_a_sender_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
