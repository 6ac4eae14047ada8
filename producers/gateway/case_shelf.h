/* case_shelf.h: the environments of case-status, opened by the gateway for reading, and reopened when they have been rebuilt. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_CASE_SHELF_H
#define GOVBUS_PRODUCERS_GATEWAY_CASE_SHELF_H

#include "common/kv.h"
#include "projections/case_query.h"
#include "projections/log_cursor.h"

struct case_shelf;

/* One reading: a consistent snapshot. Zero it before case_shelf_begin; case_shelf_end serves as CLEANUP. */
struct case_shelf_read {
	struct case_shelf *shelf;
	struct kv_txn txns[CASE_QUERY_SHARDS];
	struct case_query query;
};

/** @param home  its shards are $home/case-status/shard-0 and on, as many as the first says @return NOMEM; that there are none yet is no error */
enum err case_shelf_open(const char *home, struct case_shelf **ret_shelf);

/** Closes; NULL is fine. No reading may be open. */
void case_shelf_close(struct case_shelf *shelf);

/**
 * Checks whether shards have come, gone or been rebuilt; call it once a second. Waits for readings under way.
 * @thread any, as all below
 */
void case_shelf_refresh(struct case_shelf *shelf);

/** Lets readings that have ended go of their state; call it many times a second (kv_pool_rest). */
void case_shelf_rest(struct case_shelf *shelf);

/** Begins a reading of all shards. @return false when there is nothing to read yet, or it cannot be read */
bool case_shelf_begin(struct case_shelf *shelf, struct case_shelf_read *read);

/** As case_shelf_begin, of the shard that has a case or would have it: nothing else can be asked for in this reading. */
bool case_shelf_begin_case(struct case_shelf *shelf,
			   const struct case_id *id,
			   struct case_shelf_read *read);

/** Why a reading that was not begun could not be: ABSENT (nothing is there yet), STORE_MIXED (case-status is starting with another number of
 * shards), STORE_VERSION, STORE. Before case_shelf_end. */
enum err case_shelf_why_not(const struct case_shelf_read *read);

/** Ends a reading; what was borrowed from it is dead. One that was not begun is fine. */
void case_shelf_end(struct case_shelf_read *read);

/** The partition that a case is in. */
int case_shelf_partition(const struct case_id *id);

/** How far a partition was folded, as of this reading. @return false: not at all */
bool case_shelf_cursor(struct case_shelf_read *read, int partition, struct log_cursor *ret_cursor);

/** The last tick of the partition that a case is in, as a moment; 0: none yet. */
int64_t case_shelf_tick_us(struct case_shelf_read *read, const struct case_id *id);

/** Why events of a case could not be folded, so that what is answered is old; NULL: none are parked. */
const char *case_shelf_parked(struct case_shelf_read *read, const struct case_id *id);

/** A start for whoever tails gov.case (kafka_outcomes_config.start). @param context the shelf */
bool case_shelf_start(void *context, int partition, struct log_cursor *ret_cursor);

#endif
