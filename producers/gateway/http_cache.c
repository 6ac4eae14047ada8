/* http_cache.c: which answers may be cached, by whom, and how a client learns that a cached answer is still current. */
#include "producers/gateway/http_cache.h"

#include <microhttpd.h>
#include <stdio.h>

/* If-None-Match is a list, or a star; whether a tag in it is weak does not matter (RFC 9110, 13.1.2). */
static bool listed(struct span list, const char *quoted)
{
	return list.p &&
	       (span_eq(list, SPAN("*")) || memmem(list.p, list.n, quoted, strlen(quoted)));
}

bool http_cache_not_modified(struct http_request *request, const char *etag)
{
	static const char WEAK[] = "W/";

	(void)snprintf(request->etag, sizeof request->etag, "%s\"%s\"", WEAK, etag);
	if (request->answer.err || !listed(http_header(request, MHD_HTTP_HEADER_IF_NONE_MATCH),
					   request->etag + strlen(WEAK))) {
		return false;
	}
	buf_reset(&request->answer);
	request->status = MHD_HTTP_NOT_MODIFIED;
	return true;
}

void http_cache_headers(const struct http_request *request, struct MHD_Response *response)
{
	bool tagged = request->etag[0] != '\0';

	if (tagged) {
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, request->etag);
	}
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
				      tagged ? "private, no-cache" : "no-store");
	/* A cache that stores it anyway must not give it to another token. */
	if (request->route && request->route->rule != ROUTE_OPEN) {
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_VARY,
					      MHD_HTTP_HEADER_AUTHORIZATION);
	}
}
