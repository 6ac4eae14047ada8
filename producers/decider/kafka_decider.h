/* kafka_decider.h: the decider as a process: takes partitions in a group, claims them, decides their actions, keeps its rows. */
#ifndef GOVBUS_PRODUCERS_DECIDER_KAFKA_DECIDER_H
#define GOVBUS_PRODUCERS_DECIDER_KAFKA_DECIDER_H

#include "common/buf.h"
#include "common/kafka_conf.h"
#include "projections/register.h"

struct decider;

struct decider_config {
	const struct kafka_settings *settings;
	const char *home;     /* rows and attempts are in HOME/decider; NULL: nothing is kept */
	const char *prefix;   /* of topics and groups */
	const char *instance; /* unique among the deciders of this bus */
	/* NULL-ended; one of them decides TOPIC_REFERENCE, or nobody does */
	const struct register_ops *const *registers;
	int session_timeout_ms; /* 0: the default */
	bool alone; /* no group: own every partition (tests: only claims keep two of these apart) */

	/* govbus repair: take this one partition alone, state its position anew, and end. */
	const struct register_ops *repair; /* NULL: decide */
	int repair_partition;
	const char *repair_reason;
	int repair_wait_ms; /* the repair ends when its log did not move for so long */
};

/**
 * Opens stores, handles and the group.
 * @return BUSY when another process has the store; KAFKA_AWAY, USAGE, STORE…
 * @thread the one that opened it, as all but kafka_decider_status_* and kafka_decider_stop
 */
enum err kafka_decider_open(const struct decider_config *config, struct decider **ret_decider);

/**
 * Works until it is stopped, or must end: FENCED, STORE. A repair returns OK once it is done; else what holds it up, since a person waits for
 * it: KAFKA_AWAY, CLOCK, or why its partition was stopped.
 */
enum err kafka_decider_run(struct decider *decider);

/** One turn of the loop, for tests: waits at most a few milliseconds. */
enum err kafka_decider_turn(struct decider *decider);

/** Asks run to return. Safe in a signal handler. */
void kafka_decider_stop(struct decider *decider);

/** Flushes, commits what stands, leaves. NULL is fine. */
void kafka_decider_close(struct decider *decider);

/** For health.h: whether each partition that is ours decides, in live mode; the reasons why not. @thread any */
bool kafka_decider_status_ready(void *decider, struct buf *reasons);

/** For health.h: whether the loop has turned within ten seconds; the reasons hold warnings too, each with its cure. @thread any */
bool kafka_decider_status_healthy(void *decider, struct buf *reasons);

/** Makes the metrics known; once, before opening. */
void kafka_decider_status_open(void);

/** For tests: a fatal error of the producer. */
void kafka_decider_break(struct decider *decider);

#endif
