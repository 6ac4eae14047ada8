/* case_reader.h: the environments of case-status, opened by the gateway for reading, and reopened when they have been rebuilt. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_CASE_READER_H
#define GOVBUS_PRODUCERS_GATEWAY_CASE_READER_H

#include "common/kv.h"
#include "projections/case_query.h"
#include "projections/log_cursor.h"

struct case_reader;

/* One reading of them all, as of one moment. Zero it before case_reader_begin; case_reader_end serves as CLEANUP. */
struct case_reader_snapshot {
	struct case_reader *reader;
	struct kv_txn txns[CASE_QUERY_SHARDS];
	struct case_query query;
};

/** @param home  its shards are $home/case-status/shard-0 and on, as many as the first says @return NOMEM; that there are none yet is no error */
enum err case_reader_open(const char *home, struct case_reader **ret_reader);

/** Closes; NULL is fine. No reading may be open. */
void case_reader_close(struct case_reader *reader);

/**
 * Checks whether shards have come, gone or been rebuilt; call it once a second. Waits for readings under way.
 * @thread any, as all below
 */
void case_reader_refresh(struct case_reader *reader);

/** Lets readings that have ended go of their state; call it many times a second (kv_pool_rest). */
void case_reader_rest(struct case_reader *reader);

/** Begins a reading of all shards. @return false when there is nothing to read yet, or it cannot be read */
bool case_reader_begin(struct case_reader *reader, struct case_reader_snapshot *snapshot);

/** As case_reader_begin, of the shard that has a case or would have it: nothing else can be asked for in this reading. */
bool case_reader_begin_case(struct case_reader *reader,
			    const struct case_id *id,
			    struct case_reader_snapshot *snapshot);

/** Why a reading that was not begun could not be: ABSENT (nothing is there yet), STORE_MIXED (case-status is starting with another number of
 * shards), STORE_VERSION, STORE. Before case_reader_end. */
enum err case_reader_why_not(const struct case_reader_snapshot *snapshot);

/** Ends a reading; what was borrowed from it is dead. One that was not begun is fine. */
void case_reader_end(struct case_reader_snapshot *snapshot);

/** The partition that a case is in. */
int case_reader_partition(const struct case_id *id);

/** How far a partition was folded, as of this reading. @return false: not at all */
bool case_reader_cursor(struct case_reader_snapshot *snapshot,
			int partition,
			struct log_cursor *ret_cursor);

/** The last tick of the partition that a case is in, as a moment; 0: none yet. */
int64_t case_reader_tick_us(struct case_reader_snapshot *snapshot, const struct case_id *id);

/** Why events of a case could not be folded, so that what is answered is old; NULL: none are parked. */
const char *case_reader_parked(struct case_reader_snapshot *snapshot, const struct case_id *id);

/** A start for whoever follows gov.case (kafka_outcomes_config.start). @param context the reader */
bool case_reader_start(void *context, int partition, struct log_cursor *ret_cursor);

#endif
