/* kafka_bus.c: the topics of a bus, by its prefix, as Kafka must hold them. */
#include "consumers/kafka_bus.h"

#include <stdio.h>

enum { REJECTED_DAYS = 180 };

struct bus_topics {
	struct kafka_topic topics[TOPIC_COUNT];
	char names[TOPIC_COUNT][KAFKA_TOPIC_NAME_BYTES];
};

/* Its entries point into it. */
static void fill(const char *prefix, struct bus_topics *ret_bus)
{
	for (int i = 0; i < TOPIC_COUNT; i++) {
		const struct topic_row *row = schema_topic((enum topic)i);

		snprintf(ret_bus->names[i], KAFKA_TOPIC_NAME_BYTES, "%s%s", prefix, row->name);
		ret_bus->topics[i] = (struct kafka_topic){
			.name = ret_bus->names[i],
			.partitions = row->partitions,
			/* Actions too: a time later than the broker's is refused, so its clock must be on them. */
			.append_time =
				row->kind == TOPIC_KIND_EVENT || row->kind == TOPIC_KIND_ACTION,
			.retention_ms = row->kind == TOPIC_KIND_REJECTED
						? REJECTED_DAYS * INT64_C(86400000)
						: -1,
		};
	}
}

enum err kafka_bus_create(const struct kafka_settings *settings,
			  const char *prefix,
			  int replication,
			  struct buf *ret_report)
{
	struct bus_topics bus;

	fill(prefix, &bus);
	return kafka_topics_create(settings, bus.topics, TOPIC_COUNT, replication, ret_report);
}

enum err kafka_bus_check(const struct kafka_settings *settings,
			 const char *prefix,
			 struct buf *ret_problems)
{
	struct bus_topics bus;

	fill(prefix, &bus);
	return kafka_topics_check(settings, bus.topics, TOPIC_COUNT, ret_problems);
}
