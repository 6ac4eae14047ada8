/* health.c: /healthz, /readyz and /metrics on a small HTTP server of its own (libmicrohttpd). */
#include "common/health.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/metrics.h"

enum { HEALTH_CONNECTIONS = 32, HEALTH_TIMEOUT_S = 10 };

struct health {
	struct health_config config;
	struct MHD_Daemon *daemon;
};

bool health_address_parse(const char *listen, char ret_address[64], uint16_t *ret_port)
{
	const char *colon = strrchr(listen, ':');
	size_t n = colon ? (size_t)(colon - listen) : 0;
	char *end;

	if (n >= 2 && listen[0] == '[' && listen[n - 1] == ']') {
		listen++;
		n -= 2;
	}
	if (!colon || !n || n >= 64 || !colon[1]) {
		return false;
	}
	unsigned long port = strtoul(colon + 1, &end, 10);

	if (*end || port > 65535) {
		return false;
	}
	memcpy(ret_address, listen, n);
	ret_address[n] = 0;
	*ret_port = (uint16_t)port;
	return true;
}

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
	char address[64];
	uint16_t port;
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	const char *listen = health->config.listen;

	if (!health_address_parse(listen, address, &port)) {
		fprintf(stderr, "listen address %s is not ADDRESS:PORT\n", listen);
		return ERR_USAGE;
	}
	v4.sin_port = v6.sin6_port = htons(port);
	bool is_v4 = inet_pton(AF_INET, address, &v4.sin_addr) == 1;

	if (!is_v4 && inet_pton(AF_INET6, address, &v6.sin6_addr) != 1) {
		fprintf(stderr, "listen address %s is not a numeric address\n", listen);
		return ERR_USAGE;
	}
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | (is_v4 ? 0 : MHD_USE_IPv6);

	errno = 0;
	health->daemon =
		MHD_start_daemon(flags, port, NULL, NULL, on_request, health, MHD_OPTION_SOCK_ADDR,
				 is_v4 ? (void *)&v4 : (void *)&v6, MHD_OPTION_CONNECTION_LIMIT,
				 (unsigned)HEALTH_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
				 (unsigned)HEALTH_TIMEOUT_S, MHD_OPTION_END);
	if (!health->daemon) {
		LOG(ERROR, "cannot listen", LOG_TEXT("address", listen),
		    LOG_TEXT("why", errno ? strerrordesc_np(errno) : "refused"),
		    LOG_TEXT("error", err_name(ERR_BUSY)),
		    LOG_TEXT("cure", "stop what uses it, or choose another with --listen"));
		return ERR_BUSY;
	}
	return ERR_OK;
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
