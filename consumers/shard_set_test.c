/* shard_set_test.c: readers open as many environments as the first says that there are, and none when they do not belong together. */
#include "consumers/shard_set.h"

#include <stdio.h>

#include "consumers/shard.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"
#include "tests/support/toy_projection.h"

enum { MAP_BYTES = 16 << 20 };

static char dir[FOLDER_PATH_BYTES];

static int make_dir(void **state)
{
	(void)state;
	return folder_make("shard-set", dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	return folder_remove(dir) ? 0 : -1;
}

static void path_of(int number, char ret_path[FOLDER_PATH_BYTES + 32])
{
	snprintf(ret_path, FOLDER_PATH_BYTES + 32, "%s/toy/shard-%d", dir, number);
}

/* Makes the environment in a folder, in place of what is there. */
static void make(int folder, int partitions, int shard, int shards)
{
	char path[FOLDER_PATH_BYTES + 32];
	struct shard *opened = NULL;
	struct shard_config config = {.dir = path,
				      .projection = &toy,
				      .build = "a",
				      .partitions = partitions,
				      .shard = shard,
				      .shards = shards,
				      .map_bytes = MAP_BYTES};

	path_of(folder, path);
	(void)folder_remove(path);
	assert_int_equal(shard_open(&config, &opened), ERR_OK);
	shard_close(opened);
}

static void make_all(int shards)
{
	for (int i = 0; i < shards; i++) {
		make(i, 8, i, shards);
	}
}

static void expect(enum err expected, int shards)
{
	struct shard_set set = {0};

	assert_int_equal(shard_set_open(dir, &toy, MAP_BYTES, &set), expected);
	assert_int_equal(set.n, shards);
	shard_set_close(&set);
}

/* There are as many as the first says; folders from when there were more are nobody's. */
static void test_as_many_as_the_first_says(void **state)
{
	(void)state;
	expect(ERR_ABSENT, 0);
	make_all(4);
	expect(ERR_OK, 4);
	make(0, 8, 0, 1);
	expect(ERR_OK, 1);
	make_all(2);
	expect(ERR_OK, 2);
}

/* One that is missing, of another number, in another's place or of another topic: no answer rather than half of one. */
static void test_what_does_not_belong_together(void **state)
{
	char path[FOLDER_PATH_BYTES + 32];

	(void)state;
	make_all(3);
	make(1, 8, 1, 4);
	expect(ERR_STORE_MIXED, 0);
	make(1, 8, 2, 3);
	expect(ERR_STORE_MIXED, 0);
	make(1, 9, 1, 3);
	expect(ERR_STORE_MIXED, 0);
	make(1, 8, 1, 3);
	expect(ERR_OK, 3);
	make(0, 8, 1, 3);
	expect(ERR_STORE_MIXED, 0);
	make_all(3);
	path_of(2, path);
	assert_true(folder_remove(path));
	expect(ERR_STORE_MIXED, 0);
	path_of(0, path);
	assert_true(folder_remove(path));
	expect(ERR_ABSENT, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_as_many_as_the_first_says, make_dir,
						remove_dir),
		cmocka_unit_test_setup_teardown(test_what_does_not_belong_together, make_dir,
						remove_dir)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
