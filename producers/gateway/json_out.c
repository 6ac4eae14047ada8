/* json_out.c: JSON written straight into a buffer. */
#include "producers/gateway/json_out.h"

#include "common/civil.h"
#include "common/json_text.h"

static bool needs_comma(const struct buf *out)
{
	uint8_t last = out->n ? out->p[out->n - 1] : '[';

	return last != '[' && last != '{' && last != ':' && last != '\n';
}

static void comma(struct buf *out)
{
	if (needs_comma(out)) {
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

void json_out_name_of(struct buf *out, struct span name)
{
	enum { MARKS = 4 }; /* comma, quotes, colon */

	if (!buf_room(out, name.n + MARKS)) {
		return;
	}
	uint8_t *to = out->p + out->n;

	if (needs_comma(out)) {
		*to++ = ',';
	}
	*to++ = '"';
	memcpy(to, name.p, name.n);
	to += name.n;
	*to++ = '"';
	*to++ = ':';
	out->n = (size_t)(to - out->p);
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
	char text[1 + CIVIL_TEXT_SIZE];

	text[0] = '"';
	civil_format(at_us, text + 1);
	text[CIVIL_TEXT_SIZE] = '"';
	comma(out);
	buf_add(out, span_of(text, sizeof text));
}

void json_out_code(struct buf *out, enum codes list, uint8_t number)
{
	const struct code *code = codes_get(list, number);

	comma(out);
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
