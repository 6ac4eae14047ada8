/* gateway.h: what the parts of the gateway share: tokens, reference data, the way to the log, and the gateway's state. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_GATEWAY_H
#define GOVBUS_PRODUCERS_GATEWAY_GATEWAY_H

#include <pthread.h>
#include <stdatomic.h>

#include "common/health.h"
#include "common/pulse.h"
#include "producers/gateway/batch.h"
#include "producers/gateway/http.h"
#include "producers/gateway/outcome_log.h"
#include "producers/gateway/receipt_check.h"
#include "projections/reference.h"

/* How events reach the log: done by kafka_posting, by something simpler in tests. */
struct gateway_posting {
	/** Takes a batch; resumes its request (batch->waiting) once every event is settled or time is up. @return false: too much waits */
	bool (*submit)(struct gateway_posting *posting, struct batch *batch);
	/** A request gives its reference back. @thread that of the request */
	void (*release)(struct gateway_posting *posting, struct batch *batch);
};

struct gateway {
	struct tokens *tokens;
	struct gateway_posting *posting;
	struct reference *reference;     /* under reference_lock */
	struct outcome_log *outcome_log; /* of reference data, under the same */
	pthread_rwlock_t reference_lock;
	struct case_reader *case_reader;
	struct gateway_waiters *waiters;
	struct receipt_check receipts; /* whether the door's secrets are the bus's */
	/* Of the first record of the reference log: which log it is; 0: not known yet */
	_Atomic uint64_t bus;
	_Atomic int mode;     /* enum door_mode */
	_Atomic int keys_err; /* enum err: why no key can be kept: STORE_FULL, STORE */
	/* Of those who must turn: the one that reads outcomes, those that take batches and reports, the main loop. */
	struct pulse outcomes_pulse, door_pulse, reports_pulse, tend_pulse;
	health_probe *healthy, *ready;
	void *health_context;
};

/** Starts the thread that lets requests wait. @return NOMEM */
enum err gateway_waiters_start(struct gateway *gateway);

/** Calls each handler that still waits a last time; none may wait afterwards. */
void gateway_waiters_stop(struct gateway *gateway);

/** Suspends a request and has its handler called again a few milliseconds later; too many waiting is a problem. @thread the request's handler */
void gateway_wait(struct http_request *request);

/** As gateway_wait. @return false: too many wait; then nothing has happened to the request */
bool gateway_wait_try(struct http_request *request);

/**
 * Notes whether new keys could be stored: a full or failed store is logged, once, and remembered. OK changes nothing, since
 * there may have been nothing to store.
 * @thread any
 */
void gateway_keys_heard(struct gateway *gateway, enum err err);

/** Notes that there is room for keys again, and logs it, once. @thread any */
void gateway_keys_again(struct gateway *gateway);

/** Appends why no key can be stored, with the cure; nothing if all is well. @return ERR_OK, STORE_FULL, STORE @thread any */
enum err gateway_keys_say(struct gateway *gateway, struct buf *reasons);

/** The reference position known now, which the door stamps. Takes the lock. @thread any */
int64_t gateway_reference_known(struct gateway *gateway);

/** Reference data as known now, in force today. Hold the lock for reading. */
struct as_of gateway_today(struct gateway *gateway);

/** Writes as_of of what was answered from reference data. @thread any */
void gateway_as_of(struct buf *out, struct as_of as_of);

/**
 * The place that a query names, without the zeros that fill its code up. Until the reference data have been read every code is
 * taken for a place.
 * @return false: there is no place of that code, now or before it was merged, split or abolished
 * @thread any; takes the lock for reading
 */
bool gateway_place(struct gateway *gateway, struct span code, struct span *ret_place);

/** Whether a unit is registered, or was; until the reference data have been read every one is taken for it. Takes the lock for reading. @thread any */
bool gateway_unit(struct gateway *gateway, struct span unit);

/** Where a unit sits, as known today (a door_rights_seat; the context is the gateway). Takes the lock for reading. @thread any */
bool gateway_seat(void *context, struct span unit, struct span *ret_place);

/** The place that acts for a place today (a read_rights_standing; the context is the gateway). Takes the lock for reading. @thread any */
struct span gateway_standing(void *context, struct span place);

#endif
