/* kv_test.c: the store keeps what it committed, and says clearly when it cannot. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/limits.h"
#include "common/log.h"
#include "tests/support/kv_bed.h"

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

/* A reader at rest holds on to no pages: what is written over and over takes no more room. Renewed it sees the newest state. */
static void test_rest(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 0);
	struct kv_txn txn = {0};
	uint64_t before;

	(void)state;
	assert_int_equal(put_range(kv, 0, 5, 8), ERR_OK);
	kv_txn_begin(kv, false, &txn);
	kv_txn_rest(&txn);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(put_range(kv, 0, 50, 900), ERR_OK);
	}
	before = kv_used_bytes(kv);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(put_range(kv, 0, 50, 900), ERR_OK);
	}
	assert_int_equal(kv_used_bytes(kv), before);
	assert_int_equal(kv_txn_renew(&txn), ERR_OK);
	assert_int_equal(kv_count(&txn, 0), 50);
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

static void remove_file(const char *name)
{
	char path[FOLDER_PATH_BYTES + 64];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	assert_int_equal(unlink(path), 0);
}

static void replace(const char *name)
{
	char path[FOLDER_PATH_BYTES + 64];

	remove_file(name);
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	(void)fclose(file);
}

/* A writer whose files are not those in its folder any more writes no more, since nobody reads what it writes; a lock that is only missing is shared still. */
static void test_replaced(void **state)
{
	static const char *const names_of[] = {"data.mdb", "lock.mdb"};
	static const enum kv_mode modes[] = {KV_WRITE, KV_SHARED};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct kv *kv = open_kv(modes[i], 0);

		assert_int_equal(put_range(kv, 0, 3, 8), ERR_OK);
		remove_file("lock.mdb");
		sleep(2); /* it looks once a second */
		assert_int_equal(put_range(kv, 3, 5, 8), ERR_OK);
		kv_close(kv);
		kv = open_kv(modes[i], 0);
		assert_int_equal(count(kv), 5);
		replace(names_of[i]);
		sleep(2);
		assert_int_equal(put_range(kv, 5, 6, 8), ERR_STORE_REPLACED);
		assert_int_equal(put_range(kv, 5, 6, 8), ERR_STORE_REPLACED);
		kv_close(kv);
		kv = open_kv(modes[i], 0);
		assert_int_equal(put_range(kv, 0, 5, 8), ERR_OK);
		kv_close(kv);
	}
}

/* @return how a process ends that reads an environment whose file is spoilt under it */
static int ends_reading(void (*spoil)(const char *path))
{
	char path[FOLDER_PATH_BYTES + 64];
	int status = 0;

	snprintf(path, sizeof path, "%s/data.mdb", dir);
	pid_t child = fork();

	if (child == 0) {
		struct kv *kv = open_kv(KV_READ, 0);

		log_open("kv", LOG_ERROR + 1);
		spoil(path);
		count(kv);
		_exit(put_range(kv, 0, 1, 8) ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void cut_short(const char *path)
{
	assert_int_equal(truncate(path, 8192), 0);
}

/* Its pages are there, and mean nothing. */
static void wipe(const char *path)
{
	static const uint8_t nothing[64 << 10];
	FILE *file = fopen(path, "r+");

	assert_non_null(file);
	assert_int_equal(fwrite(nothing, sizeof nothing, 1, file), 1);
	(void)fclose(file);
}

/* A file that is cut short or wiped under a program ends it as the failed store that it is, not by a signal that says nothing; one that was sent is no such thing. */
static void test_spoilt(void **state)
{
	void (*const spoils[])(const char *path) = {wipe, cut_short};
	int status = 0;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct kv *kv = open_kv(KV_WRITE, 0);

		assert_int_equal(put_range(kv, 0, 200, 1000), ERR_OK);
		kv_close(kv);
		int ended = ends_reading(spoils[i]);

		assert_true(WIFEXITED(ended));
		assert_int_equal(WEXITSTATUS(ended), err_exit_code(ERR_STORE));
		remove_file("data.mdb");
	}
	pid_t child = fork();

	if (child == 0) {
		raise(SIGBUS);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
}

int main(void)
{
#define T(function) cmocka_unit_test_setup_teardown(function, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {
		T(test_keeps),    T(test_reader),      T(test_one_writer),   T(test_shared),
		T(test_renew),    T(test_rest),        T(test_cursor),       T(test_keys),
		T(test_map_full), T(test_dead_reader), T(test_reader_slots), T(test_replaced),
		T(test_spoilt)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
