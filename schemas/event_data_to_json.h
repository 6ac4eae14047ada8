/* event_data_to_json.h: what the two printers of JSON share: the members of a table, envelope or data. */
#ifndef GOVBUS_SCHEMAS_EVENT_DATA_TO_JSON_H
#define GOVBUS_SCHEMAS_EVENT_DATA_TO_JSON_H

#include <jansson.h>

#include "schemas/schema.h"

struct event_data_to_json_how {
	bool sealed;     /* sealed members too, as base64 */
	bool attributes; /* 64-bit numbers as text, as CloudEvents asks of extensions */
};

/** Adds the members that are there to a JSON object. @return false when memory is exhausted @thread any */
bool event_data_to_json_members(const struct field *fields,
				size_t count,
				const void *object,
				struct event_data_to_json_how how,
				json_t *json);

#endif
