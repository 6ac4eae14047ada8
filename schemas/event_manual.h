/* event_manual.h: the reference manual of events (docs/EVENTS.md), printed from the tables. */
#ifndef GOVBUS_SCHEMAS_EVENT_MANUAL_H
#define GOVBUS_SCHEMAS_EVENT_MANUAL_H

#include "common/buf.h"

/* A guard, a reason of a refusal or a problem of the door, as the manual lists it. They stand in layers above, so the caller brings them. */
struct event_manual_why {
	int status; /* HTTP; of a problem */
	const char *id, *zh, *en, *cure;
};

struct event_manual_whys {
	const struct event_manual_why *rows;
	size_t count;
};

/**
 * Appends the manual as Markdown: the envelope, every event type with its members, what may be refused and why, the lists of codes, the
 * code book of case types, and the topics.
 * @thread any
 */
void event_manual_print(struct buf *out,
			struct event_manual_whys problems,
			struct event_manual_whys reasons,
			struct event_manual_whys guards);

#endif
