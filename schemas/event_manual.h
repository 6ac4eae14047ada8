/* event_manual.h: the reference manual of events (docs/EVENTS.md), printed from the tables. */
#ifndef GOVBUS_SCHEMAS_EVENT_MANUAL_H
#define GOVBUS_SCHEMAS_EVENT_MANUAL_H

#include "common/buf.h"

/* A guard as the manual lists it: guards stand in a layer above, so the caller brings them. */
struct event_manual_guard {
	const char *id, *zh, *en, *cure;
};

/**
 * Appends the manual as Markdown: the envelope, every event type with its members, the guards, the lists of codes, the
 * code book of case types, and the topics.
 * @thread any
 */
void event_manual_print(struct buf *out,
			const struct event_manual_guard *guards,
			size_t guard_count);

#endif
