/* answer.h: an outcome as the sender reads it: accepted, refused with its guard, repeated, or tried. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_ANSWER_H
#define GOVBUS_PRODUCERS_GATEWAY_ANSWER_H

#include "common/buf.h"
#include "schemas/event.h"

/** The HTTP status of an outcome: 201, 200 (repeated, tried) or 409. @thread any, as all here */
int answer_status(const struct event *outcome);

/**
 * Writes an outcome's members into an object that is open: subject, seq, position, from and to, dues, receipt, where to read it again;
 * of a refusal a problem with the guard in both languages, what it met and what would satisfy it.
 */
void answer_members(struct buf *out, const struct event *ev, int partition, int64_t offset);

/** The outcome in a word ("accepted", "refused", …); static. @param outcome  the type of the event that is its outcome */
const char *answer_word(enum event_type outcome);

/** Writes what is known of an action without an outcome yet: where to ask for it. */
void answer_pending(struct buf *out, struct span subject, struct span source, struct span id);

/** Appends the path at which an action's outcome can be asked for, not quoted. */
void answer_url(struct buf *out, struct span subject, struct span source, struct span id);

/**
 * Writes why an action was refused, or would be: the reason, and the guard with its texts and what to do; without a guard, those of
 * the reason. Nothing of an outcome that is no refusal.
 */
void answer_why(struct buf *out, const struct event *outcome);

#endif
