/* http_manual.h: prints docs/HTTP.md: what may be asked of the gateway, from the tables by which it answers. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_HTTP_MANUAL_H
#define GOVBUS_PRODUCERS_GATEWAY_HTTP_MANUAL_H

#include "common/buf.h"

struct route;

/** Appends the page, as Markdown. @thread any */
void http_manual_print(struct buf *out);

/**
 * Whether the page describes a parameter of a route: one of its query, or a name in braces of its path.
 * @thread any
 */
bool http_manual_describes(const struct route *route, struct span name);

/** How many parameters of a route the page describes. @thread any */
int http_manual_parameters(const struct route *route);

#endif
