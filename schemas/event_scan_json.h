/* event_scan_json.h: a posted event read straight from its JSON text, in one pass and without a tree. */
#ifndef GOVBUS_SCHEMAS_EVENT_SCAN_JSON_H
#define GOVBUS_SCHEMAS_EVENT_SCAN_JSON_H

#include "schemas/event.h"

/**
 * Reads the CloudEvents 1.0 JSON event that a text begins with, if there is nothing about it to refuse. What it takes, jansson
 * and event_from_json take too, and read the same; whatever else it meets it leaves to them, to be refused in their words.
 * @param text    borrowed, may go on after the event; the event points into it and into arena
 * @param ret_ev  undefined if it is left
 * @return bytes up to and with the closing brace; 0: left to event_from_json
 * @thread any
 */
size_t event_scan_json(struct span text, struct arena *arena, struct event *ret_ev);

#endif
