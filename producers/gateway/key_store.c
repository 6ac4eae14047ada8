/* key_store.c: sealing keys in an LMDB environment of their own; two doors that race for one case get one key.
 *
 * Subjects are hashes, so each new key would dirty a page of its own, and a key must be on the disk before what it sealed leaves.
 * So new keys are appended to `fresh` in the order in which they were made, some seventy to a page, and moved to their places in
 * `key` by the thousand. A door holds what is fresh in memory too, and looks at the table's end for what others have added. */
#include "producers/gateway/key_store.h"

#include <endian.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/kv_room.h"
#include "consumers/generation.h"

enum { DATE_BYTES = 3, DATE_AT = 3, FRESH_MAX = 16384 };
enum {
	TABLE_KEY, /* subject -> struct key_store_key */
	TABLE_FRESH, /* number, big-endian, rising for ever -> struct fresh_row; the last one always stays */
};

static const char *const TABLES[] = {"key", "fresh", NULL};

struct fresh_row {
	uint8_t subject[KEY_STORE_SUBJECT_BYTES];
	struct key_store_key key;
};
_Static_assert(sizeof(struct fresh_row) == 56, "a row on disk");

struct key_store {
	struct kv *kv;
	char dir[512];
	/* Of whoever is in a writing transaction: */
	struct generation *fresh; /* subject -> key */
	uint64_t first, next;     /* numbers that it holds: from first to before next */
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
	struct key_store *store = calloc(1, sizeof *store);
	enum err err;

	if (!store || sodium_init() < 0) {
		free(store);
		return ERR_NOMEM;
	}
	(void)snprintf(store->dir, sizeof store->dir, "%s/keys", home);
	struct kv_config config = {.dir = store->dir, .mode = KV_SHARED, .names = TABLES};

	store->fresh = generation_new();
	err = store->fresh ? kv_open(&config, &store->kv) : ERR_NOMEM;
	if (err) {
		generation_free(store->fresh);
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
		generation_free(store->fresh);
		free(store);
	}
}

