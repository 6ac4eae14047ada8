/* kafka_probe.h: whether brokers answer, asked each second without waiting: one that hangs keeps its connections open, so nothing else fails. */
#ifndef GOVBUS_COMMON_KAFKA_PROBE_H
#define GOVBUS_COMMON_KAFKA_PROBE_H

#include "common/kafka_conf.h"

struct kafka_probe;

enum {
	/* After so long without an answer a partition's leader counts as silent. A pause of its garbage collection is shorter. */
	KAFKA_PROBE_SILENT_US = 5000000,
	KAFKA_PROBE_MAX = 32,
};

/** @param handle whose connections are asked over; borrowed for the probe's life @return NULL without memory */
struct kafka_probe *kafka_probe_new(struct kafka_handle *handle);

/**
 * Adds a partition whose leader is asked where its log ends. Each partition gets a question of its own: in a common one a leader that hangs
 * or is missing would hold up the answers of the others.
 * @return its number, counted from 0 in the order of the calls; -1 if there are KAFKA_PROBE_MAX already
 * @thread before the first turn
 */
int kafka_probe_add(struct kafka_probe *probe, const char *topic, int32_t partition);

/**
 * Takes answers, asks again if it is time, and sets the handle's `away`: true once all leaders are silent, false after an answer to a
 * question asked since the last trouble. While an answer is overdue it makes the handle ask which brokers lead: librdkafka by itself would
 * go on asking a leader that hangs for another minute.
 * @thread the one that polls the handle, several times a second
 */
void kafka_probe_turn(struct kafka_probe *probe);

/** Whether all leaders are silent: what was fetched before may still be read, and proves nothing. NULL: false. @thread any */
bool kafka_probe_silent(const struct kafka_probe *probe);

/** Whether this partition's leader is silent. NULL: false. @thread any */
bool kafka_probe_silent_at(const struct kafka_probe *probe, int number);

/**
 * Where this partition's log ended, by the last answer.
 * @param since_us  by the steady clock: only the answer to a question asked after it counts
 * @return false while there is no such answer
 * @thread that of the turns
 */
bool kafka_probe_end(const struct kafka_probe *probe,
		     int number,
		     int64_t since_us,
		     int64_t *ret_end);

/** NULL is fine; before the handle is closed. */
void kafka_probe_free(struct kafka_probe *probe);

#endif
