/* shard_memory_test.c: whichever allocation fails while a shard folds and commits: NOMEM, and opened again it goes on to the same dump.
 * @wrap malloc calloc realloc fdatasync
 * @timeout 120 */
#include "tests/support/fault.h"
#include "tests/support/shard_bed.h"

FAULT_ALLOCATIONS

/* No power is lost here: hundreds of commits need not wait for the disk. */
int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
	(void)fd;
	return 0;
}

static enum err fold_some(struct shard *shard)
{
	enum err err = ERR_OK;

	for (int i = 0; i < RECORDS / 4 && !err; i++) {
		err = take(shard, i);
		if (!err && i % 100 == 99) {
			err = shard_commit(shard);
		}
	}
	return err;
}

static char *expected; /* the dump of what fold_some folds */

/* Folds with faults, then once more on what is there, without: the dump is that of an undisturbed fold. */
static enum err fold_once(void *context)
{
	char path[FOLDER_PATH_BYTES + 32];
	struct shard_config config = {.dir = path,
				      .projection = &toy,
				      .build = "a",
				      .partitions = PARTITIONS,
				      .shards = 1,
				      .map_bytes = 16 << 20};
	struct shard *shard = NULL;
	int in = fault_in;
	enum err err;

	(void)context;
	fault_in = -1;
	clear();
	(void)snprintf(path, sizeof(path), "%s/0-of-1", dir);
	fault_in = in;
	err = shard_open(&config, &shard);
	err = err ? err : fold_some(shard);
	shard_close(shard);
	in = fault_in;
	fault_in = -1;
	shard = open_shard(0, 1, "a");
	assert_int_equal(fold_some(shard), ERR_OK);

	char *got = dump_of(&shard, 1);

	shard_close(shard);
	if (expected) {
		assert_string_equal(got, expected);
		free(got);
	} else {
		expected = got;
	}
	fault_in = in;
	return err;
}

/* Whichever allocation fails: a clean error, and the fold goes on to the same dump. */
static void test_nth_allocation_fails(void **state)
{
	int failed;

	(void)state;
	make_log(8);
	assert_int_equal(fold_once(NULL), ERR_OK);
	failed = fault_each(FAULT_MEMORY, fold_once, NULL);
	print_message("%d allocations failed\n", failed);
	assert_true(failed > 10);
	free(expected);
}

int main(void)
{
#define T(function) cmocka_unit_test_setup_teardown(function, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {T(test_nth_allocation_fails)};

	return cmocka_run_group_tests(tests, NULL, free_records);
}
