/* shard.c: one environment of a projection: opened, committed, given up. */
#include "consumers/shard.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "consumers/shard_parts.h"

enum {
	SHARD_BATCH_BYTES = 768 << 20,   /* of one shard … */
	SHARD_MEMORY_BYTES = 1536 << 20, /* … and of all shards of a program together */
	/*
	 * Past 131,071 dirty pages LMDB writes part of a transaction early: slower, but just as atomic (kv_spill_test). The
	 * estimate counts rows of one case as if each had a page to itself: in a rebuild it is 1.8 times what is dirtied.
	 */
	SHARD_BATCH_PAGES = 230000,
	SHARD_PAGES_BYTES = 384 << 20, /* a smaller batch than this has fewer */
	SHARD_BUILD_BYTES = 64,
};

static const char POSITIONS[] = "position";
static const char ABOUT[] = "about";

/* The projection's tables and those of parked events, as the overlay gets them. */
static int all_tables(const struct projection *projection, struct table *ret_tables)
{
	int n = 0, own;

	for (const struct table *table = projection->tables; table->name; table++) {
		assert(n < LIMIT_KV_TABLES - PARKED_TABLES - 1);
		ret_tables[n++] = *table;
	}
	own = n;
	for (int i = 0; i < PARKED_TABLES; i++) {
		ret_tables[n++] = parked_tables[i];
	}
	ret_tables[n] = (struct table){0};
	return own;
}

int shard_kv_names(const struct projection *projection, const char **names, int room)
{
	struct table tables[LIMIT_KV_TABLES];

	all_tables(projection, tables);
	int n = overlay_kv_names(tables, names, room - 3);

	names[n++] = POSITIONS;
	names[n++] = ABOUT;
	names[n] = NULL;
	return n;
}

static int count_kv_tables(const struct table *tables, int n_tables)
{
	int n = 0;

	for (const struct table *table = tables; table < tables + n_tables; table++) {
		n++;
		for (const struct index *x = table->indexes; x && x->name; x++) {
			n++;
		}
	}
	return n;
}

/* Where shard_kv_names puts the positions, without the names: readers ask for each answer. */
static int kv_positions(const struct projection *projection)
{
	int n = 0;

	while (projection->tables[n].name) {
		n++;
	}
	return count_kv_tables(projection->tables, n) +
	       count_kv_tables(parked_tables, PARKED_TABLES);
}

int shard_kv_table(const struct projection *projection, int table, int index)
{
	return count_kv_tables(projection->tables, table) + 1 + index;
}

static struct span partition_key(uint8_t room[2], int partition)
{
	room[0] = (uint8_t)(partition >> 8);
	room[1] = (uint8_t)partition;
	return span_of(room, 2);
}

static bool get_position(struct kv_txn *txn,
			 int table,
			 int partition,
			 struct position *ret_position)
{
	uint8_t room[2];
	struct span value;

	if (!kv_get(txn, table, partition_key(room, partition), &value) ||
	    value.n != sizeof *ret_position) {
		return false;
	}
	memcpy(ret_position, value.p, sizeof *ret_position);
	return true;
}

bool shard_read_position(struct kv_txn *txn,
			 const struct projection *projection,
			 int partition,
			 struct position *ret_position)
{
	return get_position(txn, kv_positions(projection), partition, ret_position);
}

/* As committed. */
static enum err load_positions(struct shard *shard)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};

	kv_txn_begin(shard->kv, false, &txn);
	for (int i = 0; i < shard->partitions; i++) {
		struct shard_partition *at = &shard->at[i];

		if (!get_position(&txn, shard->kv_positions, i, &at->position)) {
			position_init(&at->position);
		}
		at->touched = false;
	}
	shard->counts.waiting = kv_count(&txn, shard->kv_positions - PARKED_TABLES + PARKED_QUEUES);
	shard->pending = 0;
	shard->frozen = false;
	return txn.err;
}

/* A new build may be able to apply what the last one could not. The build is noted once that has been tried. */
static enum err try_again(struct shard *shard, const char *build)
{
	struct span text = span_first(span_cstr(build), SHARD_BUILD_BYTES);
	enum err err = shard_identity_build(shard->kv, shard->projection, text);

