/* partition.h: which partition a key belongs to, as Kafka's own clients in every language compute it (murmur2). */
#ifndef GOVBUS_COMMON_PARTITION_H
#define GOVBUS_COMMON_PARTITION_H

#include <stdint.h>

#include "common/span.h"

/** Java's murmur2 over the bytes (org.apache.kafka.common.utils.Utils.murmur2). @thread any, as all here */
int32_t partition_murmur2(struct span key);

/** The partition of a key: of a case's events, its county code of six digits. @return 0 to partitions - 1 */
int partition_of_key(struct span key, int partitions);

#endif
