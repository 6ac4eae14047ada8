/* json_schema.h: the JSON Schema (2020-12) of an event type, printed from its table. */
#ifndef GOVBUS_SCHEMAS_JSON_SCHEMA_H
#define GOVBUS_SCHEMAS_JSON_SCHEMA_H

#include "schemas/event.h"

/**
 * The schema of one type as a CloudEvents JSON event: what event_from_json takes and event_to_json gives. Members that
 * only the door or the decider set are marked readOnly.
 * @return a jansson object (json_t *), a new reference; NULL when memory is exhausted
 * @thread any
 */
void *json_schema_of(enum event_type type);

#endif
