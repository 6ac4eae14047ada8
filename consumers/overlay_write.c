/* overlay_write.c: writes a generation in key order, index entries derived from the row before and after. */
#include "consumers/overlay_parts.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "common/prefetch.h"
#include "consumers/radix.h"

enum {
	WRITE_RADIX_FROM = 512, /* fewer changes than this are sorted by comparison */
	WRITE_FEW = 32,
	/* How many changes ahead bytes are prefetched: in key order they lie anywhere */
	PREFETCH_DISTANCE = 8,
};

/* One change of one table of the environment. */
struct change {
	const uint8_t *key, *value;
	uint32_t value_n;
	uint16_t key_n;
	bool live;
};

struct changes {
	struct change *p;
	/* Of each change the first bytes after what all keys share: most comparisons end there */
	struct radix_item *order, *spare;
	uint32_t n, room, room_order;
};

static bool add_change(struct changes *changes, struct change change)
{
	if (changes->n == changes->room) {
		uint32_t room = changes->room ? changes->room * 2 : 256;
		struct change *p = realloc(changes->p, room * sizeof *p);

		if (!p) {
			return false;
		}
		changes->p = p;
		changes->room = room;
	}
	changes->p[changes->n++] = change;
	return true;
}

/* Changes lie in the order of the log, their keys in between with everything else. */
static void prefetch_key(const struct changes *changes, uint32_t i)
{
	if (i + PREFETCH_DISTANCE < changes->n) {
		prefetch_range(changes->p[i + PREFETCH_DISTANCE].key, 1);
	}
}

static size_t shared_prefix(const struct changes *changes)
{
	size_t n = changes->n ? changes->p[0].key_n : 0;

	for (uint32_t i = 1; i < changes->n && n; i++) {
		size_t same = 0;

		prefetch_key(changes, i);
		if (changes->p[i].key_n < n) {
			n = changes->p[i].key_n;
		}
		while (same < n && changes->p[i].key[same] == changes->p[0].key[same]) {
			same++;
		}
		n = same;
	}
	return n;
}

static uint64_t number_at(const struct change *change, size_t at)
{
	uint64_t word = 0;

	if (at < change->key_n) {
		size_t n = change->key_n - at;

		memcpy(&word, change->key + at, n < sizeof word ? n : sizeof word);
	}
	return be64toh(word);
}

/* Order of keys; of one key the deletion first, then the later change later, so that the last one wins. */
static int compare(const void *a, const void *b, void *context)
{
	const struct radix_item *x = a, *y = b;
	const struct change *changes = context;

	if (x->high != y->high) {
		return x->high < y->high ? -1 : 1;
	}
	if (x->low != y->low) {
		return x->low < y->low ? -1 : 1;
	}
	const struct change *c = &changes[x->change], *d = &changes[y->change];
	int order = span_cmp(span_of(c->key, c->key_n), span_of(d->key, d->key_n));

	if (order) {
		return order;
	}
	if (c->live != d->live) {
		return c->live ? 1 : -1;
	}
	return x->change < y->change ? -1 : x->change > y->change;
}

static bool make_order(struct changes *changes)
{
	if (changes->n <= changes->room_order) {
		return true;
	}
	free(changes->order);
	free(changes->spare);
	changes->order = malloc(changes->room * sizeof *changes->order);
	changes->spare = malloc(changes->room * sizeof *changes->spare);
	changes->room_order = changes->order && changes->spare ? changes->room : 0;
	return changes->room_order > 0;
}

/* A few items, mostly in order already: the lines of one case's timeline. */
static void sort_few(struct radix_item *items, uint32_t n, const struct change *changes)
{
	for (uint32_t i = 1; i < n; i++) {
		struct radix_item item = items[i];
		uint32_t at = i;

		while (at && compare(&items[at - 1], &item, (void *)(uintptr_t)changes) > 0) {
			items[at] = items[at - 1];
			at--;
		}
		items[at] = item;
	}
}

static bool same_start(const struct radix_item *a, const struct radix_item *b)
{
	return a->high == b->high && a->low == b->low;
}

