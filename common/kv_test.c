/* kv_test.c: the store keeps what it committed, and says clearly when it cannot.
 * @wrap mdb_put mdb_del mdb_get mdb_cursor_put mdb_cursor_get mdb_cursor_open mdb_txn_begin mdb_txn_commit mdb_env_open mdb_dbi_open
 * @wrap pwrite writev fdatasync
 */
#include "common/kv.h"

#include <errno.h>
#include <lmdb.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/limits.h"

static char dir[64];
static const char *const names[] = {"one", "two", NULL};

/* The call that fails: counted down to 0 over all wrapped calls; negative: none. */
static int fail_in = -1;
static int fail_code = EIO;
static bool disk_full;
static int sync_errno;

static bool fails_now(void)
{
	return fail_in >= 0 && fail_in-- == 0;
}

#define WRAP(function, parameters, arguments)                                 \
	int __real_##function parameters;                                     \
	int __wrap_##function parameters;                                     \
	int __wrap_##function parameters                                      \
	{                                                                     \
		return fails_now() ? fail_code : __real_##function arguments; \
	}

WRAP(mdb_put, (MDB_txn * t, MDB_dbi d, MDB_val *k, MDB_val *v, unsigned f), (t, d, k, v, f))
WRAP(mdb_del, (MDB_txn * t, MDB_dbi d, MDB_val *k, MDB_val *v), (t, d, k, v))
WRAP(mdb_get, (MDB_txn * t, MDB_dbi d, MDB_val *k, MDB_val *v), (t, d, k, v))
WRAP(mdb_cursor_put, (MDB_cursor * c, MDB_val *k, MDB_val *v, unsigned f), (c, k, v, f))
WRAP(mdb_cursor_get, (MDB_cursor * c, MDB_val *k, MDB_val *v, MDB_cursor_op o), (c, k, v, o))
WRAP(mdb_cursor_open, (MDB_txn * t, MDB_dbi d, MDB_cursor **c), (t, d, c))
WRAP(mdb_txn_begin, (MDB_env * e, MDB_txn *p, unsigned f, MDB_txn **t), (e, p, f, t))
WRAP(mdb_env_open, (MDB_env * e, const char *p, unsigned f, mdb_mode_t m), (e, p, f, m))
WRAP(mdb_dbi_open, (MDB_txn * t, const char *n, unsigned f, MDB_dbi *d), (t, n, f, d))

int __real_mdb_txn_commit(MDB_txn *t);
int __wrap_mdb_txn_commit(MDB_txn *t);
int __wrap_mdb_txn_commit(MDB_txn *t)
{
	if (fails_now()) {
		mdb_txn_abort(t); /* a commit ends its transaction, whatever it says */
		return fail_code;
	}
	return __real_mdb_txn_commit(t);
}

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
	return __real_writev(fd, v, n);
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

static int make_dir(void **state)
{
	(void)state;
	fail_in = -1;
	disk_full = false;
	sync_errno = 0;
	snprintf(dir, sizeof dir, "/tmp/govbus-kv-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	char path[128];

	(void)state;
	for (const char *const *name =
		     (const char *const[]){"data.mdb", "lock.mdb", "writer.lock", NULL};
	     *name; name++) {
		snprintf(path, sizeof path, "%s/%s", dir, *name);
		unlink(path);
	}
	return rmdir(dir);
}

static struct kv *open_kv(enum kv_mode mode, uint64_t map_bytes)
{
	struct kv *kv = NULL;
	struct kv_config config = {
		.dir = dir, .mode = mode, .names = names, .map_bytes = map_bytes};

	assert_int_equal(kv_open(&config, &kv), ERR_OK);
	return kv;
}

static struct span number(uint8_t room[4], uint32_t n)
{
	for (int i = 3; i >= 0; i--, n >>= 8) {
		room[i] = (uint8_t)n;
	}
	return span_of(room, 4);
}

static enum err put_range(struct kv *kv, uint32_t from, uint32_t to, size_t value_bytes)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};
	static uint8_t value[4096];
	uint8_t key[4];

	kv_txn_begin(kv, true, &txn);
	for (uint32_t i = from; i < to; i++) {
		kv_put(&txn, 0, number(key, i), span_of(value, value_bytes));
	}
	return kv_txn_commit(&txn);
}

