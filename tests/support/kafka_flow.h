/* kafka_flow.h: what flow tests of the decider share: a bus of its own, actions to post, processes to kill, and a reader that judges. */
#ifndef GOVBUS_TESTS_SUPPORT_KAFKA_FLOW_H
#define GOVBUS_TESTS_SUPPORT_KAFKA_FLOW_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/kafka_topics.h"
#include "common/kafka_writer.h"
#include "producers/decider/kafka_decider.h"

/* The thread sanitizer makes all some ten times slower, and knows no new threads in the child of a process that has threads. */
#ifdef __SANITIZE_THREAD__
enum { KAFKA_FLOW_SLOWER = 8 };
#else
enum { KAFKA_FLOW_SLOWER = 1 };
#endif

enum { KAFKA_FLOW_PARTITIONS = 16, KAFKA_FLOW_SUBJECTS = 64 };

/* What an independent reader finds in the event log: by the void rule alone, told once more here. */
struct kafka_flow_found {
	int64_t outcomes, void_records, claims, refused, repeated, events, owed;
	bool broken;
	int64_t next_cause[KAFKA_FLOW_PARTITIONS], latest[KAFKA_FLOW_PARTITIONS],
		decided[KAFKA_FLOW_PARTITIONS], tick[KAFKA_FLOW_PARTITIONS];
	uint64_t seq[KAFKA_FLOW_PARTITIONS][KAFKA_FLOW_SUBJECTS];
};

/* The bus of the test that runs: the toy register alone (tests/support/toy_register.h) decides its cases. */
extern const struct register_ops *const kafka_flow_registers[];
extern struct kafka_settings kafka_flow_settings;
extern char kafka_flow_actions[KAFKA_TOPIC_NAME_BYTES], kafka_flow_events[KAFKA_TOPIC_NAME_BYTES];
extern char kafka_flow_prefix[64];
extern struct kafka_writer *kafka_flow_poster;
extern int kafka_flow_poster_topic;
extern int kafka_flow_posted; /* actions that stand in the log */

/** A bus of its own for each test. @thread the test's main thread, as all here */
int kafka_flow_setup(void **state);
int kafka_flow_teardown(void **state);

/* When the first action posted here happened; each further one a microsecond later. */
#define KAFKA_FLOW_TIME_US INT64_C(1700000000000000)

/** Posts n actions with the right to post history; every tenth comes twice, every seventh is refused. */
void kafka_flow_post(int n);

/** Posts one action about a county. */
void kafka_flow_post_one(const char *id, const char *county);

/** A decider of the test's bus, for kafka_decider_open: named "one", in no group, so that it believes that it owns everything. */
struct decider_config kafka_flow_config(const char *home);

/** A decider as a process of its own. @param alone no group: it believes that it owns everything */
pid_t kafka_flow_start(const char *home, const char *instance, bool alone);

/** kill -9. */
void kafka_flow_end(pid_t pid);

/** Reads all partitions of the event log to their ends, and judges by the void rule, told once more. */
void kafka_flow_read_all(struct kafka_flow_found *found);

/** Waits until every action posted has its outcome; fails the test otherwise. */
void kafka_flow_wait_for_all(struct kafka_flow_found *found);

/** The outcomes must be those that one undisturbed writer would have given to what kafka_flow_post posted. */
void kafka_flow_assert_undisturbed(const struct kafka_flow_found *found);

#endif
