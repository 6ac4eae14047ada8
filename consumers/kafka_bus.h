/* kafka_bus.h: the topics of a bus, by its prefix, as Kafka must hold them. */
#ifndef GOVBUS_CONSUMERS_KAFKA_BUS_H
#define GOVBUS_CONSUMERS_KAFKA_BUS_H

#include "common/kafka_topics.h"
#include "schemas/schema.h"

/** Makes the topics that are absent (govbus topics). @param ret_report a line per topic made @thread any, as all here */
enum err kafka_bus_create(const struct kafka_settings *settings,
			  const char *prefix,
			  int replication,
			  struct buf *ret_report);

/** Asked first by every program: are all topics as they must be? @return as kafka_topics_check */
enum err kafka_bus_check(const struct kafka_settings *settings,
			 const char *prefix,
			 struct buf *ret_problems);

#endif
