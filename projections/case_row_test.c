/* case_row_test.c: what a row's deadlines come to: colour, what comes next, what is told. */
#include "projections/case_row.h"

#include "schemas/codes.h"
#include "tests/support/cmocka_all.h"

/* Of two deadlines the worse one colours a case; one that is not there says nothing. */
static void test_colour(void **state)
{
	struct case_row_fixed row = {.state = CODE_case_state_IP};
	const struct case_row_due late = {10, 5, 10}, soon = {20, 10, 20}, far = {90, 80, 90};

	(void)state;
	assert_int_equal(case_row_colour(&row, 15), CODE_colour_none);
	row.case_due = far;
	assert_int_equal(case_row_colour(&row, 15), CODE_colour_green);
	row.step_due = soon;
	assert_int_equal(case_row_colour(&row, 15), CODE_colour_yellow);
	row.step_due = late;
	assert_int_equal(case_row_colour(&row, 15), CODE_colour_red);
	row.case_due = soon;
	row.step_due = far;
	assert_int_equal(case_row_colour(&row, 15), CODE_colour_yellow);
	row.case_due = (struct case_row_due){0};
	assert_int_equal(case_row_colour(&row, 85), CODE_colour_yellow);
}

/* On hold no deadline runs: what comes next is its end; a deadline that had passed before is still told, one ahead is not. */
static void test_hold_stands_still(void **state)
{
	struct case_row_fixed row = {.state = CODE_case_state_IP,
				     .held_since_us = 0,
				     .case_due = {40, 30, 40},
				     .step_due = {20, 10, 20}};

	(void)state;
	assert_int_equal(case_row_next_due(&row), 20);
	assert_int_equal(case_row_shown_due(&row, &row.case_due).due_us, 40);
	row.state = CODE_case_state_HO;
	row.held_since_us = 25;
	row.hold_until_us = 90;
	assert_int_equal(case_row_next_due(&row), 90);
	assert_int_equal(case_row_shown_due(&row, &row.case_due).due_us, 0);
	assert_int_equal(case_row_shown_due(&row, &row.case_due).yellow_us, 0);
	assert_int_equal(case_row_shown_due(&row, &row.step_due).due_us, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_colour),
		cmocka_unit_test(test_hold_stands_still),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
