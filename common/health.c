/* health.c: /healthz, /readyz and /metrics on a small HTTP server of its own (libmicrohttpd). */
#include "common/health.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/listen.h"
#include "common/metrics.h"

enum { HEALTH_CONNECTIONS = 32, HEALTH_TIMEOUT_S = 10 };

struct health {
	struct health_config config;
	struct MHD_Daemon *daemon;
};

static unsigned probe(health_probe *ask, void *context, struct buf *out)
{
	struct buf reasons = {0};
	bool well = !ask || ask(context, &reasons);

	buf_add_text(out, well ? "ok\n" : "not ok\n");
	buf_add(out, buf_span(&reasons));
	buf_done(&reasons);
	return well ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
}

static unsigned answer(struct health *health, const char *path, struct buf *out)
{
	if (strcmp(path, "/healthz") == 0) {
		return probe(health->config.healthy, health->config.context, out);
	}
	if (strcmp(path, "/readyz") == 0) {
		return probe(health->config.ready, health->config.context, out);
	}
	if (strcmp(path, "/metrics") == 0) {
		metrics_print(out);
		return MHD_HTTP_OK;
	}
	buf_add_text(out, "not found: /healthz, /readyz, /metrics\n");
	return MHD_HTTP_NOT_FOUND;
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
	struct buf out = {0};

	(void)version, (void)body, (void)body_bytes, (void)state;
	if (strcmp(method, "GET") != 0) {
		return MHD_NO;
	}
	unsigned status = answer(context, path, &out);
	struct MHD_Response *response = MHD_create_response_from_buffer(
		out.n, out.p ? (void *)out.p : (void *)"", MHD_RESPMEM_MUST_COPY);

	buf_done(&out);
	if (!response) {
		return MHD_NO;
	}
	bool metrics = strcmp(path, "/metrics") == 0;

	MHD_add_response_header(
		response, "Content-Type",
		metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
			: "text/plain; charset=utf-8");
	enum MHD_Result result = MHD_queue_response(connection, status, response);

	MHD_destroy_response(response);
	return result;
}

static enum err start(struct health *health)
{
	struct sockaddr_storage address;
	uint16_t port;
	bool v6;
	enum err err = listen_resolve(health->config.listen, &address, &port, &v6);

	if (err) {
		return err;
	}
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | (v6 ? MHD_USE_IPv6 : 0u);

	errno = 0;
	health->daemon = MHD_start_daemon(
		flags, port, NULL, NULL, on_request, health, MHD_OPTION_SOCK_ADDR, &address,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)HEALTH_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HEALTH_TIMEOUT_S, MHD_OPTION_END);
	return health->daemon ? ERR_OK : listen_failed(health->config.listen);
}

enum err health_start(const struct health_config *config, struct health **ret_health)
{
	struct health *health = calloc(1, sizeof *health);

	if (!health) {
		return ERR_NOMEM;
	}
	health->config = *config;
	enum err err = start(health);

	if (err) {
		free(health);
		return err;
	}
	*ret_health = health;
	return ERR_OK;
}

void health_stop(struct health *health)
{
	if (health) {
		MHD_stop_daemon(health->daemon);
		free(health);
	}
}
