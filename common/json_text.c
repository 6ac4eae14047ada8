/* json_text.c: text as a JSON string, and what well-formed UTF-8 is. */
#include "common/json_text.h"

/* Length of the well-formed character at p, 0 if there is none (Unicode 15, table 3-7). */
static size_t char_bytes(const uint8_t *p, size_t n)
{
	uint8_t low = 0x80, high = 0xbf;
	size_t more;

	if (p[0] < 0x80) {
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		more = 1;
	} else if (p[0] >= 0xe0 && p[0] <= 0xef) {
		more = 2;
		low = p[0] == 0xe0 ? 0xa0 : low;
		high = p[0] == 0xed ? 0x9f : high;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		more = 3;
		low = p[0] == 0xf0 ? 0x90 : low;
		high = p[0] == 0xf4 ? 0x8f : high;
	} else {
		return 0;
	}
	if (n <= more || p[1] < low || p[1] > high) {
		return 0;
	}
	for (size_t i = 2; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	return more + 1;
}

bool json_text_is_utf8(struct span text, size_t *ret_chars)
{
	size_t chars = 0;

	for (size_t i = 0; i < text.n; chars++) {
		size_t n = char_bytes(text.p + i, text.n - i);

		if (!n) {
			return false;
		}
		i += n;
	}
	if (ret_chars) {
		*ret_chars = chars;
	}
	return true;
}

static void add_escaped(struct buf *out, uint8_t c)
{
	switch (c) {
	case '"':
		buf_add_text(out, "\\\"");
		break;
	case '\\':
		buf_add_text(out, "\\\\");
		break;
	case '\n':
		buf_add_text(out, "\\n");
		break;
	case '\r':
		buf_add_text(out, "\\r");
		break;
	case '\t':
		buf_add_text(out, "\\t");
		break;
	default:
		buf_printf(out, "\\u%04x", c);
	}
}

void json_text_add(struct buf *out, struct span text)
{
	size_t from = 0;

	buf_add_byte(out, '"');
	for (size_t i = 0; i < text.n;) {
		uint8_t c = text.p[i];
		size_t n = c < 0x80 ? 1 : char_bytes(text.p + i, text.n - i);

		if (n && c >= 0x20 && c != '"' && c != '\\') {
			i += n;
			continue;
		}
		buf_add(out, span_of(text.p + from, i - from));
		if (n) {
			add_escaped(out, c);
		} else {
			buf_add_text(out, "\\ufffd");
		}
		from = ++i;
	}
	if (text.n > from) {
		buf_add(out, span_of(text.p + from, text.n - from));
	}
	buf_add_byte(out, '"');
}
