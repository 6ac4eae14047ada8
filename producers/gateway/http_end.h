/* http_end.h: where a request ends: what a proxy in front might read in another way is refused, since what one takes for the end of a body the other runs as a request. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_HTTP_END_H
#define GOVBUS_PRODUCERS_GATEWAY_HTTP_END_H

#include "producers/gateway/http.h"

/**
 * Whether the header says in one way only where the request ends (RFC 9112, 5.1 and 6.3): by one Content-Length or by chunks, and
 * by no name that has a space in it.
 * @return false: the request is answered with a problem, and its connection will be closed
 * @thread the server's
 */
bool http_end_clear(struct http_request *request);

#endif
