/* import_seen.h: which (source, id) have already occurred in an import's file: a hash of 16 bytes for each. */
#ifndef GOVBUS_PRODUCERS_COMMANDS_IMPORT_SEEN_H
#define GOVBUS_PRODUCERS_COMMANDS_IMPORT_SEEN_H

#include "schemas/event.h"

/* Zero it to begin; import_seen_done frees. */
struct import_seen {
	uint8_t (*table)[16]; /* open addressing; zero is free */
	size_t n, room;
};

/** Notes an event's source and id. @return CONFLICT when they came before, NOMEM @thread one */
enum err import_seen_add(struct import_seen *seen, const struct event *ev);

/** Frees. */
void import_seen_done(struct import_seen *seen);

#endif
