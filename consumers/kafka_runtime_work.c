/* kafka_runtime_work.c: a worker: follows the partitions of its shard, in batches as large as the lag. */
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "consumers/kafka_runtime_parts.h"

enum {
	WORK_IDLE_MS = 50,
	/* Far behind, an empty queue means that a fetch is under way: no reason to commit */
	WORK_BEHIND_MS = 20,
	WORK_BEHIND_RECORDS = 5000,
	/* A batch that is this many times as large as the rest of the log waits for the rest … */
	WORK_LAST_PART = 4,
	/* … but no longer than this: a partition that cannot be read must not hold up the others */
	WORK_LAST_US = 2000000,
	WORK_BATCH_US = 5000, /* age at which a batch is committed while more keeps coming */
	/* Rest after a commit, as a multiple of the time it took: at most a third of the time goes into commits */
	WORK_REST = 2,
	WORK_REST_MAX_US = 1000000,
	/* A batch of at most this many records does not wait for more: it is committed after a short rest */
	WORK_FEW = 200,
	WORK_FEW_US = 5000,
	WORK_WAIT_US = 1000000,
	/* A lost partition may come back at once: its rows are kept this long */
	WORK_GIVE_UP_US = 60000000,
	/* A broker that has just started may not list its topics yet; after this long they are gone */
	WORK_ABSENT_US = 30000000,
};

static bool is_mine(const struct runtime_worker *worker, int partition)
{
	return partition % worker->runtime->config.shards == worker->number;
}

/* The first error counts; the other workers just stop. */
static void end(struct runtime_worker *worker, enum err err, int partition)
{
	int none = ERR_OK;

	if (err == ERR_STOPPED) {
		return;
	}
	if (atomic_compare_exchange_strong(&worker->runtime->err, &none, (int)err)) {
		LOG(ERROR, err_text(err), LOG_TEXT("error", err_name(err)),
		    LOG_NUMBER("partition", partition), LOG_TEXT("topic", worker->runtime->topic),
		    LOG_TEXT("cure", position_cure(err)));
	}
	worker->runtime->stop = true;
}

static void wait_for(struct runtime_worker *worker, enum err err)
{
	if (worker->runtime->wait != (int)err) {
		LOG(WARN, err_text(err), LOG_TEXT("error", err_name(err)),
		    LOG_TEXT("cure", position_cure(err)));
	}
	pulse_beat(&worker->pulse);
	worker->runtime->wait = (int)err;
	if (err) {
		clock_sleep_us(WORK_WAIT_US);
	}
}

