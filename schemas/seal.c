/* seal.c: personal members are sealed, one by one, under the key of the case they belong to. */
#include "schemas/seal.h"

#include <sodium.h>

_Static_assert(SEAL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "libsodium's key");
_Static_assert(SEAL_NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	       "libsodium's nonce");
_Static_assert(SEAL_TAG_BYTES == crypto_aead_xchacha20poly1305_ietf_ABYTES, "libsodium's tag");

enum { HEAD_BYTES = 2 + SEAL_NONCE_BYTES };

/* Event id, field number (16 bits), form and key version; only the first varies in length, so no two places run together. */
static struct span aad_of(const struct seal_place *place, uint8_t version, struct arena *arena)
{
	uint8_t *aad = arena_alloc(arena, place->event_id.n + 4);

	if (!aad) {
		return (struct span){0};
	}
	if (place->event_id.n) {
		memcpy(aad, place->event_id.p, place->event_id.n);
	}
	aad[place->event_id.n] = (uint8_t)(place->field >> 8);
	aad[place->event_id.n + 1] = (uint8_t)place->field;
	aad[place->event_id.n + 2] = SEAL_FORM;
	aad[place->event_id.n + 3] = version;
	return span_of(aad, place->event_id.n + 4);
}

enum err seal_close(const struct seal_key *key,
		    const struct seal_place *place,
		    struct span clear,
		    struct arena *arena,
		    struct span *ret_sealed)
{
	struct span aad = aad_of(place, key->version, arena);
	uint8_t *sealed = arena_alloc(arena, clear.n + SEAL_EXTRA_BYTES);
	unsigned long long n = 0;

	if (!aad.p || !sealed) {
		return ERR_NOMEM;
	}
	sealed[0] = SEAL_FORM;
	sealed[1] = key->version;
	randombytes_buf(sealed + 2, SEAL_NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + HEAD_BYTES, &n, clear.p, clear.n, aad.p,
						   aad.n, NULL, sealed + 2, key->bytes);
	*ret_sealed = span_of(sealed, HEAD_BYTES + (size_t)n);
	return ERR_OK;
}

enum err seal_open(const struct seal_key *key,
		   const struct seal_place *place,
		   struct span sealed,
		   struct arena *arena,
		   struct span *ret_clear)
{
	if (sealed.n < SEAL_EXTRA_BYTES || sealed.p[0] != SEAL_FORM) {
		return ERR_MALFORMED;
	}
	/* A key is made anew only after the one before was destroyed. */
	if (sealed.p[1] != key->version) {
		return sealed.p[1] < key->version ? ERR_ERASED : ERR_ABSENT;
	}
	struct span aad = aad_of(place, key->version, arena);
	uint8_t *clear = arena_alloc(arena, sealed.n);
	unsigned long long n = 0;

	if (!aad.p || !clear) {
		return ERR_NOMEM;
	}
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(clear, &n, NULL, sealed.p + HEAD_BYTES,
						       sealed.n - HEAD_BYTES, aad.p, aad.n,
						       sealed.p + 2, key->bytes) != 0) {
		return ERR_INVALID;
	}
	*ret_clear = span_of(clear, (size_t)n);
	return ERR_OK;
}
