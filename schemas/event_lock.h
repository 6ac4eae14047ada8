/* event_lock.h: the lock on the tables: names and codes are never reused, kinds never change, bounds never shrink. */
#ifndef GOVBUS_SCHEMAS_EVENT_LOCK_H
#define GOVBUS_SCHEMAS_EVENT_LOCK_H

#include "common/buf.h"

/**
 * Appends the tables as lines, one per type, member and code:
 *   type NAME TOPIC
 *   member TYPE|envelope NUMBER NAME KIND NEED BOUND ITEMS
 *   code LIST NUMBER WIRE
 * NUMBER is the member's place in its table, which a sealed member is bound to; "-" for members that are not sealed.
 * @thread any
 */
void event_lock_print(struct buf *out);

/**
 * Holds the tables against an older print of them. Broken: a type, member or code is gone; a kind, list or topic changed; a bound
 * shrank; a need became stricter; members or codes changed their order; a sealed member its number; a new member of an old type is required.
 * @param lock           text of schema.lock
 * @param out_complaints one line each; empty if nothing is broken
 * @return OK; CONFLICT if something is broken; ABSENT if nothing is, but the lock lacks lines (write it anew)
 */
enum err event_lock_check(struct span lock, struct buf *out_complaints);

#endif
