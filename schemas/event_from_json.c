/* event_from_json.c: reads a CloudEvents 1.0 JSON event as a sender posts it. */
#include <assert.h>
#include <stdio.h>

#include "schemas/json_in.h"
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

static struct span text_of(yyjson_val *json)
{
	return span_of(yyjson_get_str(json), yyjson_get_len(json));
}

static enum err refuse_unknown(struct reader *r,
			       const char *where,
			       yyjson_val *name,
			       const char *reason)
{
	char text[64];

	snprintf(text, sizeof text, "%.*s", SPAN_ARGS(member_unknown_name(text_of(name))));
	return refuse(r, ERR_INVALID, where, text, reason);
}

/* A number is whole if it fits 64 bits with a sign; larger ones come as text. */
static struct json_member_value number_of(yyjson_val *json)
{
	bool whole = yyjson_is_sint(json) ||
		     (yyjson_is_uint(json) && yyjson_get_uint(json) <= INT64_MAX);

	return (struct json_member_value){
		.kind = whole ? JSON_MEMBER_NUMBER : JSON_MEMBER_OTHER,
		.number = {yyjson_get_uint(json), whole && yyjson_get_sint(json) < 0},
	};
}

/* A scalar as the rules of members take it. */
static struct json_member_value value_of(yyjson_val *json)
{
	switch (yyjson_get_type(json)) {
	case YYJSON_TYPE_STR:
		return (struct json_member_value){.kind = JSON_MEMBER_TEXT, .text = text_of(json)};
	case YYJSON_TYPE_NUM:
		return number_of(json);
	case YYJSON_TYPE_BOOL:
		return (struct json_member_value){.kind = JSON_MEMBER_BOOL,
						  .truth = yyjson_is_true(json)};
	default:
		return (struct json_member_value){.kind = JSON_MEMBER_OTHER};
	}
}

static enum err read_item(
	struct reader *r, const struct field *f, yyjson_val *json, void *item, const char *where)
{
	struct json_member_value scalar = value_of(json);
	const char *reason = json_member_read(f, &scalar, r->arena, item);

	if (!reason) {
		return ERR_OK;
	}
	return refuse(r, reason == json_member_no_memory ? ERR_NOMEM : ERR_INVALID, where, f->name,
		      reason);
}

static enum err read_list(
	struct reader *r, const struct field *f, yyjson_val *json, void *object, const char *where)
{
	size_t i, count;
	yyjson_val *item;

	if (!yyjson_is_arr(json)) {
		return refuse(r, ERR_INVALID, where, f->name, "must be a list");
	}
	if (yyjson_arr_size(json) > f->list_max) {
		return refuse(r, ERR_INVALID, where, f->name, "has too many items");
	}
	yyjson_arr_foreach(json, i, count, item)
	{
		enum err err = read_item(r, f, item, member_at(f, object, (unsigned)i), where);

		if (err) {
			return err;
		}
	}
	member_set_count(f, object, (uint8_t)count);
	return ERR_OK;
}

static enum err read_member(
	struct reader *r, const struct field *f, yyjson_val *json, void *object, const char *where)
{
	enum err err;

	if (yyjson_is_null(json)) {
		return ERR_OK;
	}
	if (f->list_max) {
		return read_list(r, f, json, object, where);
	}
	err = read_item(r, f, json, member_at(f, object, 0), where);
	if (!err) {
		member_set_count(f, object, 1);
	}
	return err;
}

/* yyjson lets names repeat; here the same name twice is refused. @param bit the name's own */
static bool stands_twice(uint64_t *seen, size_t bit)
{
	uint64_t mask = UINT64_C(1) << bit;
	bool twice = *seen & mask;

	*seen |= mask;
	return twice;
}

static enum err read_data(struct reader *r, yyjson_val *json, struct event *ev)
{
	const struct schema *schema = event_schema(ev->type);
	size_t i, count;
	yyjson_val *name, *value;
	uint64_t seen = 0;
	enum err err = ERR_OK;

	assert(schema->field_count <= 64);
	memset(&ev->data, 0, schema->size);
	if (!json || yyjson_is_null(json)) {
		return ERR_OK;
	}
	if (!yyjson_is_obj(json)) {
		return refuse(r, ERR_INVALID, "", "data", "must be an object");
	}
	yyjson_obj_foreach(json, i, count, name, value)
	{
		const struct field *f =
			member_named(schema->fields, schema->field_count, text_of(name));

		if (!f) {
			return refuse_unknown(r, "data.", name, "is not a member of this type");
		}
		if (stands_twice(&seen, (size_t)(f - schema->fields))) {
			return refuse(r, ERR_MALFORMED, "data.", f->name, "stands there twice");
		}
		err = read_member(r, f, value, &ev->data, "data.");
		if (err) {
			return err;
		}
	}
	return ERR_OK;
}

