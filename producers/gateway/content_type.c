/* content_type.c: what a Content-Type header says: the media type, and the charset of its text. */
#include "producers/gateway/content_type.h"

#include <strings.h>

bool content_type_is(struct span type, const char *wanted)
{
	size_t n = strlen(wanted);

	return type.n >= n && !strncasecmp((const char *)type.p, wanted, n) &&
	       (type.n == n || type.p[n] == ';' || type.p[n] == ' ');
}

static bool same(struct span text, const char *word)
{
	return text.n == strlen(word) && !strncasecmp((const char *)text.p, word, text.n);
}

static struct span trimmed(struct span text, const char *away)
{
	while (text.n && strchr(away, text.p[0])) {
		text = span_of(text.p + 1, text.n - 1);
	}
	while (text.n && strchr(away, text.p[text.n - 1])) {
		text.n--;
	}
	return text;
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
		    same(trimmed(span_first(part, (size_t)(equals - part.p)), " \t"), name)) {
			equals++;
			return trimmed(span_of(equals, part.n - (size_t)(equals - part.p)),
				       " \t\"");
		}
	}
	return (struct span){0};
}

bool content_type_foreign_charset(struct span type, char ret_name[CONTENT_TYPE_CHARSET_BYTES])
{
	struct span charset = parameter(type, "charset");
	size_t n = 0;

	if (!charset.p || same(charset, "utf-8") || same(charset, "utf8") ||
	    same(charset, "us-ascii")) {
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
