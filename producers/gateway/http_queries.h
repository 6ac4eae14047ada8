/* http_queries.h: a request's query parameters against those that its route takes. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_HTTP_QUERIES_H
#define GOVBUS_PRODUCERS_GATEWAY_HTTP_QUERIES_H

#include "producers/gateway/http.h"

/**
 * Whether each parameter is one that the route takes, given once. A misspelt filter would otherwise list everything, and a
 * misspelt dry_run would post.
 * @return false: the request is answered with a problem that names the parameter, or ? where its name may say
 *         anything (member_unknown_name)
 * @thread the server's
 */
bool http_queries_fit(struct http_request *request);

#endif
