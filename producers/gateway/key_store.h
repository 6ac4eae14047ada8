/* key_store.h: the keys that seal personal members, one per case; destroying one erases what it sealed, everywhere. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_KEY_STORE_H
#define GOVBUS_PRODUCERS_GATEWAY_KEY_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/case_id.h"
#include "common/kv.h"

enum { KEY_STORE_KEY_BYTES = 32, KEY_STORE_SUBJECT_BYTES = 16 };

/*
 * Whose key it is: a keyed hash of the case id, so that the store by itself reveals nothing. Its first three bytes are the
 * case's date: the keys of one day stand together, and a batch of new cases writes few pages.
 */
struct key_store_subject {
	uint8_t id[KEY_STORE_SUBJECT_BYTES];
};

/* A row: plain bytes. Of a destroyed key the row stays, its bytes zero: the next one must not take the same version. */
struct key_store_key {
	uint8_t version; /* from 1; rises when a key is made after one was destroyed */
	uint8_t destroyed;
	uint8_t spare[6];
	uint8_t key[KEY_STORE_KEY_BYTES];
};
_Static_assert(sizeof(struct key_store_key) == 40, "a row on disk");

struct key_store;

/* One transaction over many subjects; the first error sticks. Zero it before key_store_begin. */
struct key_store_txn {
	struct key_store *store;
	struct kv_txn kv;
	enum err err;
	bool begun;
	int taken; /* keys asked for */
};

/** The subject of a case. @param secret the subject key shared by all doors @thread any */
struct key_store_subject key_store_subject_of(const struct case_id *id, const uint8_t secret[32]);

/**
 * Opens $home/keys, making it if absent. Several processes may have it open: their transactions take turns, so a key is made once.
 * @return STORE, STORE_FULL
 * @thread any; one handle per process
 */
enum err key_store_open(const char *home, struct key_store **ret_store);

/** kv_is_replaced of its environment: it takes no key any more. @thread any */
bool key_store_is_replaced(const struct key_store *store);

/** Closes; NULL is fine. */
void key_store_close(struct key_store *store);

/** Begins; takes no lock before the first key is asked for. */
void key_store_begin(struct key_store *store, struct key_store_txn *txn);

/** The subject's key; made if it has none. No record sealed with it may leave before the commit. @return false on failure (txn->err) */
bool key_store_take(struct key_store_txn *txn,
		    const struct key_store_subject *subject,
		    struct key_store_key *ret_key);

/** Makes the new keys durable. @return the first error */
enum err key_store_commit(struct key_store_txn *txn);

/** Whether the disk has room for more keys: asked after STORE_FULL, as what little is free may do for the next one. @thread one */
bool key_store_has_room(const struct key_store *store);

/** Ends without effect; a no-op after a commit: serves as CLEANUP. */
void key_store_abort(struct key_store_txn *txn);

/**
 * Destroys the subject's key, durably: whatever it sealed, wherever copies of it are, then reads as ERASED. A key made later has the
 * next version. Asking again is fine. Copies of the store (backups) are not reached, nor are pages of its file that LMDB has freed
 * and not yet used again.
 * @return ABSENT: it has none; STORE, STORE_FULL
 */
enum err key_store_destroy(struct key_store *store, const struct key_store_subject *subject);

/** The subject's key, for reading what it sealed. @return ABSENT; ERASED: it was destroyed */
enum err key_store_find(struct key_store *store,
			const struct key_store_subject *subject,
			struct key_store_key *ret_key);

#endif
