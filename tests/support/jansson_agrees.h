/* jansson_agrees.h: a second opinion on posted JSON, by another library. */
#ifndef GOVBUS_TESTS_SUPPORT_JANSSON_AGREES_H
#define GOVBUS_TESTS_SUPPORT_JANSSON_AGREES_H

#include "schemas/event.h"

/**
 * Reads a posted event as it is, and as jansson, which refuses what is not strictly JSON and names that repeat, writes
 * it anew.
 * @param arena      for both
 * @param ret_taken  whether it is an event as it is
 * @return whether both are the same event, or neither is one
 */
bool jansson_agrees(struct span text, struct arena *arena, bool *ret_taken);

#endif
