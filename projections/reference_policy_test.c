/* reference_policy_test.c: policy rows: which one says the limit of a step, withdrawn and moved ones, and answers that are kept. */
#include "tests/support/reference_bed.h"

static uint64_t limit(const char *type, enum code_severity severity, enum code_step step)
{
	struct ref_policy found;

	return reference_policy(ref, NOW, span_cstr(type), severity, step, &found) ? found.amount
										   : 0;
}

/* Urgent, major and serious win over type, type over the other severities, and general stands in for what nobody has set. */
static void test_policies(void **state)
{
	static const struct row rows[] = {
		{"urgent", NULL, CODE_severity_urgent, CODE_step_handle, 1},
		{"serious", NULL, CODE_severity_serious, CODE_step_handle, 2},
		{"md", "MD", 0, CODE_step_handle, 3},
		{"md02", "MD02", 0, CODE_step_handle, 4},
		{"general", NULL, CODE_severity_general, CODE_step_handle, 5},
		{"minor", NULL, CODE_severity_minor, CODE_step_handle, 6},
		{"sh-urgent", "SH", CODE_severity_urgent, CODE_step_handle, 7},
		{"accept", NULL, CODE_severity_general, CODE_step_accept, 8},
	};
	struct ref_policy found;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		policy(rows[i], 0);
	}
	assert_int_equal(limit("MD02", CODE_severity_urgent, CODE_step_handle), 1);
	assert_int_equal(limit("SH02", CODE_severity_urgent, CODE_step_handle), 7);
	assert_int_equal(limit("MD02", CODE_severity_serious, CODE_step_handle), 2);
	assert_int_equal(limit("MD02", CODE_severity_minor, CODE_step_handle), 4);
	assert_int_equal(limit("MD01", CODE_severity_general, CODE_step_handle), 3);
	assert_int_equal(limit("UM01", CODE_severity_minor, CODE_step_handle), 6);
	assert_int_equal(limit("UM01", CODE_severity_major, CODE_step_handle), 0);
	assert_int_equal(limit("UM01", CODE_severity_NONE, CODE_step_accept), 8);
	/* What general has and minor has not is no limit of minor's; what a type's rows leave blank is blank. */
	assert_int_equal(limit("UM01", CODE_severity_minor, CODE_step_accept), 0);
	assert_int_equal(limit("MD01", CODE_severity_general, CODE_step_accept), 0);
	assert_int_equal(limit("MD01", CODE_severity_NONE, CODE_step_accept), 0);
	assert_int_equal(limit("UM01", CODE_severity_general, CODE_step_sign), 0);
	/* One row sets a window for every type and severity; a window of a type leaves none of its steps blank. */
	policy((struct row){"hold", NULL, 0, CODE_step_hold, 20}, 0);
	policy((struct row){"um-hold", "UM", 0, CODE_step_hold, 21}, 0);
	assert_int_equal(limit("MD01", CODE_severity_general, CODE_step_hold), 20);
	assert_int_equal(limit("MD01", CODE_severity_urgent, CODE_step_hold), 20);
	assert_int_equal(limit("UM01", CODE_severity_minor, CODE_step_hold), 21);
	assert_int_equal(limit("UM01", CODE_severity_NONE, CODE_step_accept), 8);
	/* A row that comes to speak of another type no longer speaks of its old one. */
	policy((struct row){"md02", "UM01", 0, CODE_step_handle, 9}, 50 * DAY);
	assert_int_equal(limit("MD02", CODE_severity_minor, CODE_step_handle), 3);
	assert_int_equal(limit("UM01", CODE_severity_minor, CODE_step_handle), 9);
	assert_true(reference_policy(ref, (struct as_of){INT64_MAX, 49 * DAY}, SPAN("MD02"),
				     CODE_severity_minor, CODE_step_handle, &found));
	assert_int_equal(found.amount, 4);
	assert_int_equal(found.yellow_bp, 7500);
	assert_true(span_eq(found.id, SPAN("md02")) && span_eq(found.calendar, SPAN("cn")));
}

/* A row that is withdrawn is as if it had not been set: what it stood before counts again, and its type may have no rows left. Set again it is back. */
static void test_policies_withdrawn(void **state)
{
	struct ref_policy found;

	(void)state;
	policy((struct row){"all", NULL, 0, CODE_step_accept, 1}, 0);
	policy((struct row){"md", "MD", 0, CODE_step_handle, 2}, 0);
	policy((struct row){"md02", "MD02", 0, CODE_step_handle, 3}, 0);
	assert_int_equal(limit("MD02", CODE_severity_general, CODE_step_handle), 3);
	assert_int_equal(limit("MD02", CODE_severity_general, CODE_step_accept), 0);
	policy_active((struct row){"md02", "MD02", 0, CODE_step_handle, 3}, false, 50 * DAY);
	assert_int_equal(limit("MD02", CODE_severity_general, CODE_step_handle), 2);
	assert_true(reference_policy(ref, (struct as_of){INT64_MAX, 50 * DAY - 1}, SPAN("MD02"),
				     CODE_severity_general, CODE_step_handle, &found));
	assert_int_equal(found.amount, 3);
	policy_active((struct row){"md", "MD", 0, CODE_step_handle, 2}, false, 60 * DAY);
	assert_int_equal(limit("MD02", CODE_severity_general, CODE_step_handle), 0);
	assert_int_equal(limit("MD02", CODE_severity_general, CODE_step_accept), 1);
	policy((struct row){"md02", "MD02", 0, CODE_step_handle, 4}, 70 * DAY);
	assert_int_equal(limit("MD02", CODE_severity_general, CODE_step_handle), 4);
}

static uint64_t limit_at(struct reference *of, int64_t refoffset, int64_t at_us)
{
	struct ref_policy found;

	return reference_policy(of, (struct as_of){refoffset, at_us}, SPAN("MD02"), 0,
				CODE_step_handle, &found)
		       ? found.amount
		       : 0;
}

/* Answers are kept: one must not be given for another position, another moment, or other reference data at the same position. */
static void test_kept_answers(void **state)
{
	struct reference *other = reference_new();
	struct event nothing = {.type = EVENT_NONE};

	(void)state;
	policy((struct row){"md", "MD", 0, CODE_step_handle, 3}, 0);
	assert_int_equal(limit_at(ref, 1, 50 * DAY), 3);
	assert_int_equal(limit_at(ref, 1, 50 * DAY), 3);
	assert_int_equal(reference_fold(other, &nothing, 0), ERR_OK);
	assert_int_equal(limit_at(other, 1, 50 * DAY), 0);
	reference_free(other);
	/* Asked beyond what was folded: what is folded next counts. */
	assert_int_equal(limit_at(ref, 9, 50 * DAY), 3);
	policy((struct row){"md", "MD", 0, CODE_step_handle, 4}, 0);
	assert_int_equal(limit_at(ref, 9, 50 * DAY), 4);
	assert_int_equal(limit_at(ref, 2, 50 * DAY), 4);
	assert_int_equal(limit_at(ref, 1, 50 * DAY), 3);
	policy((struct row){"md", "MD", 0, CODE_step_handle, 5}, 60 * DAY);
	assert_int_equal(limit_at(ref, 3, 60 * DAY), 5);
	assert_int_equal(limit_at(ref, 3, 60 * DAY - 1), 4);
	assert_int_equal(limit_at(ref, 3, 61 * DAY), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_policies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_policies_withdrawn, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_kept_answers, set_up, tear_down),
	};

	(void)place, (void)change, (void)item;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