/* The attributes that are no members of the envelope's table. */
enum apart { APART_VERSION, APART_TYPE, APART_CONTENT, APART_SCHEMA, APART_DATA, APART_COUNT };

static const char *const apart_names[APART_COUNT] = {
	[APART_VERSION] = "specversion", [APART_TYPE] = "type", [APART_CONTENT] = "datacontenttype",
	[APART_SCHEMA] = "dataschema",   [APART_DATA] = "data",
};

static enum apart apart_named(struct span name)
{
	unsigned i = 0;

	while (i < APART_COUNT && !span_eq(name, span_cstr(apart_names[i]))) {
		i++;
	}
	return (enum apart)i;
}

static enum err check_apart(struct reader *r, yyjson_val *const apart[], struct event *ev)
{
	yyjson_val *version = apart[APART_VERSION], *content = apart[APART_CONTENT];
	yyjson_val *type = apart[APART_TYPE], *schema = apart[APART_SCHEMA];

	if (!yyjson_is_str(version) || !span_eq(text_of(version), SPAN("1.0"))) {
		return refuse(r, ERR_INVALID, "", "specversion",
			      version ? "must be 1.0" : "is missing");
	}
	if (content && !yyjson_is_null(content) &&
	    (!yyjson_is_str(content) || !span_eq(text_of(content), SPAN("application/json")))) {
		return refuse(r, ERR_INVALID, "", "datacontenttype", "must be application/json");
	}
	if (schema && !yyjson_is_null(schema)) {
		const char *wrong = yyjson_is_str(schema) ? member_check_dataschema(text_of(schema))
							  : "must be text";

		if (wrong) {
			return refuse(r, ERR_INVALID, "", "dataschema", wrong);
		}
	}
	if (!yyjson_is_str(type)) {
		return refuse(r, ERR_INVALID, "", "type", type ? "must be text" : "is missing");
	}
	ev->type = event_type_named(text_of(type));
	return ev->type ? ERR_OK : refuse(r, ERR_UNKNOWN, "", "type", "is not a type of this bus");
}

/* Those first: without its type nothing can be said of an event. */
static enum err read_apart(struct reader *r,
			   yyjson_val *json,
			   struct event *ev,
			   yyjson_val **ret_data)
{
	yyjson_val *apart[APART_COUNT] = {NULL}, *name, *value;
	size_t i, count;

	yyjson_obj_foreach(json, i, count, name, value)
	{
		enum apart which = apart_named(text_of(name));

		if (which == APART_COUNT) {
			continue;
		}
		if (apart[which]) {
			return refuse(r, ERR_MALFORMED, "", apart_names[which],
				      "stands there twice");
		}
		apart[which] = value;
	}
	*ret_data = apart[APART_DATA];
	return check_apart(r, apart, ev);
}

static enum err read_envelope(struct reader *r, yyjson_val *json, struct event *ev)
{
	size_t i, count, n_fields;
	const struct field *env = event_envelope_fields(&n_fields);
	yyjson_val *name, *value;
	uint64_t seen = 0;

	assert(n_fields <= 64);
	memset(&ev->env, 0, sizeof ev->env);
	yyjson_obj_foreach(json, i, count, name, value)
	{
		const struct field *f = member_named(env, n_fields, text_of(name));
		enum err err;

		if (!f && apart_named(text_of(name)) != APART_COUNT) {
			continue;
		}
		if (!f) {
			return refuse_unknown(r, "", name, "is not an attribute of this bus");
		}
		if (stands_twice(&seen, (size_t)(f - env))) {
			return refuse(r, ERR_MALFORMED, "", f->name, "stands there twice");
		}
		err = read_member(r, f, value, &ev->env, "");
		if (err) {
			return err;
		}
	}
	return ERR_OK;
}

enum err event_from_json_tree(yyjson_val *json,
			      yyjson_val *data,
			      struct arena *arena,
			      struct event *ret_ev,
			      struct problem *ret_problem)
{
	struct reader r = {arena, ret_problem};
	yyjson_val *within;
	enum err err;

	if (!yyjson_is_obj(json)) {
		return refuse(&r, ERR_MALFORMED, "", "", "is not a JSON object");
	}
	ret_ev->n_extras = 0;
	ret_ev->data_bytes = (struct span){0};
	err = read_apart(&r, json, ret_ev, &within);
	if (!err) {
		err = read_envelope(&r, json, ret_ev);
	}
	return err ? err : read_data(&r, data ? data : within, ret_ev);
}

enum err event_from_json(struct span text,
			 struct arena *arena,
			 struct event *ret_ev,
			 struct problem *ret_problem)
{
	struct json_in in;
	yyjson_val *json;
	enum err err = json_in_open(&in, text, arena);

	if (!err) {
		err = json_in_only(&in, arena, &json, ret_problem);
	}
	return err ? err : event_from_json_tree(json, NULL, arena, ret_ev, ret_problem);
}
