/* overlay_test.c: reads see the newest row, and what is written equals a plain map, however it is cut.
 * @wrap mdb_cursor_put mdb_cursor_get mdb_cursor_open mdb_get mdb_txn_commit
 */
#include "consumers/overlay.h"

#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fault.h"
#include "tests/support/folder.h"
#include "tests/support/letter_indexes.h"

enum { KEYS = 60, T_ROWS = 0, T_PLAIN, T_ADDED, TABLES, VALUE_BYTES = 12, KV_NAMES = 7 };

static char dir[FOLDER_PATH_BYTES];
FAULT_MDB_GET
FAULT_MDB_CURSOR_PUT
FAULT_MDB_CURSOR_GET
FAULT_MDB_CURSOR_OPEN

int __real_mdb_txn_commit(MDB_txn *t);
int __wrap_mdb_txn_commit(MDB_txn *t);
int __wrap_mdb_txn_commit(MDB_txn *t)
{
	if (fault_now(FAULT_STORE)) {
		mdb_txn_abort(t);
		return MDB_MAP_FULL;
	}
	return __real_mdb_txn_commit(t);
}

static const struct index indexes[] = {{.name = "first", .key_of = letter_indexes_first},
				       {.name = "length", .key_of = letter_indexes_length},
				       {.name = "letters", .keys_of = letter_indexes_letters},
				       {0}};
static const struct table tables[] = {
	{.name = "rows", .indexes = indexes}, {.name = "plain"}, {.name = "added"}, {0}};

/* The model: a map per table. */
struct model {
	char rows[TABLES][KEYS][VALUE_BYTES + 1];
	bool live[TABLES][KEYS];
};

struct bed {
	struct kv *kv;
	struct overlay *overlay;
	struct view *view;
	struct model now, marked, frozen[8];
	uint32_t seed;
	int generations;
};

static uint32_t draw(struct bed *bed, uint32_t below)
{
	bed->seed = bed->seed * 1664525u + 1013904223u;
	return (bed->seed >> 8) % below;
}

/* Keys of several lengths that share a beginning, so that the sort has to look behind its prefix. */
static struct span key_of(int i, char room[40])
{
	int n = snprintf(room, 40, "%s%03d",
			 i % 3 == 0   ? "a/shared/beginning/that/is/long/"
			 : i % 3 == 1 ? "a/shared/"
				      : "b",
			 i);

	return span_of(room, (size_t)n);
}

static void open_bed(struct bed *bed, bool in_memory)
{
	const char *names[KV_NAMES] = {0};

	memset(bed, 0, sizeof *bed);
	if (!in_memory) {
		assert_int_equal(overlay_kv_names(tables, names, KV_NAMES - 1), KV_NAMES - 1);
		struct kv_config config = {
			.dir = dir, .mode = KV_WRITE, .names = names, .map_bytes = 64 << 20};

		assert_int_equal(kv_open(&config, &bed->kv), ERR_OK);
	}
	assert_int_equal(overlay_new(tables, bed->kv, 0, &bed->overlay), ERR_OK);
	bed->view = overlay_view(bed->overlay);
}

static void close_bed(struct bed *bed)
{
	overlay_free(bed->overlay);
	kv_close(bed->kv);
}

static void write_row(struct bed *bed, int table, int i, struct span value)
{
	char room[40];
	struct span key = key_of(i, room);

	if (!value.p) {
		view_del(bed->view, table, key);
		bed->now.live[table][i] = false;
		return;
	}
	if (table == T_ADDED && !bed->now.live[table][i]) {
		view_add(bed->view, table, key, value);
	} else {
		view_put(bed->view, table, key, value);
	}
	bed->now.live[table][i] = true;
	memset(bed->now.rows[table][i], 0, VALUE_BYTES + 1);
	memcpy(bed->now.rows[table][i], value.p, value.n);
}

