/* tokens_test.c: a token's text is not stored, it is found by every process at once, and gone when revoked. */
#include "producers/gateway/tokens.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/kv.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"

static int folder_setup(void **state)
{
	static char path[FOLDER_PATH_BYTES];

	*state = path;
	return folder_make("tokens", path) ? 0 : -1;
}

static int folder_teardown(void **state)
{
	return folder_remove(*state) ? 0 : -1;
}

static struct token county(void)
{
	struct token token = {.functions = 2, .level = 3};

	(void)snprintf(token.label, sizeof token.label, "county");
	(void)snprintf(token.unit, sizeof token.unit, "centre:530102");
	(void)snprintf(token.place, sizeof token.place, "530102");
	(void)snprintf(token.source, sizeof token.source, "/yn/530102");
	return token;
}

static struct tokens *fresh(char *home)
{
	struct tokens *tokens = NULL;

	assert_int_equal(tokens_open(home, &tokens), ERR_OK);
	return tokens;
}

/* What was added is found by its text, with all that it binds; another text is not. */
static void found(void **state)
{
	struct tokens *tokens = fresh(*state);
	struct token token = county(), read;
	char secret[TOKENS_SECRET_BYTES + 1];

	assert_int_equal(tokens_add(tokens, &token, 5, secret), ERR_OK);
	assert_int_equal(strlen(secret), TOKENS_SECRET_BYTES);
	assert_int_equal(tokens_find(tokens, span_cstr(secret), &read), ERR_OK);
	assert_memory_equal(&token, &read, sizeof read);
	assert_int_equal(strlen(read.id), TOKENS_ID_BYTES);
	secret[0] ^= 1;
	assert_int_equal(tokens_find(tokens, span_cstr(secret), &read), ERR_ABSENT);
	assert_int_equal(tokens_find(tokens, SPAN(""), &read), ERR_ABSENT);
	tokens_close(tokens);
}

/* A place whose code is filled up with zeros is the same place, and no level more than its own is got by them. */
static void filled_up(void **state)
{
	struct tokens *tokens = fresh(*state);
	struct token token = county(), read;
	char secret[TOKENS_SECRET_BYTES + 1];

	token.level = 2;
	(void)snprintf(token.unit, sizeof token.unit, "centre:5301");
	(void)snprintf(token.place, sizeof token.place, "530100");
	assert_int_equal(tokens_add(tokens, &token, 5, secret), ERR_OK);
	assert_int_equal(tokens_find(tokens, span_cstr(secret), &read), ERR_OK);
	assert_string_equal(read.place, "5301");
	token = county();
	(void)snprintf(token.place, sizeof token.place, "530102000000");
	assert_int_equal(tokens_add(tokens, &token, 5, secret), ERR_OK);
	assert_string_equal(token.place, "530102");
	(void)snprintf(token.place, sizeof token.place, "530100");
	assert_int_equal(tokens_add(tokens, &token, 5, secret), ERR_INVALID);
	token.level = 2;
	(void)snprintf(token.unit, sizeof token.unit, "centre:530100");
	assert_int_equal(tokens_add(tokens, &token, 5, secret), ERR_OK);
	assert_int_equal(tokens_find(tokens, span_cstr(secret), &read), ERR_OK);
	assert_string_equal(read.unit, "centre:5301");
	(void)snprintf(token.unit, sizeof token.unit, "roads-530100");
	assert_int_equal(tokens_add(tokens, &token, 5, secret), ERR_OK);
	assert_string_equal(token.unit, "roads-530100");
	tokens_close(tokens);
}

static bool is_cut(void *context, const struct token *token)
{
	assert_string_equal(token->unit, "centre:5301");
	assert_string_equal(token->place, "5301");
	(*(int *)context)++;
	return true;
}

/* A token that was stored before codes were cut when added covers what its code means, for who asks with it and in the list. */
static void filled_up_when_stored(void **state)
{
	static const char *const TABLES[] = {"token", NULL};
	struct tokens *tokens = fresh(*state);
	struct token token = county(), read;
	char secret[TOKENS_SECRET_BYTES + 1], dir[600];
	struct kv_config config = {
		.dir = dir, .mode = KV_SHARED, .names = TABLES, .map_bytes = 1 << 30};
	struct kv_cursor cursor = {0};
	struct kv_txn txn = {0};
	struct kv *kv;
	int count = 0;

	assert_int_equal(tokens_add(tokens, &token, 5, secret), ERR_OK);
	tokens_close(tokens);
	(void)snprintf(dir, sizeof dir, "%s/tokens.mdb", (char *)*state);
	assert_int_equal(kv_open(&config, &kv), ERR_OK);
	kv_txn_begin(kv, /*writable=*/true, &txn);
	kv_cursor_open(&txn, 0, &cursor);
	assert_true(kv_cursor_seek(&cursor, SPAN("")));
	(void)snprintf(token.unit, sizeof token.unit, "centre:530100");
	(void)snprintf(token.place, sizeof token.place, "530100");
	kv_cursor_put(&cursor, cursor.key, span_of(&token, sizeof token), /*append=*/false);
	kv_cursor_close(&cursor);
	assert_int_equal(kv_txn_commit(&txn), ERR_OK);
	kv_close(kv);
	tokens = fresh(*state);
	assert_int_equal(tokens_find(tokens, span_cstr(secret), &read), ERR_OK);
	(void)is_cut(&count, &read);
	assert_int_equal(tokens_list(tokens, is_cut, &count), ERR_OK);
	assert_int_equal(count, 2);
	tokens_close(tokens);
}

