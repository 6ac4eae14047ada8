/* decider_poison_test.c: the third death on the same action, and only that, marks it as poison. */
#include "producers/decider/decider_poison.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"

/* A child that dies by SIGKILL at that action, inside of decide or after it. */
static void die_at(const char *dir, int64_t offset, bool inside)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct decider_poison *poison = NULL;

		if (decider_poison_open(dir, &poison)) {
			_exit(1);
		}
		decider_poison_enter(poison, 3, offset);
		if (!inside) {
			decider_poison_leave(poison, 3);
		}
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static bool is_poison(const char *dir, int64_t offset)
{
	struct decider_poison *poison = NULL;

	assert_int_equal(decider_poison_open(dir, &poison), ERR_OK);
	bool found = decider_poison_enter(poison, 3, offset);

	decider_poison_leave(poison, 3);
	decider_poison_close(poison);
	return found;
}

/* Rule 6: two deaths inside decide are tried again, the third refuses; another action is not meant. */
static void test_third_crash_is_poison(void **state)
{
	char dir[FOLDER_PATH_BYTES];

	(void)state;
	assert_true(folder_make("poison", dir));
	die_at(dir, 7, true);
	assert_false(is_poison(dir, 7));
	die_at(dir, 7, true);
	assert_false(is_poison(dir, 7));
	die_at(dir, 7, true);
	assert_true(is_poison(dir, 7));
	assert_false(is_poison(dir, 8));
	assert_true(folder_remove(dir));
}

/* Answers 16: a death outside of decide does not count, however often. */
static void test_death_elsewhere_is_not_counted(void **state)
{
	char dir[FOLDER_PATH_BYTES];

	(void)state;
	assert_true(folder_make("poison", dir));
	for (int i = 0; i < 5; i++) {
		die_at(dir, 7, false);
	}
	assert_false(is_poison(dir, 7));
	assert_true(folder_remove(dir));
}

/* The file is written through a mapping at each action: where it had holes, a full disk would end the process. */
static void test_has_its_place(void **state)
{
	char dir[FOLDER_PATH_BYTES], path[FOLDER_PATH_BYTES + 16];
	struct stat about;
	struct decider_poison *poison = NULL;

	(void)state;
	assert_true(folder_make("poison", dir));
	(void)snprintf(path, sizeof path, "%s/attempts", dir);
	assert_int_equal(decider_poison_open(dir, &poison), ERR_OK);
	assert_int_equal(stat(path, &about), 0);
	assert_true(about.st_size > 0 && (int64_t)about.st_blocks * 512 >= about.st_size);
	decider_poison_close(poison);
	assert_true(folder_remove(dir));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_third_crash_is_poison),
		cmocka_unit_test(test_death_elsewhere_is_not_counted),
		cmocka_unit_test(test_has_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
