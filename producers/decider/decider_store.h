/* decider_store.h: the decider's environment: the registers' rows and each partition's position, moved together, never ahead of the log. */
#ifndef GOVBUS_PRODUCERS_DECIDER_DECIDER_STORE_H
#define GOVBUS_PRODUCERS_DECIDER_DECIDER_STORE_H

#include "projections/deciding.h"

enum { DECIDER_STORE_REGISTERS = 2, DECIDER_STORE_GENERATIONS = 16 };

struct decider_store;
struct decider_rows;

/**
 * Opens DIR (made if absent), held by flock for the process's life.
 * @param dir        NULL: nothing is kept, all is folded from the log (govbus repair, tests)
 * @param registers  ended by NULL; at most DECIDER_STORE_REGISTERS
 * @return BUSY, STORE, STORE_FULL @thread one, as all here
 */
enum err decider_store_open(const char *dir,
			    const struct register_ops *const *registers,
			    struct decider_store **ret_store);

/** Closes, after a commit under way; NULL is fine. All its rows must have been freed. */
void decider_store_close(struct decider_store *store);

/** The rows of one partition of a register; NULL when out of memory. */
struct decider_rows *decider_store_rows(struct decider_store *store,
					int reg,
					int partition,
					int partitions);

/** Frees; what is not committed is lost to the store, and in the log. NULL is fine. */
void decider_store_rows_free(struct decider_rows *rows);

/** Its view: a scan shows rows of this partition alone. Borrowed. */
struct view *decider_store_view(struct decider_rows *rows);

/** The position as committed; that of an empty partition if there is none. */
enum err decider_store_position(struct decider_rows *rows, struct deciding_position *ret_position);

/**
 * Closes a generation: all that was folded since the last one, with the position it leads to.
 * @param record  number of its last record: it may be committed once that is known to stand in the log
 * @return false when too many wait: try again later
 */
bool decider_store_freeze(struct decider_rows *rows,
			  const struct deciding_position *position,
			  int64_t record);

/** A record is known to stand at an offset: the generation that ends with it learns where to read on. */
void decider_store_acknowledge(struct decider_rows *rows, int64_t record, int64_t offset);

/** Whether it holds rows in memory, be they changed or only read. */
bool decider_store_holds(const struct decider_rows *rows);

/** Whether a closed generation is not committed yet: the next one is as large as what comes until then. */
bool decider_store_waits(const struct decider_rows *rows);

/** Drops all that is not committed; a commit under way ends first. @return what that one came to: STORE_FULL, STORE */
enum err decider_store_drop(struct decider_rows *rows);

/**
 * Begins to commit, in one durable transaction on a thread of its own, the oldest generation of every partition whose
 * records stand; collects the result of the previous commit. Does not wait.
 * @return STORE_FULL: nothing is lost, the same is tried again by the next call; STORE: the environment can no longer be trusted
 */
enum err decider_store_commit(struct decider_store *store);

/** Whether the last commit that was taken up succeeded. */
bool decider_store_committed(const struct decider_store *store);

/** Commits all whose records stand, and waits for it. */
enum err decider_store_commit_all(struct decider_store *store);

/** Bytes of memory of all that is not committed. */
size_t decider_store_bytes(const struct decider_store *store);

#endif
