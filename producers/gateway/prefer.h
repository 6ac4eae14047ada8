/* prefer.h: what a Prefer header asks for (RFC 7240). */
#ifndef GOVBUS_PRODUCERS_GATEWAY_PREFER_H
#define GOVBUS_PRODUCERS_GATEWAY_PREFER_H

#include <stdbool.h>

#include "common/span.h"

/**
 * Whether a list of preferences holds one of this name, in any case of letters, that has no value; its parameters, and all other
 * preferences, do not matter.
 * @param list  the value of one Prefer header
 * @thread any
 */
bool prefer_has(struct span list, const char *name);

#endif
