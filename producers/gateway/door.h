/* door.h: what every way in does with an action: who may, is it valid, no personal data in clear; then stamped, sealed, encoded. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_DOOR_H
#define GOVBUS_PRODUCERS_GATEWAY_DOOR_H

#include "producers/gateway/door_rights.h"
#include "producers/gateway/key_store.h"
#include "producers/gateway/problem.h"

/* What a door knows; the secrets are shared by all doors of a bus. */
struct door {
	uint8_t digest_key[32], receipt_key[32], subject_key[32];
	door_rights_seat *seat;
	void *seat_context;
};

enum door_mode { DOOR_STARTING, DOOR_LIVE, DOOR_HISTORY, DOOR_GOING_LIVE };

/* What became of an action at the door: where it goes, or why it was refused. */
struct door_pass {
	int64_t refknown; /* in: the reference position the door knows; the decider reads at least that far first */
	enum topic topic; /* of actions */
	char key[8];      /* Kafka key: the county, or "register" */
	char subject[LIMIT_SUBJECT_BYTES + 1];
	char receipt[CASE_ID_RECEIPT_BYTES + 1]; /* of a report, else empty */
	struct span bytes;                       /* the encoded action, in the arena */
	uint8_t digest[16];     /* keyed, over what the sender sent; set for refused actions too */
	enum problem_kind kind; /* why not; PROBLEM_NONE if it has passed */
	struct problem problem;
};

/** Loads the secrets of $home, making them if absent. @return IO */
enum err door_open(struct door *door, const char *home);

/**
 * Takes an action through the door.
 * @param ev    as posted and decoded; changed: stamped and sealed, its texts in the arena
 * @param keys  transaction of the key store: the caller commits it before any bytes leave
 * @param pass  in: refknown; out: the rest
 * @return OK, or the error that pass->kind tells the sender
 * @thread any, with a transaction of its own
 */
enum err door_enter(const struct door *door,
		    const struct token *token,
		    struct event *ev,
		    struct key_store_txn *keys,
		    struct arena *arena,
		    struct door_pass *pass);

/** Whether a text is a W3C trace context (traceparent). @thread any */
bool door_trace_formed(struct span text);

/** Whether posting is open to this token: in history mode only to those with that right, while the bus goes live to none. */
enum problem_kind door_mode_check(enum door_mode mode, const struct token *token);

#endif