static uint64_t count(struct kv *kv)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};

	kv_txn_begin(kv, false, &txn);
	uint64_t n = kv_count(&txn, 0);

	assert_int_equal(txn.err, ERR_OK);
	return n;
}

/* What was committed is there after opening again, what was aborted is not; folders above are made. */
static void test_keeps(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 0);
	struct kv_txn txn = {0};
	struct span value;

	(void)state;
	kv_txn_begin(kv, true, &txn);
	kv_put(&txn, 1, SPAN("a"), SPAN("x"));
	kv_put(&txn, 1, SPAN("b"), SPAN(""));
	kv_del(&txn, 1, SPAN("absent"));
	assert_int_equal(kv_txn_commit(&txn), ERR_OK);
	txn = (struct kv_txn){0};
	kv_txn_begin(kv, true, &txn);
	kv_put(&txn, 1, SPAN("c"), SPAN("y"));
	kv_txn_abort(&txn);
	kv_txn_abort(&txn);
	kv_close(kv);

	kv = open_kv(KV_READ, 0);
	txn = (struct kv_txn){0};
	assert_int_equal(kv_txn_begin(kv, false, &txn), ERR_OK);
	assert_true(kv_get(&txn, 1, SPAN("a"), &value));
	assert_true(span_eq(value, SPAN("x")));
	assert_true(kv_get(&txn, 1, SPAN("b"), &value));
	assert_int_equal(value.n, 0);
	assert_false(kv_get(&txn, 1, SPAN("c"), &value));
	assert_int_equal(txn.err, ERR_OK);
	assert_int_equal(kv_count(&txn, 0), 0);
	assert_int_equal(kv_count(&txn, 1), 2);
	kv_txn_abort(&txn);
	assert_true(kv_used_bytes(kv) > 0);
	kv_close(kv);
	kv_close(NULL);
}

/* A reader finds nothing where nothing was written, and may not write. */
static void test_reader(void **state)
{
	struct kv *kv = NULL;
	struct kv_config config = {.dir = dir, .mode = KV_READ, .names = names};
	const char *const more[] = {"one", "two", "three", NULL};
	struct kv_txn txn = {0};

	(void)state;
	assert_int_equal(kv_open(&config, &kv), ERR_ABSENT);
	kv_close(open_kv(KV_WRITE, 0));
	config.names = more;
	assert_int_equal(kv_open(&config, &kv), ERR_ABSENT);
	config.names = names;
	assert_int_equal(kv_open(&config, &kv), ERR_OK);
	assert_int_equal(kv_txn_begin(kv, true, &txn), ERR_DENIED);
	kv_put(&txn, 0, SPAN("a"), SPAN("b"));
	assert_int_equal(kv_txn_commit(&txn), ERR_DENIED);
	kv_close(kv);
}

/* A second writer is refused while the first lives, and let in when it is gone. */
static void test_one_writer(void **state)
{
	struct kv *first = open_kv(KV_WRITE, 0), *second = NULL;
	struct kv_config config = {.dir = dir, .mode = KV_WRITE, .names = names};

	(void)state;
	assert_int_equal(kv_open(&config, &second), ERR_BUSY);
	assert_int_equal(put_range(first, 0, 3, 8), ERR_OK);
	kv_close(first);
	assert_int_equal(kv_open(&config, &second), ERR_OK);
	assert_int_equal(count(second), 3);
	kv_close(second);
}

