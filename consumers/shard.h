/* shard.h: one environment of a projection: its rows, parked events and positions; folds records, commits them together. */
#ifndef GOVBUS_CONSUMERS_SHARD_H
#define GOVBUS_CONSUMERS_SHARD_H

#include "consumers/position.h"
#include "consumers/shard_identity.h"
#include "projections/projection.h"

struct shard;

struct shard_config {
	const char *dir;
	const struct projection *projection;
	/* Of this program: another one tries parked events again; up to 64 bytes are kept */
	const char *build;
	int partitions;     /* of the topic */
	int shard, shards;  /* it folds partitions p with p % shards == shard */
	uint64_t map_bytes; /* as in kv_config */
};

/* A record as it stands in the log. */
struct shard_record {
	int partition;
	int32_t leader_epoch;
	int64_t offset;
	struct span bytes;
};

/* Since it was opened. */
struct shard_counts {
	uint64_t applied, void_records, repeated, parked, unread, retried;
	uint64_t waiting; /* subjects that have parked events now */
};

/**
 * Opens or makes the environment, and tries parked events again if another build wrote it.
 * @return STORE_VERSION when it was written by another version of the projection or for other shards, STORE_TORN when the machine went
 * down while it was fenced: move it aside and rebuild; what kv_open returns
 * @thread one at a time, as all here
 */
enum err shard_open(const struct shard_config *config, struct shard **ret_shard);

/** Closes; whatever was not committed is folded again next time. NULL is fine. */
void shard_close(struct shard *shard);

/**
 * Folds the next record of a partition: void ones are counted and passed over; one that cannot be decoded or applied is parked.
 * @return LOG_GAP (stop: a record is missing), or an error of the store, after which the end must follow
 */
enum err shard_take(struct shard *shard, const struct shard_record *record);

/** As shard_take, for a record that was decoded already. @param decoded OK, or why `ev` could not be decoded */
enum err shard_fold(struct shard *shard,
		    const struct shard_record *record,
		    const struct event *ev,
		    enum err decoded);

/** Commits what was folded, with positions. After STORE_FULL nothing is lost: call it again, and fold nothing before it succeeds. */
enum err shard_commit(struct shard *shard);

/** kv_fence of its environment. */
enum err shard_fence(struct shard *shard);

/** kv_fence_sync of its environment. @thread any, beside all others */
enum err shard_sync(struct shard *shard);

/** kv_fence_end of its environment. */
enum err shard_unfence(struct shard *shard);

/** kv_fence_is_up of its environment. */
bool shard_is_fenced(const struct shard *shard);

/** kv_is_replaced of its environment. @thread any, beside all others */
bool shard_is_replaced(const struct shard *shard);

/** Whether the batch has reached a bound of memory or of pages, so that it must be committed. */
bool shard_is_full(const struct shard *shard);

/** Records folded since the last commit, void ones included. */
uint64_t shard_pending(const struct shard *shard);

/** Where a partition stands. Borrowed until the shard closes. */
const struct position *shard_position(const struct shard *shard, int partition);

/** Deletes the rows of a partition with its position, in one transaction; commits what is pending first. After STORE_FULL as in
 * shard_commit: call it again, and fold nothing before it succeeds. */
enum err shard_give_up(struct shard *shard, int partition);

/** What it has folded, passed over and parked since it was opened. */
struct shard_counts shard_counts(const struct shard *shard);

/** The used part of its file, bytes. */
uint64_t shard_used_bytes(const struct shard *shard);

/**
 * The tables of an environment of this projection, for kv_open: its own, then parked events, positions and the identity.
 * @return how many
 */
int shard_kv_names(const struct projection *projection, const char **names, int room);

/** The kv table number of a projection's table, or of its i-th index (-1: the table itself). */
int shard_kv_table(const struct projection *projection, int table, int index);

/** Opens an environment for reading, and says which of how many shards it is. @return ABSENT (not there yet), STORE_VERSION, STORE */
enum err shard_open_reader(const char *dir,
			   const struct projection *projection,
			   uint64_t map_bytes,
			   struct shard_identity *ret_identity,
			   struct kv **ret_kv);

/** The committed position of a partition. @return false: none, or txn->err */
bool shard_read_position(struct kv_txn *txn,
			 const struct projection *projection,
			 int partition,
			 struct position *ret_position);

#endif
