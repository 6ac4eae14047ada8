/* kafka_decider_parts.h: what the files of the decider's loop share. */
#ifndef GOVBUS_PRODUCERS_DECIDER_KAFKA_DECIDER_PARTS_H
#define GOVBUS_PRODUCERS_DECIDER_KAFKA_DECIDER_PARTS_H

#include <pthread.h>

#include "common/kafka_member.h"
#include "common/kafka_reader.h"
#include "common/kafka_topics.h"
#include "common/kafka_writer.h"
#include "producers/decider/decider_poison.h"
#include "producers/decider/decider_store.h"
#include "producers/decider/kafka_decider.h"

/*
 * A partition's life:
 *
 *   AWAY ──owned──▶ WAITING ─▶ FOLDING ─▶ ASKING ─▶ CLAIMING ─▶ DECIDING ⇄ CHECKING
 *
 * FOLDING   rows from the store, then the event log to its end.
 * ASKING    an offset commit, which the group accepts of its current member alone.
 * CLAIMING  until our own claim is read back, known by its nonce. If it is void: WAITING.
 * DECIDING  rows follow acknowledgements at contiguous offsets.
 * CHECKING  an offset was skipped or is missing: our records are confirmed by reading them. Another's valid claim: WAITING.
 * STOPPED   something that only a person can cure; why is in `why`.
 *
 * The race this is for: a writer is stopped (SIGSTOP, a cut cable) with records in its queue, loses the partition, and wakes. Its
 * records land after the new writer's claim and are void for every reader; it must not take them for valid itself:
 *   1. they are acknowledged, but not at the offsets that follow from its claim (the new claim lies between);
 *   2. so it stops deciding and reads, until its records were read as valid or the other's claim is read;
 *   3. in the second case it drops all rows that were not committed, and begins again.
 */
enum phase {
	PHASE_AWAY,
	PHASE_WAITING,
	PHASE_FOLDING,
	PHASE_ASKING,
	PHASE_CLAIMING,
	PHASE_DECIDING,
	PHASE_CHECKING,
	PHASE_STOPPED,
	PHASE_COUNT
};

enum {
	PARTS_MAX = LIMIT_CASE_PARTITIONS + 1,
	PARTS_RING = 16384, /* records of one partition on their way; a power of two */
	PARTS_READ_AT_ONCE = 1000,
	PARTS_COMMIT_US = 2000000,             /* rows are committed this often, */
	PARTS_COMMIT_BYTES = 64 * 1024 * 1024, /* or when so many bytes wait */
	PARTS_FREEZE_ROWS = 20000,
	PARTS_ASK_AGAIN_US = 200000,
	PARTS_IDLE_US = 20000,
	PARTS_SKEW_US = 60 * 1000000,
	PARTS_SKEW_WAIT_US = 10 * 1000000,
	/* Of rows that are not committed: no more is decided meanwhile */
	PARTS_STORE_BYTES = 256 * 1024 * 1024,
	PARTS_FULL_US = 1000000,        /* a full store is tried again this often */
	PARTS_HELD = 2048,              /* records that are held until the turn's end */
	PARTS_HELD_BYTES = 1024 * 1024, /* or until they are so many bytes */
};

/* A record that was handed to the producer: enough to know it again when it is read. */
struct sent {
	int64_t cause, decided_us, sent_us;
};

/* A record that is encoded and not yet handed to the producer; its bytes stand in decider->held_bytes. */
struct held {
	struct decider_partition *part;
	int64_t number;
	uint32_t at, n;
	uint16_t epoch;
	uint8_t key_n;
	char key[LIMIT_SUBJECT_BYTES];
};

struct decider_partition {
	struct decider *decider;
	const char *actions, *events; /* topics, in full */
	int index, topic;             /* in decider->partitions; of the writer */
	struct reg reg;
	struct deciding core;
	struct decider_rows *rows;
	enum phase phase;
	bool owned, failed, verified, caught_up, confirming, opened;
	uint16_t epoch; /* of this claim's records: distinguishes reports of an earlier claim */
	uint64_t nonce; /* of our claim */
	int64_t base;   /* record n of ours stands at base + n; 0 is the claim */
	/* Numbers of the last record sent, and of the last known to stand in the log */
	int64_t sent, acknowledged;
	int64_t frozen; /* the last in a generation; -1: not even the claim, which moves the position too */
	struct sent *ring;
	int64_t since_us; /* when this phase began */
	int64_t lag_us;   /* how old the last action was when it was decided; 0: caught up */
	int64_t wake_us;  /* WAITING */
	int64_t idle_us;
	int64_t wanted_refoffset; /* -1: none; no action is read while set */
	int64_t wanted_us;        /* since when, by the steady clock */
	bool reference_end;
	int64_t actions_end; /* offset of the action log's end when last reached */
	enum err stopped;
	char why[320];
};

