/* tokens.h: bearer tokens: who may post and read what; kept as hashes in an LMDB environment of their own. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_TOKENS_H
#define GOVBUS_PRODUCERS_GATEWAY_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/span.h"

enum {
	TOKENS_SECRET_BYTES = 43, /* of its text: 32 random bytes in base64url */
	TOKENS_ID_BYTES = 12,     /* of its public id: 60 bits of the hash, in Crockford base32 */
	TOKENS_TYPES = 8,
};

/* What a token may do besides what its functions allow. Bit 1 goes into the record (env.rights). */
enum token_right {
	TOKEN_HISTORY = 1,  /* post in history mode */
	TOKEN_VERBATIM = 2, /* write records under their own claim (mirrors) */
	TOKEN_UNSEAL = 4,   /* read sealed members */
	TOKEN_AUDIT = 8,    /* read whatever its place covers, outcomes of others included */
	/* Speak for every unit seated in its place, of its level or below: a platform's token */
	TOKEN_UNITS = 16,
};

/* What a token binds (answers 8). A row of the store: plain bytes, zero-filled, texts zero-ended. */
struct token {
	int64_t created_us, revoked_us; /* revoked_us 0: in force */
	uint32_t rights;                /* enum token_right, a bit each */
	uint16_t functions;             /* 1 << enum code_function */
	uint8_t level;                  /* of its unit, 1 to 7 */
	uint8_t n_types;                /* 0: every type that its functions allow */
	char id[16];                    /* public: what records call its holder */
	char label[48];                 /* for people, at adding and listing only */
	char unit[48];                  /* the unit it speaks for */
	char place[24];                 /* prefix of the places it covers */
	char source[136];               /* prefix of the sources it may name; "/" for all */
	char types[TOKENS_TYPES][72];   /* "gov.case.reported.v1", or "gov.case.*" */
};
_Static_assert(sizeof(struct token) == 24 + 16 + 48 + 48 + 24 + 136 + TOKENS_TYPES * 72,
	       "a row on disk");

struct tokens;

/**
 * Opens the store, making it if absent: $home/tokens.mdb. Several processes may have it open; what one adds or revokes is in
 * force for the others with their next look-up.
 * @return STORE, STORE_FULL
 * @thread any; one handle per process
 */
enum err tokens_open(const char *home, struct tokens **ret_tokens);

/** kv_is_replaced of its environment: what is added or revoked is not seen any more. */
bool tokens_are_replaced(const struct tokens *tokens);

/** Closes; NULL is fine. */
void tokens_close(struct tokens *tokens);

/**
 * Whether unit, level and place contradict one another: a centre's or grid's level is that of its place, and it covers no
 * place outside of it; no unit covers a place above its own level. Whether a registered unit has that level, the decider
 * knows.
 * @return why, in English; NULL: nothing
 */
const char *tokens_contradiction(const struct token *token);

/**
 * Makes a token.
 * @param token  what it binds; id and created_us are set here, and its place and its unit's lose the zeros that fill them up (place_normalise). Checked: unit, place, level, that they agree, source, at least one function or right
 * @param ret_secret  its text, the only copy: TOKENS_SECRET_BYTES and an ending zero
 * @return INVALID when a member is not what it should be
 */
enum err tokens_add(struct tokens *tokens,
		    struct token *token,
		    int64_t now_us,
		    char ret_secret[TOKENS_SECRET_BYTES + 1]);

/** The token of that text, if it is in force; its places without such zeros, whenever it was added. @return ABSENT: unknown or revoked; STORE */
enum err tokens_find(struct tokens *tokens, struct span secret, struct token *ret_token);

/** Lets look-ups that have ended go of their state; call it many times a second (kv_pool_rest). */
void tokens_rest(struct tokens *tokens);

/** Revokes every token in force of that id or label. @return ABSENT when there is none */
enum err tokens_revoke(struct tokens *tokens,
		       struct span id_or_label,
		       int64_t now_us,
		       int *ret_count);

/* Called for each token. @return false to stop */
typedef bool tokens_visit(void *context, const struct token *token);

/** Visits all tokens, revoked ones included, in no particular order. */
enum err tokens_list(struct tokens *tokens, tokens_visit *visit, void *context);

/** The right of that name ("history"), a bit; 0 if there is none. */
uint32_t tokens_right_named(struct span name);

/** The name of the i-th right, from 0; NULL past the last. Never freed. */
const char *tokens_right_name(int i);

#endif
