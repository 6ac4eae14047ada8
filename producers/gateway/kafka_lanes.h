/* kafka_lanes.h: to which partitions can be posted now: those whose leaders answer, that of the actions and that of the events. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_KAFKA_LANES_H
#define GOVBUS_PRODUCERS_GATEWAY_KAFKA_LANES_H

#include <stdatomic.h>

#include "common/kafka_writer.h"
#include "producers/gateway/batch.h"

/* Each partition of gov.case, and gov.reference. */
enum { KAFKA_LANES = LIMIT_CASE_PARTITIONS + 1, KAFKA_LANES_REFERENCE = LIMIT_CASE_PARTITIONS };

/* @thread with the posting's lock, but for `away` */
struct kafka_lanes {
	bool unread[KAFKA_LANES]; /* their outcomes cannot be read now */
	_Atomic int away;         /* how many; as of the last count */
};

/** The lane of an action of this topic and partition. */
int kafka_lanes_of(const struct batch_item *item, int partition);

/** Has a producer find out which lanes' actions it can write. @param topics its number of each topic */
enum err kafka_lanes_probe(struct kafka_writer *writer, const int topics[TOPIC_COUNT]);

/** Whether an event would end as uncertain, sent now. @param writer NULL: none can be written */
bool kafka_lanes_item_away(const struct kafka_lanes *lanes,
			   const struct kafka_writer *writer,
			   const struct batch_item *item);

/** Whether that is so of all in the batch that have no answer yet. */
bool kafka_lanes_batch_away(const struct kafka_lanes *lanes,
			    const struct kafka_writer *writer,
			    const struct batch *batch);

/** Counts the lanes that are away. */
void kafka_lanes_count(struct kafka_lanes *lanes, const struct kafka_writer *writer);

#endif
