/* kafka_rejects.h: notes on what the door refused, on their way to gov.rejected: bounded in number, and never waited for. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_KAFKA_REJECTS_H
#define GOVBUS_PRODUCERS_GATEWAY_KAFKA_REJECTS_H

#include "common/kafka_writer.h"
#include "producers/gateway/batch.h"

/* Records on their way at most; more are dropped and counted. */
enum { KAFKA_REJECTS_MAX = 4096 };

/* Zero it to begin. */
struct kafka_rejects {
	int owed; /* records without a report */
};

/**
 * Hands one over, unless there is none, too many are under way, or no broker answers: then it is dropped and counted.
 * @param writer  its reports for these have no opaque; NULL: none is open
 * @thread one at a time, as all here: the caller holds its lock
 */
void kafka_rejects_send(struct kafka_rejects *rejects,
			struct kafka_writer *writer,
			int topic,
			const struct batch_reject *reject);

/** A report without an opaque came. */
void kafka_rejects_reported(struct kafka_rejects *rejects, const struct kafka_report *report);

/** The producer was replaced: what was under way gets no report. */
void kafka_rejects_reset(struct kafka_rejects *rejects);

/** Shows its metrics. */
void kafka_rejects_show(void);

#endif
