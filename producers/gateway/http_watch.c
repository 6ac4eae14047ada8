/* http_watch.c: cuts off connections that take too long, or whose client has gone.
 *
 * The second, because libmicrohttpd 0.9.75 on epoll misses an end that comes together with the last bytes, and would keep the
 * connection until it times out: a handful of clients that crash could keep everyone out.
 *
 * A thread looks at all of them a few times within the shorter limit. The race to prevent: (1) it has found a connection that is
 * late, (2) the server closes it, (3) another takes its number, (4) the wrong one is cut off. So a socket is only ever shut down
 * under the lock under which http_watch_close takes its connection off the list, before the server closes it. */
#include "producers/gateway/http_watch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "common/clock.h"
#include "common/metrics.h"

enum { LOOKS = 4, LOOK_US_MAX = 1000000 };

static struct metric m_cut = {
	"govbus_http_cut_off",
	NULL,
	"Connections cut off because they took too long, or their client had gone",
	METRIC_COUNTER,
	0,
	NULL};

struct http_watched {
	struct http_watched *next, *previous;
	int socket;
	bool cut;
	_Atomic bool whole;       /* a request is there, and its answer is not */
	_Atomic int64_t since_us; /* steady; below zero: the negative of when its request began */
};

struct http_watch {
	pthread_mutex_t lock; /* the list, stopping */
	pthread_cond_t stop;
	pthread_t thread;
	struct http_watched *first;
	int64_t idle_us, request_us;
	bool stopping;
};

static bool is_late(const struct http_watch *watch,
		    const struct http_watched *watched,
		    int64_t now_us)
{
	int64_t since_us = watched->since_us;

	return since_us < 0 ? now_us + since_us > watch->request_us
			    : now_us - since_us > watch->idle_us;
}

/* Nothing more can come, and what came is no request. */
static bool is_gone(const struct http_watched *watched)
{
	char byte;

	return !watched->whole && recv(watched->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void look(struct http_watch *watch)
{
	int64_t now_us = clock_steady_us();

	for (struct http_watched *one = watch->first; one; one = one->next) {
		if (!one->cut && (is_late(watch, one, now_us) || is_gone(one))) {
			one->cut = true;
			(void)shutdown(one->socket, SHUT_RDWR);
			metric_count(&m_cut, 1);
		}
	}
}

static void *run(void *context)
{
	struct http_watch *watch = context;
	int64_t shorter_us =
		watch->idle_us < watch->request_us ? watch->idle_us : watch->request_us;
	int64_t step_us = shorter_us / LOOKS < LOOK_US_MAX ? shorter_us / LOOKS : LOOK_US_MAX;

	pthread_mutex_lock(&watch->lock);
	while (!watch->stopping) {
		struct timespec until;

		(void)clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += step_us * 1000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		(void)pthread_cond_timedwait(&watch->stop, &watch->lock, &until);
		look(watch);
	}
	pthread_mutex_unlock(&watch->lock);
	return NULL;
}

enum err http_watch_start(int64_t idle_us, int64_t request_us, struct http_watch **ret_watch)
{
	struct http_watch *watch = calloc(1, sizeof *watch);

	if (!watch) {
		return ERR_NOMEM;
	}
	watch->idle_us = idle_us;
	watch->request_us = request_us;
	pthread_mutex_init(&watch->lock, NULL);
	pthread_cond_init(&watch->stop, NULL);
	if (pthread_create(&watch->thread, NULL, run, watch)) {
		free(watch);
		return ERR_NOMEM;
	}
	metrics_add(&m_cut);
	*ret_watch = watch;
	return ERR_OK;
}

void http_watch_stop(struct http_watch *watch)
{
	if (!watch) {
		return;
	}
	pthread_mutex_lock(&watch->lock);
	watch->stopping = true;
	pthread_cond_signal(&watch->stop);
	pthread_mutex_unlock(&watch->lock);
	pthread_join(watch->thread, NULL);
	pthread_mutex_destroy(&watch->lock);
	pthread_cond_destroy(&watch->stop);
	free(watch);
}

struct http_watched *http_watch_open(struct http_watch *watch, int socket)
{
	struct http_watched *watched = calloc(1, sizeof *watched);

	if (!watched) {
		return NULL;
	}
	watched->socket = socket;
	watched->since_us = clock_steady_us();
	pthread_mutex_lock(&watch->lock);
	watched->next = watch->first;
	if (watched->next) {
		watched->next->previous = watched;
	}
	watch->first = watched;
	pthread_mutex_unlock(&watch->lock);
	return watched;
}

void http_watch_close(struct http_watch *watch, struct http_watched *watched)
{
	if (!watched) {
		return;
	}
	pthread_mutex_lock(&watch->lock);
	if (watched->next) {
		watched->next->previous = watched->previous;
	}
	if (watched->previous) {
		watched->previous->next = watched->next;
	} else {
		watch->first = watched->next;
	}
	pthread_mutex_unlock(&watch->lock);
	free(watched);
}

void http_watch_begin(struct http_watched *watched)
{
	if (watched) {
		watched->since_us = -clock_steady_us();
	}
}

void http_watch_whole(struct http_watched *watched)
{
	if (watched) {
		watched->whole = true;
	}
}

void http_watch_end(struct http_watched *watched)
{
	if (watched) {
		watched->whole = false;
		watched->since_us = clock_steady_us();
	}
}
