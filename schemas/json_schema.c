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

#define PLACE_TO_VILLAGE "([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})"
#define PLACE_BELOW      "([0-9]{15}|[0-9]{17})"
#define PLACE            "(" PLACE_TO_VILLAGE "|" PLACE_BELOW ")"
#define CASE             "[0-9]{6}-[0-9]{8}-[0-9A-TV-Za-tv-z]{12}"
#define ID               "[!-~]+"

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
		return text("^" PLACE "$", 0);
	case KIND_UNIT:
		return text("^(centre:" PLACE_TO_VILLAGE "|grid:" PLACE_BELOW
			    "|[0-9A-Za-z][0-9A-Za-z._-]*)$",
			    LIMIT_UNIT_BYTES);
	case KIND_CASE:
		return text("^" CASE "$", 0);
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

/* By CloudEvents a member that is null is one that is absent, so it may be where absence may. */
static json_t *or_null(json_t *json)
{
	json_t *type = json_object_get(json, "type"), *codes = json_object_get(json, "enum");

	if (json_is_string(type)) {
		set(json, "type", json_pack("[Os]", type, "null"));
	} else if (type) {
		(void)json_array_append_new(type, json_string("null"));
	}
	if (codes) {
		(void)json_array_append_new(codes, json_null());
	}
	return json;
}

static json_t *member_of(const struct field *f)
{
	json_t *json = item_of(f);
	bool needed = f->need == NEED_REQUIRED;

	if (needed && (f->kind == KIND_TEXT || f->kind == KIND_SEAL)) {
		set(json, "minLength", json_integer(1));
	}
	if (f->list_max) {
		json_t *list = json_object();

		set(list, "type", json_string("array"));
		if (needed) {
			set(list, "minItems", json_integer(1));
		}
		set(list, "maxItems", json_integer(f->list_max));
		set(list, "items", json);
		json = list;
	}
	json = needed ? json : or_null(json);
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

/* How a subject begins and goes on, as event_validate asks; of list items data says the rest. */
static const char *subject_pattern(enum event_type type)
{
	switch (type) {
	case EVENT_place_registered:
	case EVENT_place_changed:
		return "^place:" PLACE "$";
	case EVENT_unit_registered:
		return "^unit:" ID "$";
	case EVENT_list_item_set:
		return "^list:[A-Z]+:" ID "$";
	case EVENT_policy_set:
		return "^policy:" ID "$";
	case EVENT_calendar_set:
		return "^calendar:" ID "$";
	case EVENT_profile_set:
		return "^profile:" ID "$";
	case EVENT_clock_advanced:
	case EVENT_clock_confirmed:
	case EVENT_went_live:
		return "^clock$";
	default:
		return "^" CASE "$";
	}
}

static json_t *given(const char *name)
{
	return json_pack("{s[s]s{s{s{ss}}}}", "required", name, "properties", name, "not", "type",
			 "null");
}

/* A point has both coordinates, or none. */
static json_t *both_coordinates(void)
{
	static const char LON[] = "lon_e6", LAT[] = "lat_e6";

	return json_pack("[{soso}{soso}]", "if", given(LON), "then", given(LAT), "if", given(LAT),
			 "then", given(LON));
}

/* In what is posted the type decides about the subject, and about the place of a report: in a county, however it is filled up. */
static void set_about(json_t *properties, json_t *required, enum event_type type)
{
	json_t *subject = json_object_get(properties, "subject");
	json_t *place = json_object_get(properties, "place");

	set(subject, "pattern", json_string(subject_pattern(type)));
	if (type != EVENT_case_reported) {
		set(subject, "type", json_string("string"));
		(void)json_array_append_new(required, json_string("subject"));
		return;
	}
	set(place, "type", json_string("string"));
	set(place, "pattern",
	    json_string("^(?![0-9]{4}(00|00000|00000000)$)"
			"([0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15}|[0-9]{17})$"));
	(void)json_array_append_new(required, json_string("place"));
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
	set(properties, "datacontenttype", json_pack("{s[sn]}", "enum", "application/json"));
	set(properties, "dataschema",
	    or_null(text("^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$", LIMIT_DATASCHEMA_BYTES)));
	add_members(properties, required, env, count);
	add_members(data_properties, data_required, schema->fields, schema->field_count);
	if (json_array_size(data_required)) {
		(void)json_array_append_new(required, json_string("data"));
	}
	if (schema->posted) {
		set_about(properties, required, type);
	}
	json_t *data = object_of(data_properties, data_required);

	if (type == EVENT_case_reported) {
		set(data, "allOf", both_coordinates());
	}
	set(properties, "data", json_array_size(data_required) ? data : or_null(data));
	json_t *json = object_of(properties, required);

	set(json, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
	set(json, "$id", json_sprintf("urn:govbus:schema:%s", schema->type));
	set(json, "title", json_string(schema->type));
	set(json, "description", json_string(schema->help));
	return json;
}
