/* overlay.c: rows folded in memory over an environment; reads see the newest of all generations. */
#include "consumers/overlay.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumers/overlay_parts.h"
#include "consumers/overlay_scan.h"
#include "consumers/table_names.h"

static struct overlay *of(struct view *view)
{
	return (struct overlay *)view;
}

static bool known(const struct row *row)
{
	return row->dirty || row->base_known;
}

/* The first look-up in a table gives slots to the rows that were added to it without looking. */
static bool make_findable(struct overlay *o, int table)
{
	if (o->info[table].findable) {
		return true;
	}
	for (struct generation *gen = o->newest; gen; gen = gen->older) {
		if (!generation_index(gen, table)) {
			o->view.err = ERR_NOMEM;
			return false;
		}
	}
	o->info[table].findable = true;
	return true;
}

static struct row *find_in(struct generation *gen, int table, struct span key, uint32_t hash)
{
	struct row *row = generation_find(gen, table, key, hash);

	return row && known(row) ? row : NULL;
}

/* What lies under the newest generation; absent if nothing. */
static struct span below(struct overlay *o, int table, struct span key, uint32_t hash)
{
	struct span value = {0};
	const struct row *row = NULL;

	for (struct generation *gen = o->newest->older; gen && !row; gen = gen->older) {
		row = find_in(gen, table, key, hash);
	}
	if (!row && o->memory) {
		row = find_in(o->memory, table, key, hash);
	}
	if (row) {
		return row->live ? span_of(row->value, row->value_n) : value;
	}
	if (o->kv && o->info[table].rows) {
		kv_get(&o->read, o->info[table].kv_table, key, &value);
		o->view.err = o->read.err;
	}
	return value;
}

/* What must be known of a row: nothing, its value, or also what lies under it. */
enum wanted { WANT_ROW, WANT_VALUE, WANT_BASE };

static bool knows(const struct row *row, enum wanted wanted)
{
	return wanted == WANT_ROW || row->base_known || (wanted == WANT_VALUE && row->dirty);
}

static bool key_fits(struct overlay *o, struct span key)
{
	if (key.n == 0 || key.n > LIMIT_KEY_BYTES) {
		o->view.err = key.n ? ERR_TOO_BIG : ERR_INVALID;
	}
	return !o->view.err;
}

/* The row of a key in the newest generation, made if need be. */
static struct row *touch(struct overlay *o, int table, struct span key, enum wanted wanted)
{
	assert(table >= 0 && table < o->n_tables);
	if (!key_fits(o, key) || !make_findable(o, table)) {
		return NULL;
	}
	uint32_t hash = generation_hash(table, key);
	struct row *row = generation_find(o->newest, table, key, hash);

	if (row && knows(row, wanted)) {
		return row;
	}
	if (!row) {
		row = generation_insert(o->newest, table, key, hash, true);
		if (!row) {
			o->view.err = ERR_NOMEM;
			return NULL;
		}
	}
	if (wanted == WANT_ROW) {
		return row;
	}
	struct span base = below(o, table, key, hash);

	if (!o->view.err && !generation_set_base(o->newest, row, base)) {
		o->view.err = ERR_NOMEM;
	}
	return o->view.err ? NULL : row;
}

static bool get(struct view *view, int table, struct span key, struct span *ret_value)
{
	struct row *row = touch(of(view), table, key, WANT_VALUE);

	if (!row || !row->live) {
		return false;
	}
	*ret_value = span_of(row->value, row->value_n);
	return true;
}

/* Whether index entries will have to be derived from what the row was before. */
static enum wanted wanted_to_set(const struct overlay *o, int table)
{
	return o->info[table].n_indexes ? WANT_BASE : WANT_ROW;
}

static void set(struct overlay *o, struct row *row, struct span value)
{
	if (row && !generation_set(o->newest, row, value)) {
		o->view.err = ERR_NOMEM;
	}
}

/* An empty value is a value. */
static struct span present(struct span value)
{
	return value.p ? value : SPAN("");
}

