/* jansson_agrees.c: a second opinion on posted JSON, by another library. */
#include "tests/support/jansson_agrees.h"

#include <jansson.h>
#include <stdlib.h>

/* A zero byte is never JSON; jansson passes over one after a number, true, false or null. */
static char *anew(struct span text)
{
	if (text.n && memchr(text.p, '\0', text.n)) {
		return NULL;
	}
	json_t *json = json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	char *written = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	return written;
}

/* What was read, as far as a record can tell. */
static bool same(const struct event *a, const struct event *b)
{
	struct buf bytes_a = {0}, bytes_b = {0};
	bool is = !event_encode(a, &bytes_a) && !event_encode(b, &bytes_b) &&
		  span_eq(buf_span(&bytes_a), buf_span(&bytes_b));

	buf_done(&bytes_a);
	buf_done(&bytes_b);
	return is;
}

bool jansson_agrees(struct span text, struct arena *arena, bool *ret_taken)
{
	struct problem problem = {0};
	struct event ev, other;
	char *written = anew(text);
	bool taken = written && !event_from_json(span_cstr(written), arena, &other, &problem);

	free(written);
	*ret_taken = !event_from_json(text, arena, &ev, &problem);
	return *ret_taken == taken && (!taken || same(&ev, &other));
}
