/* http_cache.h: which answers may be cached, by whom, and how a client learns that a cached answer is still current. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_HTTP_CACHE_H
#define GOVBUS_PRODUCERS_GATEWAY_HTTP_CACHE_H

#include "producers/gateway/http.h"

struct MHD_Response;

/**
 * Answers 304 if the client has this version already; what was written of the answer is dropped then.
 * @param etag  of all that matters of the answer, if not of every byte: it is sent as a weak one, in any case
 * @return true: nothing more to do
 * @thread the request's handler
 */
bool http_cache_not_modified(struct http_request *request, const char *etag);

/**
 * Adds the caching headers: an answer with a tag may be stored by the client, which must revalidate it each time; all
 * others may not be stored.
 * @thread the server's
 */
void http_cache_headers(const struct http_request *request, struct MHD_Response *response);

#endif
