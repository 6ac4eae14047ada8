/* kafka_reader.h: reads partitions from the offsets it is given, one record at a time; no group, no commits, no reset policy. */
#ifndef GOVBUS_COMMON_KAFKA_READER_H
#define GOVBUS_COMMON_KAFKA_READER_H

#include <stdint.h>

#include "common/kafka_conf.h"
#include "common/span.h"

struct kafka_reader;

enum kafka_read {
	KAFKA_READ_NONE,   /* nothing came in time */
	KAFKA_READ_RECORD, /* all members are set */
	KAFKA_READ_END, /* the partition's end was reached; `offset` is that of the record to come */
	KAFKA_READ_ERROR, /* `err`: LOG_TRIMMED and LOG_LOST_TAIL stop the reading of the partition; others heal by themselves */
};

/* What one poll brought. Zero it before the first; borrowed parts live until kafka_reader_release. */
struct kafka_record {
	enum kafka_read what;
	enum err err;
	const char *topic; /* full name */
	int32_t partition;
	int32_t leader_epoch; /* -1: not known */
	int64_t offset;
	int64_t broker_us; /* LogAppendTime; 0 when the topic has none */
	struct span key, value;
	void *message;
};

/**
 * @param name  of the client, for the broker's logs
 * @thread the one that opened it, as all here
 */
enum err kafka_reader_open(const struct kafka_settings *settings,
			   const char *name,
			   struct kafka_reader **ret_reader);

/**
 * Makes every poll find out, too, whether this partition's leader answers (kafka_probe.h); the handle's `away` is then also set once all
 * leaders that are asked hang. Call it before the first poll, for each partition; they are numbered from 0 in the order of the calls, and
 * need not be read.
 * @return NOMEM; also for more than KAFKA_PROBE_MAX partitions
 */
enum err kafka_reader_probe(struct kafka_reader *reader, const char *topic, int32_t partition);

/** Whether the leader of the partition with this number is silent. @thread any */
bool kafka_reader_silent(const struct kafka_reader *reader, int number);

/** Where its log ended, asked every second. @param since_us as in kafka_probe_end @return false while there is no such answer */
bool kafka_reader_end(const struct kafka_reader *reader,
		      int number,
		      int64_t since_us,
		      int64_t *ret_end);

/** Closes; NULL is fine. Every record must have been released. */
void kafka_reader_close(struct kafka_reader *reader);

/**
 * Reads a partition from an offset on, also if it was being read from another one. Nothing is sought or paused (librdkafka
 * has given stale messages then): records below the offset must still be skipped by the caller, who knows its position.
 */
enum err kafka_reader_assign(struct kafka_reader *reader,
			     const char *topic,
			     int32_t partition,
			     int64_t offset);

/** Stops reading a partition; what of it waits in the queue is dropped. A partition that is not read is no error. */
enum err kafka_reader_unassign(struct kafka_reader *reader, const char *topic, int32_t partition);

/** The next record or end of any assigned partition. Release it before the next poll. @return record->what */
enum kafka_read kafka_reader_poll(struct kafka_reader *reader,
				  int timeout_ms,
				  struct kafka_record *record);

/** Gives the record's memory back; releasing twice is fine. */
void kafka_reader_release(struct kafka_record *record);

/** First offset and the one after the last, asked of the broker; retried while leaders move. @return KAFKA_AWAY, ABSENT */
enum err kafka_reader_watermarks(struct kafka_reader *reader,
				 const char *topic,
				 int32_t partition,
				 int64_t *ret_low,
				 int64_t *ret_high);

/** The same, asked once and for at most a second: for loops that have other work, and ask again. */
enum err kafka_reader_watermarks_once(struct kafka_reader *reader,
				      const char *topic,
				      int32_t partition,
				      int64_t *ret_low,
				      int64_t *ret_high);

/** The number of partitions of a topic. @return ABSENT, if it stays so for 3 s; KAFKA_AWAY */
enum err kafka_reader_partitions(struct kafka_reader *reader,
				 const char *topic,
				 int *ret_partitions);

/** Whether it failed for good, or no broker answers. Borrowed. */
const struct kafka_handle *kafka_reader_handle(const struct kafka_reader *reader);

#endif
