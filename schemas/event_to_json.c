/* event_to_json.c: an event as a CloudEvents 1.0 JSON object. */
#include <jansson.h>

#include "schemas/event.h"
#include "schemas/event_data_to_json.h"

void *event_to_json(const struct event *ev, bool sealed)
{
	const struct schema *schema = event_schema(ev->type);
	struct event_data_to_json_how how = {.sealed = sealed, .attributes = true};
	size_t count;
	const struct field *env = event_envelope_fields(&count);
	json_t *json = json_object();

	if (!json || !schema || json_object_set_new(json, "specversion", json_string("1.0")) != 0 ||
	    json_object_set_new(json, "type", json_string(schema->type)) != 0 ||
	    !event_data_to_json_members(env, count, &ev->env, how, json) ||
	    json_object_set_new(json, "datacontenttype", json_string("application/json")) != 0 ||
	    json_object_set_new(json, "data", event_data_to_json(ev->type, &ev->data, sealed)) !=
		    0) {
		json_decref(json);
		return NULL;
	}
	return json;
}
