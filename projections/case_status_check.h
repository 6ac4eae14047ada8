/* case_status_check.h: proves that the tables of case-status agree with one another. */
#ifndef GOVBUS_PROJECTIONS_CASE_STATUS_CHECK_H
#define GOVBUS_PROJECTIONS_CASE_STATUS_CHECK_H

#include "projections/projection.h"

/**
 * Walks every table once: each index has exactly the entries its rows give; every open case stands once in the deadline
 * index; timelines run without a gap up to the last line that their case knows of, or up to what was asked before there was
 * one, and each line that is no event is found by its action; the board's counts sum to the cases reported at each place and, for each family of types, to the open ones.
 * @param ret_problems one line each, at most 100
 * @return true if nothing was found (and the transaction has not failed)
 * @thread any; one transaction per thread
 */
bool case_status_check_tables(struct kv_txn *txn, struct buf *ret_problems);

#endif
