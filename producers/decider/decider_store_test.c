/* decider_store_test.c: what the decider's rows keep in memory, and for how long. */
#include "producers/decider/decider_store.h"

#include <stdio.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"
#include "tests/support/toy_register.h"

enum { ROWS = 2000 };

static const struct register_ops *const registers[] = {&toy_register, NULL};

static void put_all(struct view *view)
{
	char key[16];

	for (int i = 0; i < ROWS; i++) {
		(void)snprintf(key, sizeof key, "k%d", i);
		view_put(view, 0, span_cstr(key), span_cstr("some value, long enough to be seen"));
	}
	assert_int_equal(view->err, ERR_OK);
}

static void get_all(struct view *view)
{
	char key[16];
	struct span value;

	for (int i = 0; i < ROWS; i++) {
		(void)snprintf(key, sizeof key, "k%d", i);
		assert_true(view_get(view, 0, span_cstr(key), &value));
	}
}

static void commit(struct decider_store *store, struct decider_rows *rows)
{
	struct deciding_position position;

	deciding_position_init(&position);
	assert_true(decider_store_holds(rows));
	assert_true(decider_store_freeze(rows, &position, 0));
	assert_true(decider_store_waits(rows));
	decider_store_acknowledge(rows, 0, 0);
	assert_int_equal(decider_store_commit_all(store), ERR_OK);
	assert_false(decider_store_waits(rows));
	assert_false(decider_store_holds(rows));
}

/* Rows that were only read are given back too, by a commit and by a drop: else a decider that opens many cases is full before it has
 * decided anything, and never decides. */
static void rows_read_are_given_back(void **state)
{
	char dir[FOLDER_PATH_BYTES];
	struct decider_store *store = NULL;

	(void)state;
	assert_true(folder_make("decider_store", dir));
	assert_int_equal(decider_store_open(dir, registers, &store), ERR_OK);
	struct decider_rows *rows = decider_store_rows(store, 0, 0, 1);
	size_t empty = decider_store_bytes(store);

	put_all(decider_store_view(rows));
	commit(store, rows);
	get_all(decider_store_view(rows));
	assert_true(decider_store_bytes(store) > empty + ROWS * 30);
	commit(store, rows);
	get_all(decider_store_view(rows));
	assert_int_equal(decider_store_drop(rows), ERR_OK);
	assert_int_equal(decider_store_bytes(store), empty);
	assert_false(decider_store_holds(rows));
	get_all(decider_store_view(rows));
	decider_store_rows_free(rows);
	decider_store_close(store);
	assert_true(folder_remove(dir));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(rows_read_are_given_back)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
