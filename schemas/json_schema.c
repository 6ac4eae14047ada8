/* json_schema.c: the JSON Schema (2020-12) of an event type, printed from its table. */
#include "schemas/json_schema.h"

#include <jansson.h>

#include "common/limits.h"
#include "schemas/member.h"

/* Adds a value that may have failed to be made; failure shows as a missing member, which the caller's test compares. */
static void set(json_t *object, const char *name, json_t *value)
{
	(void)json_object_set_new(object, name, value);
}

static json_t *text(const char *pattern, uint32_t most)
{
	json_t *json = json_object();

	set(json, "type", json_string("string"));
	if (pattern) {
		set(json, "pattern", json_string(pattern));
	}
	if (most) {
		set(json, "maxLength", json_integer(most));
	}
	return json;
}

static json_t *format(const char *name)
{
	json_t *json = text(NULL, 0);

	set(json, "format", json_string(name));
	return json;
}

static json_t *one_of_codes(const struct field *f)
{
	json_t *json = json_object(), *names = json_array();
	const struct code_list *list = codes_list(member_codes(f));

	for (uint8_t i = 1; list && i < list->count; i++) {
		(void)json_array_append_new(names, json_string(list->codes[i].name));
	}
	set(json, "enum", names);
	return json;
}

static json_t *one_of_types(void)
{
	json_t *json = json_object(), *names = json_array();
	size_t count;
	const struct case_type *types = codes_types(&count);

	for (size_t i = 0; i < count; i++) {
		if (strlen(types[i].code) == 4) {
			(void)json_array_append_new(names, json_string(types[i].code));
		}
	}
	set(json, "enum", names);
	return json;
}

/* 64-bit numbers may come as text: CloudEvents integers have 32 bits. */
static json_t *number(const struct field *f)
{
	json_t *json = json_object();
	bool sign = f->kind == KIND_INT;

	if (f->bound) {
		set(json, "type", json_string("integer"));
		set(json, "minimum", json_integer(sign ? -(json_int_t)f->bound : 0));
		set(json, "maximum", json_integer(f->bound));
		return json;
	}
	set(json, "type", json_pack("[ss]", "integer", "string"));
	set(json, "pattern", json_string(sign ? "^-?[0-9]{1,19}$" : "^[0-9]{1,20}$"));
	if (!sign) {
		set(json, "minimum", json_integer(0));
	}
	return json;
}

static json_t *base64(void)
{
	json_t *json = text(NULL, 0);

	set(json, "contentEncoding", json_string("base64"));
	return json;
}

static json_t *boolean(void)
{
	json_t *json = json_object();

	set(json, "type", json_string("boolean"));
	return json;
}

static json_t *item_of(const struct field *f)
{
	switch ((enum kind)f->kind) {
	case KIND_CODE:
		return text("^[!-~]+$", f->bound);
	case KIND_TEXT:
		return text("^[^\\u0000-\\u001f\\u007f-\\u009f]*$", f->bound);
	case KIND_SEAL:
		return text("^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$",
			    f->bound);
	case KIND_BYTES:
		return base64();
	case KIND_HASH:
		return text("^[0-9A-Fa-f]{64}$", 0);
	case KIND_PLACE:
		return text("^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15}|[0-9]{17})$",
			    0);
	case KIND_UNIT:
		return text("^(centre:[0-9]{2,12}|grid:[0-9]{15,17}|[0-9A-Za-z][0-9A-Za-z._-]*)$",
			    LIMIT_UNIT_BYTES);
	case KIND_CASE:
		return text("^[0-9]{6}-[0-9]{8}-[0-9A-Za-z]{12}$", 0);
	case KIND_TYPE:
		return one_of_types();
	case KIND_TIME:
		return format("date-time");
	case KIND_DAY:
		return format("date");
	case KIND_INT:
	case KIND_UINT:
		return number(f);
	case KIND_BOOL:
		return boolean();
	case KIND_ENUM:
	case KIND_STEP:
		return one_of_codes(f);
	}
	return NULL;
}

static json_t *member_of(const struct field *f)
{
	json_t *json = item_of(f);

	if (f->list_max) {
		json_t *list = json_object();

		set(list, "type", json_string("array"));
		set(list, "maxItems", json_integer(f->list_max));
		set(list, "items", json);
		json = list;
	}
	set(json, "description", json_string(f->help));
	if (f->need > NEED_OPTIONAL) {
		set(json, "readOnly", json_true());
	}
	return json;
}

/* Adds the members of a table to "properties", and the needed ones to "required". */
static void add_members(json_t *properties,
			json_t *required,
			const struct field *fields,
			size_t count)
{
	for (const struct field *f = fields; f < fields + count; f++) {
		set(properties, f->name, member_of(f));
		if (f->need == NEED_REQUIRED) {
			(void)json_array_append_new(required, json_string(f->name));
		}
	}
}

static json_t *object_of(json_t *properties, json_t *required)
{
	json_t *json = json_object();

	set(json, "type", json_string("object"));
	set(json, "properties", properties);
	set(json, "required", required);
	set(json, "additionalProperties", json_false());
	return json;
}

static json_t *constant(const char *value)
{
	json_t *json = json_object();

	set(json, "const", json_string(value));
	return json;
}

void *json_schema_of(enum event_type type)
{
	const struct schema *schema = event_schema(type);
	json_t *properties = json_object(), *required = json_pack("[ss]", "specversion", "type");
	json_t *data_properties = json_object(), *data_required = json_array();
	size_t count;
	const struct field *env = event_envelope_fields(&count);

	set(properties, "specversion", constant("1.0"));
	set(properties, "type", constant(schema->type));
	set(properties, "datacontenttype", constant("application/json"));
	set(properties, "dataschema",
	    text("^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$", LIMIT_DATASCHEMA_BYTES));
	add_members(properties, required, env, count);
	add_members(data_properties, data_required, schema->fields, schema->field_count);
	if (json_array_size(data_required)) {
		(void)json_array_append_new(required, json_string("data"));
	}
	if (type == EVENT_case_reported) {
		(void)json_array_append_new(required, json_string("place"));
	}
	set(properties, "data", object_of(data_properties, data_required));
	json_t *json = object_of(properties, required);

	set(json, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
	set(json, "$id", json_sprintf("urn:govbus:schema:%s", schema->type));
	set(json, "title", json_string(schema->type));
	set(json, "description", json_string(schema->help));
	return json;
}
