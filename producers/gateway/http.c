/* http.c: the gateway's HTTP server. One epoll thread parses and writes; what has to wait for Kafka is suspended meanwhile. */
#include "producers/gateway/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/listen.h"
#include "common/log.h"
#include "common/metrics.h"
#include "producers/gateway/http_cache.h"
#include "producers/gateway/http_end.h"
#include "producers/gateway/http_queries.h"
#include "producers/gateway/http_watch.h"

enum { CONNECTION_BYTES = 16 * 1024, HEADER_TIMEOUTS = 2 };

static struct metric m_requests = {"govbus_http_requests", NULL, "Requests answered",
				   METRIC_COUNTER,         0,    NULL};
static struct metric m_refused = {"govbus_http_problems", NULL, "Requests answered with a problem",
				  METRIC_COUNTER,         0,    NULL};

struct http {
	struct http_config config;
	struct MHD_Daemon *daemon;
	struct http_watch *watch;
	_Atomic size_t bodies_bytes; /* of all requests under way */
};

struct span http_query(struct http_request *request, const char *name)
{
	return span_cstr(
		MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name));
}

struct span http_header(struct http_request *request, const char *name)
{
	return span_cstr(MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name));
}

void http_problem(struct http_request *request,
		  enum problem_kind kind,
		  const char *field,
		  const char *detail)
{
	struct problem where = {0};

	(void)snprintf(where.field, sizeof where.field, "%s", field ? field : "");
	(void)snprintf(where.reason, sizeof where.reason, "%s", detail ? detail : "");
	buf_reset(&request->answer);
	problem_object(&request->answer, kind, &where);
	request->content_type = "application/problem+json";
	request->etag[0] = '\0';
	request->status = problem_status(kind);
	request->allowed = true;
	if (request->status == MHD_HTTP_SERVICE_UNAVAILABLE || kind == PROBLEM_BUSY) {
		request->retry_after_s = request->retry_after_s ? request->retry_after_s : 2;
	}
	metric_count(&m_refused, 1);
}

bool http_query_number(struct http_request *request,
		       const char *name,
		       int64_t min,
		       int64_t max,
		       int64_t *ret_number)
{
	struct span text = http_query(request, name);
	char *end = NULL;
	long long number;

	if (!text.p) {
		return true;
	}
	errno = 0;
	number = strtoll((const char *)text.p, &end, 10);
	if (errno || !text.n || *end || number < min || number > max) {
		http_problem(request, PROBLEM_BAD_QUERY, name,
			     "not a whole number within its bounds");
		return false;
	}
	*ret_number = number;
	return true;
}

void http_suspend(struct http_request *request)
{
	request->suspended = true;
	MHD_suspend_connection(request->connection);
}

void http_resume(struct http_request *request)
{
	MHD_resume_connection(request->connection);
}

static void header_add(struct MHD_Response *response, const char *name, const char *value)
{
	if (value && value[0]) {
		(void)MHD_add_response_header(response, name, value);
	}
}

/* An answer is not sent if its handler has not shown that it may be read, or if it could not be written in full. */
static void answer_check(struct http_request *request)
{
	if (request->route && request->route->rule == ROUTE_COVERED && !request->allowed) {
		http_problem(request, PROBLEM_FORBIDDEN, NULL, NULL);
	}
	if (!request->status || request->answer.err) {
		http_problem(request, PROBLEM_FAILED, NULL,
			     err_text(request->answer.err ? request->answer.err : ERR_BUG));
	}
}

static enum MHD_Result answer_send(struct http_request *request)
{
	struct MHD_Response *response;
	enum MHD_Result result;
	char seconds[16] = "", methods[ROUTES_METHODS_BYTES] = "";

