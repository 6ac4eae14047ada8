/* kv_pool.c: reading transactions that are used again. */
#include "common/kv_pool.h"

void kv_pool_open(struct kv_pool *pool, struct kv *kv)
{
	pool->kv = kv;
	pool->n = 0;
	pthread_mutex_init(&pool->lock, NULL);
}

void kv_pool_close(struct kv_pool *pool)
{
	if (!pool->kv) {
		return;
	}
	while (pool->n) {
		kv_txn_abort(&pool->txns[--pool->n]);
	}
	pthread_mutex_destroy(&pool->lock);
	pool->kv = NULL;
}

enum err kv_pool_take(struct kv_pool *pool, struct kv_txn *txn)
{
	pthread_mutex_lock(&pool->lock);
	if (pool->n) {
		*txn = pool->txns[--pool->n];
	}
	pthread_mutex_unlock(&pool->lock);
	return txn->mdb ? kv_txn_renew(txn) : kv_txn_begin(pool->kv, /*writable=*/false, txn);
}

void kv_pool_give(struct kv_pool *pool, struct kv_txn *txn)
{
	if (txn->mdb && !txn->err) {
		pthread_mutex_lock(&pool->lock);
		if (pool->n < KV_POOL_TXNS) {
			pool->txns[pool->n++] = *txn;
			txn->mdb = NULL;
		}
		pthread_mutex_unlock(&pool->lock);
	}
	kv_txn_abort(txn);
}

void kv_pool_rest(struct kv_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	for (int i = 0; i < pool->n; i++) {
		kv_txn_rest(&pool->txns[i]);
	}
	pthread_mutex_unlock(&pool->lock);
}
