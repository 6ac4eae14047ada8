/* stores_fault_test.c: whichever LMDB call or allocation fails under the decider's rows, the keys or the tokens: a clean error, and all or nothing.
 * @wrap mdb_put mdb_del mdb_get mdb_cursor_put mdb_cursor_get mdb_cursor_open mdb_txn_begin mdb_txn_commit mdb_env_open mdb_dbi_open
 * @wrap malloc calloc realloc fdatasync */
#include <lmdb.h>
#include <stdio.h>
#include <string.h>

#include "producers/decider/decider_store.h"
#include "producers/gateway/key_store.h"
#include "producers/gateway/tokens.h"
#include "tests/support/fault.h"
#include "tests/support/folder.h"
#include "tests/support/toy_register.h"

FAULT_ALLOCATIONS
FAULT_LMDB

/* No power is lost here: hundreds of commits need not wait for the disk. */
int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
	(void)fd;
	return 0;
}

static char dir[FOLDER_PATH_BYTES];

static int make_dir(void **state)
{
	(void)state;
	return folder_make("stores", dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	return folder_remove(dir) ? 0 : -1;
}

/* ---- the decider's rows */

static const struct register_ops *const registers[] = {&toy_register, NULL};
static int64_t written; /* the number that the last whole commit wrote into rows and position */

static enum err write_number(struct decider_store *store, struct decider_rows *rows, int64_t number)
{
	struct view *view = decider_store_view(rows);
	struct deciding_position position;
	enum err err = decider_store_position(rows, &position);
	char key[16];

	if (err) {
		return err;
	}
	assert_int_equal(position.cursor.cause, written);
	for (int i = 0; i < 20; i++) {
		struct span old;

		(void)snprintf(key, sizeof(key), "k%d", i);
		(void)view_get(view, 0, span_cstr(key), &old);
		view_put(view, 0, span_cstr(key), span_of(&number, sizeof(number)));
	}
	if (view->err) {
		return view->err;
	}
	position.cursor.cause = number;
	if (!decider_store_freeze(rows, &position, 7)) {
		return ERR_NOMEM;
	}
	decider_store_acknowledge(rows, 7, 70);
	return decider_store_commit_all(store);
}

/* Opens, writes the next number everywhere, closes. */
static enum err decider_once(void *context)
{
	struct decider_store *store = NULL;
	struct decider_rows *rows = NULL;
	enum err err = decider_store_open(dir, registers, &store);

	(void)context;
	if (err) {
		return err;
	}
	rows = decider_store_rows(store, 0, 3, 16);
	if (!rows) { /* it does not say why */
		err = fault_tried == FAULT_STORE ? ERR_STORE : ERR_NOMEM;
	} else {
		err = write_number(store, rows, written + 1);
	}
	if (err && rows) {
		(void)decider_store_drop(rows);
	}
	decider_store_rows_free(rows);
	decider_store_close(store);
	return err;
}

/* Rows and position hold the same number, whatever failed; a commit that said it failed left the old one. */
static void check_number(void)
{
	struct decider_store *store = NULL;
	struct decider_rows *rows;
	struct deciding_position position;
	struct span value;
	int64_t number = -1;

	assert_int_equal(decider_store_open(dir, registers, &store), ERR_OK);
	rows = decider_store_rows(store, 0, 3, 16);
	assert_non_null(rows);
	assert_int_equal(decider_store_position(rows, &position), ERR_OK);
	if (view_get(decider_store_view(rows), 0, SPAN("k19"), &value)) {
		memcpy(&number, value.p, sizeof(number));
	}
	assert_int_equal(position.cursor.cause, number);
	assert_int_equal(number, written);
	decider_store_rows_free(rows);
	decider_store_close(store);
}

static enum err decider_checked(void *context)
{
	int in = fault_in;
	enum err err;

	err = decider_once(context);
	in = fault_in;
	fault_in = -1;
	written += !err;
	check_number();
	fault_in = in;
	return err;
}

/* Whatever fails while the decider opens, folds or commits: rows and position stay together. */
static void test_decider_store(void **state)
{
	(void)state;
	written = -1;
	assert_true(fault_each(FAULT_STORE, decider_checked, NULL) > 10);
	assert_true(fault_each(FAULT_MEMORY, decider_checked, NULL) > 5);
	assert_true(written >= 1);
}

/* ---- keys */

static const uint8_t secret[32] = {1, 2, 3};
static int keys_made;

static struct key_store_subject subject_of(int number)
{
	struct case_id id = {{0x08, 0x16, 0xb6, 0x12, 0xca, 0x67}};

	id.key[13] = (uint8_t)number;
	return key_store_subject_of(&id, secret);
}

static enum err keys_once(void *context)
{
	struct key_store *store = NULL;
	struct key_store_txn txn;
	struct key_store_key first, again;
	struct key_store_subject subject = subject_of(keys_made);
	enum err err = key_store_open(dir, &store);

	(void)context;
	if (err) {
		return err;
	}
	key_store_begin(store, &txn);
	(void)key_store_take(&txn, &subject, &first);
	err = key_store_commit(&txn);
	key_store_abort(&txn);
	if (!err) {
		int in = fault_in;

		/* What was said to be durable is there. */
		fault_in = -1;
		assert_int_equal(key_store_find(store, &subject, &again), ERR_OK);
		assert_memory_equal(&again, &first, sizeof(first));
		fault_in = in;
	}
	key_store_close(store);
	return err;
}

/* A look that fails says so, or has found the key before. */
static void find_with_faults(void)
{
	struct key_store_subject subject = subject_of(1), other = subject_of(9);
	struct key_store_key key;
	struct key_store *store = NULL;
	enum err err;
	int n = 0;

	assert_int_equal(key_store_open(dir, &store), ERR_OK);
	fault_tried = FAULT_STORE;
	do {
		fault_in = n++;
		err = key_store_find(store, &subject, &key);
		assert_true(err == ERR_OK || err == ERR_STORE);
	} while (fault_in < 0);
	assert_true(n > 3);
	for (n = 0;; n++) {
		fault_in = n;
		err = key_store_find(store, &other, &key);
		if (fault_in >= 0) {
			break;
		}
		assert_int_equal(err, ERR_STORE);
	}
	assert_int_equal(err, ERR_ABSENT);
	fault_in = -1;
	key_store_close(store);
}

/* A key that was handed out after a commit is there for ever; one whose commit failed may be made anew. */
static void test_key_store(void **state)
{
	(void)state;
	keys_made = 1;
	assert_true(fault_each(FAULT_STORE, keys_once, NULL) > 3);
	find_with_faults();
	keys_made = 2;
	assert_true(fault_each(FAULT_MEMORY, keys_once, NULL) > 0);
}

/* ---- tokens */

static int n_tokens;

static bool count_token(void *context, const struct token *token)
{
	*(int *)context += token->revoked_us == 0;
	return true;
}

static enum err tokens_once(void *context)
{
	struct tokens *tokens = NULL;
	struct token token = {.functions = 2, .level = 3}, read;
	char text[TOKENS_SECRET_BYTES + 1];
	int count = 0;
	enum err err = tokens_open(dir, &tokens);

	(void)context;
	if (err) {
		return err;
	}
	(void)snprintf(token.label, sizeof(token.label), "county");
	(void)snprintf(token.unit, sizeof(token.unit), "centre:530102");
	(void)snprintf(token.place, sizeof(token.place), "530102");
	(void)snprintf(token.source, sizeof(token.source), "/yn/530102");
	err = tokens_add(tokens, &token, 5, text);
	n_tokens += !err;
	err = err ? err : tokens_find(tokens, span_cstr(text), &read);
	err = err ? err : tokens_revoke(tokens, span_cstr(token.id), 6, &count);
	n_tokens -= !err;
	err = err ? err : tokens_list(tokens, count_token, &count);
	tokens_close(tokens);
	return err;
}

static enum err tokens_checked(void *context)
{
	struct tokens *tokens = NULL;
	int in = fault_in, count = 0;
	enum err err;

	/* From nothing each time: with more tokens there would be more calls. */
	fault_in = -1;
	assert_true(folder_remove(dir) && folder_make("stores", dir));
	n_tokens = 0;
	fault_in = in;
	err = tokens_once(context);
	in = fault_in;
	fault_in = -1;
	assert_int_equal(tokens_open(dir, &tokens), ERR_OK);
	assert_int_equal(tokens_list(tokens, count_token, &count), ERR_OK);
	assert_int_equal(count, n_tokens);
	tokens_close(tokens);
	fault_in = in;
	return err;
}

/* A token that was said to be added is in force, and one said to be revoked is not. */
static void test_tokens(void **state)
{
	(void)state;
	assert_true(fault_each(FAULT_STORE, tokens_checked, NULL) > 5);
	assert_true(fault_each(FAULT_MEMORY, tokens_checked, NULL) > 0);
}

int main(void)
{
#define T(function) cmocka_unit_test_setup_teardown(function, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {T(test_decider_store), T(test_key_store),
					   T(test_tokens)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