	if (err != ERR_STORE_VERSION && err != ERR_ABSENT) {
		return err;
	}
	err = shard_retry(shard);
	if (!err) {
		err = shard_commit(shard);
	}
	return err ? err : shard_identity_note(shard->kv, shard->projection, text);
}

static enum err open_store(struct shard *shard, const struct shard_config *config)
{
	const char *names[LIMIT_KV_TABLES + 1];
	struct kv_config store = {.dir = config->dir,
				  .mode = KV_WRITE,
				  .names = names,
				  .map_bytes = config->map_bytes};
	struct shard_identity identity = {config->partitions, config->shard, config->shards};

	shard_kv_names(config->projection, names, LIMIT_KV_TABLES + 1);
	shard->kv_positions = kv_positions(config->projection);
	enum err err = kv_open(&store, &shard->kv);

	if (!err) {
		err = shard_identity_claim(shard->kv, config->projection, &identity);
	}
	if (!err) {
		err = overlay_new(shard->tables, shard->kv, 0, &shard->overlay);
	}
	if (!err) {
		shard->view = overlay_view(shard->overlay);
		err = load_positions(shard);
	}
	return err ? err : try_again(shard, config->build);
}

/* A program's memory is bounded however many shards it has: with more shards each commits sooner. */
static size_t batch_bytes(int shards)
{
	size_t share = SHARD_MEMORY_BYTES / (size_t)shards;

	return share < SHARD_BATCH_BYTES ? share : SHARD_BATCH_BYTES;
}

/* LMDB holds a batch's pages in memory while it is committed: they share a bound as batches do. */
static size_t batch_pages(size_t bytes)
{
	size_t pages = SHARD_BATCH_PAGES / (SHARD_PAGES_BYTES >> 20) * (bytes >> 20);

	return pages < SHARD_BATCH_PAGES ? pages : SHARD_BATCH_PAGES;
}

enum err shard_open(const struct shard_config *config, struct shard **ret_shard)
{
	struct shard *shard = calloc(1, sizeof *shard);

	assert(config->partitions > 0 && config->partitions <= LIMIT_PARTITIONS);
	if (!shard || sodium_init() < 0) {
		free(shard);
		return ERR_NOMEM;
	}
	shard->projection = config->projection;
	shard->partitions = config->partitions;
	shard->batch_bytes = batch_bytes(config->shards);
	shard->n_tables = all_tables(config->projection, shard->tables);
	for (const struct handler *h = config->projection->handlers; h->type != EVENT_NONE; h++) {
		shard->handlers[h->type] = h->apply;
	}
	enum err err = open_store(shard, config);

	if (err) {
		shard_close(shard);
		return err;
	}
	*ret_shard = shard;
	return ERR_OK;
}

void shard_close(struct shard *shard)
{
	if (!shard) {
		return;
	}
	overlay_free(shard->overlay);
	kv_close(shard->kv);
	for (int i = 0; i < shard->partitions; i++) {
		buf_done(&shard->at[i].last);
	}
	free(shard);
}

static enum err write_batch(struct shard *shard)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};
	uint8_t room[2];

	kv_txn_begin(shard->kv, true, &txn);
	overlay_write(shard->overlay, overlay_closed(shard->overlay), &txn);
	for (int i = 0; i < shard->partitions; i++) {
		const struct shard_partition *at = &shard->at[i];

		if (at->touched && at->position.last_offset < 0) {
			kv_del(&txn, shard->kv_positions, partition_key(room, i)); /* given up */
		} else if (at->touched) {
			kv_put(&txn, shard->kv_positions, partition_key(room, i),
			       span_of(&at->position, sizeof at->position));
		}
	}
	return kv_txn_commit(&txn);
}

static enum err close_batch(struct shard *shard)
{
	if (shard->frozen) {
		return ERR_OK;
	}
	if (shard->view->err) {
		return shard->view->err;
	}
	for (int i = 0; i < shard->partitions; i++) {
		struct shard_partition *at = &shard->at[i];

		if (at->touched) {
			position_hash(buf_span(&at->last), at->position.last_hash);
		}
	}
	shard->frozen = overlay_freeze(shard->overlay) > 0;
	return shard->frozen ? ERR_OK : ERR_NOMEM;
}

enum err shard_commit(struct shard *shard)
{
	enum err err = close_batch(shard);

