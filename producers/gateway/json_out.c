/* json_out.c: JSON written straight into a buffer. */
#include "producers/gateway/json_out.h"

#include "common/civil.h"
#include "common/json_text.h"

static void comma(struct buf *out)
{
	uint8_t last = out->n ? out->p[out->n - 1] : '[';

	if (last != '[' && last != '{' && last != ':' && last != '\n') {
		buf_add_byte(out, ',');
	}
}

void json_out_open(struct buf *out, char bracket)
{
	comma(out);
	buf_add_byte(out, (uint8_t)bracket);
}

void json_out_close(struct buf *out, char bracket)
{
	buf_add_byte(out, (uint8_t)bracket);
}

void json_out_name(struct buf *out, const char *name)
{
	comma(out);
	buf_add_byte(out, '"');
	buf_add_text(out, name);
	buf_add(out, SPAN("\":"));
}

void json_out_text(struct buf *out, struct span text)
{
	comma(out);
	if (text.p) {
		json_text_add(out, text);
	} else {
		buf_add(out, SPAN("null"));
	}
}

void json_out_number(struct buf *out, int64_t number)
{
	char digits[24];
	size_t at = sizeof digits;
	uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (number < 0) {
		digits[--at] = '-';
	}
	comma(out);
	buf_add(out, span_of(digits + at, sizeof digits - at));
}

void json_out_bool(struct buf *out, bool value)
{
	comma(out);
	buf_add(out, value ? SPAN("true") : SPAN("false"));
}

void json_out_time(struct buf *out, int64_t at_us)
{
	char text[CIVIL_TEXT_SIZE];

	civil_format(at_us, text);
	comma(out);
	buf_add_byte(out, '"');
	buf_add_text(out, text);
	buf_add_byte(out, '"');
}

void json_out_member(struct buf *out, const char *name, struct span text)
{
	json_out_name(out, name);
	json_out_text(out, text);
}

void json_out_member_text(struct buf *out, const char *name, const char *text)
{
	json_out_member(out, name, span_cstr(text));
}

void json_out_member_number(struct buf *out, const char *name, int64_t number)
{
	json_out_name(out, name);
	json_out_number(out, number);
}

void json_out_member_bool(struct buf *out, const char *name, bool value)
{
	json_out_name(out, name);
	json_out_bool(out, value);
}

void json_out_member_time(struct buf *out, const char *name, int64_t at_us)
{
	json_out_name(out, name);
	json_out_time(out, at_us);
}

void json_out_member_code(struct buf *out, const char *name, enum codes list, uint8_t number)
{
	const struct code *code = codes_get(list, number);

	if (!number) {
		return;
	}
	json_out_name(out, name);
	buf_add(out, code->json.n ? code->json : SPAN("{\"code\":\"\",\"zh\":\"\",\"en\":\"\"}"));
}

static bool unreserved(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '-' || c == '.' || c == '_' || c == '~' || c == '/' || c == ':';
}

void json_out_url(struct buf *out, struct span text)
{
	static const char HEX[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (unreserved(c)) {
			buf_add_byte(out, c);
		} else {
			buf_add_byte(out, '%');
			buf_add_byte(out, (uint8_t)HEX[c >> 4]);
			buf_add_byte(out, (uint8_t)HEX[c & 15]);
		}
	}
}