static void random_write(struct bed *bed)
{
	char value[VALUE_BYTES + 1] = "";
	int table = (int)draw(bed, TABLES), i = (int)draw(bed, KEYS);
	size_t n = draw(bed, VALUE_BYTES);

	for (size_t at = 0; at < n; at++) {
		value[at] = (char)('u' + draw(bed, 5));
	}
	if (table == T_ADDED && bed->now.live[table][i]) {
		return; /* a table of additions */
	}
	write_row(bed, table, i,
		  draw(bed, 4) || table == T_ADDED ? span_of(value, n) : (struct span){0});
}

static void expect_get(struct bed *bed, int table, int i)
{
	char room[40];
	struct span value;
	bool found = view_get(bed->view, table, key_of(i, room), &value);

	assert_int_equal(bed->view->err, ERR_OK);
	assert_int_equal(found, bed->now.live[table][i]);
	if (found) {
		assert_true(span_eq(value, span_cstr(bed->now.rows[table][i])));
	}
}

struct walk {
	struct bed *bed;
	int table, n;
	char last[40];
};

static bool visit(void *context, struct span key, struct span value)
{
	struct walk *walk = context;
	char text[40] = "", room[40];
	int i = 0;

	memcpy(text, key.p, key.n);
	assert_true(!walk->n++ || strcmp(walk->last, text) < 0);
	memcpy(walk->last, text, sizeof text);
	assert_int_equal(sscanf(text + key.n - 3, "%d", &i), 1);
	assert_true(span_eq(key, key_of(i, room)));
	assert_true(walk->bed->now.live[walk->table][i]);
	assert_true(span_eq(value, span_cstr(walk->bed->now.rows[walk->table][i])));
	return true;
}

static void expect_scan(struct bed *bed, int table, const char *prefix)
{
	struct walk walk = {.bed = bed, .table = table};
	char room[40];
	int n = 0;

	for (int i = 0; i < KEYS; i++) {
		n += bed->now.live[table][i] && span_starts(key_of(i, room), span_cstr(prefix));
	}
	view_scan(bed->view, table, span_cstr(prefix), visit, &walk);
	assert_int_equal(bed->view->err, ERR_OK);
	assert_int_equal(walk.n, n);
}

/* The environment equals the model, index tables included. */
static void expect_stored(struct bed *bed, const struct model *model)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};
	uint64_t first = 0, length = 0, letters = 0;
	struct index_keys keys;
	struct span value;
	char room[40];
	uint8_t entry[64];

	kv_txn_begin(bed->kv, false, &txn);
	for (int i = 0; i < KEYS; i++) {
		struct span key = key_of(i, room), row = span_cstr(model->rows[T_ROWS][i]);

		for (int table = 0; table < TABLES; table++) {
			int kv_table = table ? table + 3 : 0;

			assert_int_equal(kv_get(&txn, kv_table, key, &value),
					 model->live[table][i]);
			assert_true(!model->live[table][i] ||
				    span_eq(value, span_cstr(model->rows[table][i])));
		}
		if (!model->live[T_ROWS][i]) {
			continue;
		}
		size_t n = letter_indexes_first(key, row, entry);

		if (n) {
			first++;
			assert_true(kv_get(&txn, 1, span_of(entry, n), &value));
			assert_true(span_eq(value, key));
		}
		length++;
		assert_true(kv_get(&txn, 2, span_of(entry, letter_indexes_length(key, row, entry)),
				   &value));
		assert_true(span_eq(value, key));
		keys.n = 0;
		letter_indexes_letters(key, row, &keys);
		letters += (uint64_t)keys.n;
		for (int k = 0; k < keys.n; k++) {
			assert_true(kv_get(&txn, 3, projection_key(&keys, k), &value));
			assert_true(span_eq(value, key));
		}
	}
	assert_int_equal(kv_count(&txn, 3), letters);
	assert_int_equal(kv_count(&txn, 1), first);
	assert_int_equal(kv_count(&txn, 2), length);
}

static void freeze(struct bed *bed)
{
	if (bed->generations < 8) {
		assert_true(overlay_freeze(bed->overlay) > 0);
		bed->frozen[bed->generations++] = bed->now;
	}
}