/* Where several may write, a second process is let in while the first is open, and sees what that committed. */
static void test_shared(void **state)
{
	struct kv *kv;
	int status = 0;

	(void)state;
	kv_close(open_kv(KV_SHARED, 0));
	pid_t child = fork();

	if (child == 0) {
		kv = open_kv(KV_SHARED, 0);
		_exit(put_range(kv, 0, 7, 8) ? 1
					     : 0); /* ends without closing, as a killed one would */
	}
	kv = open_kv(KV_SHARED, 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(put_range(kv, 7, 9, 8), ERR_OK);
	assert_int_equal(count(kv), 9);
	kv_close(kv);
}

/* A reader sees a state until it renews. */
static void test_renew(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 0);
	struct kv_txn txn = {0};

	(void)state;
	kv_txn_begin(kv, false, &txn);
	assert_int_equal(put_range(kv, 0, 5, 8), ERR_OK);
	assert_int_equal(kv_count(&txn, 0), 0);
	assert_int_equal(kv_txn_renew(&txn), ERR_OK);
	assert_int_equal(kv_count(&txn, 0), 5);
	kv_txn_abort(&txn);
	kv_close(kv);
}

/* Cursors find the first key not below, the last key below, and walk both ways. */
static void test_cursor(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 0);
	struct kv_txn txn = {0};
	struct kv_cursor c = {0};
	uint8_t key[4];

	(void)state;
	kv_txn_begin(kv, true, &txn);
	kv_cursor_open(&txn, 0, &c);
	assert_false(kv_cursor_seek(&c, (struct span){0}));
	assert_false(kv_cursor_seek_before(&c, SPAN("zzzz")));
	for (uint32_t i = 10; i <= 50; i += 10) {
		kv_cursor_put(&c, number(key, i), SPAN("v"), true);
	}
	kv_cursor_put(&c, number(key, 25), SPAN("w"), false);
	kv_cursor_del(&c, number(key, 30));
	kv_cursor_del(&c, number(key, 31));
	assert_int_equal(txn.err, ERR_OK);
	assert_true(kv_cursor_seek(&c, number(key, 21)));
	assert_int_equal(c.key.p[3], 25);
	assert_true(span_eq(c.value, SPAN("w")));
	assert_true(kv_cursor_next(&c));
	assert_int_equal(c.key.p[3], 40);
	assert_true(kv_cursor_prev(&c));
	assert_int_equal(c.key.p[3], 25);
	assert_true(kv_cursor_seek_before(&c, number(key, 25)));
	assert_int_equal(c.key.p[3], 20);
	assert_true(kv_cursor_seek_before(&c, number(key, 99)));
	assert_int_equal(c.key.p[3], 50);
	assert_false(kv_cursor_seek_before(&c, number(key, 10)));
	assert_false(kv_cursor_seek(&c, number(key, 51)));
	assert_false(kv_cursor_seek_before(&c, (struct span){0}));
	assert_int_equal(txn.err, ERR_OK);
	kv_cursor_close(&c);
	assert_int_equal(kv_txn_commit(&txn), ERR_OK);
	kv_close(kv);
}

/* A key that LMDB would refuse fails the transaction with an error of its own, and nothing of it stays. */
static void test_keys(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 0);
	struct kv_txn txn = {0};
	uint8_t key[LIMIT_KEY_BYTES + 1] = {1};

	(void)state;
	kv_txn_begin(kv, true, &txn);
	kv_put(&txn, 0, span_of(key, LIMIT_KEY_BYTES), SPAN("v"));
	kv_put(&txn, 0, span_of(key, sizeof key), SPAN("v"));
	kv_put(&txn, 0, SPAN("good"), SPAN("v"));
	assert_int_equal(kv_txn_commit(&txn), ERR_TOO_BIG);
	assert_int_equal(count(kv), 0);
	txn = (struct kv_txn){0};
	kv_txn_begin(kv, true, &txn);
	kv_put(&txn, 0, SPAN(""), SPAN("v"));
	assert_int_equal(kv_txn_commit(&txn), ERR_INVALID);
	kv_close(kv);
}

/* A full map is a clear error, loses nothing, and is over once there is room. */
static void test_map_full(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 1 << 20);

	(void)state;
	assert_int_equal(put_range(kv, 0, 100, 1000), ERR_OK);
	assert_int_equal(put_range(kv, 100, 10000, 1000), ERR_STORE_FULL);
	assert_int_equal(count(kv), 100);
	assert_int_equal(put_range(kv, 100, 110, 1000), ERR_OK);
	assert_int_equal(count(kv), 110);
	kv_close(kv);
	kv = open_kv(KV_WRITE, 64 << 20);
	assert_int_equal(put_range(kv, 100, 10000, 1000), ERR_OK);
	kv_close(kv);
}

