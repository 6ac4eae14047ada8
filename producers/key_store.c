/* key_store.c: sealing keys in an LMDB environment of their own; two doors that race for one case get one key. */
#include "producers/key_store.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum { DATE_BYTES = 3, DATE_AT = 3 };
enum { TABLE_KEY }; /* subject -> struct key_store_key */

static const char *const TABLES[] = {"key", NULL};

struct key_store {
	struct kv *kv;
};

struct key_store_subject key_store_subject_of(const struct case_id *id, const uint8_t secret[32])
{
	struct key_store_subject subject;
	uint8_t hash[crypto_generichash_BYTES_MIN];

	crypto_generichash(hash, sizeof hash, id->key, sizeof id->key, secret, 32);
	memcpy(subject.id, id->key + DATE_AT, DATE_BYTES);
	memcpy(subject.id + DATE_BYTES, hash, sizeof subject.id - DATE_BYTES);
	return subject;
}

enum err key_store_open(const char *home, struct key_store **ret_store)
{
	char dir[512];
	struct kv_config config = {.dir = dir, .mode = KV_SHARED, .names = TABLES};
	struct key_store *store = calloc(1, sizeof *store);
	enum err err;

	if (!store || sodium_init() < 0) {
		free(store);
		return ERR_NOMEM;
	}
	(void)snprintf(dir, sizeof dir, "%s/keys", home);
	err = kv_open(&config, &store->kv);
	if (err) {
		free(store);
		return err;
	}
	*ret_store = store;
	return ERR_OK;
}

void key_store_close(struct key_store *store)
{
	if (store) {
		kv_close(store->kv);
		free(store);
	}
}

void key_store_begin(struct key_store *store, struct key_store_txn *txn)
{
	*txn = (struct key_store_txn){.store = store};
}

static bool row_read(struct span row, struct key_store_key *ret_key)
{
	if (row.n != sizeof *ret_key) {
		return false;
	}
	memcpy(ret_key, row.p, row.n);
	return true;
}

static void make(struct key_store_txn *txn, struct span subject, struct key_store_key *ret_key)
{
	*ret_key = (struct key_store_key){.version = 1};
	randombytes_buf(ret_key->key, sizeof ret_key->key);
	kv_put(&txn->kv, TABLE_KEY, subject, span_of(ret_key, sizeof *ret_key));
}

bool key_store_take(struct key_store_txn *txn,
		    const struct key_store_subject *subject,
		    struct key_store_key *ret_key)
{
	struct span key = span_of(subject->id, sizeof subject->id), row;

	if (txn->err) {
		return false;
	}
	if (!txn->begun) {
		txn->begun = true;
		kv_txn_begin(txn->store->kv, /*writable=*/true, &txn->kv);
	}
	if (kv_get(&txn->kv, TABLE_KEY, key, &row)) {
		txn->err = row_read(row, ret_key) ? ERR_OK : ERR_STORE_VERSION;
	} else if (!txn->kv.err) {
		make(txn, key, ret_key);
	}
	txn->err = txn->err ? txn->err : txn->kv.err;
	return !txn->err;
}

enum err key_store_commit(struct key_store_txn *txn)
{
	if (txn->err) {
		key_store_abort(txn);
	} else if (txn->begun) {
		txn->begun = false;
		txn->err = kv_txn_commit(&txn->kv);
	}
	return txn->err;
}

void key_store_abort(struct key_store_txn *txn)
{
	if (txn->begun) {
		txn->begun = false;
		kv_txn_abort(&txn->kv);
	}
}

enum err key_store_find(struct key_store *store,
			const struct key_store_subject *subject,
			struct key_store_key *ret_key)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};
	struct span row;

	kv_txn_begin(store->kv, /*writable=*/false, &txn);
	if (!kv_get(&txn, TABLE_KEY, span_of(subject->id, sizeof subject->id), &row)) {
		return txn.err ? txn.err : ERR_ABSENT;
	}
	return row_read(row, ret_key) ? ERR_OK : ERR_STORE_VERSION;
}
