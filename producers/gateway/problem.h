/* problem.h: what the gateway answers when it cannot do what was asked (RFC 9457), in Chinese and English. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_PROBLEM_H
#define GOVBUS_PRODUCERS_GATEWAY_PROBLEM_H

#include "common/buf.h"
#include "schemas/event.h"

enum problem_kind {
	PROBLEM_NONE,
#define PROBLEM(id, status, name, zh, en, cure) PROBLEM_##id,
#include "producers/gateway/problems.def"
#undef PROBLEM
	PROBLEM_COUNT
};

/** Its HTTP status. @thread any, as all here */
int problem_status(enum problem_kind kind);

/** The name in its type URI, such as "pii-in-cleartext". */
const char *problem_name(enum problem_kind kind);

/** Writes what the kind alone says (type, title, title_zh, status) into an object that is open. */
void problem_head(struct buf *out, enum problem_kind kind);

/**
 * Writes the members of a problem into an object that is open: problem_head's, cure, detail, field.
 * @param where  field and reason; NULL or empty ones are left out
 */
void problem_members(struct buf *out, enum problem_kind kind, const struct problem *where);

/** Writes a problem as an object of its own. */
void problem_object(struct buf *out, enum problem_kind kind, const struct problem *where);

/** The kind for an error of the readers of events (MALFORMED, INVALID, UNKNOWN, TOO_BIG), of a full store, of an absent broker; FAILED for all others. */
enum problem_kind problem_of_err(enum err err);

#endif
