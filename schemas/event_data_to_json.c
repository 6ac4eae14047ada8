/* event_data_to_json.c: members of a table as JSON, by their kinds. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>
#include <sodium.h>

#include "common/civil.h"
#include "schemas/event.h"
#include "schemas/event_data_to_json.h"
#include "schemas/member.h"

static json_t *base64_of(struct span bytes)
{
	size_t size = sodium_base64_ENCODED_LEN(bytes.n, sodium_base64_VARIANT_ORIGINAL);
	char *text = malloc(size);

	if (!text) {
		return NULL;
	}
	sodium_bin2base64(text, size, bytes.p, bytes.n, sodium_base64_VARIANT_ORIGINAL);
	json_t *json = json_string(text);

	free(text);
	return json;
}

static json_t *hex_of(struct span bytes)
{
	char text[65];

	if (bytes.n > 32) {
		return NULL;
	}
	return json_string(sodium_bin2hex(text, sizeof text, bytes.p, bytes.n));
}

static json_t *day_of(uint32_t day)
{
	char text[16];

	snprintf(text, sizeof text, "%04u-%02u-%02u", day / 10000 % 10000, day / 100 % 100,
		 day % 100);
	return json_string(text);
}

static json_t *time_of(int64_t at_us)
{
	char text[CIVIL_TEXT_SIZE];

	civil_format(at_us, text);
	return json_string(text);
}

/* CloudEvents integers have 32 bits, and JSON readers lose digits past 53: larger numbers go as text. */
static json_t *number_of(const struct field *f, int64_t value, bool attribute)
{
	char text[24];

	if (!attribute && (f->kind == KIND_INT || value >= 0)) {
		return json_integer(value);
	}
	if (f->kind == KIND_INT) {
		snprintf(text, sizeof text, "%" PRId64, value);
	} else {
		snprintf(text, sizeof text, "%" PRIu64, (uint64_t)value);
	}
	return json_string(text);
}

static json_t *item_of(const struct field *f, const void *object, unsigned i, bool attribute)
{
	switch ((enum kind)f->kind) {
	case KIND_TIME:
		return time_of(member_int(f, object, i));
	case KIND_DAY:
		return day_of((uint32_t)member_int(f, object, i));
	case KIND_INT:
	case KIND_UINT:
		return number_of(f, member_int(f, object, i), attribute);
	case KIND_BOOL:
		return json_boolean(member_int(f, object, i));
	case KIND_ENUM:
	case KIND_STEP:
		return json_string(
			codes_get(member_codes(f), (uint8_t)member_int(f, object, i))->name);
	case KIND_HASH:
		return hex_of(member_span(f, object, i));
	case KIND_BYTES:
	case KIND_SEAL:
		return base64_of(member_span(f, object, i));
	default: {
		struct span text = member_span(f, object, i);

		return json_stringn((const char *)text.p, text.n);
	}
	}
}

static json_t *list_of(const struct field *f, const void *object, bool attribute)
{
	json_t *list = json_array();

	for (unsigned i = 0; list && i < member_count(f, object); i++) {
		if (json_array_append_new(list, item_of(f, object, i, attribute)) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

bool event_data_to_json_members(const struct field *fields,
				size_t count,
				const void *object,
				struct event_data_to_json_how how,
				json_t *json)
{
	for (const struct field *f = fields; f < fields + count; f++) {
		if (!member_has(f, object) || (f->kind == KIND_SEAL && !how.sealed)) {
			continue;
		}
		json_t *value = f->list_max ? list_of(f, object, how.attributes)
					    : item_of(f, object, 0, how.attributes);

		if (json_object_setn_new_nocheck(json, f->name, f->name_len, value) != 0) {
			return false;
		}
	}
	return true;
}

void *event_data_to_json(enum event_type type, const void *data, bool sealed)
{
	const struct schema *schema = event_schema(type);
	struct event_data_to_json_how how = {.sealed = sealed};
	json_t *json = json_object();

	if (json && schema &&
	    !event_data_to_json_members(schema->fields, schema->field_count, data, how, json)) {
		json_decref(json);
		return NULL;
	}
	return json;
}
