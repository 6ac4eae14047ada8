/* content_type.c: what a Content-Type header says: the media type, and the charset of its text. */
#include "producers/gateway/content_type.h"

bool content_type_is(struct span type, const char *wanted)
{
	size_t n = strlen(wanted);

	return span_eq_nocase(span_first(type, n), wanted) &&
	       (type.n == n || type.p[n] == ';' || type.p[n] == ' ');
}

/* The value of the parameter of that name; absent if there is none. */
static struct span parameter(struct span type, const char *name)
{
	const uint8_t *at, *end;

	while (type.n && (at = memchr(type.p, ';', type.n))) {
		type = span_of(at + 1, type.n - (size_t)(at + 1 - type.p));
		end = type.n ? memchr(type.p, ';', type.n) : NULL;

		struct span part = end ? span_first(type, (size_t)(end - type.p)) : type;
		const uint8_t *equals = part.n ? memchr(part.p, '=', part.n) : NULL;

		if (equals &&
		    span_eq_nocase(span_trim(span_first(part, (size_t)(equals - part.p)), " \t"),
				   name)) {
			equals++;
			return span_trim(span_of(equals, part.n - (size_t)(equals - part.p)),
					 " \t\"");
		}
	}
	return (struct span){0};
}

bool content_type_foreign_charset(struct span type, char ret_name[CONTENT_TYPE_CHARSET_BYTES])
{
	struct span charset = parameter(type, "charset");
	size_t n = 0;

	if (!charset.p || span_eq_nocase(charset, "utf-8") || span_eq_nocase(charset, "utf8") ||
	    span_eq_nocase(charset, "us-ascii")) {
		return false;
	}
	/* The sender gets it back in a problem, which must be UTF-8. */
	while (n < charset.n && n + 1 < CONTENT_TYPE_CHARSET_BYTES && charset.p[n] > ' ' &&
	       charset.p[n] < 0x7f) {
		ret_name[n] = (char)charset.p[n];
		n++;
	}
	ret_name[n] = 0;
	return true;
}
