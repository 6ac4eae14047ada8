/* http.h: the gateway's HTTP server (libmicrohttpd): one request from its first line to its answer. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_HTTP_H
#define GOVBUS_PRODUCERS_GATEWAY_HTTP_H

#include "common/arena.h"
#include "common/buf.h"
#include "producers/gateway/routes.h"

struct MHD_Connection;
struct gateway;
struct http;

enum {
	HTTP_PATH_BYTES = 256,
	HTTP_ETAG_BYTES = 64,
	/* An outcome's, each byte of subject, source and id percent-encoded */
	HTTP_LOCATION_BYTES = 1024,
};

/* One request. A handler fills status and answer, or suspends it and lets another thread do so. */
struct http_request {
	struct gateway *gateway;
	struct MHD_Connection *connection;
	const struct route *route;
	char path[HTTP_PATH_BYTES];
	struct span parts[ROUTES_PARTS]; /* of the path */
	struct token token;
	bool has_token;
	bool allowed;   /* read_rights_allow has said yes (rule COVERED) */
	bool suspended; /* by its handler, in this call */
	bool closing; /* where the request ends is in doubt: the connection is closed after the answer */
	struct buf body;
	size_t body_bytes; /* as it came, wherever it is by now */
	struct http *http;
	struct http_watched *watched;
	int64_t began_us; /* steady */
	struct arena arena;
	int status; /* 0: not answered yet */
	struct buf answer;
	const char *content_type;
	char etag[HTTP_ETAG_BYTES]; /* as it is sent; empty: none */
	char location[HTTP_LOCATION_BYTES];
	const char *preference; /* that was followed; NULL: none */
	int retry_after_s;
	void *work; /* a handler's own; work_free is called when the request ends */
	void (*work_free)(struct http_request *request);
};

struct http_config {
	const char *listen;
	struct gateway *gateway;
	struct tokens *tokens;
	unsigned connections; /* at most */
	unsigned timeout_s;   /* without a byte; twice that for a whole header */
	unsigned request_s;   /* for a whole request, from its header on, its answer included */
	unsigned threads;
	size_t body_bytes;   /* of one request, at most */
	size_t bodies_bytes; /* of all requests in progress; further ones are told to try again */
};

/**
 * Starts to answer.
 * @return BUSY when the port is taken, USAGE; the reason and its cure stand in one line on standard error
 */
enum err http_start(const struct http_config *config, struct http **ret_http);

/** Takes no more connections; what is suspended must be resumed before http_stop. */
void http_quiesce(struct http *http);

/** Ends. NULL is fine. */
void http_stop(struct http *http);

/** The port it listens on (asked for as 0 by tests). */
uint16_t http_port(const struct http *http);

/** A parameter of the query, decoded; borrowed until the answer. An absent span if it is not there. @thread the request's handler */
struct span http_query(struct http_request *request, const char *name);

/** A header by its name, in any case; borrowed until the answer. An absent span if it is not there. */
struct span http_header(struct http_request *request, const char *name);

/** Answers with a problem; detail and field may be NULL. */
void http_problem(struct http_request *request,
		  enum problem_kind kind,
		  const char *field,
		  const char *detail);

/**
 * A whole number from the query; *ret_number is left alone if the parameter is absent.
 * @return false, with a problem answered, if it is present but not a number within the bounds
 */
bool http_query_number(struct http_request *request,
		       const char *name,
		       int64_t min,
		       int64_t max,
		       int64_t *ret_number);

/** Lets the connection wait: call before another thread may learn of the request. */
void http_suspend(struct http_request *request);

/** Resumes: the answer is sent if status is set, else the handler is called once more. @thread any, once for each http_suspend */
void http_resume(struct http_request *request);

#endif
