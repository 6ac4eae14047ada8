/* kafka_posting.h: from a POST's body to its outcomes: door, keys, producer, reports, outcomes, time. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_KAFKA_POSTING_H
#define GOVBUS_PRODUCERS_GATEWAY_KAFKA_POSTING_H

#include "common/kafka_writer.h"
#include "producers/gateway/gateway.h"
#include "producers/gateway/pending.h"

struct kafka_posting;

struct kafka_posting_config {
	const struct kafka_settings *settings;
	const char *topic_prefix;
	struct gateway *gateway;
	struct door *door;
	struct key_store *keys;
	int outcome_ms; /* how long a POST waits for its outcome */
	int linger_ms;
};

/** Starts its two threads: one takes batches through the door and sends, one serves reports and looks at the time. */
enum err kafka_posting_start(const struct kafka_posting_config *config,
			     struct kafka_posting **ret_posting);

/** What the gateway hands its batches to. */
struct gateway_posting *kafka_posting_gateway(struct kafka_posting *posting);

/** A valid outcome was read. @param lane the partition of gov.case, or LIMIT_CASE_PARTITIONS for gov.reference @thread any */
void kafka_posting_outcome(struct kafka_posting *posting,
			   int lane,
			   const struct pending_outcome *outcome);

/**
 * Tells it whether outcomes can be read from the events of a lane (kafka_lanes.h): while they cannot, what is posted there is refused. Whether actions can be
 * written it finds out itself.
 * @thread any
 */
void kafka_posting_heard(struct kafka_posting *posting, int lane, bool away);

/** For how many of the lanes posts are refused now, since a broker does not answer. @thread any */
int kafka_posting_away(struct kafka_posting *posting);

/** Ends its threads and answers all requests that still wait. New batches are refused. */
void kafka_posting_stop(struct kafka_posting *posting);

/** Frees it, once it was stopped and no request refers to it any more (http_stop). NULL is fine. */
void kafka_posting_free(struct kafka_posting *posting);

#endif
