/* scratch.h: a scratch folder around each test of a group: setup make_dir, teardown remove_dir. */
#ifndef GOVBUS_TESTS_SUPPORT_SCRATCH_H
#define GOVBUS_TESTS_SUPPORT_SCRATCH_H

#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"

static char dir[FOLDER_PATH_BYTES];

static int make_dir(void **state)
{
	(void)state;
	return folder_make("shard", dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	return *state || !folder_remove(dir);
}

static inline void clear(void)
{
	assert_true(folder_remove(dir));
	assert_true(folder_make("shard", dir));
}

#endif
