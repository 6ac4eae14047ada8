/* import_source.c: what an import reads, as events in the order of time. */
#include "producers/commands/import_source.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/civil.h"
#include "common/json_text.h"
#include "producers/commands/import_mapping.h"
#include "producers/commands/import_seen.h"
#include "producers/commands/import_text.h"
#include "schemas/event.h"

enum { MIDNIGHT = UINT16_MAX };

/* One event to be posted: where its line begins, and which of the line's events it is. */
struct item {
	int64_t time_us;
	size_t from, bytes;
	uint32_t line;
	uint32_t step; /* MIDNIGHT: of none; the clock goes on before the item after it */
};

struct import_source {
	struct progress *progress;
	struct buf text;
	struct import_mapping *mapping;
	struct item *items;
	size_t n_items, room_items, n_midnights, n_partial;
	struct import_problem *problems;
	size_t n_problems, room_problems;
	struct import_seen seen;
	struct arena arena;
	long lines;
	uint64_t hash;
};

static enum err add_problem(struct import_source *source,
			    const struct item *item,
			    const char *field,
			    const char *reason)
{
	if (source->n_problems == source->room_problems) {
		size_t room = source->room_problems ? source->room_problems * 2 : 64;
		void *more = realloc(source->problems, room * sizeof *source->problems);

		if (!more) {
			return ERR_NOMEM;
		}
		source->problems = more;
		source->room_problems = room;
	}
	struct import_problem *problem = &source->problems[source->n_problems++];

	problem->line = (long)item->line;
	problem->step = (int)item->step;
	if (source->n_items && source->items[source->n_items - 1].line == item->line) {
		source->n_partial++;
	}
	snprintf(problem->reason, sizeof problem->reason, "%s%s%s", field, *field ? ": " : "",
		 reason);
	return ERR_OK;
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

/* ---- one line ---- */

/* Checks one event as the door will; keeps it, or says why not. @return false: the line's further events go with it */
static bool take_event(struct import_source *source,
		       struct span json,
		       struct item item,
		       enum err *err)
{
	struct problem problem = {0};
	struct event ev;
	enum err bad = event_from_json(json, &source->arena, &ev, &problem);

	bad = bad ? bad : event_validate_posted(&ev, &problem);
	if (!bad) {
		bad = import_seen_add(&source->seen, &ev);
	}
	if (bad == ERR_CONFLICT) {
		*err = add_problem(source, &item, "",
				   "the same source and id stand in an earlier line of this file");
	} else if (bad == ERR_NOMEM) {
		*err = bad;
	} else if (bad) {
		*err = add_problem(source, &item, problem.field,
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
	struct span line = span_of(source->text.p + item.from, item.bytes);
	enum err err = ERR_OK;

	if (!json_text_is_utf8(line, NULL)) {
		return add_problem(source, &item, "", IMPORT_NOT_UTF8);
	}
	take_event(source, line, item, &err);
	return err;
}

static int add_text(const char *text, size_t n, void *out)
{
	buf_add(out, span_of(text, n));
	return 0;
}

/* An event of a row: its JSON, as it will be posted. @return as take_event */
static bool take_csv_event(struct import_source *source,
			   const json_t *json,
			   struct item item,
			   enum err *err)
{
	struct buf text = {0};
	bool go_on = false;

	if (json_dump_callback(json, add_text, &text, JSON_COMPACT) || text.err) {
		*err = ERR_NOMEM;
	} else {
		go_on = take_event(source, buf_span(&text), item, err);
	}
	buf_done(&text);
	return go_on;
}

static enum err take_csv_steps(struct import_source *source, struct item item)
{
	int steps = import_mapping_steps(source->mapping);
	struct import_problem problem = {0};
	enum err err = ERR_OK;

	for (int step = 0; step < steps && !err; step++) {
		json_t *json = NULL;

		item.step = (uint32_t)step;
		err = import_mapping_event(source->mapping, step, &json, &problem);
		if (err == ERR_INVALID) {
			return add_problem(source, &item, "", problem.reason);
		}
		bool go_on = !json || take_csv_event(source, json, item, &err);

		json_decref(json);
		if (!go_on) {
			break;
		}
	}
	return err;
}

/* The end of the line that begins at `from`. */
static size_t line_end(const struct import_source *source, size_t from)
{
	const uint8_t *begin = source->text.p + from;
	const uint8_t *end = memchr(begin, '\n', source->text.n - from);

	return end ? (size_t)(end - source->text.p) : source->text.n;
}

/* The end of the row that begins at `from`: a line break inside quotes belongs to it. */
static size_t row_end(const struct import_source *source, size_t from)
{
	bool quoted = false;
	size_t i = from;

	for (; i < source->text.n && (quoted || source->text.p[i] != '\n'); i++) {
		quoted ^= source->text.p[i] == '"';
	}
	return i;
}

static struct span without_return(struct span line)
{
	return line.n && line.p[line.n - 1] == '\r' ? span_of(line.p, line.n - 1) : line;
}

/*
 * Takes the row at the item's place. A quote that is not closed would take all lines up to the next quote with it, good ones too: then
 * its own line alone is refused, and the next is read as one.
 */
static enum err take_row(struct import_source *source, struct item item, size_t *end)
{
	struct import_problem problem = {0};
	struct span row = without_return(span_of(source->text.p + item.from, *end - item.from));
	enum err err = import_mapping_row(source->mapping, row, &problem);

	if (err == ERR_MALFORMED) {
		*end = line_end(source, item.from);
	}
	if (err == ERR_MALFORMED || err == ERR_INVALID) {
		return add_problem(source, &item, "", problem.reason);
	}
	item.bytes = row.n;
	return err ? err : take_csv_steps(source, item);
}

/* Lines of the file are counted, not rows: a row in quotes may have several. */
static long lines_in(const struct import_source *source, size_t from, size_t end)
{
	long n = 1;

	for (size_t i = from; i < end; i++) {
		n += source->text.p[i] == '\n';
	}
	return n;
}

/* Spreadsheets put a byte order mark before the first column's name. */
static size_t text_begin(const struct import_source *source)
{
	return span_starts(buf_span(&source->text), SPAN("\xef\xbb\xbf")) ? 3 : 0;
}

static void say_checked(const struct import_source *source, size_t at)
{
	if (progress_due(source->progress)) {
		progress_say(source->progress, "%ld lines checked, %.0f %% of the file",
			     source->lines, 100.0 * (double)at / (double)source->text.n);
	}
}

/* In a row blanks may be a cell; a line of JSON has none. Zeros, as a hole in a file reads, are none. */
static bool is_empty(const struct import_source *source, struct span line)
{
	while (line.n && !source->mapping && memchr(" \t\r", line.p[line.n - 1], 3)) {
		line.n--;
	}
	return !line.n;
}

/* Takes what begins at `from`, unless it is an empty line. @return where it ends */
static enum err take_next(struct import_source *source,
			  size_t from,
			  bool header,
			  size_t *ret_end,
			  struct buf *ret_why)
{
	struct item item = {.from = from, .line = (uint32_t)source->lines + 1};

	arena_reset(&source->arena);
	*ret_end = source->mapping ? row_end(source, from) : line_end(source, from);
	struct span line = without_return(span_of(source->text.p + from, *ret_end - from));

	if (header) {
		return import_mapping_header(source->mapping, line, ret_why);
	}
	if (is_empty(source, line)) {
		return ERR_OK;
	}
	item.bytes = line.n;
	return source->mapping ? take_row(source, item, ret_end) : take_json_line(source, item);
}

static enum err take_lines(struct import_source *source, struct buf *ret_why)
{
	size_t begin = text_begin(source), end;
	enum err err = ERR_OK;

	for (size_t from = begin; from < source->text.n && !err; from = end + 1) {
		err = take_next(source, from, source->mapping && from == begin, &end, ret_why);
		source->lines += lines_in(source, from, end);
		say_checked(source, end);
	}
	return err;
}

/* ---- the whole ---- */

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

static bool passes_midnight(const struct import_source *source, size_t i, int64_t *ret_midnight_us)
{
	int64_t at_us = source->items[i].time_us;

	*ret_midnight_us = civil_midnight_us(civil_day(at_us));
	return i ? source->items[i - 1].time_us < *ret_midnight_us : *ret_midnight_us < at_us;
}

/* Puts a midnight before each event that is the first of its day (protocol 11). Days without any need none: the
 * deciders write each midnight's tick when they move on. What begins at a midnight moves the clock there by itself. */
static enum err add_midnights(struct import_source *source)
{
	int64_t midnight_us;
	size_t n = 0;

	for (size_t i = 0; i < source->n_items; i++) {
		n += passes_midnight(source, i, &midnight_us);
	}
	struct item *all = n ? malloc((source->n_items + n) * sizeof *all) : NULL, *out = all;

	if (!all) {
		return n ? ERR_NOMEM : ERR_OK;
	}
	for (size_t i = 0; i < source->n_items; i++) {
		if (passes_midnight(source, i, &midnight_us)) {
			*out = source->items[i];
			out->time_us = midnight_us;
			out++->step = MIDNIGHT;
		}
		*out++ = source->items[i];
	}
	free(source->items);
	source->items = all;
	source->n_items += n;
	source->n_midnights = n;
	return ERR_OK;
}

static enum err in_order_of_time(struct import_source *source)
{
	if (source->n_items) {
		qsort(source->items, source->n_items, sizeof *source->items, by_time);
	}
	return add_midnights(source);
}

static void hash_input(struct import_source *source, bool in_order)
{
	/*
	 * Another version of the program may read more or fewer events from the same file: that counts as another import,
	 * in which earlier events are repeats.
	 */
	uint8_t hash[16];
	crypto_generichash_state state;
	struct span mapping = source->mapping ? import_mapping_text(source->mapping) : SPAN("");

	crypto_generichash_init(&state, NULL, 0, sizeof hash);
	crypto_generichash_update(&state, source->text.p, source->text.n);
	crypto_generichash_update(&state, mapping.p, mapping.n);
	crypto_generichash_update(&state, (const uint8_t *)&in_order, sizeof in_order);
	for (size_t i = 0; i < source->n_items; i++) {
		uint32_t which[2] = {source->items[i].line, source->items[i].step};

		crypto_generichash_update(&state, (const uint8_t *)which, sizeof which);
	}
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
		source->progress = config->progress;
		err = import_text_read(config->path, &source->text, config->progress, ret_why);
	}
	if (!err && config->mapping) {
		err = import_mapping_open(config->mapping, &source->mapping, ret_why);
	}
	if (!err) {
		err = take_lines(source, ret_why);
		if (err && !ret_why->n) {
			buf_printf(ret_why, "%s: line %ld: %s", config->path, source->lines,
				   err_text(err));
		}
	}
	if (!err && config->by_time) {
		err = in_order_of_time(source);
	}
	if (err) {
		import_source_close(source);
		return err;
	}
	hash_input(source, config->by_time);
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
		import_seen_done(&source->seen);
		arena_done(&source->arena);
		free(source);
	}
}

size_t import_source_count(const struct import_source *source)
{
	return source->n_items;
}

size_t import_source_midnights(const struct import_source *source)
{
	return source->n_midnights;
}

struct import_event import_source_which(const struct import_source *source, size_t i)
{
	const struct item *item = &source->items[i];

	return (struct import_event){item->line,
				     item->step == MIDNIGHT ? IMPORT_MIDNIGHT : (int)item->step};
}

size_t import_source_partial(const struct import_source *source)
{
	return source->n_partial;
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

/* The clock's action speaks for the source of the event after it, as which the feeder's token may post. */
static void add_midnight(struct import_source *source, size_t i, struct buf *out)
{
	char text[CIVIL_TEXT_SIZE];
	struct buf next = {0};

	import_source_event(source, i + 1, &next);
	json_t *event = json_loadb((char *)next.p, next.n, 0, NULL);
	const json_t *spoken = json_object_get(event, "source");

	civil_format(source->items[i].time_us, text);
	json_t *json =
		json_pack("{ss ss+ sO ss ss ss s{ss}}", "specversion", "1.0", "id", "midnight-",
			  text, "source", spoken, "type", "gov.clock.advanced.v1", "subject",
			  "clock", "time", text, "data", "to", text);

	out->err = json ? out->err : ERR_NOMEM;
	json_dump_callback(json, add_text, out, JSON_COMPACT);
	json_decref(json);
	json_decref(event);
	buf_done(&next);
}

void import_source_event(struct import_source *source, size_t i, struct buf *out)
{
	const struct item *item = &source->items[i];
	struct span line = span_of(source->text.p + item->from, item->bytes);
	struct import_problem problem;
	json_t *json = NULL;

	if (item->step == MIDNIGHT) {
		add_midnight(source, i, out);
	} else if (!source->mapping) {
		buf_add(out, line);
	} else if (!import_mapping_row(source->mapping, line, &problem) &&
		   !import_mapping_event(source->mapping, (int)item->step, &json, &problem)) {
		json_dump_callback(json, add_text, out, JSON_COMPACT);
		json_decref(json);
	}
}

uint64_t import_source_hash(const struct import_source *source)
{
	return source->hash;
}
