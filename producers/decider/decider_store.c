/*
 * decider_store.c: the decider's environment: the registers' rows and each partition's position, moved together, never ahead of the log.
 *
 * A thread of its own commits, so that a slow disk never delays a decision. It reads closed generations only, which no
 * longer change. Everything else, including the list of generations, belongs to the deciding thread, which collects the
 * result of a commit when it next comes by.
 */
#include "producers/decider/decider_store.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "consumers/overlay.h"

/* A view's scan sees the whole table, in which every partition of this environment has its rows. */
struct partition_view {
	struct view view;
	struct view *inner;
	const struct table *tables;
	int partition, partitions;
};

/* Folded, and waiting until its records are known to stand in the log. */
struct waiting {
	struct deciding_position position;
	int64_t record;
	bool acknowledged;
};

struct decider_rows {
	struct decider_store *store;
	struct overlay *overlay;
	struct partition_view view;
	struct waiting waiting[DECIDER_STORE_GENERATIONS];
	int n_waiting;
	uint8_t key[2]; /* of the position: register, partition */
};

enum { STORE_ROWS = 64 };

/* What the thread is given: the oldest generation of one partition, and the position it leads to. */
struct job {
	struct decider_rows *rows;
	const struct generation *gen;
	struct deciding_position position;
};

enum work { WORK_NONE, WORK_GIVEN, WORK_DONE, WORK_END };

struct decider_store {
	struct kv *kv; /* NULL: nothing is kept */
	const struct register_ops *registers[DECIDER_STORE_REGISTERS];
	int first_table[DECIDER_STORE_REGISTERS];
	const char *names[LIMIT_KV_TABLES + 1];
	struct decider_rows *all[STORE_ROWS];
	int n_all;
	pthread_t thread;
	bool runs;
	pthread_mutex_t lock; /* work; what is below belongs to the thread while it is GIVEN */
	pthread_cond_t changed;
	enum work work;
	struct job jobs[STORE_ROWS];
	int n_jobs;
	enum err err;   /* of the last commit, until it is taken up */
	bool committed; /* the last one was */
};

enum { TABLE_POSITION };

/* ---- the thread */

static enum err write_jobs(const struct decider_store *store)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};

	kv_txn_begin(store->kv, /*writable=*/true, &txn);
	for (int i = 0; i < store->n_jobs; i++) {
		const struct job *job = &store->jobs[i];

		overlay_write(job->rows->overlay, job->gen, &txn);
		kv_put(&txn, TABLE_POSITION, span_of(job->rows->key, sizeof job->rows->key),
		       span_of(&job->position, sizeof job->position));
	}
	return kv_txn_commit(&txn);
}

static void *commit_run(void *context)
{
	struct decider_store *store = context;

	pthread_mutex_lock(&store->lock);
	while (store->work != WORK_END) {
		if (store->work != WORK_GIVEN) {
			pthread_cond_wait(&store->changed, &store->lock);
			continue;
		}
		pthread_mutex_unlock(&store->lock);
		enum err err = write_jobs(store);

		pthread_mutex_lock(&store->lock);
		store->err = err;
		store->work = WORK_DONE;
		pthread_cond_broadcast(&store->changed);
	}
	pthread_mutex_unlock(&store->lock);
	return NULL;
}

static void set_work(struct decider_store *store, enum work work)
{
	pthread_mutex_lock(&store->lock);
	store->work = work;
	pthread_cond_broadcast(&store->changed);
	pthread_mutex_unlock(&store->lock);
}

static enum work get_work(struct decider_store *store)
{
	pthread_mutex_lock(&store->lock);
	enum work work = store->work;

	pthread_mutex_unlock(&store->lock);
	return work;
}

static void forget_generation(struct decider_rows *rows)
{
	overlay_committed(rows->overlay);
	rows->n_waiting--;
	memmove(rows->waiting, rows->waiting + 1,
		(size_t)rows->n_waiting * sizeof rows->waiting[0]);
}

/* What was committed is committed; what could not be stays as it was, to be tried again. */
static enum err take_up(struct decider_store *store)
{
	enum err err = store->err;

	for (int i = 0; !err && i < store->n_jobs; i++) {
		forget_generation(store->jobs[i].rows);
	}
	/* A partition that took no part in it would otherwise keep LMDB from reusing old pages. */
	for (int i = 0; !err && i < store->n_all; i++) {
		overlay_refresh(store->all[i]->overlay);
	}
	store->committed = !err;
	store->n_jobs = 0;
	store->err = ERR_OK;
	set_work(store, WORK_NONE);
	return err;
}

