/* event_from_json.c: reads a CloudEvents 1.0 JSON event as a sender posts it. */
#include <stdio.h>

#include <jansson.h>

#include "schemas/event.h"
#include "schemas/json_member.h"
#include "schemas/member.h"

struct reader {
	struct arena *arena;
	struct problem *problem;
};

static enum err refuse(
	struct reader *r, enum err err, const char *where, const char *name, const char *reason)
{
	if (r->problem) {
		snprintf(r->problem->field, sizeof r->problem->field, "%s%s", where, name);
		snprintf(r->problem->reason, sizeof r->problem->reason, "%s", reason);
	}
	return err;
}

static struct span text_of(const json_t *json)
{
	return span_of(json_string_value(json), json_string_length(json));
}

/* A scalar as the rules of members take it. */
static struct json_member_value value_of(const json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_STRING:
		return (struct json_member_value){.kind = JSON_MEMBER_TEXT, .text = text_of(json)};
	case JSON_INTEGER:
		return (struct json_member_value){
			.kind = JSON_MEMBER_NUMBER,
			.number = {(uint64_t)json_integer_value(json),
				   json_integer_value(json) < 0},
		};
	case JSON_TRUE:
	case JSON_FALSE:
		return (struct json_member_value){.kind = JSON_MEMBER_BOOL,
						  .truth = json_is_true(json)};
	default:
		return (struct json_member_value){.kind = JSON_MEMBER_OTHER};
	}
}

static enum err read_member(struct reader *r,
			    const struct field *f,
			    const json_t *json,
			    void *object,
			    const char *where)
{
	size_t count = f->list_max ? json_array_size(json) : 1;

	if (f->list_max && !json_is_array(json)) {
		return refuse(r, ERR_INVALID, where, f->name, "must be a list");
	}
	if (f->list_max && count > f->list_max) {
		return refuse(r, ERR_INVALID, where, f->name, "has too many items");
	}
	for (size_t i = 0; i < count; i++) {
		const json_t *item = f->list_max ? json_array_get(json, i) : json;
		struct json_member_value scalar = value_of(item);
		const char *reason =
			json_member_read(f, &scalar, r->arena, member_at(f, object, (unsigned)i));

		if (reason) {
			return refuse(r, reason == json_member_no_memory ? ERR_NOMEM : ERR_INVALID,
				      where, f->name, reason);
		}
	}
	member_set_count(f, object, (uint8_t)count);
	return ERR_OK;
}

static enum err read_data(struct reader *r, json_t *json, struct event *ev)
{
	const struct schema *schema = event_schema(ev->type);
	const char *name;
	json_t *value;
	enum err err = ERR_OK;

	memset(&ev->data, 0, schema->size);
	if (json && !json_is_object(json)) {
		return refuse(r, ERR_INVALID, "", "data", "must be an object");
	}
	json_object_foreach(json, name, value)
	{
		const struct field *f =
			member_named(schema->fields, schema->field_count, span_cstr(name));

		if (!f) {
			return refuse(r, ERR_INVALID, "data.", name,
				      "is not a member of this type");
		}
		if (!json_is_null(value)) {
			err = read_member(r, f, value, &ev->data, "data.");
		}
		if (err) {
			return err;
		}
	}
	return ERR_OK;
}

/* @return whether the attribute is one of the four that are no members of the envelope's table */
static bool is_apart(const char *name)
{
	return strcmp(name, "specversion") == 0 || strcmp(name, "type") == 0 ||
	       strcmp(name, "data") == 0 || strcmp(name, "datacontenttype") == 0;
}

static enum err read_apart(struct reader *r, const json_t *json, struct event *ev)
{
	const json_t *version = json_object_get(json, "specversion");
	const json_t *content = json_object_get(json, "datacontenttype");
	const json_t *type = json_object_get(json, "type");

	if (!json_is_string(version) || !span_eq(text_of(version), SPAN("1.0"))) {
		return refuse(r, ERR_INVALID, "", "specversion",
			      version ? "must be 1.0" : "is missing");
	}
	if (content && !json_is_null(content) &&
	    (!json_is_string(content) || !span_eq(text_of(content), SPAN("application/json")))) {
		return refuse(r, ERR_INVALID, "", "datacontenttype", "must be application/json");
	}
	if (!json_is_string(type)) {
		return refuse(r, ERR_INVALID, "", "type", type ? "must be text" : "is missing");
	}
	ev->type = event_type_named(text_of(type));
	return ev->type ? ERR_OK : refuse(r, ERR_UNKNOWN, "", "type", "is not a type of this bus");
}

enum err event_from_json(const void *json,
			 struct arena *arena,
			 struct event *ret_ev,
			 struct problem *ret_problem)
{
	struct reader r = {arena, ret_problem};
	/* jansson looks without writing, but asks for a pointer that could. */
	union {
		const void *borrowed;
		json_t *object;
	} root = {json};
	size_t count;
	const struct field *env = event_envelope_fields(&count);
	const char *name;
	json_t *value;
	enum err err;

	if (!json_is_object(root.object)) {
		return refuse(&r, ERR_MALFORMED, "", "", "is not a JSON object");
	}
	ret_ev->n_extras = 0;
	ret_ev->data_bytes = (struct span){0};
	memset(&ret_ev->env, 0, sizeof ret_ev->env);
	err = read_apart(&r, root.object, ret_ev);
	if (err) {
		return err;
	}
	json_object_foreach(root.object, name, value)
	{
		const struct field *f = member_named(env, count, span_cstr(name));

		if (!f && !is_apart(name)) {
			return refuse(&r, ERR_INVALID, "", name, "is not an attribute of this bus");
		}
		if (f && !json_is_null(value)) {
			err = read_member(&r, f, value, &ret_ev->env, "");
		}
		if (err) {
			return err;
		}
	}
	json_t *data = json_object_get(root.object, "data");

	return read_data(&r, json_is_null(data) ? NULL : data, ret_ev);
}
