/* flow_test.c: a flow test without its broker is skipped, and two runs never share topics. */
#include "tests/support/flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/cmocka_all.h"

/* Without a broker a flow test is skipped, not passed. */
static void test_no_broker_is_a_skip(void **state)
{
	int status;

	(void)state;
	if (fork() == 0) {
		unsetenv("GOVBUS_TEST_KAFKA");
		(void)fclose(stderr);
		flow_kafka();
		_exit(0);
	}
	assert_int_not_equal(wait(&status), -1);
	assert_int_equal(WEXITSTATUS(status), 77);
}

/* The prefix stays the same within a process and differs between processes. */
static void test_prefix_is_the_runs_own(void **state)
{
	char other[16] = {0};
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	if (fork() == 0) {
		(void)!write(fds[1], flow_prefix(), strlen(flow_prefix()));
		_exit(0);
	}
	assert_int_not_equal(wait(NULL), -1);
	assert_true(read(fds[0], other, sizeof(other) - 1) > 0);
	assert_string_equal(flow_prefix(), flow_prefix());
	assert_string_not_equal(flow_prefix(), other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_broker_is_a_skip),
		cmocka_unit_test(test_prefix_is_the_runs_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
