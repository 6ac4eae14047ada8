/* fault.h: the n-th call that may fail does, for n = 1, 2, … until each has been tried: an error that is clean, and nothing lost.
 * A test says in its first comment which calls go through here (" * @wrap malloc calloc realloc"), and has FAULT_ALLOCATIONS or FAULT_LMDB. */
#ifndef GOVBUS_TESTS_SUPPORT_FAULT_H
#define GOVBUS_TESTS_SUPPORT_FAULT_H

#include <stdbool.h>
#include <stdlib.h>

#include "common/err.h"
#include "tests/support/cmocka_all.h"

/* Counted down at each call of the kind that is tried; the one that finds 0 fails. Negative: none does. */
enum fault_kind { FAULT_MEMORY, FAULT_STORE };

static int fault_in = -1;
static enum fault_kind fault_tried;
static int fault_code __attribute__((unused)) =
	-30796; /* what LMDB's fail with: MDB_CORRUPTED, or what a test sets */

/* From now on one call of this kind fails: the one after n others. */
static inline void fault_after(enum fault_kind kind, int n)
{
	fault_tried = kind;
	fault_in = n;
}

static inline bool fault_now(enum fault_kind kind)
{
	return fault_in >= 0 && kind == fault_tried && fault_in-- == 0;
}

/* A wrapped function: at its turn it returns `failed` instead of being called. */
#define FAULT_WRAP(kind, type, function, parameters, arguments, failed)        \
	type __real_##function parameters;                                     \
	type __wrap_##function parameters;                                     \
	type __wrap_##function parameters                                      \
	{                                                                      \
		return fault_now(kind) ? failed : __real_##function arguments; \
	}

/* @wrap malloc calloc realloc */
#define FAULT_ALLOCATIONS                                                                  \
	FAULT_WRAP(FAULT_MEMORY, void *, malloc, (size_t n), (n), NULL)                    \
	FAULT_WRAP(FAULT_MEMORY, void *, calloc, (size_t n, size_t size), (n, size), NULL) \
	FAULT_WRAP(FAULT_MEMORY, void *, realloc, (void *p, size_t n), (p, n), NULL)

/* A wrapped LMDB function each: a test may have some of them, or all by FAULT_LMDB. */
#define FAULT_MDB(function, parameters, arguments) \
	FAULT_WRAP(FAULT_STORE, int, mdb_##function, parameters, arguments, fault_code)
#define FAULT_MDB_PUT                                                                  \
	FAULT_MDB(put, (MDB_txn * t, MDB_dbi d, MDB_val * k, MDB_val * v, unsigned f), \
		  (t, d, k, v, f))
#define FAULT_MDB_DEL \
	FAULT_MDB(del, (MDB_txn * t, MDB_dbi d, MDB_val * k, MDB_val * v), (t, d, k, v))
#define FAULT_MDB_GET \
	FAULT_MDB(get, (MDB_txn * t, MDB_dbi d, MDB_val * k, MDB_val * v), (t, d, k, v))
#define FAULT_MDB_CURSOR_PUT \
	FAULT_MDB(cursor_put, (MDB_cursor * c, MDB_val * k, MDB_val * v, unsigned f), (c, k, v, f))
#define FAULT_MDB_CURSOR_GET                                                               \
	FAULT_MDB(cursor_get, (MDB_cursor * c, MDB_val * k, MDB_val * v, MDB_cursor_op o), \
		  (c, k, v, o))
#define FAULT_MDB_CURSOR_OPEN \
	FAULT_MDB(cursor_open, (MDB_txn * t, MDB_dbi d, MDB_cursor * *c), (t, d, c))
#define FAULT_MDB_TXN_BEGIN \
	FAULT_MDB(txn_begin, (MDB_env * e, MDB_txn * p, unsigned f, MDB_txn **t), (e, p, f, t))
#define FAULT_MDB_ENV_OPEN \
	FAULT_MDB(env_open, (MDB_env * e, const char *p, unsigned f, mdb_mode_t m), (e, p, f, m))
#define FAULT_MDB_DBI_OPEN \
	FAULT_MDB(dbi_open, (MDB_txn * t, const char *n, unsigned f, MDB_dbi *d), (t, n, f, d))

/* @wrap mdb_put mdb_del mdb_get mdb_cursor_put mdb_cursor_get mdb_cursor_open mdb_txn_begin mdb_txn_commit mdb_env_open mdb_dbi_open */
#define FAULT_LMDB                                                                              \
	FAULT_MDB_PUT                                                                           \
	FAULT_MDB_DEL                                                                           \
	FAULT_MDB_GET                                                                           \
	FAULT_MDB_CURSOR_PUT                                                                    \
	FAULT_MDB_CURSOR_GET                                                                    \
	FAULT_MDB_CURSOR_OPEN                                                                   \
	FAULT_MDB_TXN_BEGIN                                                                     \
	FAULT_MDB_ENV_OPEN                                                                      \
	FAULT_MDB_DBI_OPEN                                                                      \
	int __real_mdb_txn_commit(MDB_txn *t);                                                  \
	int __wrap_mdb_txn_commit(MDB_txn *t);                                                  \
	int __wrap_mdb_txn_commit(MDB_txn *t)                                                   \
	{                                                                                       \
		if (fault_now(FAULT_STORE)) {                                                   \
			mdb_txn_abort(t); /* a commit ends its transaction, whatever it says */ \
			return fault_code;                                                      \
		}                                                                               \
		return __real_mdb_txn_commit(t);                                                \
	}

/* Runs with each call of a kind failing in turn, then with none, which ends well. A run ends in NOMEM or STORE, or well all the same if
 * the call was not needed: that its work is whole is for `once` to check. @return how many runs ended in the error */
static inline int fault_each(enum fault_kind kind, enum err (*once)(void *context), void *context)
{
	enum err expected = kind == FAULT_MEMORY ? ERR_NOMEM : ERR_STORE;
	int clean = 0;

	for (int n = 0;; n++) {
		enum err err;
		bool failed;

		fault_after(kind, n);
		err = once(context);
		failed = fault_in < 0;
		fault_in = -1;
		if (err && (!failed || err != expected)) {
			fail_msg("call %d %s: %s", n, failed ? "failed" : "did not fail",
				 err_name(err));
		}
		clean += err == expected;
		if (!failed) {
			return clean;
		}
	}
}

#endif
