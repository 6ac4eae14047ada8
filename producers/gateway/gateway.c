/* gateway.c: what the parts of the gateway share: the day of reference data, and requests that wait for the fold. */
#include "producers/gateway/gateway.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/place.h"
#include "producers/gateway/json_out.h"
#include "projections/case_owner.h"

enum { WAIT_US = 2000, WAITERS = 4096 };

struct gateway_waiters {
	pthread_mutex_t lock;
	pthread_cond_t any;
	pthread_t thread;
	struct http_request *requests[WAITERS];
	int n;
	bool stopping;
};

/* A store that failed is not written any more by this process (kv.h), so its cure is another one. */
static const char *keys_cure(enum err err)
{
	return err == ERR_STORE_FULL ? err_cure(err)
				     : "look at the disk, then start govbus-gateway again";
}

void gateway_keys_heard(struct gateway *gateway, enum err err)
{
	if (err != ERR_STORE_FULL && err != ERR_STORE) {
		return;
	}
	if (atomic_exchange(&gateway->keys_err, (int)err) != (int)err) {
		LOG(ERROR, "no key can be kept: actions with members to seal are not accepted",
		    LOG_TEXT("why", err_text(err)), LOG_TEXT("error", err_name(err)),
		    LOG_TEXT("cure", keys_cure(err)));
	}
}

void gateway_keys_again(struct gateway *gateway)
{
	if (atomic_exchange(&gateway->keys_err, ERR_OK) != ERR_OK) {
		LOG(INFO, "keys are kept again", LOG_TEXT("why", "the disk has room"));
	}
}

enum err gateway_keys_say(struct gateway *gateway, struct buf *reasons)
{
	enum err err = (enum err)atomic_load(&gateway->keys_err);

	if (err) {
		buf_printf(reasons, "keys of what is to be sealed: %s; cure: %s\n", err_text(err),
			   keys_cure(err));
	}
	return err;
}

struct as_of gateway_today(struct gateway *gateway)
{
	return (struct as_of){reference_position(gateway->reference), clock_wall_us()};
}

void gateway_as_of(struct buf *out, struct as_of as_of)
{
	json_out_name(out, "as_of");
	json_out_open(out, '{');
	json_out_member_number(out, "reference", as_of.refoffset);
	json_out_close(out, '}');
}

bool gateway_seat(void *context, struct span unit, struct span *ret_place)
{
	struct gateway *gateway = context;
	struct ref_unit about = {0};
	bool found;

	pthread_rwlock_rdlock(&gateway->reference_lock);
	found = reference_unit(gateway->reference, gateway_today(gateway), unit, &about);
	pthread_rwlock_unlock(&gateway->reference_lock);
	if (found) {
		*ret_place = about.seat; /* nothing is ever forgotten, so it stays */
	}
	return found;
}

struct span gateway_standing(void *context, struct span place)
{
	struct gateway *gateway = context;

	pthread_rwlock_rdlock(&gateway->reference_lock);
	place = case_owner_standing(gateway->reference, gateway_today(gateway), place);
	pthread_rwlock_unlock(&gateway->reference_lock);
	return place;
}

bool gateway_place(struct gateway *gateway, struct span code, struct span *ret_place)
{
	struct ref_place about;
	bool found;

	*ret_place = place_normalise(code);
	if (!place_valid(*ret_place)) {
		return false;
	}
	pthread_rwlock_rdlock(&gateway->reference_lock);
	found = reference_place(gateway->reference, gateway_today(gateway), *ret_place, &about);
	pthread_rwlock_unlock(&gateway->reference_lock);
	return found || gateway->mode == DOOR_STARTING;
}

bool gateway_unit(struct gateway *gateway, struct span unit)
{
	struct ref_unit about;
	bool found;

	pthread_rwlock_rdlock(&gateway->reference_lock);
	found = reference_unit(gateway->reference, gateway_today(gateway), unit, &about);
	pthread_rwlock_unlock(&gateway->reference_lock);
	return found || gateway->mode == DOOR_STARTING;
}

int64_t gateway_reference_known(struct gateway *gateway)
{
	int64_t position;

	pthread_rwlock_rdlock(&gateway->reference_lock);
	position = reference_position(gateway->reference);
	pthread_rwlock_unlock(&gateway->reference_lock);
	return position;
}

/* A tick of two milliseconds while somebody waits, and none otherwise. */
static void *run(void *context)
{
	struct gateway_waiters *waiters = context;

	pthread_mutex_lock(&waiters->lock);
	while (!waiters->stopping || waiters->n) {
		if (!waiters->n) {
			pthread_cond_wait(&waiters->any, &waiters->lock);
			continue;
		}
		pthread_mutex_unlock(&waiters->lock);
		clock_sleep_us(WAIT_US);
		pthread_mutex_lock(&waiters->lock);
		while (waiters->n) {
			http_resume(waiters->requests[--waiters->n]);
		}
	}
	pthread_mutex_unlock(&waiters->lock);
	return NULL;
}

enum err gateway_waiters_start(struct gateway *gateway)
{
	struct gateway_waiters *waiters = calloc(1, sizeof *waiters);

	if (!waiters) {
		return ERR_NOMEM;
	}
	pthread_mutex_init(&waiters->lock, NULL);
	pthread_cond_init(&waiters->any, NULL);
	if (pthread_create(&waiters->thread, NULL, run, waiters)) {
		free(waiters);
		return ERR_NOMEM;
	}
	gateway->waiters = waiters;
	return ERR_OK;
}

void gateway_waiters_stop(struct gateway *gateway)
{
	struct gateway_waiters *waiters = gateway->waiters;

	if (!waiters) {
		return;
	}
	pthread_mutex_lock(&waiters->lock);
	waiters->stopping = true;
	pthread_cond_signal(&waiters->any);
	pthread_mutex_unlock(&waiters->lock);
	pthread_join(waiters->thread, NULL);
	pthread_mutex_destroy(&waiters->lock);
	pthread_cond_destroy(&waiters->any);
	free(waiters);
	gateway->waiters = NULL;
}

bool gateway_wait_try(struct http_request *request)
{
	struct gateway_waiters *waiters = request->gateway->waiters;
	bool room;

	pthread_mutex_lock(&waiters->lock);
	room = waiters->n < WAITERS && !waiters->stopping;
	if (room) {
		http_suspend(request);
		waiters->requests[waiters->n++] = request;
		pthread_cond_signal(&waiters->any);
	}
	pthread_mutex_unlock(&waiters->lock);
	return room;
}

void gateway_wait(struct http_request *request)
{
	if (!gateway_wait_try(request)) {
		http_problem(request, PROBLEM_BUSY, NULL, "too many requests wait");
	}
}
