/*
 * pending.h: which request waits for which outcome, by topic, partition and cause, whichever of delivery report and outcome
 * comes first.
 */
#ifndef GOVBUS_PRODUCERS_GATEWAY_PENDING_H
#define GOVBUS_PRODUCERS_GATEWAY_PENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "schemas/event.h"

enum { PENDING_LANES = 32 }; /* partitions of all event topics together */

/* One waiter, embedded in what it belongs to. Zero it to begin. */
struct pending_wait {
	struct pending_wait *next;
	int64_t cause;
	int lane;
	bool listed;
};

/* An outcome as it was read. */
struct pending_outcome {
	int64_t cause, offset;
	struct span bytes;      /* the record */
	const struct event *ev; /* the same decoded; NULL: decode it if needed */
};

/* Called when an outcome has come for a waiter. @param outcome borrowed for the call */
typedef void pending_deliver(struct pending_wait *wait, const struct pending_outcome *outcome);

struct pending;

/** @return NOMEM @thread one at a time, as all here: the caller holds its lock */
enum err pending_new(pending_deliver *deliver, struct pending **ret_pending);

/** Frees; NULL is fine. Remaining waiters are not called. */
void pending_free(struct pending *pending);

/** The action's place in its log is known: waits for its outcome, or delivers it at once if it has come already. */
void pending_add(struct pending *pending, struct pending_wait *wait, int lane, int64_t cause);

/** Removes a waiter; one that does not wait is fine. */
void pending_remove(struct pending *pending, struct pending_wait *wait);

/** A valid outcome was read: delivered, or kept for a while, since the report of its action may come later.
 * @return who it was delivered to, or NULL */
struct pending_wait *pending_take(struct pending *pending,
				  int lane,
				  const struct pending_outcome *outcome);

#endif
