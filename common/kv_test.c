/* kv_test.c: the store keeps what it committed, and says clearly when it cannot. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/limits.h"
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

int main(void)
{
#define T(function) cmocka_unit_test_setup_teardown(function, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {
		T(test_keeps),    T(test_reader),      T(test_one_writer),  T(test_shared),
		T(test_renew),    T(test_rest),        T(test_cursor),      T(test_keys),
		T(test_map_full), T(test_dead_reader), T(test_reader_slots)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
