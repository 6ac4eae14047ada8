/* tokens.c: bearer tokens, stored as hashes of their text: whoever steals the store cannot post. */
#include "producers/gateway/tokens.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base32.h"
#include "common/kv_pool.h"
#include "common/place.h"

enum { HASH_BYTES = 32, MAP_BYTES = 1 << 30 };
enum { TABLE_TOKEN }; /* hash of the text -> struct token */

static const char *const TABLES[] = {"token", NULL};
static const char *const RIGHTS[] = {"history", "verbatim", "unseal", "audit", "units", NULL};

struct tokens {
	struct kv *kv;
	struct kv_pool pool;
};

enum err tokens_open(const char *home, struct tokens **ret_tokens)
{
	char dir[512];
	struct kv_config config = {
		.dir = dir, .mode = KV_SHARED, .names = TABLES, .map_bytes = MAP_BYTES};
	struct tokens *tokens = calloc(1, sizeof *tokens);
	enum err err;

	if (!tokens || sodium_init() < 0) {
		free(tokens);
		return ERR_NOMEM;
	}
	(void)snprintf(dir, sizeof dir, "%s/tokens.mdb", home);
	err = kv_open(&config, &tokens->kv);
	if (err) {
		free(tokens);
		return err;
	}
	kv_pool_open(&tokens->pool, tokens->kv);
	*ret_tokens = tokens;
	return ERR_OK;
}

void tokens_close(struct tokens *tokens)
{
	if (tokens) {
		kv_pool_close(&tokens->pool);
		kv_close(tokens->kv);
		free(tokens);
	}
}

bool tokens_are_replaced(const struct tokens *tokens)
{
	return kv_is_replaced(tokens->kv);
}

static void hash_secret(struct span secret, uint8_t ret_hash[HASH_BYTES])
{
	crypto_generichash(ret_hash, HASH_BYTES, secret.p, secret.n, NULL, 0);
}

static bool ends_within(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool texts_end(const struct token *token)
{
	if (!ends_within(token->label, sizeof token->label) ||
	    !ends_within(token->unit, sizeof token->unit) ||
	    !ends_within(token->place, sizeof token->place) ||
	    !ends_within(token->source, sizeof token->source)) {
		return false;
	}
	for (int i = 0; i < token->n_types; i++) {
		if (!ends_within(token->types[i], sizeof token->types[i]) || !token->types[i][0]) {
			return false;
		}
	}
	return true;
}

const char *tokens_contradiction(const struct token *token)
{
	static const struct span CENTRE = {(const uint8_t *)"centre:", 7},
				 GRID = {(const uint8_t *)"grid:", 5};
	struct span unit = span_cstr(token->unit), place = span_cstr(token->place);
	bool centre = span_starts(unit, CENTRE), grid = span_starts(unit, GRID);

	if (centre || grid) {
		size_t n = centre ? CENTRE.n : GRID.n;
		struct span own = span_of(unit.p + n, unit.n - n);

		if (!place_valid(own) || (place_level(own) >= 6) != grid) {
			return "--unit: centre: goes with a place of levels 1 to 5, grid: with one of 6 or 7";
		}
		if (place_level(own) != token->level) {
			return "--level is not that of --unit: it is the level of the unit's place";
		}
		if (!place_covers(own, place)) {
			return "--place lies outside of the place of --unit";
		}
	}
	return place_valid(place) && place_level(place) < token->level
		       ? "--place is above --level: a unit covers places of its own level and below"
		       : NULL;
}

static bool token_valid(const struct token *token)
{
	return token->n_types <= TOKENS_TYPES && texts_end(token) && token->unit[0] &&
	       token->source[0] == '/' && place_valid(span_cstr(token->place)) &&
	       token->level >= 1 && token->level <= PLACE_LEVELS &&
	       (token->functions || token->rights) && !tokens_contradiction(token);
}

/* The public id is part of the hash: nothing can be learnt from it about 256 random bits. */
static void set_id(struct token *token, const uint8_t hash[HASH_BYTES])
{
	uint64_t bits = 0;

	for (int i = 0; i < 8; i++) {
		bits = bits << 8 | hash[i];
	}
	memset(token->id, 0, sizeof token->id);
	base32_format(bits >> 4, token->id);
}

static void keep_first(char *text, size_t size, size_t n)
{
	memset(text + n, 0, size - n);
}

/* As the door does with what is posted: codes filled up with zeros are those that the record has. */
static void places_cut(struct token *token)
{
	if (texts_end(token)) {
		keep_first(token->unit, sizeof token->unit,
			   place_normalise_unit(span_cstr(token->unit)).n);
		keep_first(token->place, sizeof token->place,
			   place_normalise(span_cstr(token->place)).n);
	}
}

/* Of a row; one that was written before units and places were cut when added is cut now. */
static void token_read(struct span row, struct token *ret_token)
{
	memcpy(ret_token, row.p, sizeof *ret_token);
	places_cut(ret_token);
}

enum err tokens_add(struct tokens *tokens,
		    struct token *token,
		    int64_t now_us,
		    char ret_secret[TOKENS_SECRET_BYTES + 1])
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};
	uint8_t random[32], hash[HASH_BYTES];
	char secret[TOKENS_SECRET_BYTES + 1];
	enum err err;

	places_cut(token);
	if (!token_valid(token)) {
		return ERR_INVALID;
	}
	randombytes_buf(random, sizeof random);
	sodium_bin2base64(secret, sizeof secret, random, sizeof random,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(random, sizeof random);
	hash_secret(span_cstr(secret), hash);
	set_id(token, hash);
	token->created_us = now_us;
	kv_txn_begin(tokens->kv, /*writable=*/true, &txn);
	kv_put(&txn, TABLE_TOKEN, span_of(hash, sizeof hash), span_of(token, sizeof *token));
	err = kv_txn_commit(&txn);
	if (!err) {
		memcpy(ret_secret, secret, sizeof secret);
	}
	sodium_memzero(secret, sizeof secret);
	return err;
}

