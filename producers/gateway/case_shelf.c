/* case_shelf.c: the environments of case-status, opened for reading, and reopened when they have been rebuilt. */
#include "producers/gateway/case_shelf.h"

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

struct case_shelf {
	char home[400];
	pthread_rwlock_t lock; /* read: a reading is open; written: shards are opened and closed */
	struct shard_set set;
	struct kv_pool pools[CASE_QUERY_SHARDS];
	ino_t inodes[CASE_QUERY_SHARDS];
	int shards;       /* that can be read: those of the set, or none */
	enum err why_not; /* when there are none */
};

int case_shelf_partition(const struct case_id *id)
{
	char county[7];

	case_id_county(id, county);
	return partition_of_key(span_cstr(county), LIMIT_CASE_PARTITIONS);
}

/* The file's number, not its content: reading it would drop LMDB's locks. 0: not there. */
static ino_t shard_inode(const struct case_shelf *shelf, int i)
{
	char path[512];
	struct stat about;

	(void)snprintf(path, sizeof path, "%s/case-status/shard-%d/data.mdb", shelf->home, i);
	return stat(path, &about) ? 0 : about.st_ino;
}

static void close_all(struct case_shelf *shelf)
{
	for (int i = 0; i < shelf->shards; i++) {
		kv_pool_close(&shelf->pools[i]);
	}
	shard_set_close(&shelf->set);
	shelf->shards = 0;
}

static void open_all(struct case_shelf *shelf)
{
	/* Noted before they are opened, so that a file replaced in between counts as changed. */
	for (int i = 0; i < CASE_QUERY_SHARDS; i++) {
		shelf->inodes[i] = shard_inode(shelf, i);
	}
	/* All or none: with only some shards open the answer would be "no such case". */
	shelf->why_not = shard_set_open(shelf->home, &case_status, 0, &shelf->set);
	if (shelf->set.n > CASE_QUERY_SHARDS) {
		shard_set_close(&shelf->set);
		shelf->why_not = ERR_STORE_MIXED;
	}
	shelf->shards = shelf->set.n;
	for (int i = 0; i < shelf->shards; i++) {
		kv_pool_open(&shelf->pools[i], shelf->set.kvs[i]);
	}
}

static bool changed(const struct case_shelf *shelf)
{
	for (int i = 0; i < shelf->shards; i++) {
		if (shard_inode(shelf, i) != shelf->inodes[i]) {
			return true;
		}
	}
	return !shelf->shards && shard_inode(shelf, 0) != 0;
}

enum err case_shelf_open(const char *home, struct case_shelf **ret_shelf)
{
	struct case_shelf *shelf = calloc(1, sizeof *shelf);

	if (!shelf) {
		return ERR_NOMEM;
	}
	(void)snprintf(shelf->home, sizeof shelf->home, "%s", home);
	pthread_rwlock_init(&shelf->lock, NULL);
	open_all(shelf);
	*ret_shelf = shelf;
	return ERR_OK;
}

void case_shelf_close(struct case_shelf *shelf)
{
	if (shelf) {
		close_all(shelf);
		pthread_rwlock_destroy(&shelf->lock);
		free(shelf);
	}
}

void case_shelf_refresh(struct case_shelf *shelf)
{
	bool stale;

	pthread_rwlock_rdlock(&shelf->lock);
	stale = changed(shelf);
	for (int i = 0; i < shelf->shards; i++) {
		kv_check_readers(shelf->set.kvs[i]);
	}
	pthread_rwlock_unlock(&shelf->lock);
	if (stale) {
		pthread_rwlock_wrlock(&shelf->lock);
		close_all(shelf);
		open_all(shelf);
		pthread_rwlock_unlock(&shelf->lock);
	}
}

void case_shelf_rest(struct case_shelf *shelf)
{
	pthread_rwlock_rdlock(&shelf->lock);
	for (int i = 0; i < shelf->shards; i++) {
		kv_pool_rest(&shelf->pools[i]);
	}
	pthread_rwlock_unlock(&shelf->lock);
}

static void begin(struct case_shelf *shelf, struct case_shelf_read *read)
{
	pthread_rwlock_rdlock(&shelf->lock);
	read->shelf = shelf;
	read->query = (struct case_query){read->txns, shelf->shards};
}

bool case_shelf_begin(struct case_shelf *shelf, struct case_shelf_read *read)
{
	begin(shelf, read);
	for (int i = 0; i < shelf->shards; i++) {
		if (kv_pool_take(&shelf->pools[i], &read->txns[i])) {
			return false;
		}
	}
	return shelf->shards > 0;
}

bool case_shelf_begin_case(struct case_shelf *shelf,
			   const struct case_id *id,
			   struct case_shelf_read *read)
{
	begin(shelf, read);
	if (!shelf->shards) {
		return false;
	}
	int i = case_shelf_partition(id) % shelf->shards;

	return !kv_pool_take(&shelf->pools[i], &read->txns[i]);
}

void case_shelf_end(struct case_shelf_read *read)
{
	if (!read->shelf) {
		return;
	}
	for (int i = 0; i < read->query.shards; i++) {
		kv_pool_give(&read->shelf->pools[i], &read->txns[i]);
	}
	pthread_rwlock_unlock(&read->shelf->lock);
	read->shelf = NULL;
}

enum err case_shelf_why_not(const struct case_shelf_read *read)
{
	return read->shelf->shards ? ERR_STORE : read->shelf->why_not;
}

bool case_shelf_cursor(struct case_shelf_read *read, int partition, struct log_cursor *ret_cursor)
{
	struct position position;

	if (!shard_read_position(&read->txns[partition % read->query.shards], &case_status,
				 partition, &position)) {
		return false;
	}
	*ret_cursor = position.cursor;
	return true;
}

int64_t case_shelf_tick_us(struct case_shelf_read *read, const struct case_id *id)
{
	struct log_cursor cursor;

	return case_shelf_cursor(read, case_shelf_partition(id), &cursor)
		       ? cursor.tick * CIVIL_MINUTE_US
		       : 0;
}

const char *case_shelf_parked(struct case_shelf_read *read, const struct case_id *id)
{
	char subject[CASE_ID_TEXT_BYTES + 1];
	int partition = case_shelf_partition(id);

	case_id_format(id, subject);
	return dead_reason(&case_status, &read->txns[partition % read->query.shards], partition,
			   span_of(subject, CASE_ID_TEXT_BYTES));
}

bool case_shelf_start(void *context, int partition, struct log_cursor *ret_cursor)
{
	CLEANUP(case_shelf_end) struct case_shelf_read read = {0};

	return case_shelf_begin(context, &read) && case_shelf_cursor(&read, partition, ret_cursor);
}
