/* import_source.c: what an import reads, as events in the order of time. */
#include "producers/import_source.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "producers/import_mapping.h"
#include "schemas/event.h"

/* One event to be posted: where its line begins, and which of the line's events it is. */
struct item {
	int64_t time_us;
	size_t from, bytes;
	uint32_t line;
	uint32_t step;
};

struct import_source {
	struct buf text;
	struct import_mapping *mapping;
	struct item *items;
	size_t n_items, room_items;
	struct import_problem *problems;
	size_t n_problems, room_problems;
	uint8_t (*seen)[16]; /* hashes of source and id; open addressing, zero is free */
	size_t n_seen, room_seen;
	struct arena arena;
	long lines;
	uint64_t hash;
};

static void add_problem(struct import_source *source,
			long line,
			const char *field,
			const char *reason)
{
	if (source->n_problems == source->room_problems) {
		size_t room = source->room_problems ? source->room_problems * 2 : 64;
		void *more = realloc(source->problems, room * sizeof *source->problems);

		if (!more) {
			return;
		}
		source->problems = more;
		source->room_problems = room;
	}
	struct import_problem *problem = &source->problems[source->n_problems++];

	problem->line = line;
	snprintf(problem->reason, sizeof problem->reason, "%s%s%s", field, *field ? ": " : "",
		 reason);
}

static enum err add_item(struct import_source *source, struct item item)
{
	if (source->n_items == source->room_items) {
		size_t room = source->room_items ? source->room_items * 2 : 4096;
		void *more = realloc(source->items, room * sizeof *source->items);

		if (!more) {
			return ERR_NOMEM;
		}
		source->items = more;
		source->room_items = room;
	}
	source->items[source->n_items++] = item;
	return ERR_OK;
}

/* ---- source and id, once each ---- */

static uint8_t *seen_slot(uint8_t (*table)[16], size_t room, const uint8_t hash[16])
{
	static const uint8_t none[16];
	uint64_t at;

	memcpy(&at, hash, sizeof at);
	for (at &= room - 1;
	     memcmp(table[at], none, 16) != 0 && memcmp(table[at], hash, 16) != 0;) {
		at = (at + 1) & (room - 1);
	}
	return table[at];
}

static enum err seen_grow(struct import_source *source)
{
	static const uint8_t none[16];
	size_t room = source->room_seen ? source->room_seen * 2 : 4096;
	uint8_t(*table)[16] = calloc(room, sizeof *table);

	if (!table) {
		return ERR_NOMEM;
	}
	for (size_t i = 0; i < source->room_seen; i++) {
		if (memcmp(source->seen[i], none, 16) != 0) {
			memcpy(seen_slot(table, room, source->seen[i]), source->seen[i], 16);
		}
	}
	free(source->seen);
	source->seen = table;
	source->room_seen = room;
	return ERR_OK;
}

/* @return CONFLICT when this source and id came before */
static enum err see(struct import_source *source, const struct event *ev)
{
	crypto_generichash_state state;
	uint8_t hash[16], length = (uint8_t)ev->env.source.n;

	if (source->n_seen * 2 >= source->room_seen && seen_grow(source)) {
		return ERR_NOMEM;
	}
	crypto_generichash_init(&state, NULL, 0, sizeof hash);
	crypto_generichash_update(&state, &length, 1);
	crypto_generichash_update(&state, ev->env.source.p, ev->env.source.n);
	crypto_generichash_update(&state, ev->env.id.p, ev->env.id.n);
	crypto_generichash_final(&state, hash, sizeof hash);
	uint8_t *slot = seen_slot(source->seen, source->room_seen, hash);

	if (memcmp(slot, hash, sizeof hash) == 0) {
		return ERR_CONFLICT;
	}
	memcpy(slot, hash, sizeof hash);
	source->n_seen++;
	return ERR_OK;
}

/* ---- one line ---- */

/* Checks one event as the door will; keeps it, or says why not. @return false: the line's further events go with it */
static bool take_event(struct import_source *source, json_t *json, struct item item, enum err *err)
{
	struct problem problem = {0};
	struct event ev;
	enum err bad = event_from_json(json, &source->arena, &ev, &problem);

	bad = bad ? bad : event_validate_posted(&ev, &problem);
	if (!bad) {
		bad = see(source, &ev);
	}
	if (bad == ERR_CONFLICT) {
		add_problem(source, item.line, "",
			    "the same source and id stand in an earlier line of this file");
	} else if (bad == ERR_NOMEM) {
		*err = bad;
	} else if (bad) {
		add_problem(source, item.line, problem.field,
			    *problem.reason ? problem.reason : err_text(bad));
	} else {
		item.time_us = ev.env.time;
		*err = add_item(source, item);
		return !*err;
	}
	return false;
}

static enum err take_json_line(struct import_source *source, struct item item)
{
	enum err err = ERR_OK;
	json_error_t why;
	json_t *json = json_loadb((char *)source->text.p + item.from, item.bytes,
				  JSON_REJECT_DUPLICATES, &why);

	if (!json) {
		add_problem(source, item.line, "", why.text);
		return ERR_OK;
	}
	take_event(source, json, item, &err);
	json_decref(json);
	return err;
}

static enum err take_csv_line(struct import_source *source, struct item item)
{
	struct span row = span_of(source->text.p + item.from, item.bytes);
	struct import_problem problem = {.line = item.line};
	enum err err = ERR_OK;
	int steps = import_mapping_steps(source->mapping);

