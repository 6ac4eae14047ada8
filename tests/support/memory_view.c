/* memory_view.c: rows in a hash table; what is asked for in order is sorted when it is asked for. */
#include "tests/support/memory_view.h"

#include <assert.h>
#include <stdlib.h>

#include "projections/guards.h"

/* One row; never moves, so scans may hold it. A deleted one stays, dead, for its key. */
struct row {
	struct row *next;
	uint8_t *value;
	size_t key_bytes, value_bytes;
	int table;
	bool dead;
	uint8_t key[];
};

struct memory_view {
	struct view view; /* first */
	const struct table *tables;
	struct row **buckets;
	size_t size, count;
};

/* An entry of a scan: key and value borrow from rows, or the key from a copy of its own. */
struct entry {
	struct span key, value;
};

struct entries {
	struct entry *p;
	size_t n, size;
};

static uint64_t hash(int table, struct span key)
{
	uint64_t h = 1469598103934665603u ^ (uint64_t)table;

	for (size_t i = 0; i < key.n; i++) {
		h = (h ^ key.p[i]) * 1099511628211u;
	}
	return h ^ (h >> 29);
}

static struct row **slot(const struct memory_view *memory, int table, struct span key)
{
	struct row **at = &memory->buckets[hash(table, key) & (memory->size - 1)];

	while (*at &&
	       ((*at)->table != table || !span_eq(span_of((*at)->key, (*at)->key_bytes), key))) {
		at = &(*at)->next;
	}
	return at;
}

static void grow(struct memory_view *memory)
{
	struct row **old = memory->buckets;
	size_t old_size = memory->size;

	memory->buckets = calloc(old_size * 2, sizeof(struct row *));
	assert(memory->buckets);
	memory->size = old_size * 2;
	for (size_t i = 0; i < old_size; i++) {
		for (struct row *row = old[i], *next; row; row = next) {
			struct row **at = &memory->buckets[hash(row->table,
								span_of(row->key, row->key_bytes)) &
							   (memory->size - 1)];

			next = row->next;
			row->next = *at;
			*at = row;
		}
	}
	free(old);
}

static bool get(struct view *view, int table, struct span key, struct span *ret_value)
{
	struct memory_view *memory = (struct memory_view *)view;
	struct row *row = *slot(memory, table, key);

	if (!row || row->dead) {
		return false;
	}
	*ret_value = span_of(row->value, row->value_bytes);
	return true;
}

static void put(struct view *view, int table, struct span key, struct span value)
{
	struct memory_view *memory = (struct memory_view *)view;
	struct row **at = slot(memory, table, key);
	struct row *row = *at;

	if (!row) {
		if (memory->count++ > memory->size) {
			grow(memory);
			at = slot(memory, table, key);
		}
		row = calloc(1, sizeof(*row) + key.n);
		assert(row);
		row->table = table;
		row->key_bytes = key.n;
		memcpy(row->key, key.p, key.n);
		*at = row;
	}
	/* A new buffer each time: what was borrowed from the old one is dead, and a sanitizer says so. */
	free(row->value);
	row->value = malloc(value.n ? value.n : 1);
	assert(row->value);
	if (value.n) {
		memcpy(row->value, value.p, value.n);
	}
	row->value_bytes = value.n;
	row->dead = false;
}

static void add(struct view *view, int table, struct span key, struct span value)
{
	struct row *row = *slot((struct memory_view *)view, table, key);

	if (row && !row->dead) {
		view->err = ERR_BUG;
		return;
	}
	put(view, table, key, value);
}

static void del(struct view *view, int table, struct span key)
{
	struct memory_view *memory = (struct memory_view *)view;
	struct row *row = *slot(memory, table, key);

	if (row) {
		row->dead = true;
	}
}

static int compare(const void *a, const void *b)
{
	return span_cmp(((const struct entry *)a)->key, ((const struct entry *)b)->key);
}

