/* kafka_probe.h: whether a broker answers, asked each second without waiting: one that hangs keeps its connections open, so nothing else fails. */
#ifndef GOVBUS_COMMON_KAFKA_PROBE_H
#define GOVBUS_COMMON_KAFKA_PROBE_H

#include "common/kafka_conf.h"

struct kafka_probe;

/* After so long without an answer no broker counts as answering. A pause of its garbage collection is shorter. */
enum { KAFKA_PROBE_SILENT_US = 5000000 };

/**
 * @param handle  whose connections are asked over; borrowed for the probe's life
 * @param topic   the leader of this partition is asked where its log ends
 * @return NULL without memory
 */
struct kafka_probe *kafka_probe_new(struct kafka_handle *handle,
				    const char *topic,
				    int32_t partition);

/** Takes answers, asks again if it is time, and sets the handle's `away`: true after so long a silence, false after an answer to what was
 * asked since the last trouble.
 * @thread the one that polls the handle, several times a second */
void kafka_probe_turn(struct kafka_probe *probe);

/** Whether the silence lasts: what was fetched before it may still be read, and proves nothing. NULL: false. */
bool kafka_probe_silent(const struct kafka_probe *probe);

/** NULL is fine; before the handle is closed. */
void kafka_probe_free(struct kafka_probe *probe);

#endif
