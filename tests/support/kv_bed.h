/* kv_bed.h: what the tests of the store share: an environment in a scratch folder, and a few rows. */
#ifndef GOVBUS_TESTS_SUPPORT_KV_BED_H
#define GOVBUS_TESTS_SUPPORT_KV_BED_H

#include "common/kv.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"

static char dir[FOLDER_PATH_BYTES];
static const char *const names[] = {"one", "two", NULL};

static int make_dir(void **state)
{
	(void)state;
	return folder_make("kv", dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	return *state || !folder_remove(dir);
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

#endif
