/* reference_mutants_test.c: a guard of the reference register that lets everything pass makes reference_register_test fail.
 * @timeout 120 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "projections/guards.h"
#include "tests/support/cmocka_all.h"

/* Runs the register's test with that guard missing (memory_view.h), in a process of its own. @return whether it passes */
static bool passes_without(const char *guard)
{
	char program[512];
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		int nowhere = open("/dev/null", O_WRONLY);

		(void)snprintf(program, sizeof(program), "%s/tests/reference_register_test",
			       getenv("GOVBUS_BUILD") ? getenv("GOVBUS_BUILD") : "build/dev");
		(void)dup2(nowhere, STDOUT_FILENO);
		(void)dup2(nowhere, STDERR_FILENO);
		(void)setenv("GOVBUS_MUTANT", guard, 1);
		(void)execl(program, program, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 127);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Each guard of the register is missed by its test, which passes while none is missing. */
static void test_guards(void **state)
{
	int planted = 0, unnoticed = 0;

	(void)state;
	assert_true(passes_without(""));
	for (int guard = GUARD_NONE + 1; guard < GUARD_COUNT; guard++) {
		const char *id = guards_get((enum guard)guard)->id;

		if (strncmp(id, "REF_", 4) != 0) {
			continue;
		}
		planted++;
		if (passes_without(id)) {
			print_error("guard %s is missing, and nobody notices\n", id);
			unnoticed++;
		}
	}
	print_message("%d mutants\n", planted);
	assert_true(planted >= 22);
	assert_int_equal(unnoticed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_guards)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