static enum err write_oldest(struct bed *bed)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};

	if (bed->kv) {
		kv_txn_begin(bed->kv, true, &txn);
		overlay_write(bed->overlay, overlay_closed(bed->overlay), &txn);
		enum err err = kv_txn_commit(&txn);

		if (err) {
			return err;
		}
	}
	overlay_committed(bed->overlay);
	return ERR_OK;
}

static void commit(struct bed *bed, struct model *stored)
{
	if (!bed->generations) {
		return;
	}
	assert_int_equal(write_oldest(bed), ERR_OK);
	*stored = bed->frozen[0];
	memmove(bed->frozen, bed->frozen + 1, sizeof bed->frozen - sizeof bed->frozen[0]);
	bed->generations--;
	if (bed->kv) {
		expect_stored(bed, stored);
	}
}

static void random_steps(struct bed *bed, uint32_t seed)
{
	struct model stored = {0};

	bed->seed = seed;
	for (int step = 0; step < 3000; step++) {
		switch (draw(bed, 40)) {
		case 0:
			freeze(bed);
			break;
		case 1:
			commit(bed, &stored);
			break;
		case 2:
			if (draw(bed, 6) == 0) {
				overlay_drop(bed->overlay);
				bed->now = stored;
				bed->generations = 0;
			}
			break;
		case 3:
			expect_scan(bed, T_ROWS, "a/shared/");
			expect_scan(bed, (int)draw(bed, TABLES - 1), "");
			break;
		case 4:
			overlay_mark(bed->overlay);
			bed->marked = bed->now;
			for (uint32_t i = draw(bed, 20); i > 0; i--) {
				random_write(bed);
			}
			overlay_undo(bed->overlay);
			bed->now = bed->marked;
			break;
		case 5:
			overlay_mark(bed->overlay);
			break;
		default:
			if (draw(bed, 3)) {
				random_write(bed);
			} else {
				/* The table of additions is asked late, so that it has been filled blindly. */
				expect_get(bed, (int)draw(bed, step > 2000 ? TABLES : TABLES - 1),
					   (int)draw(bed, KEYS));
			}
		}
	}
	while (bed->generations) {
		commit(bed, &stored);
	}
	for (int table = 0; table < TABLES; table++) {
		expect_scan(bed, table, "");
	}
}

/* Whatever is written, frozen, written out, undone and dropped, in whatever order: reads, scans and the environment equal a plain map. */
static void test_equals_map(void **state)
{
	struct bed bed;

	(void)state;
	for (uint32_t seed = 0; seed < 8; seed++) {
		open_bed(&bed, false);
		bed.seed = seed;
		if (seed) {
			/* Over what the last seed left: begin by deleting it. */
			struct model none = {0};

			for (int table = 0; table < TABLES; table++) {
				for (int i = 0; i < KEYS; i++) {
					write_row(&bed, table, i, (struct span){0});
				}
			}
			freeze(&bed);
			commit(&bed, &none);
		}
		random_steps(&bed, seed);
		close_bed(&bed);
		open_bed(&bed, true);
		random_steps(&bed, seed);
		close_bed(&bed);
	}
}

/* A write that fails leaves the environment as it was and the generation whole: the next attempt writes it. */
static void test_nth_call_fails(void **state)
{
	struct bed bed;
	enum err err;
	int n = 0;

	(void)state;
	open_bed(&bed, false);
	for (int i = 0; i < KEYS; i++) {
		write_row(&bed, T_ROWS, i, SPAN("before"));
		write_row(&bed, T_PLAIN, i, SPAN("before"));
	}
	freeze(&bed);
	assert_int_equal(write_oldest(&bed), ERR_OK);
	struct model before = bed.now;

	bed.generations = 0;
	for (int i = 0; i < KEYS; i += 2) {
		write_row(&bed, T_ROWS, i, i % 4 ? SPAN("after") : (struct span){0});
		write_row(&bed, T_PLAIN, i, i % 4 ? SPAN("after") : (struct span){0});
		write_row(&bed, T_ADDED, i, SPAN("after"));
	}
	freeze(&bed);
	do {
		fault_after(FAULT_STORE, n++);
		err = write_oldest(&bed);
		fault_in = -1;
		expect_stored(&bed, err ? &before : &bed.now);
	} while (err);
	assert_true(n > 100);
	close_bed(&bed);
}