	for (int step = 0; step < steps && !err; step++) {
		json_t *json = NULL;

		item.step = (uint32_t)step;
		err = import_mapping_event(source->mapping, row, step, &json, problem.reason,
					   sizeof problem.reason);
		if (err == ERR_INVALID) {
			add_problem(source, item.line, "", problem.reason);
			return ERR_OK;
		}
		bool go_on = !json || take_event(source, json, item, &err);

		json_decref(json);
		if (!go_on) {
			break;
		}
	}
	return err;
}

/* The end of the line that begins at `from`; in CSV a line break inside quotes belongs to the row. */
static size_t line_end(const struct import_source *source, size_t from)
{
	bool quoted = false;
	size_t i = from;

	for (; i < source->text.n && (quoted || source->text.p[i] != '\n'); i++) {
		quoted ^= source->mapping && source->text.p[i] == '"';
	}
	return i;
}

static enum err take_lines(struct import_source *source)
{
	enum err err = ERR_OK;

	for (size_t from = 0; from < source->text.n && !err;) {
		size_t end = line_end(source, from), bytes = end - from;

		source->lines++;
		if (bytes && source->text.p[end - 1] == '\r') {
			bytes--;
		}
		struct item item = {.from = from, .bytes = bytes, .line = (uint32_t)source->lines};

		arena_reset(&source->arena);
		if (source->mapping && source->lines == 1) {
			err = import_mapping_header(source->mapping,
						    span_of(source->text.p + from, bytes));
		} else if (bytes) {
			err = source->mapping ? take_csv_line(source, item)
					      : take_json_line(source, item);
		}
		from = end + 1;
	}
	return err;
}

/* ---- the whole ---- */

static enum err read_text(const char *path, struct buf *text)
{
	uint8_t block[65536];
	gzFile file = gzopen(path, "rb");
	int n;

	if (!file) {
		return ERR_ABSENT;
	}
	while ((n = gzread(file, block, sizeof block)) > 0 && !text->err) {
		buf_add(text, span_of(block, (size_t)n));
	}
	gzclose(file);
	return text->err ? text->err : n < 0 ? ERR_IO : ERR_OK;
}

static int by_time(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->time_us != y->time_us) {
		return x->time_us < y->time_us ? -1 : 1;
	}
	if (x->line != y->line) {
		return x->line < y->line ? -1 : 1;
	}
	return (x->step > y->step) - (x->step < y->step);
}

static void hash_input(struct import_source *source)
{
	uint8_t hash[16];
	crypto_generichash_state state;
	struct span mapping = source->mapping ? import_mapping_text(source->mapping) : SPAN("");

	crypto_generichash_init(&state, NULL, 0, sizeof hash);
	crypto_generichash_update(&state, source->text.p, source->text.n);
	crypto_generichash_update(&state, mapping.p, mapping.n);
	crypto_generichash_final(&state, hash, sizeof hash);
	memcpy(&source->hash, hash, sizeof source->hash);
}

enum err import_source_open(const struct import_config *config,
			    struct import_source **ret_source,
			    struct buf *ret_why)
{
	struct import_source *source = calloc(1, sizeof *source);
	enum err err = source ? ERR_OK : ERR_NOMEM;

	if (!err) {
		err = read_text(config->path, &source->text);
	}
	if (err) {
		buf_printf(ret_why, "%s: %s", config->path, err_text(err));
	} else if (config->mapping) {
		err = import_mapping_open(config->mapping, &source->mapping, ret_why);
	}
	if (!err) {
		err = take_lines(source);
		if (err) {
			buf_printf(ret_why, "%s: line %ld: %s", config->path, source->lines,
				   err_text(err));
		}
	}
	if (err) {
		import_source_close(source);
		return err;
	}
	if (config->by_time && source->n_items) {
		qsort(source->items, source->n_items, sizeof *source->items, by_time);
	}
	hash_input(source);
	*ret_source = source;
	return ERR_OK;
}

void import_source_close(struct import_source *source)
{
	if (source) {
		buf_done(&source->text);
		import_mapping_close(source->mapping);
		free(source->items);
		free(source->problems);
		free(source->seen);
		arena_done(&source->arena);
		free(source);
	}
}

size_t import_source_count(const struct import_source *source)
{
	return source->n_items;
}

long import_source_lines(const struct import_source *source)
{
	return source->lines;
}

size_t import_source_problems(const struct import_source *source,
			      const struct import_problem **ret_problems)
{
	*ret_problems = source->problems;
	return source->n_problems;
}

static int add_text(const char *text, size_t n, void *out)
{
	buf_add(out, span_of(text, n));
	return 0;
}

long import_source_event(struct import_source *source, size_t i, struct buf *out)
{
	const struct item *item = &source->items[i];
	struct span line = span_of(source->text.p + item->from, item->bytes);
	char why[200];
	json_t *json = NULL;

	if (!source->mapping) {
		buf_add(out, line);
	} else if (!import_mapping_event(source->mapping, line, (int)item->step, &json, why,
					 sizeof why)) {
		json_dump_callback(json, add_text, out, JSON_COMPACT);
		json_decref(json);
	}
	return item->line;
}

uint64_t import_source_hash(const struct import_source *source)
{
	return source->hash;
}
