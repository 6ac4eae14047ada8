/* overlay_scan.c: visits rows of all generations and of the environment as one, in key order. */
#include "consumers/overlay_scan.h"

#include <stdlib.h>

/* A row seen by a scan: keys and values lie in arenas that do not move. */
struct seen {
	struct span key, value;
	uint32_t age; /* 0: newest generation */
	bool live;
};

struct seens {
	struct seen *p;
	size_t n, room;
};

static bool see(
	struct seens *seens, struct generation *gen, int table, struct span prefix, uint32_t age)
{
	for (uint32_t i = 0; gen && i < gen->n_rows; i++) {
		const struct row *row = &gen->rows[i];
		struct span key = span_of(row->key, row->key_n);

		if (row->table != table || !(row->dirty || row->base_known) ||
		    !span_starts(key, prefix)) {
			continue;
		}
		if (seens->n == seens->room) {
			size_t room = seens->room ? seens->room * 2 : 64;
			struct seen *p = realloc(seens->p, room * sizeof *p);

			if (!p) {
				return false;
			}
			seens->p = p;
			seens->room = room;
		}
		seens->p[seens->n++] = (struct seen){.key = key,
						     .value = span_of(row->value, row->value_n),
						     .age = age,
						     .live = row->live};
	}
	return true;
}

static int compare_seen(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;
	int order = span_cmp(x->key, y->key);

	return order ? order : (x->age > y->age) - (x->age < y->age);
}

/* Merges what generations hold with the table itself; of equal keys the newest generation's row counts. */
static void merge(struct overlay *o,
		  const struct seens *seens,
		  int table,
		  struct span prefix,
		  view_visit *visit,
		  void *context)
{
	struct kv_cursor cursor = {0};
	bool more = false, go_on = true;
	size_t i = 0;

	if (o->kv) {
		kv_cursor_open(&o->read, o->info[table].kv_table, &cursor);
		more = kv_cursor_seek(&cursor, prefix);
	}
	while (go_on) {
		more = more && span_starts(cursor.key, prefix);
		if (i == seens->n && !more) {
			break;
		}
		int order = i == seens->n ? 1 : !more ? -1 : span_cmp(seens->p[i].key, cursor.key);

		if (order > 0) {
			go_on = visit(context, cursor.key, cursor.value);
		} else {
			const struct seen *seen = &seens->p[i++];

			while (i < seens->n && span_eq(seens->p[i].key, seen->key)) {
				i++;
			}
			go_on = !seen->live || visit(context, seen->key, seen->value);
		}
		if (order >= 0) {
			more = kv_cursor_next(&cursor);
		}
	}
	kv_cursor_close(&cursor);
	if (o->kv && o->read.err) {
		o->view.err = o->read.err;
	}
}

void overlay_scan(
	struct overlay *overlay, int table, struct span prefix, view_visit *visit, void *context)
{
	struct seens seens = {0};
	uint32_t age = 0;
	bool ok = true;

	for (struct generation *gen = overlay->newest; gen && ok; gen = gen->older) {
		ok = see(&seens, gen, table, prefix, age++);
	}
	ok = ok && see(&seens, overlay->memory, table, prefix, age);
	if (ok) {
		if (seens.n) {
			qsort(seens.p, seens.n, sizeof *seens.p, compare_seen);
		}
		merge(overlay, &seens, table, prefix, visit, context);
	} else {
		overlay->view.err = ERR_NOMEM;
	}
	free(seens.p);
}
