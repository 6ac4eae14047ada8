/* member.c: the rules of each kind of member. */
#include "schemas/member.h"

#include "common/case_id.h"
#include "common/civil.h"
#include "common/limits.h"
#include "common/place.h"

/* Moments that RFC 3339 with four digits of year can name, in UTC and at +08:00, as all answers do: 1900-01-01Z to 9999-12-31+08:00. */
#define TIME_LEAST_US (INT64_C(-2208988800) * CIVIL_SECOND_US)
#define TIME_END_US   (INT64_C(253402272000) * CIVIL_SECOND_US)

enum { CODE_BYTES = 128, HASH_BYTES = 32, SEAL_ROOM_BYTES = 64 };

static const struct {
	uint8_t shape, size;
} kinds[] = {
#define ROW(kind, shape) [KIND_##kind] = {shape, sizeof(KIND_TYPE_##kind)}
	ROW(CODE, MEMBER_TEXT),   ROW(TEXT, MEMBER_TEXT),  ROW(SEAL, MEMBER_BYTES),
	ROW(BYTES, MEMBER_BYTES), ROW(HASH, MEMBER_BYTES), ROW(PLACE, MEMBER_TEXT),
	ROW(UNIT, MEMBER_TEXT),   ROW(CASE, MEMBER_TEXT),  ROW(TYPE, MEMBER_TEXT),
	ROW(TIME, MEMBER_INT),    ROW(DAY, MEMBER_INT),    ROW(INT, MEMBER_INT),
	ROW(UINT, MEMBER_INT),    ROW(BOOL, MEMBER_BOOL),  ROW(ENUM, MEMBER_CODE),
	ROW(STEP, MEMBER_CODE),
#undef ROW
};

struct span member_unknown_name(struct span name)
{
	enum { NAME_BYTES = 40, NAME_DIGITS = 4 };
	size_t digits = 0;
	bool formed = name.n && name.n <= NAME_BYTES;

	for (size_t i = 0; i < name.n && formed; i++) {
		uint8_t c = name.p[i], letter = c | 0x20;

		digits += c >= '0' && c <= '9';
		formed = (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '_';
	}
	return formed && digits <= NAME_DIGITS ? name : SPAN("?");
}

enum member_shape member_shape(enum kind kind)
{
	return (enum member_shape)kinds[kind].shape;
}

enum codes member_codes(const struct field *field)
{
	return field->kind == KIND_STEP ? CODES_step : (enum codes)field->bound;
}

static const char *check_code(struct span value, uint32_t bound)
{
	if (value.n == 0) {
		return "may not be empty";
	}
	if (value.n > (bound ? bound : CODE_BYTES)) {
		return "is too long";
	}
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] < 0x21 || value.p[i] > 0x7e) {
			return "must be printable ASCII without spaces; percent-encode all else";
		}
	}
	return NULL;
}

static bool is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* A scheme, a colon, and something behind it. */
const char *member_check_dataschema(struct span value)
{
	const char *wrong = check_code(value, LIMIT_DATASCHEMA_BYTES);
	size_t n = 0;

	while (!wrong && n < value.n &&
	       (is_letter(value.p[n]) || (n && memchr("0123456789+-.", value.p[n], 13)))) {
		n++;
	}
	if (!wrong && (n == 0 || n + 1 >= value.n || value.p[n] != ':')) {
		wrong = "must be an absolute URI";
	}
	return wrong;
}

static const char *check_text(const struct field *field, struct span value, bool lines, bool posted)
{
	size_t chars;
	bool controls, breaks;

	if (!mp_utf8(value, &chars, &controls, &breaks)) {
		return "is not UTF-8";
	}
	if (controls || (breaks && !lines)) {
		return "may not contain control characters";
	}
	if (field->bound && chars > field->bound) {
		return "is too long";
	}
	if (posted && chars == 0 && field->need == NEED_REQUIRED) {
		return "may not be empty";
	}
	return NULL;
}

