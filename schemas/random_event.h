/* random_event.h: random valid events for property tests; randomness is injected, so every failure can be repeated. */
#ifndef GOVBUS_SCHEMAS_RANDOM_EVENT_H
#define GOVBUS_SCHEMAS_RANDOM_EVENT_H

#include "schemas/event.h"

/* Where randomness comes from: any function, such as random_event_splitmix over a seed. */
struct random_event_source {
	uint64_t (*next)(void *state);
	void *state;
};

/** SplitMix64 (Steele, Lea, Flood 2014); the state is a uint64_t, the seed. @thread one at a time, as all here */
uint64_t random_event_splitmix(void *state);

/**
 * A valid event of a type: each required member, and each other one or not by chance, within its kind and bound.
 * @param posted  true: as a sender posts it (it passes event_validate_posted; SEAL is clear text); false: a record
 * @param arena   what the event borrows from
 * @return NOMEM
 */
enum err random_event_make(struct random_event_source *source,
			   enum event_type type,
			   bool posted,
			   struct arena *arena,
			   struct event *ret_ev);

#endif