static enum err find(struct kv_txn *txn, struct span hash, struct token *ret_token)
{
	struct span row;

	if (!kv_get(txn, TABLE_TOKEN, hash, &row)) {
		return txn->err ? txn->err : ERR_ABSENT;
	}
	if (row.n != sizeof *ret_token) {
		return ERR_STORE_VERSION;
	}
	token_read(row, ret_token);
	return ret_token->revoked_us ? ERR_ABSENT : ERR_OK;
}

enum err tokens_find(struct tokens *tokens, struct span secret, struct token *ret_token)
{
	struct kv_txn txn = {0};
	uint8_t hash[HASH_BYTES];
	enum err err;

	if (secret.n != TOKENS_SECRET_BYTES) {
		return ERR_ABSENT;
	}
	hash_secret(secret, hash);
	err = kv_pool_take(&tokens->pool, &txn);
	err = err ? err : find(&txn, span_of(hash, sizeof hash), ret_token);
	kv_pool_give(&tokens->pool, &txn);
	return err;
}

void tokens_rest(struct tokens *tokens)
{
	kv_pool_rest(&tokens->pool);
}

enum err tokens_revoke(struct tokens *tokens,
		       struct span id_or_label,
		       int64_t now_us,
		       int *ret_count)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};
	struct kv_cursor cursor = {0};
	struct token token;
	int count = 0;
	enum err err;

	kv_txn_begin(tokens->kv, /*writable=*/true, &txn);
	kv_cursor_open(&txn, TABLE_TOKEN, &cursor);
	for (bool more = kv_cursor_seek(&cursor, SPAN("")); more; more = kv_cursor_next(&cursor)) {
		if (cursor.value.n != sizeof token) {
			continue;
		}
		memcpy(&token, cursor.value.p, sizeof token);
		if (!token.revoked_us && (span_eq(id_or_label, span_cstr(token.id)) ||
					  span_eq(id_or_label, span_cstr(token.label)))) {
			token.revoked_us = now_us;
			kv_cursor_put(&cursor, cursor.key, span_of(&token, sizeof token),
				      /*append=*/false);
			count++;
		}
	}
	kv_cursor_close(&cursor);
	err = kv_txn_commit(&txn);
	if (err || !count) {
		return err ? err : ERR_ABSENT;
	}
	*ret_count = count;
	return ERR_OK;
}

enum err tokens_list(struct tokens *tokens, tokens_visit *visit, void *context)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};
	struct kv_cursor cursor = {0};
	struct token token;

	kv_txn_begin(tokens->kv, /*writable=*/false, &txn);
	kv_cursor_open(&txn, TABLE_TOKEN, &cursor);
	for (bool more = kv_cursor_seek(&cursor, SPAN("")); more; more = kv_cursor_next(&cursor)) {
		if (cursor.value.n == sizeof token) {
			token_read(cursor.value, &token);
			if (!visit(context, &token)) {
				break;
			}
		}
	}
	kv_cursor_close(&cursor);
	return txn.err;
}

uint32_t tokens_right_named(struct span name)
{
	for (int i = 0; RIGHTS[i]; i++) {
		if (span_eq(name, span_cstr(RIGHTS[i]))) {
			return 1u << i;
		}
	}
	return 0;
}

const char *tokens_right_name(int i)
{
	return i >= 0 && i < (int)(sizeof RIGHTS / sizeof RIGHTS[0]) ? RIGHTS[i] : NULL;
}