bool key_store_is_replaced(const struct key_store *store)
{
	return kv_is_replaced(store->kv);
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

/* ---- fresh keys, inside a writing transaction */

static bool fresh_read(const struct kv_cursor *cursor,
		       uint64_t *ret_number,
		       struct fresh_row *ret_row)
{
	if (cursor->key.n != sizeof *ret_number || cursor->value.n != sizeof *ret_row) {
		return false;
	}
	memcpy(ret_number, cursor->key.p, sizeof *ret_number);
	*ret_number = be64toh(*ret_number);
	memcpy(ret_row, cursor->value.p, sizeof *ret_row);
	return true;
}

static bool remember(struct key_store *store, const struct fresh_row *row)
{
	struct span subject = span_of(row->subject, sizeof row->subject);
	uint32_t hash = generation_hash(TABLE_KEY, subject);
	struct row *held = generation_find(store->fresh, TABLE_KEY, subject, hash);

	held = held ? held : generation_insert(store->fresh, TABLE_KEY, subject, hash, true);
	return held && generation_set(store->fresh, held, span_of(&row->key, sizeof row->key));
}

/* What other doors have appended since, or moved to its place. */
static enum err catch_up(struct key_store *store, struct kv_txn *txn)
{
	struct kv_cursor cursor = {0};
	struct fresh_row row;
	uint64_t number = 0;
	enum err err = ERR_OK;

	kv_cursor_open(txn, TABLE_FRESH, &cursor);
	bool more = kv_cursor_seek(&cursor, (struct span){0});

	if (more && fresh_read(&cursor, &number, &row) && number != store->first) {
		generation_reset(store->fresh);
		store->first = store->next = number;
	}
	uint64_t from = htobe64(store->next);

	for (more = more && kv_cursor_seek(&cursor, span_of(&from, sizeof from)); more && !err;
	     more = kv_cursor_next(&cursor)) {
		err = !fresh_read(&cursor, &number, &row) ? ERR_STORE_VERSION
		      : remember(store, &row)             ? ERR_OK
							  : ERR_NOMEM;
		store->next = number + 1;
	}
	kv_cursor_close(&cursor);
	generation_mark(store->fresh);
	return err ? err : txn->err;
}

static int by_subject(const void *a, const void *b)
{
	const struct fresh_row *x = a, *y = b;

	return memcmp(x->subject, y->subject, sizeof x->subject);
}

/* All but the last, which tells the numbers so far. @param ret_rows room for FRESH_MAX and one @return how many */
static size_t take_out(struct key_store *store, struct kv_txn *txn, struct fresh_row *ret_rows)
{
	struct kv_cursor cursor = {0};
	uint64_t number = 0;
	size_t n = 0;

	kv_cursor_open(txn, TABLE_FRESH, &cursor);
	for (bool more = kv_cursor_seek(&cursor, (struct span){0}); more && n <= FRESH_MAX;
	     more = kv_cursor_next(&cursor)) {
		if (!fresh_read(&cursor, &number, &ret_rows[n]) || number + 1 == store->next) {
			break;
		}
		n++;
		kv_cursor_del(&cursor, cursor.key);
	}
	kv_cursor_close(&cursor);
	return n;
}

/*
 * To their places, in the order of their places. A key that is there already is newer: it was destroyed, or made again
 * after that.
 */
static enum err move(struct key_store *store, struct kv_txn *txn)
{
	struct fresh_row *rows = malloc((FRESH_MAX + 1) * sizeof *rows);
	struct span there;

	if (!rows) {
		return ERR_NOMEM;
	}
	size_t n = take_out(store, txn, rows);

	qsort(rows, n, sizeof *rows, by_subject);
	for (size_t i = 0; i < n && !txn->err; i++) {
		struct span subject = span_of(rows[i].subject, sizeof rows[i].subject);

		if (!kv_get(txn, TABLE_KEY, subject, &there)) {
			kv_put(txn, TABLE_KEY, subject, span_of(&rows[i].key, sizeof rows[i].key));
		}
	}
	sodium_memzero(rows, n * sizeof *rows);
	free(rows);
	return txn->err ? txn->err : catch_up(store, txn);
}

static enum err begin(struct key_store_txn *txn)
{
	struct key_store *store = txn->store;

	txn->begun = true;
	kv_txn_begin(store->kv, /*writable=*/true, &txn->kv);
	enum err err = txn->kv.err ? txn->kv.err : catch_up(store, &txn->kv);

	return !err && store->next - store->first > FRESH_MAX ? move(store, &txn->kv) : err;
}

/* In its place, or among the fresh ones. */
static bool find(struct key_store_txn *txn, struct span subject, struct key_store_key *ret_key)
{
	struct span row;

	if (!kv_get(&txn->kv, TABLE_KEY, subject, &row)) {
		const struct row *held = generation_find(txn->store->fresh, TABLE_KEY, subject,
							 generation_hash(TABLE_KEY, subject));

		if (!held || !held->live || txn->kv.err) {
			return false;
		}
		row = span_of(held->value, held->value_n);
	}
	txn->err = row_read(row, ret_key) ? ERR_OK : ERR_STORE_VERSION;
	return true;
}

static enum err make(struct key_store_txn *txn,
		     const struct key_store_subject *subject,
		     struct key_store_key *ret_key)
{
	struct key_store *store = txn->store;
	struct fresh_row row = {.key.version = 1};
	struct kv_cursor cursor = {0};
	uint64_t number = htobe64(store->next);

	memcpy(row.subject, subject->id, sizeof row.subject);
	randombytes_buf(row.key.key, sizeof row.key.key);
	kv_cursor_open(&txn->kv, TABLE_FRESH, &cursor);
	kv_cursor_put(&cursor, span_of(&number, sizeof number), span_of(&row, sizeof row),
		      /*append=*/true);
	kv_cursor_close(&cursor);
	*ret_key = row.key;
	if (!txn->kv.err && !remember(store, &row)) {
		return ERR_NOMEM;
	}
	store->next++;
	return txn->kv.err;
}

/* After a destroyed one: in its place, where it is seen before what was fresh. */
static enum err make_next(struct key_store_txn *txn, struct span subject, struct key_store_key *key)
{
	if (key->version == UINT8_MAX) {
		return ERR_TOO_BIG;
	}
	*key = (struct key_store_key){.version = (uint8_t)(key->version + 1)};
	randombytes_buf(key->key, sizeof key->key);
	kv_put(&txn->kv, TABLE_KEY, subject, span_of(key, sizeof *key));
	return txn->kv.err;
}

bool key_store_take(struct key_store_txn *txn,
		    const struct key_store_subject *subject,
		    struct key_store_key *ret_key)
{
	if (!txn->err && !txn->begun) {
		txn->err = begin(txn);
	}
	struct span id = span_of(subject->id, sizeof subject->id);

	txn->taken++;
	if (!txn->err && !find(txn, id, ret_key)) {
		txn->err = txn->kv.err ? txn->kv.err : make(txn, subject, ret_key);
	} else if (!txn->err && ret_key->destroyed) {
		txn->err = make_next(txn, id, ret_key);
	}
	return !txn->err;
}

/* What was not committed is not known: read again from the table. */
static void forget(struct key_store *store)
{
	generation_reset(store->fresh);
	store->next = store->first;
}

enum err key_store_commit(struct key_store_txn *txn)
{
	if (txn->err) {
		key_store_abort(txn);
	} else if (txn->begun) {
		txn->begun = false;
		txn->err = kv_txn_commit(&txn->kv);
		if (txn->err) {
			forget(txn->store);
		}
	}
	return txn->err;
}

bool key_store_has_room(const struct key_store *store)
{
	return kv_room_is_there(store->dir);
}

void key_store_abort(struct key_store_txn *txn)
{
	if (txn->begun) {
		txn->begun = false;
		forget(txn->store);
		kv_txn_abort(&txn->kv);
	}
}

/* Fresh ones are looked through: whoever reads what was sealed writes an audit record first, and has a millisecond. */
static bool find_fresh(struct kv_txn *txn,
		       struct span subject,
		       uint64_t *ret_number,
		       struct key_store_key *ret_key)
{
	struct kv_cursor cursor = {0};
	struct fresh_row row;
	uint64_t number = 0;
	bool found = false;

	kv_cursor_open(txn, TABLE_FRESH, &cursor);
	for (bool more = kv_cursor_seek(&cursor, (struct span){0}); more && !found;
	     more = kv_cursor_next(&cursor)) {
		found = fresh_read(&cursor, &number, &row) &&
			span_eq(span_of(row.subject, sizeof row.subject), subject);
	}
	kv_cursor_close(&cursor);
	if (found) {
		*ret_key = row.key;
		*ret_number = number;
	}
	return found;
}

/* A fresh row keeps its number, which says how far the doors have read, but no key. */
static void blank_fresh(struct kv_txn *txn, struct span subject, uint64_t number)
{
	struct fresh_row row = {.key.destroyed = 1};

	memcpy(row.subject, subject.p, sizeof row.subject);
	number = htobe64(number);
	kv_put(txn, TABLE_FRESH, span_of(&number, sizeof number), span_of(&row, sizeof row));
}

enum err key_store_destroy(struct key_store *store, const struct key_store_subject *subject)
{
	struct key_store_txn txn;
	struct span id = span_of(subject->id, sizeof subject->id);
	struct key_store_key key = {0}, fresh = {0};
	uint64_t number = 0;

	key_store_begin(store, &txn);
	txn.err = begin(&txn);
	if (!txn.err && !find(&txn, id, &key)) {
		txn.err = txn.kv.err ? txn.kv.err : ERR_ABSENT;
	}
	if (!txn.err) {
		bool is_fresh = find_fresh(&txn.kv, id, &number, &fresh);

		key = (struct key_store_key){.version = key.version, .destroyed = 1};
		kv_put(&txn.kv, TABLE_KEY, id, span_of(&key, sizeof key));
		if (is_fresh) {
			blank_fresh(&txn.kv, id, number);
		}
		forget(store); /* memory holds it too */
		txn.err = txn.kv.err;
	}
	sodium_memzero(&fresh, sizeof fresh);
	return key_store_commit(&txn);
}

enum err key_store_find(struct key_store *store,
			const struct key_store_subject *subject,
			struct key_store_key *ret_key)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};
	struct span key = span_of(subject->id, sizeof subject->id), row;
	uint64_t number;

	kv_txn_begin(store->kv, /*writable=*/false, &txn);
	if (kv_get(&txn, TABLE_KEY, key, &row)) {
		if (!row_read(row, ret_key)) {
			return ERR_STORE_VERSION;
		}
		return ret_key->destroyed ? ERR_ERASED : ERR_OK;
	}
	return find_fresh(&txn, key, &number, ret_key) ? ERR_OK : txn.err ? txn.err : ERR_ABSENT;
}
