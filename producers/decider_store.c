/* decider_store.c: the decider's environment: the registers' rows and each partition's place, moved together, never ahead of the log. */
#include "producers/decider_store.h"

#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "consumers/overlay.h"

struct decider_store {
	struct kv *kv; /* NULL: nothing is kept */
	const struct register_ops *registers[DECIDER_STORE_REGISTERS];
	int first_table[DECIDER_STORE_REGISTERS];
	const char *names[LIMIT_KV_TABLES + 1];
};

/* A view's scan sees the whole table, in which every partition of this environment has its rows. */
struct partition_view {
	struct view view;
	struct view *inner;
	const struct table *tables;
	int partition, partitions;
};

/* Folded, and waiting until its records are known to stand in the log. */
struct generation {
	struct deciding_place place;
	int64_t record;
	bool stands;
};

struct decider_rows {
	struct decider_store *store;
	struct overlay *overlay;
	struct partition_view view;
	struct generation waiting[DECIDER_STORE_GENERATIONS];
	int n_waiting;
	uint8_t key[2]; /* of the place: register, partition */
};

enum { TABLE_PLACE };

enum err decider_store_open(const char *dir,
			    const struct register_ops *const *registers,
			    struct decider_store **ret_store)
{
	struct decider_store *store = calloc(1, sizeof *store);
	int n = 1;

	if (!store) {
		return ERR_NOMEM;
	}
	store->names[TABLE_PLACE] = "place";
	for (int i = 0; registers[i]; i++) {
		store->registers[i] = registers[i];
		store->first_table[i] = n;
		n += overlay_kv_names(registers[i]->tables, store->names + n, LIMIT_KV_TABLES - n);
	}
	struct kv_config config = {.dir = dir, .mode = KV_WRITE, .names = store->names};
	enum err err = dir ? kv_open(&config, &store->kv) : ERR_OK;

	if (err) {
		free(store);
		return err;
	}
	*ret_store = store;
	return ERR_OK;
}

void decider_store_close(struct decider_store *store)
{
	if (store) {
		kv_close(store->kv);
		free(store);
	}
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
	if (rows) {
		overlay_free(rows->overlay);
		free(rows);
	}
}

struct view *decider_store_view(struct decider_rows *rows)
{
	return &rows->view.view;
}

enum err decider_store_place(struct decider_rows *rows, struct deciding_place *ret_place)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};
	struct span value;

	deciding_place_init(ret_place);
	if (!rows->store->kv) {
		return ERR_OK;
	}
	kv_txn_begin(rows->store->kv, /*writable=*/false, &txn);
	if (kv_get(&txn, TABLE_PLACE, span_of(rows->key, sizeof rows->key), &value)) {
		if (value.n != sizeof *ret_place) {
			return ERR_STORE_VERSION;
		}
		memcpy(ret_place, value.p, sizeof *ret_place);
	}
	return txn.err;
}

bool decider_store_freeze(struct decider_rows *rows,
			  const struct deciding_place *place,
			  int64_t record)
{
	if (!rows->store->kv) {
		return true; /* it all stays in memory */
	}
	if (rows->n_waiting == DECIDER_STORE_GENERATIONS) {
		return false;
	}
	overlay_freeze(rows->overlay);
	rows->waiting[rows->n_waiting++] = (struct generation){.place = *place, .record = record};
	return true;
}

void decider_store_stands(struct decider_rows *rows, int64_t record, int64_t offset)
{
	for (int i = 0; i < rows->n_waiting && rows->waiting[i].record <= record; i++) {
		rows->waiting[i].stands = true;
		if (rows->waiting[i].record == record) {
			rows->waiting[i].place.tail.next_offset = offset + 1;
		}
	}
}

void decider_store_drop(struct decider_rows *rows)
{
	rows->n_waiting = 0;
	overlay_drop(rows->overlay);
	rows->view.inner->err = ERR_OK;
	rows->view.view.err = ERR_OK;
}

bool decider_store_ready(const struct decider_rows *rows)
{
	return rows->n_waiting && rows->waiting[0].stands;
}

static void write_generation(struct decider_rows *rows, struct kv_txn *txn)
{
	overlay_write(rows->overlay, txn);
	kv_put(txn, TABLE_PLACE, span_of(rows->key, sizeof rows->key),
	       span_of(&rows->waiting[0].place, sizeof rows->waiting[0].place));
}

static void forget_generation(struct decider_rows *rows)
{
	overlay_committed(rows->overlay);
	rows->n_waiting--;
	memmove(rows->waiting, rows->waiting + 1,
		(size_t)rows->n_waiting * sizeof rows->waiting[0]);
}

/* One generation of each partition: a second one of the same is compared with rows that are committed. */
static enum err commit_round(struct decider_store *store, struct decider_rows *const *rows, int n)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};

	if (store->kv) {
		kv_txn_begin(store->kv, /*writable=*/true, &txn);
		for (int i = 0; i < n; i++) {
			if (decider_store_ready(rows[i])) {
				write_generation(rows[i], &txn);
			}
		}
		enum err err = kv_txn_commit(&txn);

		if (err) {
			return err;
		}
		for (int i = 0; i < n; i++) {
			if (decider_store_ready(rows[i])) {
				forget_generation(rows[i]);
			}
		}
	}
	return ERR_OK;
}

enum err decider_store_commit(struct decider_store *store, struct decider_rows *const *rows, int n)
{
	for (;;) {
		bool ready = false;

		for (int i = 0; i < n; i++) {
			ready |= decider_store_ready(rows[i]);
		}
		if (!ready || !store->kv) {
			return ERR_OK;
		}
		enum err err = commit_round(store, rows, n);

		if (err) {
			return err;
		}
	}
}
