/* post_binary.h: a CloudEvent in binary mode: its attributes stand in ce- headers. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_POST_BINARY_H
#define GOVBUS_PRODUCERS_GATEWAY_POST_BINARY_H

#include "producers/gateway/http.h"

/**
 * Reads the ce- headers as the attributes of a JSON event without data.
 * @param object       appended to; a name may stand there twice, which event_from_json_tree refuses
 * @param ret_problem  filled when one is no text, or is the body's
 * @return MALFORMED, NOMEM
 * @thread the request's handler
 */
enum err post_binary_headers(struct http_request *request,
			     struct buf *object,
			     struct problem *ret_problem);

#endif