/* Waits for the commit that is under way, if there is one. */
static enum err settle(struct decider_store *store)
{
	pthread_mutex_lock(&store->lock);
	while (store->work == WORK_GIVEN) {
		pthread_cond_wait(&store->changed, &store->lock);
	}
	bool done = store->work == WORK_DONE;

	pthread_mutex_unlock(&store->lock);
	return done ? take_up(store) : ERR_OK;
}

/* ---- opening */

static enum err start_thread(struct decider_store *store)
{
	pthread_mutex_init(&store->lock, NULL);
	pthread_cond_init(&store->changed, NULL);
	if (store->kv) {
		store->runs = !pthread_create(&store->thread, NULL, commit_run, store);
	}
	return !store->kv || store->runs ? ERR_OK : ERR_NOMEM;
}

enum err decider_store_open(const char *dir,
			    const struct register_ops *const *registers,
			    struct decider_store **ret_store)
{
	struct decider_store *store = calloc(1, sizeof *store);
	int n = 1;

	if (!store) {
		return ERR_NOMEM;
	}
	store->names[TABLE_POSITION] = "place"; /* as existing stores name it */
	for (int i = 0; registers[i]; i++) {
		store->registers[i] = registers[i];
		store->first_table[i] = n;
		n += overlay_kv_names(registers[i]->tables, store->names + n, LIMIT_KV_TABLES - n);
	}
	struct kv_config config = {.dir = dir, .mode = KV_WRITE, .names = store->names};
	enum err err = dir ? kv_open(&config, &store->kv) : ERR_OK;

	err = err ? err : start_thread(store);
	if (err) {
		kv_close(store->kv);
		free(store);
		return err;
	}
	*ret_store = store;
	return ERR_OK;
}

void decider_store_close(struct decider_store *store)
{
	if (!store) {
		return;
	}
	if (store->runs) {
		settle(store);
		set_work(store, WORK_END);
		pthread_join(store->thread, NULL);
	}
	pthread_mutex_destroy(&store->lock);
	pthread_cond_destroy(&store->changed);
	kv_close(store->kv);
	free(store);
}

/* ---- the view of one partition */

static bool view_get_row(struct view *view, int table, struct span key, struct span *ret_value)
{
	struct partition_view *pv = (struct partition_view *)view;
	bool found = view_get(pv->inner, table, key, ret_value);

	view->err = pv->inner->err;
	return found;
}

static void view_put_row(struct view *view, int table, struct span key, struct span value)
{
	struct partition_view *pv = (struct partition_view *)view;

	view_put(pv->inner, table, key, value);
	view->err = pv->inner->err;
}

static void view_add_row(struct view *view, int table, struct span key, struct span value)
{
	struct partition_view *pv = (struct partition_view *)view;

	view_add(pv->inner, table, key, value);
	view->err = pv->inner->err;
}

static void view_del_row(struct view *view, int table, struct span key)
{
	struct partition_view *pv = (struct partition_view *)view;

	view_del(pv->inner, table, key);
	view->err = pv->inner->err;
}

struct scan {
	struct partition_view *pv;
	view_visit *visit;
	void *context;
	int table;
};

static bool visit_own(void *context, struct span key, struct span value)
{
	struct scan *scan = context;
	const struct table *table = &scan->pv->tables[scan->table];

	if (table->partition_of &&
	    table->partition_of(key, scan->pv->partitions) != scan->pv->partition) {
		return true;
	}
	return scan->visit(scan->context, key, value);
}

static void view_scan_rows(
	struct view *view, int table, struct span prefix, view_visit *visit, void *context)
{
	struct partition_view *pv = (struct partition_view *)view;
	struct scan scan = {pv, visit, context, table};

	view_scan(pv->inner, table, prefix, visit_own, &scan);
	view->err = pv->inner->err;
}

static const struct view_ops partition_ops = {view_get_row, view_put_row, view_add_row,
					      view_del_row, view_scan_rows};

/* ---- rows */

struct decider_rows *decider_store_rows(struct decider_store *store,
					int reg,
					int partition,
					int partitions)
{
	struct decider_rows *rows = calloc(1, sizeof *rows);
	const struct register_ops *ops = store->registers[reg];

	if (!rows) {
		return NULL;
	}
	if (overlay_new(ops->tables, store->kv, store->first_table[reg], &rows->overlay)) {
		free(rows);
		return NULL;
	}
	assert(store->n_all < STORE_ROWS);
	store->all[store->n_all++] = rows;
	rows->store = store;
	rows->key[0] = (uint8_t)reg;
	rows->key[1] = (uint8_t)partition;
	rows->view = (struct partition_view){
		.view = {.ops = &partition_ops},
		.inner = overlay_view(rows->overlay),
		.tables = ops->tables,
		.partition = partition,
		.partitions = partitions,
	};
	return rows;
}

