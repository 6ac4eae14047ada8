/* kafka_watermarks.h: where the log of many partitions begins and ends, asked of the broker together. */
#ifndef GOVBUS_COMMON_KAFKA_WATERMARKS_H
#define GOVBUS_COMMON_KAFKA_WATERMARKS_H

#include "common/kafka_conf.h"

/* One partition's: fill `partition`. */
struct kafka_watermarks {
	int32_t partition;
	enum err err;      /* OK, ABSENT; KAFKA_AWAY, KAFKA: ask again */
	int64_t low, high; /* first offset of the log, and the one after the last */
};

/** Asks once, in two requests whatever their number, and waits as long at most. All have `err` set when it returns. @thread any */
void kafka_watermarks_query(const struct kafka_handle *handle,
			    const char *topic,
			    struct kafka_watermarks *watermarks,
			    int n,
			    int timeout_ms);

#endif