/* A reader that died with its transaction open does not keep the file growing: the map does not fill. */
static void test_dead_reader(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 2 << 20);

	(void)state;
	assert_int_equal(put_range(kv, 0, 200, 1000), ERR_OK);
	kv_close(kv);
	pid_t child = fork();

	if (child == 0) {
		struct kv *reader = NULL;
		struct kv_config config = {
			.dir = dir, .mode = KV_READ, .names = names, .map_bytes = 2 << 20};
		struct kv_txn txn = {0};

		if (kv_open(&config, &reader) || kv_txn_begin(reader, false, &txn)) {
			_exit(1);
		}
		raise(SIGKILL);
	}
	int status = 0;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	kv = open_kv(KV_WRITE, 2 << 20);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(put_range(kv, 0, 200, 1000), ERR_OK);
	}
	kv_close(kv);
}

/* All reader slots taken is a clear error; one given back serves the next. */
static void test_reader_slots(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 0);
	struct kv_txn *txns = calloc(LIMIT_KV_READERS + 1, sizeof *txns);

	(void)state;
	assert_non_null(txns);
	for (int i = 0; i < LIMIT_KV_READERS; i++) {
		assert_int_equal(kv_txn_begin(kv, false, &txns[i]), ERR_OK);
	}
	assert_int_equal(kv_txn_begin(kv, false, &txns[LIMIT_KV_READERS]), ERR_BUSY);
	kv_txn_abort(&txns[7]);
	txns[LIMIT_KV_READERS] = (struct kv_txn){0};
	assert_int_equal(kv_txn_begin(kv, false, &txns[LIMIT_KV_READERS]), ERR_OK);
	for (int i = 0; i <= LIMIT_KV_READERS; i++) {
		kv_txn_abort(&txns[i]);
	}
	free(txns);
	kv_close(kv);
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

/* After a failed sync nothing is written through this handle any more; what was committed before is there when opened anew. */
static void test_failed_sync(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 0);

	(void)state;
	assert_int_equal(put_range(kv, 0, 10, 100), ERR_OK);
	sync_errno = EIO;
	assert_int_equal(put_range(kv, 10, 20, 100), ERR_STORE);
	sync_errno = 0;
	assert_int_equal(put_range(kv, 10, 20, 100), ERR_STORE);
	kv_close(kv);
	kv = open_kv(KV_WRITE, 0);
	assert_int_equal(count(kv), 10);
	kv_close(kv);
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
	fail_code = MDB_CORRUPTED;
	do {
		struct kv *kv = open_kv(KV_WRITE, 0);
		struct kv_txn txn = {0};

		kv_txn_begin(kv, true, &txn);
		for (int table = 0; table < 2; table++) {
			kv_put(&txn, table, SPAN("a"), SPAN("old"));
			kv_put(&txn, table, SPAN("b"), SPAN("old"));
		}
		assert_int_equal(kv_txn_commit(&txn), ERR_OK);
		fail_in = n++;
		err = mixed_work(kv);
		fail_in = -1;
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
	fail_code = ENOMEM;
	do {
		struct kv *kv = NULL;

		fail_in = n++;
		err = kv_open(&config, &kv);
		assert_true(err == ERR_OK || err == ERR_NOMEM);
		assert_int_equal(kv == NULL, err != ERR_OK);
		fail_in = -1;
		kv_close(kv);
		kv_close(open_kv(KV_WRITE, 0));
	} while (err);
	assert_true(n > 4);
}

int main(void)
{
#define T(function) cmocka_unit_test_setup_teardown(function, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {
		T(test_keeps),          T(test_reader),         T(test_one_writer),
		T(test_shared),         T(test_renew),          T(test_cursor),
		T(test_keys),           T(test_map_full),       T(test_dead_reader),
		T(test_reader_slots),   T(test_disk_full),      T(test_failed_sync),
		T(test_nth_call_fails), T(test_nth_open_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