static bool is_alnum(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool is_registered_unit(struct span id)
{
	for (size_t i = 0; i < id.n; i++) {
		uint8_t c = id.p[i];

		if (!is_alnum(c) && (i == 0 || (c != '.' && c != '_' && c != '-'))) {
			return false;
		}
	}
	return id.n > 0;
}

static const char *check_unit(struct span value)
{
	int least = 0, most = 0;
	struct span place = {0};

	if (value.n > LIMIT_UNIT_BYTES) {
		return "is too long";
	}
	if (span_starts(value, SPAN("centre:"))) {
		place = span_of(value.p + 7, value.n - 7);
		least = 1;
		most = 5;
	} else if (span_starts(value, SPAN("grid:"))) {
		place = span_of(value.p + 5, value.n - 5);
		least = 6;
		most = 7;
	} else {
		return is_registered_unit(value)
			       ? NULL
			       : "must be centre:PLACE, grid:PLACE or a unit's id";
	}
	int level = place_valid(place) ? place_level(place) : 0;

	return level >= least && level <= most ? NULL : "must name a place of its level";
}

static const char *check_type(struct span value, bool posted)
{
	if (posted) {
		return codes_type(value) ? NULL : "is not in the code book of case types";
	}
	/* A newer writer may know types that this reader does not. */
	if (value.n != 4 || value.p[0] < 'A' || value.p[0] > 'Z' || value.p[1] < 'A' ||
	    value.p[1] > 'Z' || value.p[2] < '0' || value.p[2] > '9' || value.p[3] < '0' ||
	    value.p[3] > '9') {
		return "must be two capital letters and two digits";
	}
	return NULL;
}

static const char *check_seal(const struct field *field, struct span value, bool posted)
{
	if (posted) {
		return check_text(field, value, true, posted);
	}
	if (value.n == 0) {
		return "may not be empty";
	}
	return value.n > 4 * field->bound + SEAL_ROOM_BYTES ? "is too long" : NULL;
}

const char *member_check(const struct field *field, struct span value, bool posted)
{
	struct case_id id;

	switch ((enum kind)field->kind) {
	case KIND_CODE:
		return check_code(value, field->bound);
	case KIND_TEXT:
		return check_text(field, value, false, posted);
	case KIND_SEAL:
		return check_seal(field, value, posted);
	case KIND_BYTES:
		return value.n == field->bound ? NULL : "has the wrong length";
	case KIND_HASH:
		return value.n == HASH_BYTES ? NULL : "must be 32 bytes";
	case KIND_PLACE:
		return place_valid(value)
			       ? NULL
			       : "must be a place code of 2, 4, 6, 9, 12, 15 or 17 digits";
	case KIND_UNIT:
		return check_unit(value);
	case KIND_CASE:
		return case_id_parse(value, &id) ? NULL : "must be a case id";
	case KIND_TYPE:
		return check_type(value, posted);
	default:
		return "is not text";
	}
}

const char *member_check_int(const struct field *field, struct mp_int value)
{
	int32_t day;
	int64_t number = (int64_t)value.bits;
	uint64_t magnitude = value.negative ? 0 - value.bits : value.bits;

	switch ((enum kind)field->kind) {
	case KIND_TIME:
		if (value.negative != (number < 0) || number < TIME_LEAST_US ||
		    number >= TIME_END_US) {
			return "must be a moment of the years 1900 to 9999";
		}
		return NULL;
	case KIND_DAY:
		if (value.negative || value.bits > UINT32_MAX ||
		    !civil_day_parse((uint32_t)value.bits, &day)) {
			return "must be a date";
		}
		return NULL;
	case KIND_INT:
		if (value.negative != (number < 0)) {
			return "is out of range";
		}
		return field->bound && magnitude > field->bound ? "is out of range" : NULL;
	case KIND_UINT:
		if (value.negative) {
			return "may not be negative";
		}
		return field->bound && magnitude > field->bound ? "is out of range" : NULL;
	default:
		return "is not a number";
	}
}

void *member_at(const struct field *field, void *object, unsigned i)
{
	return (uint8_t *)object + field->offset + i * kinds[field->kind].size;
}

static const void *at(const struct field *field, const void *object, unsigned i)
{
	return (const uint8_t *)object + field->offset + i * kinds[field->kind].size;
}

struct span member_span(const struct field *field, const void *object, unsigned i)
{
	return *(const struct span *)at(field, object, i);
}

int64_t member_int(const struct field *field, const void *object, unsigned i)
{
	const void *item = at(field, object, i);

	switch ((enum kind)field->kind) {
	case KIND_DAY:
		return *(const uint32_t *)item;
	case KIND_BOOL:
		return *(const bool *)item;
	case KIND_ENUM:
	case KIND_STEP:
		return *(const uint8_t *)item;
	default:
		return *(const int64_t *)item;
	}
}

void member_set_int(const struct field *field, void *object, unsigned i, int64_t value)
{
	void *item = member_at(field, object, i);

	switch ((enum kind)field->kind) {
	case KIND_DAY:
		*(uint32_t *)item = (uint32_t)value;
		break;
	case KIND_BOOL:
		*(bool *)item = value != 0;
		break;
	case KIND_ENUM:
	case KIND_STEP:
		*(uint8_t *)item = (uint8_t)value;
		break;
	default:
		*(int64_t *)item = value;
		break;
	}
}

const struct field *member_named(const struct field *fields, size_t count, struct span name)
{
	for (size_t i = 0; i < count; i++) {
		if (fields[i].name_len == name.n && memcmp(fields[i].name, name.p, name.n) == 0) {
			return &fields[i];
		}
	}
	return NULL;
}