	answer_check(request);
	/* The buffer's memory is handed over: nothing is copied. */
	response = MHD_create_response_from_buffer(
		request->answer.n, request->answer.p ? (void *)request->answer.p : (void *)"",
		request->answer.p ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
	if (!response) {
		return MHD_NO;
	}
	if (request->answer.n) {
		header_add(response, MHD_HTTP_HEADER_CONTENT_TYPE,
			   request->content_type ? request->content_type : "application/json");
	}
	request->answer = (struct buf){0};
	if (request->retry_after_s) {
		(void)snprintf(seconds, sizeof seconds, "%d", request->retry_after_s);
	}
	if (request->status == MHD_HTTP_METHOD_NOT_ALLOWED) {
		routes_methods(span_cstr(request->path), methods);
	}
	header_add(response, MHD_HTTP_HEADER_ALLOW, methods);
	header_add(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
	header_add(response, MHD_HTTP_HEADER_CONNECTION, request->closing ? "close" : NULL);
	header_add(response, MHD_HTTP_HEADER_LOCATION, request->location);
	header_add(response, "Preference-Applied", request->preference);
	header_add(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
		   request->status == MHD_HTTP_UNAUTHORIZED ? "Bearer" : NULL);
	http_cache_headers(request, response);
	result = MHD_queue_response(request->connection, (unsigned)request->status, response);
	MHD_destroy_response(response);
	metric_count(&m_requests, 1);
	return result;
}

static void token_read(struct http *http, struct http_request *request)
{
	struct span header = http_header(request, MHD_HTTP_HEADER_AUTHORIZATION);
	static const struct span BEARER = {(const uint8_t *)"Bearer ", 7};

	if (header.n > BEARER.n && !strncasecmp((const char *)header.p, "Bearer ", BEARER.n)) {
		struct span secret = span_of(header.p + BEARER.n, header.n - BEARER.n);

		request->has_token =
			tokens_find(http->config.tokens, secret, &request->token) == ERR_OK;
	}
}

/* Whether the token that came may use the route. */
static bool token_admit(struct http_request *request)
{
	enum problem_kind kind;

	request->has_token = false;
	if (request->route->rule != ROUTE_OPEN) {
		token_read(request->http, request);
	}
	kind = routes_admit(request->route, request->has_token ? &request->token : NULL);
	if (kind) {
		http_problem(request, kind, NULL, NULL);
	}
	return !kind;
}

/* Refuses whatever can be refused before the body has arrived. */
static void request_admit(struct http *http, struct http_request *request, const char *method)
{
	enum problem_kind kind;
	struct span length = http_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);

	if (!http_end_clear(request)) {
		return;
	}
	request->route =
		routes_find(span_cstr(method), span_cstr(request->path), request->parts, &kind);
	if (!request->route) {
		http_problem(request, kind, NULL, NULL);
		return;
	}
	if (token_admit(request) && http_queries_fit(request) && length.n &&
	    strtoull((const char *)length.p, NULL, 10) > http->config.body_bytes) {
		http_problem(request, PROBLEM_TOO_BIG, NULL, NULL);
	}
}

static struct http_watched *watched_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void on_connection(void *context,
			  struct MHD_Connection *connection,
			  void **state,
			  enum MHD_ConnectionNotificationCode what)
{
	struct http *http = context;
	const union MHD_ConnectionInfo *info;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		http_watch_close(http->watch, *state);
		*state = NULL;
		return;
	}
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	*state = info ? http_watch_open(http->watch, info->connect_fd) : NULL;
}

static struct http_request *request_new(struct http *http,
					struct MHD_Connection *connection,
					const char *path)
{
	struct http_request *request = calloc(1, sizeof *request);

	if (request) {
		request->gateway = http->config.gateway;
		request->http = http;
		request->connection = connection;
		request->watched = watched_of(connection);
		http_watch_begin(request->watched);
		request->began_us = clock_steady_us();
		request->body.limit_bytes = http->config.body_bytes;
		(void)snprintf(request->path, sizeof request->path, "%s",
			       strlen(path) < sizeof request->path ? path : "/too-long");
	}
	return request;
}

/* What was taken of a body that is refused makes room at once for those under way: its client may take its time to send the rest. */
static void body_drop(struct http *http, struct http_request *request)
{
	atomic_fetch_sub(&http->bodies_bytes, request->body_bytes);
	request->body_bytes = 0;
	buf_done(&request->body);
}

/* Bodies wait in memory for the rest of them and for Kafka: all together have a limit too. */
static void body_add(struct http *http, struct http_request *request, struct span part)
{
	if (request->status) {
		return; /* refused already: the rest is read and dropped */
	}
	request->body_bytes += part.n;
	if (atomic_fetch_add(&http->bodies_bytes, part.n) + part.n > http->config.bodies_bytes) {
		http_problem(request, PROBLEM_BUSY, NULL,
			     "too many request bodies are in progress");
		body_drop(http, request);
		return;
	}
	buf_add(&request->body, part);
	if (request->body.err) {
		http_problem(request,
			     request->body.err == ERR_TOO_BIG ? PROBLEM_TOO_BIG : PROBLEM_FAILED,
			     NULL, NULL);
		body_drop(http, request);
	}
}

