/* kafka_bus.h: the topics of a bus, by its prefix, as Kafka must hold them. */
#ifndef GOVBUS_CONSUMERS_KAFKA_BUS_H
#define GOVBUS_CONSUMERS_KAFKA_BUS_H

#include "common/kafka_topics.h"
#include "schemas/schema.h"

struct kafka_bus {
	struct kafka_topic topics[TOPIC_COUNT];
	char names[TOPIC_COUNT][KAFKA_TOPIC_NAME_BYTES];
};

/** Fills the table; its entries point into it. @thread any, as all here */
void kafka_bus_fill(const char *prefix, struct kafka_bus *ret_bus);

/** Makes the topics that are absent (govbus topics). @param ret_report a line per topic made */
enum err kafka_bus_create(const struct kafka_settings *settings,
			  const char *prefix,
			  int replication,
			  struct buf *ret_report);

/** Asked first by every program: are all topics as they must be? @return as kafka_topics_check */
enum err kafka_bus_check(const struct kafka_settings *settings,
			 const char *prefix,
			 struct buf *ret_problems);

#endif
