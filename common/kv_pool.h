/* kv_pool.h: reading transactions that are used again, so that a short reading costs neither a place among LMDB's readers nor the look-up of its tables. */
#ifndef GOVBUS_COMMON_KV_POOL_H
#define GOVBUS_COMMON_KV_POOL_H

#include <pthread.h>

#include "common/kv.h"

enum { KV_POOL_TXNS = 8 };

/* Between kv_pool_open and kv_pool_close. Members are its own. */
struct kv_pool {
	struct kv *kv;
	pthread_mutex_t lock;
	struct kv_txn txns[KV_POOL_TXNS]; /* those that nobody uses now */
	int n;
};

/** Begins with none. @param kv has to outlive it */
void kv_pool_open(struct kv_pool *pool, struct kv *kv);

/** Ends those that nobody uses; all others must have been given back. One that was never opened, zeroed, is fine. */
void kv_pool_close(struct kv_pool *pool);

/** A reading of the newest state. @param txn zeroed; kv_pool_give ends it @return as kv_txn_begin @thread any, as all below */
enum err kv_pool_take(struct kv_pool *pool, struct kv_txn *txn);

/** Ends a reading; what was borrowed from it is dead. One that was not begun is fine. */
void kv_pool_give(struct kv_pool *pool, struct kv_txn *txn);

/**
 * Call it many times a second: a transaction that nobody uses holds on to its state until then, and the writer cannot use again the
 * pages freed since.
 */
void kv_pool_rest(struct kv_pool *pool);

#endif