static enum MHD_Result request_run(struct http_request *request)
{
	http_watch_whole(request->watched);
	/* Only this thread looks at `suspended`: whoever resumes may do so before the handler has come back. */
	request->suspended = false;
	/* A body may take its time to come, in which its token is revoked: looked up again, before anything is begun. */
	if (!request->status && (!request->body_bytes || request->work || token_admit(request))) {
		request->route->handler(request);
	}
	return request->suspended ? MHD_YES : answer_send(request);
}

static enum MHD_Result on_request(void *context,
				  struct MHD_Connection *connection,
				  const char *path,
				  const char *method,
				  const char *version,
				  const char *body,
				  size_t *body_bytes,
				  void **state)
{
	struct http *http = context;
	struct http_request *request = *state;

	(void)version;
	if (!request) {
		request = request_new(http, connection, path);
		*state = request;
		if (!request) {
			return MHD_NO;
		}
		request_admit(http, request, method);
		/* A client that waits for leave to send its body is refused before, and so is one whose body may have no
		 * end; another would only see a broken pipe, so its body is read and dropped first. */
		return request->status && (request->closing ||
					   http_header(request, MHD_HTTP_HEADER_EXPECT).p)
			       ? answer_send(request)
			       : MHD_YES;
	}
	if (*body_bytes) {
		body_add(http, request, span_of(body, *body_bytes));
		*body_bytes = 0;
		return MHD_YES;
	}
	return request_run(request);
}

static void on_completed(void *context,
			 struct MHD_Connection *connection,
			 void **state,
			 enum MHD_RequestTerminationCode why)
{
	struct http_request *request = *state;

	(void)context, (void)connection;
	if (request) {
		/* The route, not the path: a receipt's code must not appear in logs. */
		LOG(DEBUG, "answered",
		    LOG_TEXT("method", request->route ? request->route->method : NULL),
		    LOG_TEXT("route", request->route ? request->route->pattern : NULL),
		    LOG_NUMBER("status", request->status), LOG_NUMBER("why", why));
		http_watch_end(request->watched);
		body_drop(request->http, request);
		if (request->work_free) {
			request->work_free(request);
		}
		arena_done(&request->arena);
		buf_done(&request->answer);
		free(request);
		*state = NULL;
	}
}

/* A zero byte would end the text for us but not for a proxy in front: such a text is left undecoded, and matches nothing. */
static size_t unescape(void *context, struct MHD_Connection *connection, char *text)
{
	(void)context, (void)connection;
	return strstr(text, "%00") ? strlen(text) : MHD_http_unescape(text);
}

static enum err watch_start(struct http *http)
{
	const struct http_config *config = &http->config;
	int64_t idle_us = (int64_t)config->timeout_s * HEADER_TIMEOUTS * 1000000;

	return http_watch_start(idle_us, (int64_t)config->request_s * 1000000, &http->watch);
}

static enum err daemon_start(struct http *http)
{
	const struct http_config *config = &http->config;
	struct sockaddr_storage address;
	uint16_t port = 0;
	bool v6 = false;
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;

	enum err err = listen_resolve(config->listen, &address, &port, &v6);

	if (err) {
		return err;
	}
	flags |= v6 ? MHD_USE_IPv6 : 0u;
	errno = 0;
	http->daemon = MHD_start_daemon(
		flags, port, NULL, NULL, on_request, http, MHD_OPTION_SOCK_ADDR, &address,
		MHD_OPTION_CONNECTION_LIMIT, config->connections, MHD_OPTION_CONNECTION_TIMEOUT,
		config->timeout_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, http, MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL,
		config->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, config->threads,
		MHD_OPTION_END);
	return http->daemon ? ERR_OK : listen_failed(config->listen);
}

enum err http_start(const struct http_config *config, struct http **ret_http)
{
	struct http *http = calloc(1, sizeof *http);
	enum err err;

	if (!http) {
		return ERR_NOMEM;
	}
	http->config = *config;
	/* Before the threads are there that print them. */
	metrics_add(&m_requests);
	metrics_add(&m_refused);
	err = watch_start(http);
	err = err ? err : daemon_start(http);
	if (err) {
		http_stop(http);
		return err;
	}
	*ret_http = http;
	return ERR_OK;
}

void http_quiesce(struct http *http)
{
	(void)MHD_quiesce_daemon(http->daemon);
}

void http_stop(struct http *http)
{
	if (http) {
		if (http->daemon) {
			MHD_stop_daemon(http->daemon);
		}
		http_watch_stop(http->watch);
		free(http);
	}
}

uint16_t http_port(const struct http *http)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);

	return info ? info->port : 0;
}
