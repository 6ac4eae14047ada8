/* event_from_json.c: reads a CloudEvents 1.0 JSON event as a sender posts it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>
#include <sodium.h>

#include "common/civil.h"
#include "schemas/event.h"
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

/* No fault of the sender's. */
static const char no_memory[] = "finds no memory";

static const char *read_bytes(struct reader *r,
			      const struct field *f,
			      struct span text,
			      struct span *ret_bytes)
{
	size_t most = text.n;
	uint8_t *bytes = arena_alloc(r->arena, most + 1);
	size_t n = 0;
	int failed;

	if (!bytes) {
		return no_memory;
	}
	if (f->kind == KIND_HASH) {
		failed =
			sodium_hex2bin(bytes, most, (const char *)text.p, text.n, NULL, &n, NULL) ||
			n * 2 != text.n;
		if (failed) {
			return "must be 64 hexadecimal digits";
		}
	} else {
		failed = sodium_base642bin(bytes, most, (const char *)text.p, text.n, NULL, &n,
					   NULL, sodium_base64_VARIANT_ORIGINAL);
		if (failed) {
			return "must be base64";
		}
	}
	*ret_bytes = span_of(bytes, n);
	return member_check(f, *ret_bytes, true);
}

/* A whole number in a text of digits; 64-bit numbers may come so, as CloudEvents asks of extensions. */
static bool number_of_text(struct span text, struct mp_int *ret_number)
{
	char digits[24];
	char *end;

	if (text.n == 0 || text.n >= sizeof digits ||
	    (text.p[0] != '-' && (text.p[0] < '0' || text.p[0] > '9'))) {
		return false;
	}
	memcpy(digits, text.p, text.n);
	digits[text.n] = '\0';
	errno = 0;
	if (digits[0] == '-') {
		long long value = strtoll(digits, &end, 10);

		*ret_number = (struct mp_int){(uint64_t)value, value < 0};
	} else {
		*ret_number = (struct mp_int){strtoull(digits, &end, 10), false};
	}
	return errno == 0 && end == digits + text.n && digits[text.n - 1] != '-';
}

static const char *read_number(const struct field *f, const json_t *json, uint64_t *ret_bits)
{
	struct mp_int number;

	if (json_is_integer(json)) {
		number = (struct mp_int){(uint64_t)json_integer_value(json),
					 json_integer_value(json) < 0};
	} else if (f->bound || !json_is_string(json) || !number_of_text(text_of(json), &number)) {
		return "must be a whole number";
	}
	*ret_bits = number.bits;
	return member_check_int(f, number);
}

static const char *read_time(const struct field *f, const json_t *json, int64_t *ret_us)
{
	if (!json_is_string(json) || !civil_parse(text_of(json), ret_us)) {
		return "must be a time by RFC 3339, such as 2023-01-19T09:00:00+08:00";
	}
	return member_check_int(f, (struct mp_int){(uint64_t)*ret_us, *ret_us < 0});
}

static const char *read_day(const json_t *json, uint32_t *ret_day)
{
	int32_t day;

	if (!json_is_string(json) || !civil_parse_date(text_of(json), &day)) {
		return "must be a date, such as 2023-01-19";
	}
	*ret_day = civil_yyyymmdd(day);
	return NULL;
}

static const char *read_text(struct reader *r,
			     const struct field *f,
			     const json_t *json,
			     struct span *ret_span)
{
	if (!json_is_string(json)) {
		return "must be text";
	}
	if (f->kind == KIND_BYTES || f->kind == KIND_HASH) {
		return read_bytes(r, f, text_of(json), ret_span);
	}
	*ret_span = text_of(json);
	return member_check(f, *ret_span, true);
}

static const char *read_item(struct reader *r,
			     const struct field *f,
			     const json_t *json,
			     void *item)
{
	switch ((enum kind)f->kind) {
	case KIND_TIME:
		return read_time(f, json, item);
	case KIND_DAY:
		return read_day(json, item);
	case KIND_INT:
	case KIND_UINT:
		return read_number(f, json, item);
	case KIND_BOOL:
		*(bool *)item = json_is_true(json);
		return json_is_boolean(json) ? NULL : "must be true or false";
	case KIND_ENUM:
	case KIND_STEP:
		*(uint8_t *)item =
			json_is_string(json) ? codes_find(member_codes(f), text_of(json)) : 0;
		return *(uint8_t *)item ? NULL : "is not in its list of codes";
	default:
		return read_text(r, f, json, item);
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
		const char *reason = read_item(r, f, item, member_at(f, object, (unsigned)i));

		if (reason) {
			return refuse(r, reason == no_memory ? ERR_NOMEM : ERR_INVALID, where,
				      f->name, reason);
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
