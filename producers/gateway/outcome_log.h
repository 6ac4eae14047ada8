/*
 * outcome_log.h: the outcome of each action about reference data, kept in memory by subject, source and id, since these
 * have no timeline to read it from.
 */
#ifndef GOVBUS_PRODUCERS_GATEWAY_OUTCOME_LOG_H
#define GOVBUS_PRODUCERS_GATEWAY_OUTCOME_LOG_H

#include "schemas/event.h"

/* Refusals bind nothing, so their number is unbounded: only the last ones are kept, this many. */
enum { OUTCOME_LOG_REFUSED = 8192 };

struct outcome_log;

/** @return NULL when out of memory @thread one writer; readers hold the lock of whoever shares it */
struct outcome_log *outcome_log_new(void);

/** Frees; NULL is fine. */
void outcome_log_free(struct outcome_log *log);

/**
 * Takes in a valid outcome. The first acceptance of an action is its outcome for ever; until then its last refusal or trial is.
 * @param bytes  the record, copied if it is needed again
 * @return NOMEM: this one will not be found
 */
enum err outcome_log_add(struct outcome_log *log,
			 const struct event *ev,
			 int64_t offset,
			 struct span bytes);

/**
 * The outcome of an action.
 * @param ret_ev  of an acceptance type, seq and decidedtime alone, and what was asked for; of others the whole. Borrows from log and arguments
 * @return false: none is known
 */
bool outcome_log_find(const struct outcome_log *log,
		      struct span subject,
		      struct span source,
		      struct span id,
		      struct event *ret_ev,
		      int64_t *ret_offset);

#endif
