/* kafka_writer.h: an idempotent producer whose every record ends in a report, or in the producer's failure. */
#ifndef GOVBUS_COMMON_KAFKA_WRITER_H
#define GOVBUS_COMMON_KAFKA_WRITER_H

#include <stdint.h>

#include "common/kafka_conf.h"
#include "common/span.h"

struct kafka_writer;

/* The fate of a record. After a fatal error records in flight may get no report. */
struct kafka_report {
	enum err err; /* OK: acknowledged by all in-sync replicas */
	int32_t partition;
	int64_t offset;    /* -1: acknowledged without one (a retry may be) */
	int64_t broker_us; /* LogAppendTime; 0: none */
};

/* @param opaque of the record's send @thread inside kafka_writer_poll, _flush and _close */
typedef void kafka_delivered(void *context, void *opaque, const struct kafka_report *report);

struct kafka_writer_config {
	const struct kafka_settings *settings;
	const char *name;         /* of the client */
	const char *content_type; /* header "content-type" of every record; NULL: none */
	bool gapless; /* a record that is refused for good makes the writer fail, so that nothing after it is written (protocol 3) */
	int linger_ms; /* how long a batch waits for more */
	kafka_delivered *delivered;
	void *context;
};

/** Opens; the producer's id takes half a second, in the background. @thread the one that opened it, as all here */
enum err kafka_writer_open(const struct kafka_writer_config *config,
			   struct kafka_writer **ret_writer);

/** Closes, dropping what has not been sent (call kafka_writer_flush before, if it matters); reports come in here. NULL is fine. */
void kafka_writer_close(struct kafka_writer *writer);

/**
 * Registers a topic and returns its number for kafka_writer_send; asks the broker about it at once, so that the first
 * record is not delayed. At most 8 topics.
 * @return -1 if full
 */
int kafka_writer_topic(struct kafka_writer *writer, const char *name);

/**
 * Makes every poll find out, too, whether this partition's leader answers (kafka_probe.h). Call it before the first poll, for each
 * partition; they are numbered from 0 in the order of the calls.
 * @return NOMEM; also for more than KAFKA_PROBE_MAX partitions
 */
enum err kafka_writer_probe(struct kafka_writer *writer, int topic, int32_t partition);

/** Whether the leader of the partition with this number is silent. @thread any */
bool kafka_writer_silent(const struct kafka_writer *writer, int number);

/**
 * Hands over one record; key and value are copied.
 * @param partition  -1: by the key, as Java's client does (murmur2)
 * @return BUSY when the queue is full (poll and try again), TOO_BIG, KAFKA; on an error there will be no report
 */
enum err kafka_writer_send(struct kafka_writer *writer,
			   int topic,
			   int32_t partition,
			   struct span key,
			   struct span value,
			   void *opaque);

/** Serves reports for at most that long. @return how many were served */
int kafka_writer_poll(struct kafka_writer *writer, int timeout_ms);

/** Waits until all is reported. @return KAFKA_AWAY if the time was not enough, KAFKA after a fatal error */
enum err kafka_writer_flush(struct kafka_writer *writer, int timeout_ms);

/** Whether it failed for good (wait for no report, close it, open another), or no broker answers. Borrowed. */
const struct kafka_handle *kafka_writer_handle(const struct kafka_writer *writer);

/** For tests: makes it fail as if the broker had answered out of sequence. */
void kafka_writer_break(struct kafka_writer *writer);

#endif
