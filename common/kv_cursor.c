/* kv_cursor.c: walks over a table of an LMDB environment. */
#include <assert.h>

#include "common/kv_parts.h"

void kv_cursor_open(struct kv_txn *txn, int table, struct kv_cursor *cursor)
{
	MDB_cursor *mdb = NULL;

	*cursor = (struct kv_cursor){.txn = txn, .table = table};
	if (kv_parts_usable(txn, table)) {
		kv_parts_fail(txn, mdb_cursor_open(txn->mdb, txn->kv->dbis[table], &mdb));
		cursor->mdb = mdb;
	}
}

void kv_cursor_close(struct kv_cursor *cursor)
{
	if (cursor->mdb) {
		mdb_cursor_close(cursor->mdb);
	}
	*cursor = (struct kv_cursor){0};
}

static bool cursor_usable(const struct kv_cursor *cursor)
{
	return cursor->mdb && kv_parts_usable(cursor->txn, cursor->table);
}

/* Moves, and borrows what it then stands on. */
static bool move(struct kv_cursor *cursor, struct span key, MDB_cursor_op op)
{
	MDB_val k = kv_parts_val(key), v = {0};

	if (!cursor_usable(cursor)) {
		return false;
	}
	int code = mdb_cursor_get(cursor->mdb, &k, &v, op);

	if (code == MDB_SUCCESS) {
		cursor->key = span_of(k.mv_data, k.mv_size);
		cursor->value = span_of(v.mv_data, v.mv_size);
		return true;
	}
	cursor->key = cursor->value = (struct span){0};
	if (code != MDB_NOTFOUND) {
		kv_parts_fail(cursor->txn, code);
	}
	return false;
}

bool kv_cursor_seek(struct kv_cursor *cursor, struct span key)
{
	return move(cursor, key, key.n ? MDB_SET_RANGE : MDB_FIRST);
}

bool kv_cursor_seek_before(struct kv_cursor *cursor, struct span key)
{
	if (key.n == 0) {
		return false;
	}
	if (move(cursor, key, MDB_SET_RANGE)) {
		return move(cursor, (struct span){0}, MDB_PREV);
	}
	return move(cursor, (struct span){0}, MDB_LAST);
}

bool kv_cursor_next(struct kv_cursor *cursor)
{
	return move(cursor, (struct span){0}, MDB_NEXT);
}

bool kv_cursor_prev(struct kv_cursor *cursor)
{
	return move(cursor, (struct span){0}, MDB_PREV);
}

void kv_cursor_put(struct kv_cursor *cursor, struct span key, struct span value, bool append)
{
	MDB_val k = kv_parts_val(key), v = kv_parts_val(value);

	if (cursor_usable(cursor) && kv_parts_key_fits(cursor->txn, key)) {
		int code = mdb_cursor_put(cursor->mdb, &k, &v, append ? MDB_APPEND : 0);

		kv_parts_fail(cursor->txn, code);
	}
}

void kv_cursor_del(struct kv_cursor *cursor, struct span key)
{
	MDB_val k = kv_parts_val(key), v = {0};

	if (!cursor_usable(cursor) || !kv_parts_key_fits(cursor->txn, key)) {
		return;
	}
	int code = mdb_cursor_get(cursor->mdb, &k, &v, MDB_SET);

	if (code == MDB_SUCCESS) {
		code = mdb_cursor_del(cursor->mdb, 0);
	}
	kv_parts_fail(cursor->txn, code == MDB_NOTFOUND ? MDB_SUCCESS : code);
}