static void entries_add(struct entries *entries, struct span key, struct span value)
{
	if (entries->n == entries->size) {
		entries->size = entries->size ? entries->size * 2 : 64;
		entries->p = realloc(entries->p, entries->size * sizeof(struct entry));
		assert(entries->p);
	}
	entries->p[entries->n++] = (struct entry){key, value};
}

static void visit_all(struct entries *entries, view_visit *visit, void *context)
{
	if (entries->n) {
		qsort(entries->p, entries->n, sizeof(struct entry), compare);
	}
	for (size_t i = 0; i < entries->n; i++) {
		if (!visit(context, entries->p[i].key, entries->p[i].value)) {
			break;
		}
	}
}

static void collect(const struct memory_view *memory,
		    int table,
		    struct span prefix,
		    struct entries *entries)
{
	for (size_t i = 0; i < memory->size; i++) {
		for (struct row *row = memory->buckets[i]; row; row = row->next) {
			struct span key = span_of(row->key, row->key_bytes);

			if (row->table == table && !row->dead && span_starts(key, prefix)) {
				entries_add(entries, key, span_of(row->value, row->value_bytes));
			}
		}
	}
}

static void scan(struct view *view, int table, struct span prefix, view_visit *visit, void *context)
{
	struct entries entries = {0};

	collect((struct memory_view *)view, table, prefix, &entries);
	visit_all(&entries, visit, context);
	free(entries.p);
}

static const struct view_ops ops = {.get = get, .put = put, .add = add, .del = del, .scan = scan};

static void plant_mutant(void)
{
	const char *guard = getenv("GOVBUS_MUTANT");

	if (guard) {
		guards_plant(guards_named(span_cstr(guard)));
	}
}

struct memory_view *memory_view_new(const struct table *tables)
{
	struct memory_view *memory = calloc(1, sizeof(*memory));

	if (!memory) {
		return NULL;
	}
	plant_mutant();
	memory->view.ops = &ops;
	memory->tables = tables;
	memory->size = 1024;
	memory->buckets = calloc(memory->size, sizeof(struct row *));
	if (!memory->buckets) {
		free(memory);
		return NULL;
	}
	return memory;
}

void memory_view_free(struct memory_view *memory)
{
	if (!memory) {
		return;
	}
	for (size_t i = 0; i < memory->size; i++) {
		for (struct row *row = memory->buckets[i], *next; row; row = next) {
			next = row->next;
			free(row->value);
			free(row);
		}
	}
	free(memory->buckets);
	free(memory);
}

struct view *memory_view_view(struct memory_view *memory)
{
	return &memory->view;
}

static bool count(void *context, struct span key, struct span value)
{
	(void)key;
	(void)value;
	++*(size_t *)context;
	return true;
}

size_t memory_view_count(const struct memory_view *memory, int table)
{
	struct entries entries = {0};
	size_t n = 0;

	collect(memory, table, (struct span){0}, &entries);
	visit_all(&entries, count, &n);
	free(entries.p);
	return n;
}

void memory_view_scan_index(struct memory_view *memory,
			    int table,
			    int index,
			    struct span prefix,
			    view_visit *visit,
			    void *context)
{
	struct entries rows = {0}, found = {0};
	struct index_keys keys;

	collect(memory, table, (struct span){0}, &rows);
	for (size_t i = 0; i < rows.n; i++) {
		projection_keys(&memory->tables[table].indexes[index], rows.p[i].key,
				rows.p[i].value, &keys);
		for (int k = 0; k < keys.n; k++) {
			struct span key = projection_key(&keys, k);
			uint8_t *copy = malloc(LIMIT_KEY_BYTES);

			assert(copy);
			memcpy(copy, key.p, key.n);
			if (span_starts(key, prefix)) {
				entries_add(&found, span_of(copy, key.n), rows.p[i].key);
			} else {
				free(copy);
			}
		}
	}
	visit_all(&found, visit, context);
	for (size_t i = 0; i < found.n; i++) {
		free((void *)(uintptr_t)found.p[i].key.p);
	}
	free(found.p);
	free(rows.p);
}