void decider_store_rows_free(struct decider_rows *rows)
{
	if (!rows) {
		return;
	}
	struct decider_store *store = rows->store;

	settle(store);
	for (int i = 0; i < store->n_all; i++) {
		if (store->all[i] == rows) {
			store->all[i] = store->all[--store->n_all];
		}
	}
	overlay_free(rows->overlay);
	free(rows);
}

struct view *decider_store_view(struct decider_rows *rows)
{
	return &rows->view.view;
}

enum err decider_store_position(struct decider_rows *rows, struct deciding_position *ret_position)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};
	struct span value;

	deciding_position_init(ret_position);
	if (!rows->store->kv) {
		return ERR_OK;
	}
	kv_txn_begin(rows->store->kv, /*writable=*/false, &txn);
	if (kv_get(&txn, TABLE_POSITION, span_of(rows->key, sizeof rows->key), &value)) {
		if (value.n != sizeof *ret_position) {
			return ERR_STORE_VERSION;
		}
		memcpy(ret_position, value.p, sizeof *ret_position);
		if (ret_position->rows != DECIDING_ROWS) {
			return ERR_STORE_VERSION;
		}
	}
	return txn.err;
}

bool decider_store_holds(const struct decider_rows *rows)
{
	return overlay_rows(rows->overlay) > 0;
}

bool decider_store_waits(const struct decider_rows *rows)
{
	return rows->n_waiting > 0;
}

bool decider_store_freeze(struct decider_rows *rows,
			  const struct deciding_position *position,
			  int64_t record)
{
	if (!rows->store->kv) {
		return true; /* it all stays in memory */
	}
	if (rows->n_waiting == DECIDER_STORE_GENERATIONS) {
		return false;
	}
	if (!overlay_freeze(rows->overlay)) {
		rows->view.view.err = rows->view.inner->err; /* out of memory: nothing was closed */
		return false;
	}
	rows->waiting[rows->n_waiting++] =
		(struct waiting){.position = *position, .record = record};
	return true;
}

void decider_store_acknowledge(struct decider_rows *rows, int64_t record, int64_t offset)
{
	for (int i = 0; i < rows->n_waiting && rows->waiting[i].record <= record; i++) {
		rows->waiting[i].acknowledged = true;
		if (rows->waiting[i].record == record) {
			rows->waiting[i].position.cursor.next_offset = offset + 1;
		}
	}
}

enum err decider_store_drop(struct decider_rows *rows)
{
	enum err err = settle(rows->store); /* its records stand, so it may be ended */

	rows->n_waiting = 0;
	overlay_drop(rows->overlay);
	rows->view.inner->err = ERR_OK;
	rows->view.view.err = ERR_OK;
	return err;
}

/* One generation per partition: a second one of the same partition can only be compared with committed rows. */
static void give(struct decider_store *store)
{
	store->n_jobs = 0;
	for (int i = 0; i < store->n_all; i++) {
		struct decider_rows *rows = store->all[i];

		if (rows->n_waiting && rows->waiting[0].acknowledged) {
			store->jobs[store->n_jobs++] =
				(struct job){.rows = rows,
					     .gen = overlay_closed(rows->overlay),
					     .position = rows->waiting[0].position};
		}
	}
	if (store->n_jobs) {
		set_work(store, WORK_GIVEN);
	}
}

enum err decider_store_commit(struct decider_store *store)
{
	enum err err = ERR_OK;
	enum work work = store->runs ? get_work(store) : WORK_GIVEN;

	if (work == WORK_DONE) {
		err = take_up(store);
		work = WORK_NONE;
	}
	if (work == WORK_NONE && !err) {
		give(store);
	}
	return err;
}

bool decider_store_committed(const struct decider_store *store)
{
	return store->committed;
}

enum err decider_store_commit_all(struct decider_store *store)
{
	enum err err = ERR_OK;

	do {
		err = store->runs ? settle(store) : ERR_OK;
		if (!err && store->runs) {
			give(store);
		}
	} while (!err && store->n_jobs);
	return err;
}

size_t decider_store_bytes(const struct decider_store *store)
{
	size_t n = 0;

	for (int i = 0; i < store->n_all; i++) {
		n += overlay_bytes(store->all[i]->overlay);
	}
	return n;
}
