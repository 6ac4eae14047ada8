/* receipt_check.h: whether this gateway's secrets are its bus's: the reports of the bus carry the receipt codes that it would have given. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_RECEIPT_CHECK_H
#define GOVBUS_PRODUCERS_GATEWAY_RECEIPT_CHECK_H

#include <stdatomic.h>
#include <stdint.h>

#include "common/buf.h"
#include "projections/case_query.h"
#include "schemas/event.h"

/* Reports of each shard that are looked at. Codes are keyed hashes, so the first ones are as good as any drawn by lot. */
enum { RECEIPT_CHECK_SAMPLE = 1024 };

enum receipt_check_verdict {
	RECEIPT_CHECK_OPEN, /* no report was seen yet */
	RECEIPT_CHECK_OURS,
	RECEIPT_CHECK_FOREIGN,
};

/* A zeroed one checks nothing: the secrets count as the bus's. */
struct receipt_check {
	const uint8_t *key;  /* of receipt codes, 32 bytes; borrowed */
	_Atomic int verdict; /* enum receipt_check_verdict */
};

/**
 * Looks at reports that were folded: one whose code is ours among them is enough, since a bus may have been served by other secrets
 * before; that none is, although there are some, is not.
 * @thread one at a time, as receipt_check_report
 */
void receipt_check_store(struct receipt_check *check, const struct case_query *query);

/**
 * Looks at a valid event of the log; all but reports with a code are passed over.
 * @param catching_up  it was there before we began: then, as in the store, one of ours is enough. Of those that come later the first
 * one decides, so that a report that slipped in with other secrets opens no door again
 */
void receipt_check_report(struct receipt_check *check, const struct event *ev, bool catching_up);

/** Whether the secrets are others than the bus's: nothing may be posted. @thread any */
bool receipt_check_foreign(const struct receipt_check *check);

/** Appends what is wrong, with the cure; nothing if all is well. @return whether it is @thread any */
bool receipt_check_say(const struct receipt_check *check, struct buf *reasons);

#endif