struct decider {
	struct decider_config config;
	struct decider_store *store;
	struct decider_poison *poison;
	struct kafka_member *member;
	struct kafka_reader *actions, *events, *refreader;
	struct kafka_writer *writer;
	struct reference *reference;
	struct log_cursor refcursor;
	char reftopic[KAFKA_TOPIC_NAME_BYTES], writer_name[80];
	bool ref_ended, clock_off, done;
	uint64_t
		junk; /* records of the reference log that were no events, and named no valid claim */
	int64_t clock_off_us; /* how far, for people */
	struct decider_partition partitions[PARTS_MAX];
	int n_partitions;
	char names[2 * DECIDER_STORE_REGISTERS][KAFKA_TOPIC_NAME_BYTES];
	/* Decided in this turn: handed over together, so that the producer makes large batches */
	struct held *held;
	int n_held;
	struct buf held_bytes;
	struct event ev; /* of the record being read */
	enum err err;
	volatile int stopping;
	int64_t said_us, frozen_us;
	int64_t full_us; /* since when the store is full, by the steady clock; 0: it is not */
	int64_t tried_us;
	int64_t moved_us,
		moved_to; /* of a repair: when its log was last seen to move, and how far */

	pthread_mutex_t lock; /* guards what the health server reads */
	struct buf reasons, warnings;
	bool ready;
	bool today; /* actions carry today's time while in history mode */
};

extern const char *const kafka_decider_partition_phases[PHASE_COUNT];

/* kafka_decider_partition.c: the life of a partition */
/** Enters a phase; logged at debug. */
void kafka_decider_partition_enter(struct decider_partition *part, enum phase phase);
/** The partition is ours no longer: stops reading it and drops what is not committed. */
void kafka_decider_partition_leave(struct decider_partition *part);
/** Drops what is not committed and starts over. @param wait_us to wait first */
void kafka_decider_partition_restart(struct decider_partition *part, int64_t wait_us);
/** Stops it for good, typed; status and log say why and the cure. @param why copied */
void kafka_decider_partition_stop(struct decider_partition *part, enum err err, const char *why);
/** A record of its event log, or that log's end. @param record borrowed for the call */
void kafka_decider_partition_on_event(struct decider_partition *part,
				      const struct kafka_record *record);
/** A record of its action log, or that log's end; decides it when its turn has come. */
void kafka_decider_partition_on_action(struct decider_partition *part,
				       const struct kafka_record *record);
/** Does what is due without a record: timers, ticks, waits that are over. @param now_us by the steady clock */
void kafka_decider_partition_serve(struct decider_partition *part, int64_t now_us);
/** How long to wait before claiming again after a collision, microseconds: 0.1-1 s (protocol 2). */
int64_t kafka_decider_partition_random_wait_us(struct decider *decider);

/* kafka_decider_write.c: records on their way, reports, generations */
/** Encodes a record that was decided and holds it for this turn's write. @param context the part @return KAFKA: the part has failed or is stopping; an error of event_encode */
enum err kafka_decider_write_record(void *context, const struct event *ev);
/** Hands all that this turn has decided to the producer, together. */
void kafka_decider_write_held(struct decider *decider);
/** Sends a claim that names the latest valid one. */
void kafka_decider_write_claim(struct decider_partition *part);
/** A record's delivery report (kafka_delivered). @param context the decider @param opaque part, its life and the record's number */
void kafka_decider_write_delivered(void *context, void *opaque, const struct kafka_report *report);
/** After a gap: compares a record read back with what we sent (protocol 4). @param ev decoded, borrowed */
void kafka_decider_write_check(struct decider_partition *part,
			       const struct event *ev,
			       int64_t offset);
/** Closes what was folded for the next commit, if there is anything and none waits. */
void kafka_decider_write_freeze(struct decider_partition *part);

/* kafka_decider_reference.c: the reference data by which all partitions decide */
/** A record of the reference log, or its end; decider->err if the decider must not go on without it (protocol 8). */
void kafka_decider_reference_take(struct decider *decider, const struct kafka_record *record);

/* kafka_decider_status.c: health and metrics */
/** Refreshes what health and metrics report; at most about once a second. @param now_us by the steady clock */
void kafka_decider_status_say(struct decider *decider, int64_t now_us);
/** Counts a record of ours by its kind: outcome, refusal, tick, or what follows from state. */
void kafka_decider_status_decided(const struct event *ev);
/** One more of a counter named govbus_decider_<what>. */
void kafka_decider_status_count(const char *what);
/** Changes the number of records in flight. @param by may be negative */
void kafka_decider_status_unacknowledged(int64_t by);

#endif