static void put(struct view *view, int table, struct span key, struct span value)
{
	struct overlay *o = of(view);

	set(o, touch(o, table, key, wanted_to_set(o, table)), present(value));
}

static void add(struct view *view, int table, struct span key, struct span value)
{
	struct overlay *o = of(view);

	assert(table >= 0 && table < o->n_tables && o->info[table].n_indexes == 0);
	if (o->info[table].findable) {
		put(view, table, key, value);
		return;
	}
	if (!key_fits(o, key)) {
		return;
	}
	struct row *row = generation_insert(o->newest, table, key, 0, false);

	if (!row) {
		view->err = ERR_NOMEM;
		return;
	}
	set(o, row, present(value));
}

static void del(struct view *view, int table, struct span key)
{
	struct overlay *o = of(view);

	set(o, touch(o, table, key, wanted_to_set(o, table)), (struct span){0});
}

static void scan(struct view *view, int table, struct span prefix, view_visit *visit, void *context)
{
	if (make_findable(of(view), table)) {
		overlay_scan(of(view), table, prefix, visit, context);
	}
}

static const struct view_ops ops = {.get = get, .put = put, .add = add, .del = del, .scan = scan};

/* Sizes of the tables as committed: an empty one is never searched. */
static enum err look(struct overlay *o)
{
	if (!o->kv) {
		return ERR_OK;
	}
	kv_txn_renew(&o->read);
	for (int i = 0; i < o->n_tables; i++) {
		struct overlay_table *info = &o->info[i];

		info->rows = kv_count(&o->read, info->kv_table);
		info->pages = kv_pages(&o->read, info->kv_table);
		info->index_pages = 0;
		for (int x = 1; x <= info->n_indexes; x++) {
			info->index_pages += kv_pages(&o->read, info->kv_table + x);
		}
	}
	return o->read.err;
}

int overlay_kv_names(const struct table *tables, const char **names, int room)
{
	int n = 0;

	for (const struct table *table = tables; table->name; table++) {
		assert(n < room);
		names[n++] = table->name;
		for (const struct index *index = table->indexes; index && index->name; index++) {
			assert(n < room);
			names[n++] = table_names_of_index(table->name, index->name);
		}
	}
	return n;
}

enum err overlay_new(const struct table *tables,
		     struct kv *kv,
		     int first_table,
		     struct overlay **ret_overlay)
{
	struct overlay *o = calloc(1, sizeof *o);
	enum err err = ERR_NOMEM;

	if (!o) {
		return ERR_NOMEM;
	}
	o->view.ops = &ops;
	o->tables = tables;
	o->kv = kv;
	for (const struct table *table = tables; table->name; table++) {
		assert(o->n_tables < LIMIT_KV_TABLES);
		struct overlay_table *info = &o->info[o->n_tables++];

		info->kv_table = first_table++;
		for (const struct index *index = table->indexes; index && index->name; index++) {
			info->n_indexes++;
			first_table++;
		}
		info->findable = info->n_indexes > 0;
	}
	o->newest = generation_new();
	o->memory = kv ? NULL : generation_new();
	if (!o->newest || (!kv && !o->memory)) {
		goto fail;
	}
	err = kv ? kv_txn_begin(kv, false, &o->read) : ERR_OK;
	if (!err) {
		err = look(o);
	}
	if (err) {
		goto fail;
	}
	*ret_overlay = o;
	return ERR_OK;
fail:
	overlay_free(o);
	return err;
}

void overlay_free(struct overlay *overlay)
{
	if (!overlay) {
		return;
	}
	kv_txn_abort(&overlay->read);
	for (struct generation *gen = overlay->newest, *older; gen; gen = older) {
		older = gen->older;
		generation_free(gen);
	}
	generation_free(overlay->spare);
	generation_free(overlay->memory);
	free(overlay);
}

struct view *overlay_view(struct overlay *overlay)
{
	return &overlay->view;
}

void overlay_mark(struct overlay *overlay)
{
	generation_mark(overlay->newest);
}

