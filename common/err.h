/* err.h: the one list of errors; every function that can fail returns one of these. */
#ifndef GOVBUS_COMMON_ERR_H
#define GOVBUS_COMMON_ERR_H

/* X(name, exit code of a program that ends with it, text). LMDB, Kafka and msgpack codes are translated once, in common/. */
#define ERR_MAP(X)                                                                         \
	X(NOMEM, 70, "out of memory")                                                      \
	X(MALFORMED, 65, "bytes do not match their schema")                                \
	X(INVALID, 65, "a member violates its schema")                                     \
	X(TOO_BIG, 65, "larger than its limit")                                            \
	X(UNKNOWN, 65, "unknown type or version")                                          \
	X(ABSENT, 66, "not found")                                                         \
	X(CONFLICT, 65, "same id, other content")                                          \
	X(DENIED, 77, "no right to do this")                                               \
	X(USAGE, 64, "wrong usage or configuration")                                       \
	X(BUSY, 75, "in use by another process")                                           \
	X(STORE, 74, "the LMDB store failed")                                              \
	X(STORE_FULL, 74, "the LMDB store or its disk is full")                            \
	X(STORE_VERSION, 78, "the store was written by another version")                   \
	X(IO, 74, "input or output failed")                                                \
	X(KAFKA, 69, "Kafka failed")                                                       \
	X(KAFKA_AWAY, 69, "no Kafka broker answers")                                       \
	X(TOPIC_CONFIG, 78, "a topic is not set up as govbus needs it")                    \
	X(LOG_TRIMMED, 80, "the log was trimmed: records that were not yet read are gone") \
	X(LOG_RECREATED, 81,                                                               \
	  "the log was recreated: it is not the one this state was folded from")           \
	X(LOG_LOST_TAIL, 82, "the log lost its tail: state is ahead of it")                \
	X(LOG_GAP, 83, "the log breaks its own order")                                     \
	X(ACTIONS_LOST_TAIL, 84, "the action log lost its tail")                           \
	X(CLOCK, 85, "the clock is wrong")                                                 \
	X(FENCED, 86, "another member took over")                                          \
	X(STOPPED, 0, "stopped")                                                           \
	X(BUG, 71, "govbus broke its own rule")                                            \
	X(ERASED, 66, "its key was destroyed: what it sealed is erased")                   \
	X(STORE_TORN, 74,                                                                  \
	  "the machine went down, or a sync failed, before the store was on the disk")     \
	X(STORE_MIXED, 75,                                                                 \
	  "shards of the store are missing, or were made for another number of them")      \
	X(STORE_REPLACED, 74, "files of the store were removed or replaced while it was open")

enum err {
	ERR_OK = 0,
#define X(name, code, text) ERR_##name,
	ERR_MAP(X)
#undef X
};

/** The error's English text, without a trailing period. @thread any */
const char *err_text(enum err err);

/** The error's name, such as "MALFORMED", stable across versions. @thread any */
const char *err_name(enum err err);

/** What an operator does about it, without a trailing period; "" where there is nothing to do. @thread any */
const char *err_cure(enum err err);

/** The exit code of a program that ends because of it (sysexits.h, and 80-89 of our own). @thread any */
int err_exit_code(enum err err);

#endif