/* Who revokes by label or by id takes away all of that name, at once. */
static void revoked(void **state)
{
	struct tokens *tokens = fresh(*state);
	struct token token = county(), read;
	char secret[TOKENS_SECRET_BYTES + 1], other[TOKENS_SECRET_BYTES + 1];
	int count = 0;

	assert_int_equal(tokens_add(tokens, &token, 5, secret), ERR_OK);
	assert_int_equal(tokens_add(tokens, &token, 5, other), ERR_OK);
	assert_int_equal(tokens_revoke(tokens, span_cstr(token.id), 9, &count), ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(tokens_find(tokens, span_cstr(other), &read), ERR_ABSENT);
	assert_int_equal(tokens_find(tokens, span_cstr(secret), &read), ERR_OK);
	assert_int_equal(tokens_revoke(tokens, SPAN("county"), 9, &count), ERR_OK);
	assert_int_equal(tokens_find(tokens, span_cstr(secret), &read), ERR_ABSENT);
	assert_int_equal(tokens_revoke(tokens, SPAN("county"), 9, &count), ERR_ABSENT);
	tokens_close(tokens);
}

/* The store's file holds no token's text. */
static void not_stored(void **state)
{
	struct tokens *tokens = fresh(*state);
	struct token token = county();
	char secret[TOKENS_SECRET_BYTES + 1], path[600];
	static char bytes[1 << 22];

	assert_int_equal(tokens_add(tokens, &token, 5, secret), ERR_OK);
	tokens_close(tokens);
	(void)snprintf(path, sizeof path, "%s/tokens.mdb/data.mdb", (char *)*state);
	FILE *file = fopen(path, "rb");

	assert_non_null(file);
	size_t n = fread(bytes, 1, sizeof bytes, file);

	fclose(file);
	assert_true(n > 4096);
	assert_non_null(memmem(bytes, n, "centre:530102", 13));
	assert_null(memmem(bytes, n, secret, TOKENS_SECRET_BYTES));
}

/* A token that binds nothing, or something that is none, is not made. */
static void invalid(void **state)
{
	struct tokens *tokens = fresh(*state);
	char secret[TOKENS_SECRET_BYTES + 1];
	struct token token = county();

	token.functions = 0;
	assert_int_equal(tokens_add(tokens, &token, 5, secret), ERR_INVALID);
	token = county();
	token.source[0] = 'x';
	assert_int_equal(tokens_add(tokens, &token, 5, secret), ERR_INVALID);
	token = county();
	token.place[0] = '\0';
	assert_int_equal(tokens_add(tokens, &token, 5, secret), ERR_INVALID);
	token = county();
	token.level = 0;
	assert_int_equal(tokens_add(tokens, &token, 5, secret), ERR_INVALID);
	token = county();
	memset(token.unit, 'u', sizeof token.unit);
	assert_int_equal(tokens_add(tokens, &token, 5, secret), ERR_INVALID);
	tokens_close(tokens);
}

/* Level, unit and place must agree: a province's centre of level 4, or a county's that reads the province, is a slip. */
static void contradictions(void **state)
{
	static const struct {
		const char *unit, *place;
		uint8_t level;
		bool good;
	} rows[] = {
		{"centre:53", "53", 1, true},
		{"centre:53", "53", 4, false},
		{"centre:53", "530102", 1, true},
		{"centre:530102", "53", 3, false},
		{"centre:530102", "530103", 3, false},
		{"centre:5301021", "530102", 3, false},
		{"centre:530102001001001", "530102001001001", 6, false},
		{"grid:530102001001001", "530102001001001", 6, true},
		{"grid:530102001001001", "530102001001001", 5, false},
		{"grid:530102", "530102", 3, false},
		{"roads", "530102", 3, true},
		{"roads", "530102001", 3, true},
		{"roads", "53", 3, false},
	};
	struct tokens *tokens = fresh(*state);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char secret[TOKENS_SECRET_BYTES + 1];
		struct token token = {.functions = 2, .level = rows[i].level, .source = "/"};

		(void)snprintf(token.unit, sizeof token.unit, "%s", rows[i].unit);
		(void)snprintf(token.place, sizeof token.place, "%s", rows[i].place);
		enum err err = tokens_add(tokens, &token, 5, secret);

		if (err != (rows[i].good ? ERR_OK : ERR_INVALID) ||
		    !tokens_contradiction(&token) != rows[i].good) {
			fail_msg("unit %s, place %s, level %d", rows[i].unit, rows[i].place,
				 rows[i].level);
		}
	}
	tokens_close(tokens);
}

/* The names of rights lead back to their bits. */
static void rights(void **state)
{
	(void)state;
	assert_int_equal(tokens_right_named(SPAN("history")), TOKEN_HISTORY);
	assert_int_equal(tokens_right_named(SPAN("units")), TOKEN_UNITS);
	assert_int_equal(tokens_right_named(SPAN("root")), 0);
	assert_string_equal(tokens_right_name(3), "audit");
	assert_null(tokens_right_name(5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(found, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(filled_up, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(filled_up_when_stored, folder_setup,
						folder_teardown),
		cmocka_unit_test_setup_teardown(revoked, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(not_stored, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(invalid, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(contradictions, folder_setup, folder_teardown),
		cmocka_unit_test(rights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