/* After the radix sort, keys that are the same in their sixteen bytes are compared whole. */
static void sort_rest(struct changes *changes)
{
	struct radix_item *order = changes->order;

	for (uint32_t i = 0, n; i < changes->n; i += n) {
		n = 1;
		while (i + n < changes->n && same_start(&order[i], &order[i + n])) {
			n++;
		}
		if (n > WRITE_FEW) {
			qsort_r(&order[i], n, sizeof *order, compare, changes->p);
		} else {
			sort_few(&order[i], n, changes->p);
		}
	}
}

static void sort(struct changes *changes)
{
	size_t skip = shared_prefix(changes);
	bool sorted = true;

	for (uint32_t i = 0; i < changes->n; i++) {
		prefetch_key(changes, i);
		changes->order[i] = (struct radix_item){.high = number_at(&changes->p[i], skip),
							.low = number_at(&changes->p[i], skip + 8),
							.change = i};
		if (i && sorted) {
			sorted =
				compare(&changes->order[i - 1], &changes->order[i], changes->p) < 0;
		}
	}
	if (!sorted && changes->n < WRITE_RADIX_FROM) {
		qsort_r(changes->order, changes->n, sizeof *changes->order, compare, changes->p);
	} else if (!sorted) {
		radix_sort(changes->order, changes->spare, changes->n);
		sort_rest(changes);
	}
}

/* Whether a later change of the same key follows. Numbers that differ spare a look at the keys. */
static bool is_replaced(const struct changes *changes, uint32_t i)
{
	const struct radix_item *item = &changes->order[i];

	if (i + 1 == changes->n || !same_start(item, item + 1)) {
		return false;
	}
	const struct change *a = &changes->p[item[0].change], *b = &changes->p[item[1].change];

	return a->key_n == b->key_n && memcmp(a->key, b->key, a->key_n) == 0;
}

static void prefetch_change(const struct changes *changes, uint32_t i)
{
	if (i + 2 * PREFETCH_DISTANCE < changes->n) {
		prefetch_range(&changes->p[changes->order[i + 2 * PREFETCH_DISTANCE].change], 1);
		const struct change *change =
			&changes->p[changes->order[i + PREFETCH_DISTANCE].change];

		prefetch_range(change->key, change->key_n);
		prefetch_range(change->value, change->value_n);
	}
}

/* Sorts and writes; a table whose keys are all smaller is appended to. */
static void write_changes(struct changes *changes, struct kv_txn *txn, int table)
{
	struct kv_cursor cursor = {0};

	if (!changes->n || txn->err) {
		return;
	}
	if (!make_order(changes)) {
		txn->err = ERR_NOMEM;
		return;
	}
	sort(changes);
	kv_cursor_open(txn, table, &cursor);
	const struct change *first = &changes->p[changes->order[0].change];
	bool append = !kv_cursor_seek(&cursor, span_of(first->key, first->key_n));

	for (uint32_t i = 0; i < changes->n && !txn->err; i++) {
		const struct change *change = &changes->p[changes->order[i].change];

		prefetch_change(changes, i);
		if (is_replaced(changes, i)) {
			continue;
		}
		struct span key = span_of(change->key, change->key_n);

		if (change->live) {
			kv_cursor_put(&cursor, key, span_of(change->value, change->value_n),
				      append);
		} else if (!append) {
			kv_cursor_del(&cursor, key);
		}
	}
	kv_cursor_close(&cursor);
}

static struct span value_of(const struct row *row)
{
	return span_of(row->value, row->value_n);
}

static struct span base_of(const struct row *row)
{
	return span_of(row->base, row->base_n);
}

/* Whether writing it would change anything, as far as is known. */
static bool changed(const struct row *row)
{
	if (!row->dirty) {
		return false;
	}
	if (!row->base_known || row->live != row->base_live) {
		return !row->base_known || row->live || row->base_live;
	}
	return row->live && !span_eq(value_of(row), base_of(row));
}

/* The same for rows whose bytes are about to be read. */
static void prefetch_row(const struct generation *gen, int table, uint32_t i)
{
	const struct row *row =
		i + PREFETCH_DISTANCE < gen->n_rows ? &gen->rows[i + PREFETCH_DISTANCE] : NULL;

	if (row && row->table == table) {
		prefetch_range(row->key, row->key_n);
		prefetch_range(row->value, row->value_n);
	}
}

