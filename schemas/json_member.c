/* json_member.c: turns a JSON scalar into an item of a member, by the same rules for every JSON reader. */
#include "schemas/json_member.h"

#include <errno.h>
#include <stdlib.h>

#include <sodium.h>

#include "common/civil.h"
#include "schemas/member.h"

const char json_member_no_memory[] = "finds no memory";

static const char *read_bytes(const struct field *f,
			      struct span text,
			      struct arena *arena,
			      struct span *ret_bytes)
{
	size_t most = text.n;
	uint8_t *bytes = arena_alloc(arena, most + 1);
	size_t n = 0;
	int failed;

	if (!bytes) {
		return json_member_no_memory;
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

static const char *read_number(const struct field *f,
			       const struct json_member_value *value,
			       uint64_t *ret_bits)
{
	struct mp_int number = value->number;

	if (value->kind != JSON_MEMBER_NUMBER && (f->bound || value->kind != JSON_MEMBER_TEXT ||
						  !number_of_text(value->text, &number))) {
		return "must be a whole number";
	}
	*ret_bits = number.bits;
	return member_check_int(f, number);
}

static const char *read_time(const struct field *f,
			     const struct json_member_value *value,
			     int64_t *ret_us)
{
	if (value->kind != JSON_MEMBER_TEXT || !civil_parse(value->text, ret_us)) {
		return "must be a time by RFC 3339, such as 2023-01-19T09:00:00+08:00";
	}
	return member_check_int(f, (struct mp_int){(uint64_t)*ret_us, *ret_us < 0});
}

static const char *read_day(const struct json_member_value *value, uint32_t *ret_day)
{
	int32_t day;

	if (value->kind != JSON_MEMBER_TEXT || !civil_parse_date(value->text, &day)) {
		return "must be a date, such as 2023-01-19";
	}
	*ret_day = civil_yyyymmdd(day);
	return NULL;
}

static const char *read_text(const struct field *f,
			     const struct json_member_value *value,
			     struct arena *arena,
			     struct span *ret_span)
{
	if (value->kind != JSON_MEMBER_TEXT) {
		return "must be text";
	}
	if (f->kind == KIND_BYTES || f->kind == KIND_HASH) {
		return read_bytes(f, value->text, arena, ret_span);
	}
	*ret_span = value->text;
	return member_check(f, *ret_span, true);
}

const char *json_member_read(const struct field *field,
			     const struct json_member_value *value,
			     struct arena *arena,
			     void *item)
{
	switch ((enum kind)field->kind) {
	case KIND_TIME:
		return read_time(field, value, item);
	case KIND_DAY:
		return read_day(value, item);
	case KIND_INT:
	case KIND_UINT:
		return read_number(field, value, item);
	case KIND_BOOL:
		*(bool *)item = value->truth;
		return value->kind == JSON_MEMBER_BOOL ? NULL : "must be true or false";
	case KIND_ENUM:
	case KIND_STEP:
		*(uint8_t *)item = value->kind == JSON_MEMBER_TEXT
					   ? codes_find(member_codes(field), value->text)
					   : 0;
		return *(uint8_t *)item ? NULL : "is not in its list of codes";
	default:
		return read_text(field, value, arena, item);
	}
}