void overlay_undo(struct overlay *overlay)
{
	generation_undo(overlay->newest);
	overlay->view.err = ERR_OK;
}

uint64_t overlay_freeze(struct overlay *overlay)
{
	struct generation *gen = overlay->spare ? overlay->spare : generation_new();

	overlay->spare = NULL;
	if (!gen) {
		overlay->view.err = ERR_NOMEM;
		return 0;
	}
	generation_mark(overlay->newest);
	overlay->newest->number = ++overlay->frozen;
	gen->older = overlay->newest;
	overlay->newest = gen;
	return overlay->frozen;
}

const struct generation *overlay_closed(const struct overlay *overlay)
{
	return overlay_write_oldest(overlay);
}

static void keep_spare(struct overlay *o, struct generation *gen)
{
	gen->older = NULL;
	if (o->spare) {
		generation_free(gen);
		return;
	}
	generation_reset(gen);
	o->spare = gen;
}

/* Without an environment the oldest generation's rows go to memory. */
static bool remember(struct overlay *o, struct generation *gen)
{
	for (uint32_t i = 0; i < gen->n_rows; i++) {
		const struct row *row = &gen->rows[i];
		struct span key = span_of(row->key, row->key_n);
		uint32_t hash = generation_hash(row->table, key);

		if (!row->dirty) {
			continue;
		}
		struct row *mine = generation_find(o->memory, row->table, key, hash);

		if (!mine) {
			mine = generation_insert(o->memory, row->table, key, hash, true);
		}
		if (!mine || !generation_set(o->memory, mine,
					     row->live ? span_of(row->value, row->value_n)
						       : (struct span){0})) {
			return false;
		}
	}
	generation_mark(o->memory);
	return true;
}

void overlay_committed(struct overlay *overlay)
{
	struct generation *gen = overlay_write_oldest(overlay), *newer = overlay->newest;

	if (!gen) {
		return;
	}
	if (!overlay->kv && !remember(overlay, gen)) {
		overlay->view.err = ERR_NOMEM;
		return;
	}
	while (newer->older != gen) {
		newer = newer->older;
	}
	newer->older = NULL;
	keep_spare(overlay, gen);
	overlay_refresh(overlay);
}

void overlay_refresh(struct overlay *overlay)
{
	enum err err = look(overlay);

	if (err) {
		overlay->view.err = err;
	}
}

void overlay_drop(struct overlay *overlay)
{
	while (overlay->newest->older) {
		struct generation *gen = overlay->newest->older;

		overlay->newest->older = gen->older;
		keep_spare(overlay, gen);
	}
	generation_drop(overlay->newest);
	overlay->view.err = look(overlay);
}

size_t overlay_rows(const struct overlay *overlay)
{
	size_t n = 0;

	for (const struct generation *gen = overlay->newest; gen; gen = gen->older) {
		n += gen->n_rows;
	}
	return n;
}

size_t overlay_bytes(const struct overlay *overlay)
{
	size_t n = 0;

	for (const struct generation *gen = overlay->newest; gen; gen = gen->older) {
		n += generation_bytes(gen);
	}
	return n;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* A row dirties its leaf at most, an index entry that moves two; new bytes fill new pages: whole ones where all is appended, else two thirds. */
static uint64_t dirty_pages_of(const struct overlay *o, const struct generation *gen, int table)
{
	const struct overlay_table *info = &o->info[table];
	uint64_t rows = gen->dirty_rows[table], entries = (uint64_t)info->n_indexes * rows;
	uint64_t bytes = gen->dirty_bytes[table] + rows * 16 + entries * 64;

	return least(rows, info->pages) + least(2 * entries, info->index_pages) +
	       bytes / (info->rows ? 2700 : 3800) + (rows ? 4 : 0);
}

size_t overlay_dirty_pages(const struct overlay *overlay)
{
	uint64_t n = 0;

	for (const struct generation *gen = overlay->newest; gen; gen = gen->older) {
		for (int table = 0; table < overlay->n_tables; table++) {
			n += dirty_pages_of(overlay, gen, table);
		}
	}
	return (size_t)n;
}