static void heal(struct runtime_worker *worker, enum err err)
{
	int expected = (int)err;

	atomic_compare_exchange_strong(&worker->runtime->wait, &expected, ERR_OK);
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool is_behind(const struct runtime_worker *worker)
{
	const struct runtime *runtime = worker->runtime;

	for (int i = worker->number; i < runtime->partitions; i += runtime->config.shards) {
		const struct runtime_partition *at = &runtime->at[i];

		if (at->following && at->high - at->folded > WORK_BEHIND_RECORDS) {
			return true;
		}
	}
	return false;
}

/* At the end of a rebuild a commit and the rest after it take seconds, while what is left of the log is folded in milliseconds: it needs no
 * commit of its own. */
static bool is_nearly_whole(const struct runtime_worker *worker, int64_t now_us)
{
	const struct runtime *runtime = worker->runtime;
	int64_t left = 0;

	if (now_us - worker->near_us > WORK_LAST_US) {
		return false;
	}
	for (int i = worker->number; i < runtime->partitions; i += runtime->config.shards) {
		const struct runtime_partition *at = &runtime->at[i];

		if (at->following && at->high > at->folded) {
			left += at->high - at->folded;
		}
	}
	return left && left < (int64_t)shard_pending(worker->shard) / WORK_LAST_PART;
}

static void note_distance(struct runtime_worker *worker, bool behind)
{
	if (behind) {
		worker->near_us = 0;
	} else if (!worker->near_us) {
		worker->near_us = clock_steady_us();
	}
}

/* The more a commit costs the more the next one gathers: batches grow with the load, and are small when it is. */
static void rest_after(struct runtime_worker *worker, int64_t start_us)
{
	int64_t now_us = clock_steady_us(), rest_us = (now_us - start_us) * WORK_REST;

	worker->rest_until_us = now_us + least(rest_us, WORK_REST_MAX_US);
	worker->few_until_us = now_us + least(rest_us, WORK_FEW_US);
}

/* Where little comes in, resting would gather nothing that is worth the delay. */
static int64_t resting_until(const struct runtime_worker *worker)
{
	return shard_pending(worker->shard) <= WORK_FEW ? worker->few_until_us
							: worker->rest_until_us;
}

/* Stopped meanwhile, it ends as by any stop: what is in memory was never claimed, and is read from the log again. @return STOPPED */
static enum err wait_for_room(struct runtime_worker *worker)
{
	if (!worker->runtime->stop) {
		wait_for(worker, ERR_STORE_FULL);
		return ERR_OK;
	}
	LOG(INFO, "stopped while the disk is full: what is not committed is read again",
	    LOG_NUMBER("shard", worker->number),
	    LOG_NUMBER("records", (int64_t)shard_pending(worker->shard)));
	return ERR_STOPPED;
}

/* A full store is waited for, with the batch kept; other errors end the program. */
static enum err commit(struct runtime_worker *worker)
{
	struct runtime *runtime = worker->runtime;
	int64_t records = (int64_t)shard_pending(worker->shard), start_us = clock_steady_us();
	enum err err = kafka_runtime_fence_before(worker, records, is_behind(worker));

	if (records && !err) {
		err = shard_commit(worker->shard);
	}
	while (err == ERR_STORE_FULL) {
		err = wait_for_room(worker);
		err = err ? err : shard_commit(worker->shard);
	}
	if (err) {
		return err;
	}
	heal(worker, ERR_STORE_FULL);
	err = kafka_runtime_fence_after(worker, clock_steady_us() - start_us);
	if (err) {
		return err;
	}
	rest_after(worker, start_us);
	worker->batch_us = 0;
	for (int i = worker->number; i < runtime->partitions; i += runtime->config.shards) {
		struct runtime_partition *at = &runtime->at[i];

		at->next = shard_position(worker->shard, i)->cursor.next_offset;
		if (at->next >= at->high) {
			at->reached = true;
		}
	}
	kafka_runtime_show(worker, records, clock_steady_us() - start_us);
	LOG(DEBUG, "committed", LOG_NUMBER("shard", worker->number), LOG_NUMBER("records", records),
	    LOG_NUMBER("took_us", clock_steady_us() - start_us));
	return ERR_OK;
}

static bool may_pass(enum err err)
{
	return err == ERR_KAFKA_AWAY || err == ERR_KAFKA || err == ERR_ABSENT;
}

/* What heals by itself is waited for: a broker that is away, and for a while a topic that it does not list. */
static bool is_passing(struct runtime_worker *worker, enum err err)
{
	int64_t now_us = clock_steady_us();

	if (err != ERR_ABSENT) {
		worker->absent_us = 0;
		return may_pass(err);
	}
	if (!worker->absent_us) {
		worker->absent_us = now_us;
	}
	return now_us - worker->absent_us < WORK_ABSENT_US;
}

/* From where the rows stand: the log is the one that they were folded from. */
static enum err follow(struct runtime_worker *worker, const struct kafka_watermarks *watermarks)
{
	struct runtime *runtime = worker->runtime;
	int partition = watermarks->partition;
	struct runtime_partition *at = &runtime->at[partition];
	const struct position *position = shard_position(worker->shard, partition);
	enum err err = watermarks->err
			       ? watermarks->err
			       : kafka_reader_assign(worker->reader, runtime->topic, partition,
						     position->cursor.next_offset);

	if (err) {
		end(worker, err, partition);
		return err;
	}
	at->high = watermarks->high;
	at->next = at->folded = position->cursor.next_offset;
	at->lost_us = 0;
	at->reached = at->next >= watermarks->high;
	at->following = true;
	LOG(INFO, "partition followed", LOG_NUMBER("partition", partition),
	    LOG_NUMBER("offset", at->folded), LOG_NUMBER("end", watermarks->high));
	return ERR_OK;
}

/* Among the errors met, the one that may not pass by itself, if there is one. */
static enum err passing_of(const struct runtime_compared *all, int n)
{
	enum err passing = ERR_OK;

	for (int i = 0; i < n; i++) {
		if (may_pass(all[i].watermarks.err) && passing != ERR_ABSENT) {
			passing = all[i].watermarks.err;
		}
	}
	return passing;
}

/* Partitions that cannot be followed yet are tried again in the next turn. */
static enum err wait_for_rest(struct runtime_worker *worker, enum err passing)
{
	if (is_passing(worker, passing)) {
		wait_for(worker, passing == ERR_ABSENT ? passing : ERR_KAFKA_AWAY);
		return ERR_OK;
	}
	if (passing) {
		return passing;
	}
	heal(worker, ERR_KAFKA_AWAY);
	heal(worker, ERR_ABSENT);
	return ERR_OK;
}

/* Starts to follow all partitions that the group gave, together. */
static enum err follow_wanted(struct runtime_worker *worker)
{
	struct runtime *runtime = worker->runtime;
	struct runtime_compared all[LIMIT_PARTITIONS] = {0};
	enum err err = ERR_OK;
	int n = 0;

	for (int i = worker->number; i < runtime->partitions; i += runtime->config.shards) {
		if (runtime->at[i].wanted && !runtime->at[i].following) {
			all[n++].watermarks.partition = i;
		}
	}
	if (!n) {
		return ERR_OK;
	}
	pulse_beat(&worker->pulse);
	kafka_runtime_compare(worker, all, n);
	for (int i = 0; i < n && !err; i++) {
		err = may_pass(all[i].watermarks.err) ? ERR_OK : follow(worker, &all[i].watermarks);
	}
	return err || runtime->stop ? err : wait_for_rest(worker, passing_of(all, n));
}

static enum err leave(struct runtime_worker *worker, int partition)
{
	struct runtime_partition *at = &worker->runtime->at[partition];
	enum err err = kafka_reader_unassign(worker->reader, worker->runtime->topic, partition);

	at->following = false;
	at->lost_us = clock_steady_us();
	LOG(INFO, "partition left", LOG_NUMBER("partition", partition));
	return err ? err : commit(worker);
}

/* Deleting needs room on the disk too: a full disk is waited out, as in a commit. */
static enum err give_up(struct runtime_worker *worker, int partition)
{
	enum err err = shard_pending(worker->shard) ? commit(worker) : ERR_OK;

	if (!err) {
		err = shard_give_up(worker->shard, partition);
	}
	while (err == ERR_STORE_FULL) {
		err = wait_for_room(worker);
		err = err ? err : shard_give_up(worker->shard, partition);
	}
	if (err) {
		return err;
	}
	heal(worker, ERR_STORE_FULL);
	worker->runtime->at[partition].lost_us = 0;
	LOG(INFO, "partition given up, its rows deleted", LOG_NUMBER("partition", partition));
	return ERR_OK;
}

/* Follows and drops partitions as the group says. */
static enum err follow_group(struct runtime_worker *worker)
{
	struct runtime *runtime = worker->runtime;
	enum err err = ERR_OK;

	for (int i = 0; i < runtime->partitions && !err && !runtime->stop; i++) {
		struct runtime_partition *at = &runtime->at[i];

		if (!is_mine(worker, i)) {
			continue;
		}
		if (!at->wanted && at->following) {
			err = leave(worker, i);
		} else if (!at->wanted && at->lost_us && kafka_runtime_in_group(runtime) &&
			   clock_steady_us() - at->lost_us > WORK_GIVE_UP_US) {
			err = give_up(worker, i);
		}
	}
	return err ? err : follow_wanted(worker);
}

static enum err take(struct runtime_worker *worker, const struct kafka_record *record)
{
	struct runtime_partition *at = &worker->runtime->at[record->partition];
	struct shard_record taken = {.partition = record->partition,
				     .leader_epoch = record->leader_epoch,
				     .offset = record->offset,
				     .bytes = record->value};

	if (!at->following || record->offset < at->folded) {
		return ERR_OK; /* of an assignment that has ended */
	}
	if (!worker->batch_us) {
		worker->batch_us = clock_steady_us();
	}
	uint64_t before = shard_pending(worker->shard);
	enum err err = shard_take(worker->shard, &taken);

	kafka_runtime_show_taken(shard_pending(worker->shard) - before);
	at->folded = record->offset + 1;
	at->newest_us = record->broker_us;
	if (record->offset >= at->high) {
		at->high = record->offset + 1;
	}
	return err;
}

static int wait_ms(const struct runtime_worker *worker, bool pending, bool behind)
{
	if (!pending) {
		return WORK_IDLE_MS;
	}
	if (behind) {
		return WORK_BEHIND_MS;
	}
	int64_t now_us = clock_steady_us(), rest_us = resting_until(worker) - now_us;

	if (is_nearly_whole(worker, now_us)) {
		return WORK_BEHIND_MS;
	}
	return rest_us > 0 ? (int)(rest_us / 1000) + 1 : 0;
}

/* The queue need not run empty: while more keeps coming, a batch is committed at an age, looked at now and then. */
static bool is_due(const struct runtime_worker *worker, bool queue_empty)
{
	if (!queue_empty && (shard_pending(worker->shard) & 31) != 0) {
		return false;
	}
	int64_t now_us = clock_steady_us();

	return now_us >= resting_until(worker) &&
	       (queue_empty ||
		(now_us - worker->batch_us > WORK_BATCH_US && !is_nearly_whole(worker, now_us)));
}

/* A topic that the broker does not know any more may come back as another one: it is compared again before more of it is read. */
static enum err on_error(struct runtime_worker *worker, const struct kafka_record *record)
{
	if (record->err == ERR_ABSENT && record->partition >= 0 &&
	    record->partition < worker->runtime->partitions) {
		return worker->runtime->at[record->partition].following
			       ? leave(worker, record->partition)
			       : ERR_OK;
	}
	return record->err == ERR_LOG_TRIMMED || record->err == ERR_LOG_LOST_TAIL ? record->err
										  : ERR_OK;
}

/* Folds what is there; commits when the queue is empty, and when the batch is old or full. */
static enum err turn(struct runtime_worker *worker, struct kafka_record *record)
{
	bool pending = shard_pending(worker->shard) > 0, behind = pending && is_behind(worker);
	enum err err = ERR_OK;

	note_distance(worker, behind);
	switch (kafka_reader_poll(worker->reader, wait_ms(worker, pending, behind), record)) {
	case KAFKA_READ_RECORD:
		err = take(worker, record);
		if (err) {
			return err;
		}
		return shard_is_full(worker->shard) || (!behind && is_due(worker, false))
			       ? commit(worker)
			       : ERR_OK;
	case KAFKA_READ_END:
		worker->runtime->at[record->partition].high = record->offset;
		return ERR_OK;
	case KAFKA_READ_ERROR:
		return on_error(worker, record);
	case KAFKA_READ_NONE:
		break;
	}
	return pending && !behind && is_due(worker, true) ? commit(worker) : ERR_OK;
}

void *kafka_runtime_work(void *context)
{
	struct runtime_worker *worker = context;
	struct runtime *runtime = worker->runtime;
	struct kafka_record record = {0};
	enum err err = ERR_OK;
	int64_t asked_us = 0;

	kafka_runtime_show(worker, 0, 0); /* what an earlier run has left parked */
	while (!err && !runtime->stop) {
		pulse_beat(&worker->pulse);
		if (clock_steady_us() - asked_us > (int64_t)WORK_IDLE_MS * 1000) {
			asked_us = clock_steady_us();
			err = follow_group(worker);
			if (!err) {
				err = kafka_runtime_fence_turn(worker, is_behind(worker));
			}
		}
		for (int i = 0; i < 256 && !err && !runtime->stop; i++) {
			err = turn(worker, &record);
			kafka_reader_release(&record);
			if (!shard_pending(worker->shard)) {
				break;
			}
		}
	}
	if (err) {
		end(worker, err, record.partition);
	}
	/* What was folded before the stop is valid, and is committed. */
	if (err == ERR_OK || err == ERR_LOG_GAP || err == ERR_LOG_TRIMMED ||
	    err == ERR_LOG_LOST_TAIL) {
		err = commit(worker);
		if (err) {
			end(worker, err, -1);
		}
	}
	kafka_runtime_fence_end(worker);
	pulse_rest(&worker->pulse);
	return NULL;
}
