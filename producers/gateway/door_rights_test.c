/* door_rights_test.c: the door asks for the functions that the table of a case asks for, and lets none pass that no row knows. */
#include "producers/gateway/door_rights.h"

#include "projections/case_transitions.h"
#include "tests/support/cmocka_all.h"

static bool may(enum code_function function, enum event_type type)
{
	struct token token = {.functions = (uint16_t)(1u << function)};

	return door_rights_type(&token, type);
}

/* Whether some role of some row that can be posted has the function. */
static bool some_role(enum code_function function, enum event_type type)
{
	size_t count;
	const struct case_transition *rows = case_transitions_all(&count);
	bool found = false;

	for (size_t i = 0; i < count; i++) {
		for (int j = 0; j < CASE_ROLES_MAX && rows[i].roles[j].function; j++) {
			found = found ||
				(rows[i].event == type && rows[i].when != CASE_WHEN_CALLBACK &&
				 rows[i].roles[j].function == function);
		}
	}
	return found;
}

/* For every case event and every function: the door and the table agree. */
static void door_is_table(void **state)
{
	size_t count;
	const struct case_transition *rows = case_transitions_all(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		enum event_type type = (enum event_type)rows[i].event;

		for (int function = 1; function < CODE_function_COUNT; function++) {
			if (may((enum code_function)function, type) !=
			    some_role((enum code_function)function, type)) {
				fail_msg("%s by %s", event_schema(type)->name,
					 codes_get(CODES_function, (uint8_t)function)->name);
			}
		}
	}
}

/* domain.md T8, T10, T11, T19: a unit escalates, a centre holds, a grid logs what it did, a hotline closes its own; nobody else. */
static void by_the_domain(void **state)
{
	(void)state;
	assert_true(may(CODE_function_handle, EVENT_case_escalated));
	assert_true(may(CODE_function_dispatch, EVENT_case_held));
	assert_false(may(CODE_function_handle, EVENT_case_held));
	assert_true(may(CODE_function_report, EVENT_case_handling_logged));
	assert_true(may(CODE_function_report, EVENT_case_closed));
	assert_false(may(CODE_function_callback, EVENT_case_reopened));
	assert_false(may(CODE_function_report, EVENT_case_accepted));
	for (int function = 1; function < CODE_function_COUNT; function++) {
		assert_false(may((enum code_function)function, EVENT_case_dues_restated));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(door_is_table),
					   cmocka_unit_test(by_the_domain)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
