/* json_in.c: JSON texts as they are posted, read one after the other into trees (yyjson). */
#include "schemas/json_in.h"

#include <stdio.h>
#include <string.h>

static void *take(void *arena, size_t n)
{
	return arena_alloc(arena, n);
}

static void *take_more(void *arena, void *old, size_t old_n, size_t n)
{
	void *p = arena_alloc(arena, n);

	return p ? memcpy(p, old, old_n) : NULL;
}

/* Nothing to do: the arena frees everything at once. */
static void give_back(void *arena, void *p)
{
	(void)arena;
	(void)p;
}

enum err json_in_open(struct json_in *in, struct span text, struct arena *arena)
{
	*in = (struct json_in){arena_alloc(arena, text.n + YYJSON_PADDING_SIZE), text.n, 0};
	if (!in->text) {
		return ERR_NOMEM;
	}
	if (text.n) {
		memcpy(in->text, text.p, text.n);
	}
	memset(in->text + text.n, 0, YYJSON_PADDING_SIZE);
	return ERR_OK;
}

static enum err malformed(size_t at, const char *why, struct problem *ret_problem)
{
	(void)snprintf(ret_problem->reason, sizeof ret_problem->reason, "not JSON at byte %zu: %s",
		       at + 1, why);
	return ERR_MALFORMED;
}

enum err json_in_next(struct json_in *in,
		      struct arena *arena,
		      yyjson_val **ret_json,
		      struct problem *ret_problem)
{
	const yyjson_alc memory = {take, take_more, give_back, arena};
	yyjson_read_err why;
	yyjson_doc *doc =
		yyjson_read_opts(in->text + in->at, in->n - in->at,
				 YYJSON_READ_INSITU | YYJSON_READ_STOP_WHEN_DONE, &memory, &why);

	if (!doc) {
		return why.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION
			       ? ERR_NOMEM
			       : malformed(in->at + why.pos, why.msg, ret_problem);
	}
	in->at += yyjson_doc_get_read_size(doc);
	*ret_json = yyjson_doc_get_root(doc);
	return ERR_OK;
}

enum err json_in_only(struct json_in *in,
		      struct arena *arena,
		      yyjson_val **ret_json,
		      struct problem *ret_problem)
{
	enum err err = json_in_next(in, arena, ret_json, ret_problem);

	return err || json_in_ended(in) ? err
					: malformed(in->at, "has bytes after its end", ret_problem);
}

size_t json_in_skip(struct json_in *in)
{
	while (in->at < in->n && memchr(" \t\n\r", in->text[in->at], 4)) {
		in->at++;
	}
	return in->at;
}

bool json_in_take(struct json_in *in, char byte)
{
	bool is = json_in_skip(in) < in->n && in->text[in->at] == byte;

	in->at += is;
	return is;
}

bool json_in_ended(struct json_in *in)
{
	return json_in_skip(in) == in->n;
}
