/* kv.h: an LMDB environment, its tables and transactions; the only place that knows LMDB. */
#ifndef GOVBUS_COMMON_KV_H
#define GOVBUS_COMMON_KV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/span.h"

struct kv;

enum kv_mode {
	KV_READ, /* read only; another process may write */
	KV_WRITE, /* the one writing process, held by flock on "writer.lock" for its life; MDB_NOMETASYNC */
	KV_SHARED, /* several processes write, each transaction alone (LMDB's own lock); every commit fully synced: for what no log can rebuild */
};

/* How to open an environment. Table number i is names[i]. */
struct kv_config {
	const char *dir; /* made if absent (KV_WRITE, KV_SHARED) */
	enum kv_mode mode;
	const char *const *names; /* tables, NULL-ended, at most LIMIT_KV_TABLES */
	uint64_t map_bytes;       /* 0: LIMIT_KV_MAP_BYTES; tests take less */
};

/* A transaction that remembers its first error: later calls do nothing. Zero it before kv_txn_begin. */
struct kv_txn {
	struct kv *kv;
	void *mdb;
	enum err err;
	bool writable;
	bool resting; /* a reading one that holds on to no state */
};

/* A walk over one table in key order. Zero it before kv_cursor_open. */
struct kv_cursor {
	struct kv_txn *txn;
	void *mdb;
	struct span key, value; /* where it stands; borrowed until the transaction ends or writes */
	int table;
};

/**
 * Opens an environment: checks dead readers, opens or makes its tables.
 * @return BUSY when another process writes it, ABSENT when a reader finds no environment or not all tables, STORE, STORE_FULL,
 * STORE_TORN: the machine went down, or a sync failed, while it was fenced: move it aside and rebuild it (for a reader: ABSENT)
 * @thread any; one handle per process and environment (LMDB's rule)
 */
enum err kv_open(const struct kv_config *config, struct kv **ret_kv);

/** Closes, fenced commits synced before; NULL is fine. All transactions must have ended. */
void kv_close(struct kv *kv);

/**
 * Begins. A reader's transaction may be reset and renewed by kv_txn_renew. The error is in txn->err too.
 * @return STORE_REPLACED: to be written, and its folder has other files than those that are open, looked at once a second
 */
enum err kv_txn_begin(struct kv *kv, bool writable, struct kv_txn *txn);

/** Whether its folder has other files than those that are open: what is read here may be of long ago. @thread any */
bool kv_is_replaced(const struct kv *kv);

/** Moves a reading transaction to the newest state; what was borrowed from it is dead. Nearly free if nothing was committed meanwhile. */
enum err kv_txn_renew(struct kv_txn *txn);

/**
 * Lets a reading transaction rest until kv_txn_renew: it no longer pins old pages, but keeps its reader slot. What was
 * borrowed from it is dead.
 */
void kv_txn_rest(struct kv_txn *txn);

/**
 * Commits durably (power loss costs at most the last commit, never order); the transaction has then ended either way.
 * @return the first error of the transaction. After STORE of a commit (a failed sync) this handle never writes again: end the
 * process. STORE_FULL (map or disk) left the store as it was; later transactions may succeed.
 */
enum err kv_txn_commit(struct kv_txn *txn);

/**
 * From here on commits of a KV_WRITE are not synced: many times faster, and as safe when only the process ends. For what a log can
 * rebuild: a mark in the folder, on the disk before the first such commit, makes kv_open refuse an environment that the machine's end
 * may have torn (LMDB's pages are then of any age). One whose writer was killed is opened fenced. Not inside a writing transaction.
 * @return ABSENT: the machine does not name its boots, so commits stay synced; STORE, STORE_FULL
 */
enum err kv_fence(struct kv *kv);

/** Syncs what was committed until now. @return STORE: as a failed sync of kv_txn_commit @thread any, beside the writer */
enum err kv_fence_sync(struct kv *kv);

/** Syncs, and makes commits durable again. Not inside a writing transaction. @return STORE */
enum err kv_fence_end(struct kv *kv);

/** Whether commits are not synced one by one now. */
bool kv_fence_is_up(const struct kv *kv);

/** Ends without effect; after a commit or on a zeroed one a no-op, so it serves as CLEANUP. */
void kv_txn_abort(struct kv_txn *txn);

/** @return false when absent (txn->err is OK) or failed. @param ret_value borrows until the transaction ends or writes */
bool kv_get(struct kv_txn *txn, int table, struct span key, struct span *ret_value);

/** Puts or replaces. A key has 1 to LIMIT_KEY_BYTES bytes: else INVALID or TOO_BIG, as everywhere here. */
void kv_put(struct kv_txn *txn, int table, struct span key, struct span value);

/** Deletes; an absent key is no error. */
void kv_del(struct kv_txn *txn, int table, struct span key);

/** Number of rows of a table. */
uint64_t kv_count(struct kv_txn *txn, int table);

/** Pages that a table takes: an upper bound of what rewriting all its rows would dirty. */
uint64_t kv_pages(struct kv_txn *txn, int table);

/** Opens a cursor, not standing anywhere. Close it before its transaction ends. */
void kv_cursor_open(struct kv_txn *txn, int table, struct kv_cursor *cursor);

/** Closes; one that is not open is fine, so it serves as CLEANUP. */
void kv_cursor_close(struct kv_cursor *cursor);

/** To the first key >= key. @return false at the end or on error (txn->err) */
bool kv_cursor_seek(struct kv_cursor *cursor, struct span key);

/** To the last key < key. @return false when there is none */
bool kv_cursor_seek_before(struct kv_cursor *cursor, struct span key);

/** To the next key; the first if it stands nowhere. @return false at the end or on error (txn->err) */
bool kv_cursor_next(struct kv_cursor *cursor);

/** To the key before; the last if it stands nowhere. @return false when there is none, or on error (txn->err) */
bool kv_cursor_prev(struct kv_cursor *cursor);

/** Writes through a cursor, in rising key order; append only when every key of the table is smaller (MDB_APPEND). */
void kv_cursor_put(struct kv_cursor *cursor, struct span key, struct span value, bool append);

/** Deletes a key through a cursor; an absent one is no error. */
void kv_cursor_del(struct kv_cursor *cursor, struct span key);

/** Frees slots of dead readers (one makes the file grow). Happens by itself on open, each second at the begin of a write, and on a
 *  full map: so after STORE_FULL the same transaction is worth one more try. */
void kv_check_readers(struct kv *kv);

/** Size of the file's used part in bytes, for metrics. */
uint64_t kv_used_bytes(struct kv *kv);

/** For CLEANUP(kv_txn_abort) struct kv_txn txn = {0}; */
#define CLEANUP(function) __attribute__((cleanup(function)))

#endif