static bool collect_rows(const struct generation *gen, int table, struct changes *changes)
{
	for (uint32_t i = 0; i < gen->n_rows; i++) {
		const struct row *row = &gen->rows[i];

		if (row->table == table && changed(row) &&
		    !add_change(changes, (struct change){.key = row->key,
							 .key_n = row->key_n,
							 .value = row->value,
							 .value_n = row->value_n,
							 .live = row->live})) {
			return false;
		}
	}
	return true;
}

static bool add_entry(struct changes *changes,
		      struct arena *arena,
		      struct span entry,
		      const struct row *row,
		      bool live)
{
	struct span key = arena_copy(arena, entry);

	return key.p && add_change(changes, (struct change){.key = key.p,
							    .key_n = (uint16_t)key.n,
							    .value = row->key,
							    .value_n = row->key_n,
							    .live = live});
}

static bool has_key(const struct index_keys *keys, struct span key)
{
	int i = 0;

	while (i < keys->n && !span_eq(projection_key(keys, i), key)) {
		i++;
	}
	return i < keys->n;
}

/* The entries of one index that move: what the row had before, what it has now. */
static bool derive(const struct row *row,
		   const struct index *index,
		   struct arena *arena,
		   struct changes *changes)
{
	struct index_keys before, after;
	struct span key = span_of(row->key, row->key_n);
	bool ok = true;

	before.n = after.n = 0; /* all else is written before it is read */
	assert(row->base_known);
	if (row->base_live) {
		projection_keys(index, key, base_of(row), &before);
	}
	if (row->live) {
		projection_keys(index, key, value_of(row), &after);
	}
	for (int i = 0; ok && i < before.n; i++) {
		ok = has_key(&after, projection_key(&before, i)) ||
		     add_entry(changes, arena, projection_key(&before, i), row, false);
	}
	for (int i = 0; ok && i < after.n; i++) {
		ok = has_key(&before, projection_key(&after, i)) ||
		     add_entry(changes, arena, projection_key(&after, i), row, true);
	}
	return ok;
}

static bool collect_entries(const struct generation *gen,
			    int table,
			    const struct index *index,
			    struct arena *arena,
			    struct changes *changes)
{
	for (uint32_t i = 0; i < gen->n_rows; i++) {
		const struct row *row = &gen->rows[i];

		prefetch_row(gen, table, i);
		if (row->table == table && changed(row) && !derive(row, index, arena, changes)) {
			return false;
		}
	}
	return true;
}

static bool write_table(const struct overlay *overlay,
			const struct generation *gen,
			int table,
			struct changes *changes,
			struct kv_txn *txn)
{
	const struct overlay_table *info = &overlay->info[table];
	struct arena arena = {0};
	bool ok = collect_rows(gen, table, changes);

	if (ok) {
		write_changes(changes, txn, info->kv_table);
	}
	for (int i = 0; ok && i < info->n_indexes; i++) {
		changes->n = 0;
		arena_reset(&arena);
		ok = collect_entries(gen, table, &overlay->tables[table].indexes[i], &arena,
				     changes);
		if (ok) {
			write_changes(changes, txn, info->kv_table + 1 + i);
		}
	}
	arena_done(&arena);
	return ok;
}

struct generation *overlay_write_oldest(const struct overlay *overlay)
{
	struct generation *gen = overlay->newest;

	if (!gen || !gen->older) {
		return NULL;
	}
	while (gen->older) {
		gen = gen->older;
	}
	return gen;
}

void overlay_write(const struct overlay *overlay, const struct generation *gen, struct kv_txn *txn)
{
	struct changes changes = {0};

	if (!gen || !overlay->kv) {
		return;
	}
	for (int table = 0; table < overlay->n_tables && !txn->err; table++) {
		changes.n = 0;
		if (gen->dirty_rows[table] && !write_table(overlay, gen, table, &changes, txn) &&
		    !txn->err) {
			txn->err = ERR_NOMEM;
		}
	}
	free(changes.p);
	free(changes.order);
	free(changes.spare);
}
