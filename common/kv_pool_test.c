/* kv_pool_test.c: readings that are used again see what was committed last, and hold on to nothing for longer than they are said to. */
#include "common/kv_pool.h"

#include "tests/support/kv_bed.h"

static uint64_t count_taken(struct kv_pool *pool)
{
	struct kv_txn txn = {0};

	assert_int_equal(kv_pool_take(pool, &txn), ERR_OK);
	uint64_t n = kv_count(&txn, 0);

	assert_int_equal(n, count(txn.kv));
	kv_pool_give(pool, &txn);
	assert_null(txn.mdb);
	return n;
}

/* Each reading is of the newest state: whether anything was committed since the last one or not, before and after a rest. */
static void test_newest(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 0);
	struct kv_pool pool = {0};

	(void)state;
	kv_pool_open(&pool, kv);
	for (uint32_t n = 0; n < 20; n += 5) {
		assert_int_equal(put_range(kv, n, n + 5, 8), ERR_OK);
		assert_int_equal(count_taken(&pool), n + 5);
		assert_int_equal(count_taken(&pool), n + 5);
		kv_pool_rest(&pool);
		assert_int_equal(count_taken(&pool), n + 5);
	}
	kv_pool_close(&pool);
	kv_close(kv);
}

/* Two at once are of their own; what was borrowed from one stays while others come and go. */
static void test_at_once(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 0);
	struct kv_pool pool = {0};
	struct kv_txn txns[KV_POOL_TXNS + 2] = {0};

	(void)state;
	kv_pool_open(&pool, kv);
	for (uint32_t i = 0; i < KV_POOL_TXNS + 2; i++) {
		assert_int_equal(kv_pool_take(&pool, &txns[i]), ERR_OK);
		assert_int_equal(put_range(kv, i, i + 1, 8), ERR_OK);
	}
	for (uint32_t i = 0; i < KV_POOL_TXNS + 2; i++) {
		assert_int_equal(kv_count(&txns[i], 0), i);
		kv_pool_give(&pool, &txns[i]);
	}
	assert_int_equal(pool.n, KV_POOL_TXNS);
	assert_int_equal(count_taken(&pool), KV_POOL_TXNS + 2);
	kv_pool_close(&pool);
	kv_pool_close(&pool);
	kv_close(kv);
}

/* Writes over and over the same rows. @return the size of the file's used part afterwards */
static uint64_t size_after(struct kv *kv, int times)
{
	for (int i = 0; i < times; i++) {
		assert_int_equal(put_range(kv, 0, 50, 900), ERR_OK);
	}
	return kv_used_bytes(kv);
}

/* Between two rests a reading that nobody uses holds on to its state, and the file grows; after a rest it does not. */
static void test_rest(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 0);
	struct kv_pool pool = {0};
	uint64_t before;

	(void)state;
	kv_pool_open(&pool, kv);
	(void)size_after(kv, 5);
	assert_int_equal(count_taken(&pool), 50);
	before = size_after(kv, 5);
	assert_true(size_after(kv, 20) > before);
	kv_pool_rest(&pool);
	before = size_after(kv, 5);
	assert_int_equal(size_after(kv, 20), before);
	assert_int_equal(count_taken(&pool), 50);
	kv_pool_close(&pool);
	kv_close(kv);
}

/* One whose reading failed is not used again. */
static void test_failed(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 0);
	struct kv_pool pool = {0};
	struct kv_txn txn = {0};
	struct span value;

	(void)state;
	kv_pool_open(&pool, kv);
	assert_int_equal(kv_pool_take(&pool, &txn), ERR_OK);
	assert_false(kv_get(&txn, 0, SPAN(""), &value));
	assert_int_equal(txn.err, ERR_INVALID);
	kv_pool_give(&pool, &txn);
	assert_int_equal(pool.n, 0);
	assert_int_equal(count_taken(&pool), 0);
	kv_pool_close(&pool);
	kv_close(kv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_newest, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_at_once, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_rest, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_failed, make_dir, remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
