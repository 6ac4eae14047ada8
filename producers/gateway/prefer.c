/* prefer.c: a list of preferences, commas between, each a name with perhaps a value and parameters; what is quoted ends nothing. */
#include "producers/gateway/prefer.h"

/* Up to the first of these characters that is not quoted. */
static size_t unquoted(struct span text, const char *ends)
{
	bool quoted = false;
	size_t n = 0;

	for (; n < text.n && (quoted || !strchr(ends, text.p[n])); n++) {
		if (quoted && text.p[n] == '\\') {
			n += n + 1 < text.n;
		} else if (text.p[n] == '"') {
			quoted = !quoted;
		}
	}
	return n;
}

/* By RFC 7240 an empty value is none. */
static bool is_plain(struct span preference, const char *name)
{
	struct span head = span_first(preference, unquoted(preference, ";"));
	size_t n = unquoted(head, "=");
	struct span value = n < head.n ? span_of(head.p + n + 1, head.n - n - 1) : SPAN("");

	value = span_trim(value, " \t");
	head = span_trim(span_first(head, n), " \t");
	return span_eq_nocase(head, name) && (!value.n || span_eq(value, SPAN("\"\"")));
}

bool prefer_has(struct span list, const char *name)
{
	while (list.n) {
		size_t n = unquoted(list, ",");

		if (is_plain(span_first(list, n), name)) {
			return true;
		}
		n += n < list.n;
		list = span_of(list.p + n, list.n - n);
	}
	return false;
}
