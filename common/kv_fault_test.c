/* kv_fault_test.c: a full disk, a failed sync, any LMDB call that fails: a clear error and a store that is whole.
 * @wrap mdb_put mdb_del mdb_get mdb_cursor_put mdb_cursor_get mdb_cursor_open mdb_txn_begin mdb_txn_commit mdb_env_open mdb_dbi_open
 * @wrap pwrite writev fdatasync
 */
#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/support/fault.h"
#include "tests/support/kv_bed.h"

static bool disk_full, disk_short;
static int sync_errno;

FAULT_LMDB

ssize_t __real_pwrite(int fd, const void *p, size_t n, off_t at);
ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t at);
ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t at)
{
	if (disk_full) {
		errno = ENOSPC;
		return -1;
	}
	return __real_pwrite(fd, p, n, at);
}

ssize_t __real_writev(int fd, const struct iovec *v, int n);
ssize_t __wrap_writev(int fd, const struct iovec *v, int n);
ssize_t __wrap_writev(int fd, const struct iovec *v, int n)
{
	if (disk_full) {
		errno = ENOSPC;
		return -1;
	}
	/* The room that is left takes the first page of several. */
	return __real_writev(fd, v, disk_short ? 1 : n);
}

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
	if (sync_errno) {
		errno = sync_errno;
		return -1;
	}
	return __real_fdatasync(fd);
}

/* A full disk is STORE_FULL, leaves what was there, and is over when there is room again, without opening anew. */
static void test_disk_full(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 0);

	(void)state;
	assert_int_equal(put_range(kv, 0, 10, 100), ERR_OK);
	disk_full = true;
	assert_int_equal(put_range(kv, 10, 500, 1000), ERR_STORE_FULL);
	assert_int_equal(count(kv), 10);
	disk_full = false;
	assert_int_equal(put_range(kv, 10, 500, 1000), ERR_OK);
	assert_int_equal(count(kv), 500);
	kv_close(kv);
	struct kv_config config = {.dir = dir,
				   .mode = KV_WRITE,
				   .names = (const char *const[]){"one", "two", "new", NULL}};

	disk_full = true;
	assert_int_equal(kv_open(&config, &kv), ERR_STORE_FULL);
	disk_full = false;
}

/* A disk that fills up in the middle of a batch's pages is full, not broken: what was there is whole, and with room it goes on. */
static void test_disk_fills_up(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 0);

	(void)state;
	assert_int_equal(put_range(kv, 0, 10, 100), ERR_OK);
	disk_short = true;
	assert_int_equal(put_range(kv, 10, 500, 1000), ERR_STORE_FULL);
	assert_int_equal(count(kv), 10);
	disk_short = false;
	assert_int_equal(put_range(kv, 10, 500, 1000), ERR_OK);
	assert_int_equal(count(kv), 500);
	kv_close(kv);
}

/* The lock file, which is written through a mapping, has no holes: there a full disk would end the process. */
static void test_lock_has_its_place(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 0);
	char path[sizeof dir + 16];
	struct stat about;

	(void)state;
	(void)snprintf(path, sizeof path, "%s/lock.mdb", dir);
	assert_int_equal(stat(path, &about), 0);
	assert_true(about.st_size > 60 * 1024);
	assert_true((int64_t)about.st_blocks * 512 >= about.st_size);
	kv_close(kv);
}

/* After a failed sync nothing is written through this handle any more; what was committed before is there when opened anew. */
static void failed_sync(int code)
{
	struct kv *kv = open_kv(KV_WRITE, 0);

	assert_int_equal(put_range(kv, 0, 10, 100), ERR_OK);
	sync_errno = code;
	assert_int_equal(put_range(kv, 10, 20, 100), ERR_STORE);
	sync_errno = 0;
	assert_int_equal(put_range(kv, 10, 20, 100), ERR_STORE);
	kv_close(kv);
	kv = open_kv(KV_WRITE, 0);
	assert_int_equal(count(kv), 10);
	kv_close(kv);
}

static void test_failed_sync(void **state)
{
	(void)state;
	failed_sync(EIO);
}

/* Room that was promised and is not there when it is synced, as on a volume that is larger than its disks, is such a failure too. */
static void test_failed_sync_for_room(void **state)
{
	(void)state;
	failed_sync(ENOSPC);
}

static enum err mixed_work(struct kv *kv)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};
	struct kv_cursor c = {0};
	struct span value;

	kv_txn_begin(kv, true, &txn);
	kv_put(&txn, 0, SPAN("a"), SPAN("new"));
	kv_get(&txn, 0, SPAN("a"), &value);
	kv_del(&txn, 0, SPAN("b"));
	kv_cursor_open(&txn, 1, &c);
	kv_cursor_seek(&c, SPAN("a"));
	kv_cursor_next(&c);
	kv_cursor_put(&c, SPAN("a"), SPAN("new"), false);
	kv_cursor_del(&c, SPAN("b"));
	kv_cursor_close(&c);
	return kv_txn_commit(&txn);
}

static void expect_row(struct kv *kv, int table, const char *expected, bool b)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};
	struct span value = {0};

	kv_txn_begin(kv, false, &txn);
	assert_true(kv_get(&txn, table, SPAN("a"), &value));
	assert_true(span_eq(value, span_cstr(expected)));
	assert_int_equal(kv_get(&txn, table, SPAN("b"), &value), b);
}

/* Whichever LMDB call fails, the error is clean and the store holds either all or nothing. */
static void test_nth_call_fails(void **state)
{
	int n = 0;
	enum err err;

	(void)state;
	fault_code = MDB_CORRUPTED;
	do {
		struct kv *kv = open_kv(KV_WRITE, 0);
		struct kv_txn txn = {0};

		kv_txn_begin(kv, true, &txn);
		for (int table = 0; table < 2; table++) {
			kv_put(&txn, table, SPAN("a"), SPAN("old"));
			kv_put(&txn, table, SPAN("b"), SPAN("old"));
		}
		assert_int_equal(kv_txn_commit(&txn), ERR_OK);
		fault_after(FAULT_STORE, n++);
		err = mixed_work(kv);
		fault_in = -1;
		for (int table = 0; table < 2; table++) {
			expect_row(kv, table, err ? "old" : "new", err != ERR_OK);
		}
		kv_close(kv);
		assert_true(err == ERR_OK || err == ERR_STORE);
	} while (err);
	assert_true(n > 9);
}

/* Whichever call fails while opening, nothing stays open: the next one succeeds. */
static void test_nth_open_fails(void **state)
{
	struct kv_config config = {.dir = dir, .mode = KV_WRITE, .names = names};
	enum err err;
	int n = 0;

	(void)state;
	fault_code = ENOMEM;
	do {
		struct kv *kv = NULL;

		fault_after(FAULT_STORE, n++);
		err = kv_open(&config, &kv);
		assert_true(err == ERR_OK || err == ERR_NOMEM);
		assert_int_equal(kv == NULL, err != ERR_OK);
		fault_in = -1;
		kv_close(kv);
		kv_close(open_kv(KV_WRITE, 0));
	} while (err);
	assert_true(n > 4);
}

int main(void)
{
#define T(function) cmocka_unit_test_setup_teardown(function, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {
		T(test_disk_full),     T(test_disk_fills_up),        T(test_lock_has_its_place),
		T(test_failed_sync),   T(test_failed_sync_for_room), T(test_nth_call_fails),
		T(test_nth_open_fails)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
