/*
 * kafka_outcomes.h: follows the event topics: hands outcomes to the requests that wait for them, folds reference data for the
 * door, and tells whether the bus is live.
 */
#ifndef GOVBUS_PRODUCERS_GATEWAY_KAFKA_OUTCOMES_H
#define GOVBUS_PRODUCERS_GATEWAY_KAFKA_OUTCOMES_H

#include "producers/gateway/kafka_posting.h"
#include "projections/log_cursor.h"

struct kafka_outcomes;

struct kafka_outcomes_config {
	const struct kafka_settings *settings;
	const char *topic_prefix;
	struct gateway *gateway;       /* reference and mode are kept here */
	struct kafka_posting *posting; /* NULL: nobody waits */
	/* Where a fold has committed (protocol 15): that position names the latest valid claim. NULL, or false: from the beginning. */
	bool (*start)(void *context, int partition, struct log_cursor *ret_cursor);
	void *start_context;
};

/** Starts its thread. */
enum err kafka_outcomes_start(const struct kafka_outcomes_config *config,
			      struct kafka_outcomes **ret_outcomes);

/** Whether it has read to the end once and reads on; else appends why not, and the cure. @thread any */
bool kafka_outcomes_ready(struct kafka_outcomes *outcomes, struct buf *reasons);

/** Ends. NULL is fine. */
void kafka_outcomes_stop(struct kafka_outcomes *outcomes);

#endif