/* A look-up that fails shows as the view's error, not as an absent row; dropping starts anew. */
static void test_failed_get(void **state)
{
	struct bed bed;
	struct span value;
	char room[40];

	(void)state;
	open_bed(&bed, false);
	write_row(&bed, T_PLAIN, 3, SPAN("there"));
	freeze(&bed);
	assert_int_equal(write_oldest(&bed), ERR_OK);
	fault_after(FAULT_STORE, 0);
	assert_false(view_get(bed.view, T_PLAIN, key_of(3, room), &value));
	fault_in = -1;
	assert_int_equal(bed.view->err, ERR_STORE);
	overlay_drop(bed.overlay);
	assert_int_equal(bed.view->err, ERR_OK);
	assert_true(view_get(bed.view, T_PLAIN, key_of(3, room), &value));
	close_bed(&bed);
}

/* A key that LMDB would refuse is an error of the view; undoing the event clears it. */
static void test_keys(void **state)
{
	static const uint8_t long_key[LIMIT_KEY_BYTES + 1];
	struct bed bed;
	struct span value;

	(void)state;
	open_bed(&bed, true);
	overlay_mark(bed.overlay);
	view_put(bed.view, T_PLAIN, SPAN("a"), SPAN("b"));
	view_add(bed.view, T_ADDED, SPAN("a"), SPAN("b"));
	view_put(bed.view, T_PLAIN, span_of(long_key, sizeof long_key), SPAN("b"));
	assert_int_equal(bed.view->err, ERR_TOO_BIG);
	overlay_undo(bed.overlay);
	assert_int_equal(bed.view->err, ERR_OK);
	assert_false(view_get(bed.view, T_PLAIN, SPAN("a"), &value));
	assert_false(view_get(bed.view, T_ADDED, SPAN("a"), &value));
	view_add(bed.view, T_ADDED, SPAN(""), SPAN("b"));
	assert_int_equal(bed.view->err, ERR_INVALID);
	close_bed(&bed);
}

/* The bounds of a batch grow with it and are back at nothing after it. */
static void test_bounds(void **state)
{
	struct bed bed;
	char key[48];

	(void)state;
	open_bed(&bed, false);
	for (int i = 0; i < 20000; i++) {
		int n = snprintf(key, sizeof key, "%03d/the same in all/%04d", i % 200,
				 (i * 7919) % 10000);

		view_put(bed.view, T_ROWS, span_of(key, (size_t)n), SPAN("value"));
	}
	assert_true(overlay_bytes(bed.overlay) > overlay_rows(bed.overlay) * 40);
	size_t estimate = overlay_dirty_pages(bed.overlay), pages = 0;

	freeze(&bed);
	assert_int_equal(write_oldest(&bed), ERR_OK);
	assert_int_equal(overlay_rows(bed.overlay) + overlay_dirty_pages(bed.overlay), 0);
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};

	kv_txn_begin(bed.kv, false, &txn);
	for (int table = 0; table < 3; table++) {
		pages += kv_pages(&txn, table);
	}
	assert_in_range(pages, estimate / 8, estimate);
	kv_txn_abort(&txn);
	close_bed(&bed);
}

static int remove_dir(void **state)
{
	return *state || !folder_remove(dir);
}

static int make_dir(void **state)
{
	(void)state;
	fault_in = -1;
	return folder_make("overlay", dir) ? 0 : -1;
}

int main(void)
{
#define T(function) cmocka_unit_test_setup_teardown(function, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {T(test_equals_map), T(test_nth_call_fails),
					   T(test_failed_get), T(test_keys), T(test_bounds)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
