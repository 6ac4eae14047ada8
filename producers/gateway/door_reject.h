/*
 * door_reject.h: the note in gov.rejected about an action that the door refused: whose it was, why, which member; never its
 * content.
 */
#ifndef GOVBUS_PRODUCERS_GATEWAY_DOOR_REJECT_H
#define GOVBUS_PRODUCERS_GATEWAY_DOOR_REJECT_H

#include "producers/gateway/door.h"

/* A refusal of the door. Absent spans: it could not be read so far. */
struct door_reject {
	const struct token *token;
	enum problem_kind kind;
	const struct problem *problem;
	enum event_type type;   /* EVENT_NONE: not read */
	struct span source, id; /* as the sender gave them: unchecked */
	const uint8_t *digest;  /* 16 bytes, of door_pass; NULL: of `bytes` */
	struct span bytes;      /* what was posted, as far as it stands apart */
	int64_t now_us;
};

/**
 * Encodes the record. Source and id are named if they are what their table asks for and hold no personal number, the member
 * if it is one of the tables: texts that the sender made up stand nowhere in it.
 * @param ret_key    of the record: the source
 * @param ret_bytes  both in the arena
 * @return NOMEM
 * @thread any
 */
enum err door_reject(const struct door *door,
		     const struct door_reject *reject,
		     struct arena *arena,
		     struct span *ret_key,
		     struct span *ret_bytes);

#endif
