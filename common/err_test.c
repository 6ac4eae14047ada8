/* err_test.c: every error has a name, a text and an exit code, and says what to do about it where anything can be done. */
#include "common/err.h"

#include <stdbool.h>
#include <string.h>

#include "tests/support/cmocka_all.h"

static void complete(void **state)
{
	/* From the first to the last of the list; what is past it is no error. */
	int n = 0;

	(void)state;
	for (enum err err = ERR_OK + 1; strcmp(err_name(err), "?") != 0; err++, n++) {
		bool curable = err != ERR_STOPPED && err != ERR_ERASED;

		assert_int_not_equal(err_text(err)[0], 0);
		assert_true(err == ERR_STOPPED
				    ? err_exit_code(err) == 0
				    : err_exit_code(err) > 0 && err_exit_code(err) < 126);
		assert_int_equal(err_cure(err)[0] != 0, curable);
	}
	assert_int_equal(n, ERR_STORE_REPLACED);
}

/* With another prefix or other brokers a log looks as if it were cut off or new: that is asked before anything is moved aside or repaired. */
static void another_log(void **state)
{
	static const enum err errs[] = {ERR_LOG_RECREATED, ERR_LOG_LOST_TAIL,
					ERR_ACTIONS_LOST_TAIL};

	(void)state;
	for (size_t i = 0; i < sizeof errs / sizeof *errs; i++) {
		assert_ptr_equal(strstr(err_cure(errs[i]),
					"check that brokers and topic prefix are right; if "),
				 err_cure(errs[i]));
	}
}

/* A repair folds the events too: one that is missing there stops it (kafka_decider_repair_test.c), and is not said to be cured by it. */
static void gap(void **state)
{
	(void)state;
	assert_non_null(strstr(
		err_cure(ERR_LOG_GAP),
		"only where the decider says that an action is missing does govbus repair help"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(complete),
					   cmocka_unit_test(another_log), cmocka_unit_test(gap)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
