/* kv_spill_test.c: a transaction of more pages than LMDB keeps in memory is written early in part, and is whole all the same. */
#include "tests/support/kv_bed.h"

enum {
	SPILL_ROWS = 135000,
	SPILL_STEP = 39119,
	SPILL_BYTES = 2100
}; /* LMDB keeps 131,071 pages; a row fills one; coprime */

static uint8_t value[SPILL_BYTES];

/* All rows in one transaction, in no order. */
static void put_all(struct kv *kv, uint8_t mark)
{
	struct kv_txn txn = {0};
	uint8_t key[4];

	memset(value, mark, sizeof value);
	kv_txn_begin(kv, true, &txn);
	for (uint32_t i = 0, n = 0; i < SPILL_ROWS; i++, n = (n + SPILL_STEP) % SPILL_ROWS) {
		kv_put(&txn, 0, number(key, n), span_of(value, sizeof value));
	}
	assert_int_equal(kv_txn_commit(&txn), ERR_OK);
}

static void check_all(struct kv *kv, uint8_t mark)
{
	struct kv_cursor cursor = {0};
	struct kv_txn txn = {0};
	uint8_t key[4];
	uint32_t n = 0;

	memset(value, mark, sizeof value);
	kv_txn_begin(kv, false, &txn);
	kv_cursor_open(&txn, 0, &cursor);
	for (bool more = kv_cursor_seek(&cursor, (struct span){0}); more;
	     more = kv_cursor_next(&cursor)) {
		assert_true(span_eq(cursor.key, number(key, n++)));
		assert_true(span_eq(cursor.value, span_of(value, sizeof value)));
	}
	assert_int_equal(n, SPILL_ROWS);
	kv_cursor_close(&cursor);
	kv_txn_abort(&txn);
}

static void test_spilled(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, (uint64_t)4 << 30);

	(void)state;
	assert_int_equal(kv_fence(kv), ERR_OK); /* no sync: it is not about the disk */
	assert_int_equal(put_range(kv, 0, 10, 100), ERR_OK);
	put_all(kv, 1);
	assert_int_equal(count(kv), SPILL_ROWS);
	check_all(kv, 1);
	put_all(kv, 2); /* each row's page is copied */
	check_all(kv, 2);
	kv_close(kv);
	kv = open_kv(KV_WRITE, (uint64_t)4 << 30);
	check_all(kv, 2);
	kv_close(kv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_spilled, make_dir, remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
