/* seal.h: personal members are sealed, one by one, under the key of the case they belong to (libsodium). */
#ifndef GOVBUS_SCHEMAS_SEAL_H
#define GOVBUS_SCHEMAS_SEAL_H

#include "common/arena.h"
#include "common/err.h"

/* By how much sealing lengthens a text: form version, key version, nonce, tag. */
enum {
	SEAL_FORM = 1,
	SEAL_KEY_BYTES = 32,
	SEAL_NONCE_BYTES = 24,
	SEAL_TAG_BYTES = 16,
	SEAL_EXTRA_BYTES = 2 + SEAL_NONCE_BYTES + SEAL_TAG_BYTES
};

/* A key and its version: 1, or more if one was made after another was destroyed. */
struct seal_key {
	uint8_t version;
	const uint8_t *bytes; /* SEAL_KEY_BYTES, borrowed */
};

/* Where the text stands. It is authenticated with the text, so that a sealed member moved elsewhere does not open. */
struct seal_place {
	struct span event_id;
	unsigned field; /* number in its table */
};

/**
 * Seals a text: XChaCha20-Poly1305; associated data are event id, field number and key version.
 * @param ret_sealed  in the arena: form, key version, nonce, ciphertext with tag
 * @return NOMEM
 * @thread any
 */
enum err seal_close(const struct seal_key *key,
		    const struct seal_place *place,
		    struct span clear,
		    struct arena *arena,
		    struct span *ret_sealed);

/** Opens it. @return MALFORMED: not of this form; ERASED: sealed under a key that was destroyed; ABSENT: under a later one; INVALID: another key or place, or altered */
enum err seal_open(const struct seal_key *key,
		   const struct seal_place *place,
		   struct span sealed,
		   struct arena *arena,
		   struct span *ret_clear);

#endif
