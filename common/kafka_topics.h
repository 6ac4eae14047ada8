/* kafka_topics.h: creates topics and says which of them are not set up as govbus needs them. */
#ifndef GOVBUS_COMMON_KAFKA_TOPICS_H
#define GOVBUS_COMMON_KAFKA_TOPICS_H

#include <stdint.h>

#include "common/buf.h"
#include "common/kafka_conf.h"

/* How a topic must be. */
struct kafka_topic {
	const char *name;     /* full, with the prefix */
	int partitions;       /* 0: any */
	bool append_time;     /* LogAppendTime: the broker's clock, not the writer's */
	int64_t retention_ms; /* -1: for ever */
};

/* Of a topic's or group's full name: the prefix, the name and an ending zero. */
enum { KAFKA_TOPIC_NAME_BYTES = 128 };

/**
 * Creates those that are absent. Existing ones are left alone (kafka_topics_check judges them).
 * @param replication  copies of each partition; 0: as the broker is configured
 * @param ret_report   a line per topic made
 * @return KAFKA_AWAY, KAFKA, DENIED
 * @thread any; blocks for up to 30 s
 */
enum err kafka_topics_create(const struct kafka_settings *settings,
			     const struct kafka_topic *topics,
			     size_t n,
			     int replication,
			     struct buf *ret_report);

/**
 * Compares each with what it must be: there, partitions, never compacted, retention, LogAppendTime, room for our records,
 * no unclean leader election.
 * @param ret_problems  a line per fault, with what it should be
 * @return OK, ABSENT when only missing topics were found (govbus topics makes them), TOPIC_CONFIG, KAFKA_AWAY
 */
enum err kafka_topics_check(const struct kafka_settings *settings,
			    const struct kafka_topic *topics,
			    size_t n,
			    struct buf *ret_problems);

#endif
