/*
 * http_watch.h: cuts off connections that take too long, or whose client has gone: a client that sends a byte now and then
 * would keep the idle timer quiet for ever.
 */
#ifndef GOVBUS_PRODUCERS_GATEWAY_HTTP_WATCH_H
#define GOVBUS_PRODUCERS_GATEWAY_HTTP_WATCH_H

#include <stdint.h>

#include "common/err.h"

struct http_watch;
struct http_watched; /* one connection */

/**
 * Starts to watch.
 * @param idle_us     from the connection's start, or its last answer, to the end of the next request's header
 * @param request_us  from there to the last byte of its answer
 */
enum err http_watch_start(int64_t idle_us, int64_t request_us, struct http_watch **ret_watch);

/** Ends; every connection must be gone. NULL is fine. */
void http_watch_stop(struct http_watch *watch);

/** A connection was opened. @return NULL when out of memory: it is not watched @thread any, as all below */
struct http_watched *http_watch_open(struct http_watch *watch, int socket);

/** It is about to be closed; NULL is fine. */
void http_watch_close(struct http_watch *watch, struct http_watched *watched);

/** A request's header has come: its time runs. A client that has closed its side is cut off. NULL is fine. */
void http_watch_begin(struct http_watched *watched);

/** The request has come whole: from here until its answer has left, a client may have closed its side. NULL is fine. */
void http_watch_whole(struct http_watched *watched);

/** Its answer has left: the idle time begins. NULL is fine. */
void http_watch_end(struct http_watched *watched);

#endif