	if (!err) {
		err = write_batch(shard);
	}
	if (err == ERR_STORE_FULL) {
		err = write_batch(shard); /* dead readers are gone now: there may be room */
	}
	if (err) {
		return err;
	}
	overlay_committed(shard->overlay);
	for (int i = 0; i < shard->partitions; i++) {
		shard->at[i].touched = false;
	}
	shard->pending = 0;
	shard->frozen = false;
	return shard->view->err;
}

enum err shard_fence(struct shard *shard)
{
	return kv_fence(shard->kv);
}

enum err shard_sync(struct shard *shard)
{
	return kv_fence_sync(shard->kv);
}

enum err shard_unfence(struct shard *shard)
{
	return kv_fence_end(shard->kv);
}

bool shard_is_fenced(const struct shard *shard)
{
	return kv_fence_is_up(shard->kv);
}

bool shard_is_replaced(const struct shard *shard)
{
	return kv_is_replaced(shard->kv);
}

enum err shard_take(struct shard *shard, const struct shard_record *record)
{
	struct event ev;
	enum err decoded = event_decode(record->bytes, &ev, NULL);

	return shard_fold(shard, record, &ev, decoded);
}

bool shard_is_full(const struct shard *shard)
{
	return overlay_bytes(shard->overlay) >= shard->batch_bytes ||
	       overlay_dirty_pages(shard->overlay) >= batch_pages(shard->batch_bytes);
}

uint64_t shard_pending(const struct shard *shard)
{
	return shard->pending;
}

const struct position *shard_position(const struct shard *shard, int partition)
{
	assert(partition >= 0 && partition < shard->partitions);
	return &shard->at[partition].position;
}

struct shard_counts shard_counts(const struct shard *shard)
{
	return shard->counts;
}

uint64_t shard_used_bytes(const struct shard *shard)
{
	return kv_used_bytes(shard->kv);
}

/* The rows of one table that a partition feeds. */
static void delete_rows(
	struct shard *shard, struct kv_txn *txn, int table, int kv_table, int partition)
{
	int (*partition_of)(struct span, int) = shard->tables[table].partition_of;
	struct kv_cursor cursor = {0};

	assert(partition_of);

	kv_cursor_open(txn, kv_table, &cursor);
	for (bool more = kv_cursor_seek(&cursor, (struct span){0}); more && !shard->view->err;
	     more = kv_cursor_next(&cursor)) {
		if (partition_of(cursor.key, shard->partitions) == partition) {
			view_del(shard->view, table, cursor.key);
		}
	}
	kv_cursor_close(&cursor);
}

enum err shard_give_up(struct shard *shard, int partition)
{
	struct shard_partition *at = &shard->at[partition];
	struct kv_txn txn = {0};
	enum err err = shard->pending || shard->frozen ? shard_commit(shard) : ERR_OK;
	int kv_table = 0;

	if (err || kv_txn_begin(shard->kv, false, &txn)) {
		return err ? err : txn.err;
	}
	for (int table = 0; table < shard->n_tables + PARKED_TABLES; table++) {
		delete_rows(shard, &txn, table, kv_table, partition);
		kv_table++;
		for (const struct index *x = shard->tables[table].indexes; x && x->name; x++) {
			kv_table++;
		}
	}
	err = txn.err;
	kv_txn_abort(&txn);
	position_init(&at->position);
	buf_reset(&at->last);
	at->touched = true;
	if (!err) {
		err = shard_commit(shard);
	}
	return err ? err : load_positions(shard);
}

enum err shard_open_reader(const char *dir,
			   const struct projection *projection,
			   uint64_t map_bytes,
			   struct shard_identity *ret_identity,
			   struct kv **ret_kv)
{
	const char *names[LIMIT_KV_TABLES + 1];
	struct kv_config store = {
		.dir = dir, .mode = KV_READ, .names = names, .map_bytes = map_bytes};
	struct kv *kv = NULL;

	shard_kv_names(projection, names, LIMIT_KV_TABLES + 1);
	enum err err = kv_open(&store, &kv);

	if (err) {
		return err;
	}
	err = shard_identity_read(kv, projection, ret_identity);
	if (err) {
		kv_close(kv);
		return err;
	}
	*ret_kv = kv;
	return ERR_OK;
}
