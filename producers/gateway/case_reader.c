/* case_reader.c: the environments of case-status, opened for reading, and reopened when they have been rebuilt. */
#include "producers/gateway/case_reader.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/civil.h"
#include "common/kv_pool.h"
#include "common/partition.h"
#include "consumers/dead.h"
#include "consumers/shard.h"
#include "consumers/shard_set.h"
#include "projections/case_status.h"

struct case_reader {
	char home[400];
	pthread_rwlock_t lock; /* read: a reading is open; written: shards are opened and closed */
	struct shard_set set;
	struct kv_pool pools[CASE_QUERY_SHARDS];
	ino_t inodes[CASE_QUERY_SHARDS], locks[CASE_QUERY_SHARDS]; /* of data.mdb, of lock.mdb */
	int shards;       /* that can be read: those of the set, or none */
	enum err why_not; /* when there are none */
};

int case_reader_partition(const struct case_id *id)
{
	char county[7];

	case_id_county(id, county);
	return partition_of_key(span_cstr(county), LIMIT_CASE_PARTITIONS);
}

/* The file's number, not its content: reading it would drop LMDB's locks. 0: not there. */
static ino_t shard_inode(const struct case_reader *reader, int i, const char *name)
{
	char path[512];
	struct stat about;

	(void)snprintf(path, sizeof path, "%s/case-status/shard-%d/%s", reader->home, i, name);
	return stat(path, &about) ? 0 : about.st_ino;
}

static void close_all(struct case_reader *reader)
{
	for (int i = 0; i < reader->shards; i++) {
		kv_pool_close(&reader->pools[i]);
	}
	shard_set_close(&reader->set);
	reader->shards = 0;
}

static void open_all(struct case_reader *reader)
{
	/* Noted before they are opened, so that a file replaced in between counts as changed. */
	for (int i = 0; i < CASE_QUERY_SHARDS; i++) {
		reader->inodes[i] = shard_inode(reader, i, "data.mdb");
		reader->locks[i] = shard_inode(reader, i, "lock.mdb");
	}
	/* All or none: with only some shards open the answer would be "no such case". */
	reader->why_not = shard_set_open(reader->home, &case_status, 0, &reader->set);
	if (reader->set.n > CASE_QUERY_SHARDS) {
		shard_set_close(&reader->set);
		reader->why_not = ERR_STORE_MIXED;
	}
	reader->shards = reader->set.n;
	for (int i = 0; i < reader->shards; i++) {
		kv_pool_open(&reader->pools[i], reader->set.kvs[i]);
	}
}

static bool changed(const struct case_reader *reader)
{
	for (int i = 0; i < reader->shards; i++) {
		ino_t lock = shard_inode(reader, i, "lock.mdb");

		/* By another lock.mdb than the writer's we would read one state for ever; a missing one is still the writer's. */
		if (shard_inode(reader, i, "data.mdb") != reader->inodes[i] ||
		    (lock && lock != reader->locks[i])) {
			return true;
		}
	}
	return !reader->shards && shard_inode(reader, 0, "data.mdb") != 0;
}

enum err case_reader_open(const char *home, struct case_reader **ret_reader)
{
	struct case_reader *reader = calloc(1, sizeof *reader);

	if (!reader) {
		return ERR_NOMEM;
	}
	(void)snprintf(reader->home, sizeof reader->home, "%s", home);
	pthread_rwlock_init(&reader->lock, NULL);
	open_all(reader);
	*ret_reader = reader;
	return ERR_OK;
}

void case_reader_close(struct case_reader *reader)
{
	if (reader) {
		close_all(reader);
		pthread_rwlock_destroy(&reader->lock);
		free(reader);
	}
}

void case_reader_refresh(struct case_reader *reader)
{
	bool stale;

	pthread_rwlock_rdlock(&reader->lock);
	stale = changed(reader);
	for (int i = 0; i < reader->shards; i++) {
		kv_check_readers(reader->set.kvs[i]);
	}
	pthread_rwlock_unlock(&reader->lock);
	if (stale) {
		pthread_rwlock_wrlock(&reader->lock);
		close_all(reader);
		open_all(reader);
		pthread_rwlock_unlock(&reader->lock);
	}
}

void case_reader_rest(struct case_reader *reader)
{
	pthread_rwlock_rdlock(&reader->lock);
	for (int i = 0; i < reader->shards; i++) {
		kv_pool_rest(&reader->pools[i]);
	}
	pthread_rwlock_unlock(&reader->lock);
}

static void begin(struct case_reader *reader, struct case_reader_snapshot *snapshot)
{
	pthread_rwlock_rdlock(&reader->lock);
	snapshot->reader = reader;
	snapshot->query = (struct case_query){snapshot->txns, reader->shards};
}

bool case_reader_begin(struct case_reader *reader, struct case_reader_snapshot *snapshot)
{
	begin(reader, snapshot);
	for (int i = 0; i < reader->shards; i++) {
		if (kv_pool_take(&reader->pools[i], &snapshot->txns[i])) {
			return false;
		}
	}
	return reader->shards > 0;
}

bool case_reader_begin_case(struct case_reader *reader,
			    const struct case_id *id,
			    struct case_reader_snapshot *snapshot)
{
	begin(reader, snapshot);
	if (!reader->shards) {
		return false;
	}
	int i = case_reader_partition(id) % reader->shards;

	return !kv_pool_take(&reader->pools[i], &snapshot->txns[i]);
}

void case_reader_end(struct case_reader_snapshot *snapshot)
{
	if (!snapshot->reader) {
		return;
	}
	for (int i = 0; i < snapshot->query.shards; i++) {
		kv_pool_give(&snapshot->reader->pools[i], &snapshot->txns[i]);
	}
	pthread_rwlock_unlock(&snapshot->reader->lock);
	snapshot->reader = NULL;
}

enum err case_reader_why_not(const struct case_reader_snapshot *snapshot)
{
	return snapshot->reader->shards ? ERR_STORE : snapshot->reader->why_not;
}

bool case_reader_cursor(struct case_reader_snapshot *snapshot,
			int partition,
			struct log_cursor *ret_cursor)
{
	struct position position;

	if (!shard_read_position(&snapshot->txns[partition % snapshot->query.shards], &case_status,
				 partition, &position)) {
		return false;
	}
	*ret_cursor = position.cursor;
	return true;
}

int64_t case_reader_tick_us(struct case_reader_snapshot *snapshot, const struct case_id *id)
{
	struct log_cursor cursor;

	return case_reader_cursor(snapshot, case_reader_partition(id), &cursor)
		       ? cursor.tick * CIVIL_MINUTE_US
		       : 0;
}

const char *case_reader_parked(struct case_reader_snapshot *snapshot, const struct case_id *id)
{
	char subject[CASE_ID_TEXT_BYTES + 1];
	int partition = case_reader_partition(id);

	case_id_format(id, subject);
	return dead_reason(&case_status, &snapshot->txns[partition % snapshot->query.shards],
			   partition, span_of(subject, CASE_ID_TEXT_BYTES));
}

bool case_reader_start(void *context, int partition, struct log_cursor *ret_cursor)
{
	CLEANUP(case_reader_end) struct case_reader_snapshot snapshot = {0};

	return case_reader_begin(context, &snapshot) &&
	       case_reader_cursor(&snapshot, partition, ret_cursor);
}
