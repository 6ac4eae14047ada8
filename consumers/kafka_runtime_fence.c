/* kafka_runtime_fence.c: when commits need not be durable one by one: far behind, and on a disk that cannot keep up. The log has all of
 * it, and an environment that the machine's end may have torn is rebuilt (kv_fence). */
#include "common/clock.h"
#include "common/log.h"
#include "consumers/kafka_runtime_parts.h"

enum {
	FENCE_RECORDS = 1000,   /* records in one batch: the log is far ahead */
	FENCE_SLOW_US = 30000,  /* a commit that takes longer keeps readers waiting */
	FENCE_QUICK_US = 50000, /* a second's commits are synced in less: the disk keeps up */
	FENCE_PAUSE_US = 1000000,
	FENCE_NAP_US = 50000,
	/* On a slow disk commits stay unsynced at least this long, and twice as long each time that it turns out slow again soon. */
	FENCE_STAY_US = 10000000,
	FENCE_STAY_MAX_US = 600000000,
	FENCE_AGAIN_US = 60000000, /* how soon */
};

/* What is committed reaches the disk meanwhile, so that little is left to be synced in the end. */
static void *sync_on(void *context)
{
	struct runtime_worker *worker = context;
	struct runtime_fence *fence = &worker->fence;

	while (!fence->stop && !fence->err) {
		int64_t start_us = clock_steady_us();

		fence->err = (int)shard_sync(worker->shard);
		int64_t now_us = clock_steady_us(), next_us = now_us + FENCE_PAUSE_US;

		fence->took_us = now_us - start_us + 1;
		while (!fence->stop && now_us < next_us) {
			clock_sleep_us(FENCE_NAP_US);
			now_us = clock_steady_us();
		}
	}
	return NULL;
}

static enum err start_syncer(struct runtime_worker *worker)
{
	struct runtime_fence *fence = &worker->fence;

	fence->stop = false;
	fence->took_us = 0;
	if (pthread_create(&fence->syncer, NULL, sync_on, worker)) {
		return ERR_NOMEM;
	}
	fence->started = true;
	kafka_runtime_show_fenced(true);
	return ERR_OK;
}

/* A full disk cannot take the mark: commits stay durable, and report the full disk themselves. */
static enum err enter(struct runtime_worker *worker, const char *why)
{
	if (worker->fence.started) {
		return ERR_OK;
	}
	enum err err = shard_fence(worker->shard);

	if (err) {
		return err == ERR_STORE ? err : ERR_OK;
	}
	LOG(INFO, "commits are not synced one by one", LOG_TEXT("why", why),
	    LOG_NUMBER("shard", worker->number));
	return start_syncer(worker);
}

enum err kafka_runtime_fence_before(struct runtime_worker *worker, int64_t records, bool behind)
{
	return behind || records > FENCE_RECORDS ? enter(worker, "far behind") : ERR_OK;
}

enum err kafka_runtime_fence_after(struct runtime_worker *worker, int64_t took_us)
{
	struct runtime_fence *fence = &worker->fence;
	int64_t now_us = clock_steady_us();

	if (took_us < FENCE_SLOW_US || fence->started) {
		return ERR_OK;
	}
	bool again = fence->stay_us && now_us - fence->left_us < FENCE_AGAIN_US;

	fence->stay_us = again ? fence->stay_us * 2 : FENCE_STAY_US;
	if (fence->stay_us > FENCE_STAY_MAX_US) {
		fence->stay_us = FENCE_STAY_MAX_US;
	}
	fence->until_us = now_us + fence->stay_us;
	return enter(worker, "slow disk");
}

void kafka_runtime_fence_end(struct runtime_worker *worker)
{
	struct runtime_fence *fence = &worker->fence;

	if (fence->started) {
		fence->stop = true;
		pthread_join(fence->syncer, NULL);
		fence->started = false;
		kafka_runtime_show_fenced(false);
	}
}

static enum err leave(struct runtime_worker *worker)
{
	kafka_runtime_fence_end(worker);
	enum err err = shard_unfence(worker->shard);

	worker->fence.left_us = clock_steady_us();
	LOG(INFO, "commits are synced again", LOG_NUMBER("shard", worker->number));
	return err;
}

enum err kafka_runtime_fence_turn(struct runtime_worker *worker, bool behind)
{
	struct runtime_fence *fence = &worker->fence;

	if (!fence->started) {
		/* The last process was killed inside the fence. */
		return shard_is_fenced(worker->shard) ? start_syncer(worker) : ERR_OK;
	}
	if (fence->err) {
		return (enum err)fence->err;
	}
	if (behind || !fence->took_us || fence->took_us > FENCE_QUICK_US ||
	    clock_steady_us() < fence->until_us) {
		return ERR_OK;
	}
	return leave(worker);
}
