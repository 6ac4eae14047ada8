/* shard_fault_test.c: whichever LMDB call fails, the fold goes on to the same dump.
 * @wrap mdb_cursor_put mdb_put mdb_get mdb_txn_commit
 */
#include <errno.h>
#include <lmdb.h>

#include "tests/support/fault.h"
#include "tests/support/shard_bed.h"

static bool disk_full; /* no commit succeeds */

FAULT_MDB_GET
FAULT_MDB_PUT
FAULT_MDB_CURSOR_PUT

int __real_mdb_txn_commit(MDB_txn *t);
int __wrap_mdb_txn_commit(MDB_txn *t);
int __wrap_mdb_txn_commit(MDB_txn *t)
{
	if (disk_full || fault_now(FAULT_STORE)) {
		mdb_txn_abort(t);
		return disk_full ? ENOSPC : fault_code;
	}
	return __real_mdb_txn_commit(t);
}

/* Folds what is left of the log, a call of LMDB failing after n others, and closes. @return how it ended */
static enum err fold_with_fault(int n, const char *expected)
{
	struct shard *shard = open_shard(0, 1, "a");
	enum err err = ERR_OK;

	fault_code = n % 2 ? MDB_CORRUPTED : MDB_MAP_FULL;
	fault_after(FAULT_STORE, n);
	for (int i = 0; i < RECORDS && !err; i++) {
		err = take(shard, i);
		if (!err && i % 40 == 39) {
			err = shard_commit(shard);
		}
	}
	fault_in = -1;
	if (!err) {
		err = shard_commit(shard);
		char *got = dump_of(&shard, 1);

		assert_string_equal(got, expected);
		free(got);
	}
	shard_close(shard);
	return err;
}

/* Whichever LMDB call fails: a clean error, and after opening again the fold goes on to the same dump. */
static void test_nth_call_fails(void **state)
{
	int failed = 0, whole = 0;

	(void)state;
	make_log(6);
	char *expected = fold(1, 40, false);

	clear();
	for (int n = 0; n < 60; n++) {
		enum err err = fold_with_fault(n * n, expected);

		assert_true(err == ERR_OK || err == ERR_STORE || err == ERR_STORE_FULL);
		failed += err != ERR_OK;
		if (!err) {
			whole++;
			clear(); /* from the log's beginning again: all calls of a fold come to fail */
		}
	}
	assert_true(failed > 20 && whole > 5);
	free(expected);
}

/* After a full disk the same batch is committed by the next attempt: nothing is folded twice or lost. */
static void test_full_disk(void **state)
{
	struct shard *shard;

	(void)state;
	make_log(7);
	char *expected = fold(1, RECORDS * 2, false);

	clear();
	shard = open_shard(0, 1, "a");
	for (int i = 0; i < RECORDS; i++) {
		assert_int_equal(take(shard, i), ERR_OK);
		if (i % 100 == 99) {
			/* Full at the first attempt and at the one that follows by itself; then there is room. */
			fault_code = MDB_MAP_FULL;
			fault_after(FAULT_STORE, 0);
			assert_int_equal(shard_commit(shard), ERR_OK);
			assert_int_equal(fault_in, -1); /* it has failed */
		}
	}
	assert_int_equal(shard_commit(shard), ERR_OK);
	char *got = dump_of(&shard, 1);

	assert_string_equal(got, expected);
	free(got);
	free(expected);
	shard_close(shard);
}

static void take_of(struct shard *shard, int partition)
{
	for (int i = 0; i < RECORDS; i++) {
		if (records[i].record.partition == partition) {
			assert_int_equal(take(shard, i), ERR_OK);
		}
	}
}

/* A partition that is given up on a full disk, with work of others pending or without: the same call succeeds once there is room, all its
 * rows and its position are gone and no others, and folded again from its start it is whole. */
static void test_give_up_on_a_full_disk(void **state)
{
	enum { GIVEN_UP = 5, LATER = RECORDS / 2 };

	(void)state;
	make_log(8);
	char *expected = fold(1, RECORDS * 2, false);

	for (int pending = 0; pending < 2; pending++) {
		clear();
		struct shard *shard = open_shard(0, 1, "a");

		for (int i = 0; i < RECORDS; i++) {
			assert_int_equal(take(shard, i), ERR_OK);
			if (i == LATER || (i == RECORDS - 1 && !pending)) {
				assert_int_equal(shard_commit(shard), ERR_OK);
			}
		}
		disk_full = true;
		for (int i = 0; i < 3; i++) {
			assert_int_equal(shard_give_up(shard, GIVEN_UP), ERR_STORE_FULL);
		}
		disk_full = false;
		assert_int_equal(shard_give_up(shard, GIVEN_UP), ERR_OK);
		shard_close(shard);
		shard = open_shard(0, 1, "a");
		for (int i = 0; i < PARTITIONS; i++) {
			assert_int_equal(shard_position(shard, i)->cursor.next_offset,
					 i == GIVEN_UP ? 0 : partitions[i].next);
		}
		take_of(shard, GIVEN_UP);
		assert_int_equal(shard_commit(shard), ERR_OK);
		char *got = dump_of(&shard, 1);

		assert_string_equal(got, expected);
		free(got);
		shard_close(shard);
	}
	free(expected);
}

int main(void)
{
#define T(function) cmocka_unit_test_setup_teardown(function, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {T(test_nth_call_fails), T(test_full_disk),
					   T(test_give_up_on_a_full_disk)};

	return cmocka_run_group_tests(tests, NULL, free_records);
}
