/* event_lock.c: the lock on the tables. */
#include "schemas/event_lock.h"

#include <stdio.h>
#include <stdlib.h>

#include "schemas/event.h"

enum { WORDS = 8, WORD_BYTES = 80 };

/* A line of the lock, word by word. */
struct line {
	char words[WORDS][WORD_BYTES];
	size_t n;
};

static const char *const kind_names[] = {
#define KIND(name, type, help) [KIND_##name] = #name,
	KIND_MAP(KIND)
#undef KIND
};

static const char *const need_names[] = {"REQUIRED", "OPTIONAL", "STAMPED", "DECIDED"};

static void print_members(struct buf *out,
			  const char *type,
			  const struct field *fields,
			  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct field *f = &fields[i];
		char number[24] = "-", bound[24];

		if (f->kind == KIND_SEAL) {
			snprintf(number, sizeof number, "%zu", i);
		}
		snprintf(bound, sizeof bound, "%u", f->bound);
		buf_printf(out, "member %s %s %s %s %s %s %u\n", type, number, f->name,
			   kind_names[f->kind], need_names[f->need],
			   f->kind == KIND_ENUM ? codes_list((enum codes)f->bound)->name : bound,
			   f->list_max);
	}
}

static void print_codes(struct buf *out)
{
	for (unsigned l = CODES_NONE + 1; l < CODES_COUNT; l++) {
		const struct code_list *list = codes_list((enum codes)l);

		for (uint8_t i = 1; i < list->count; i++) {
			buf_printf(out, "code %s %u %s\n", list->name, i, list->codes[i].name);
		}
	}
}

void event_lock_print(struct buf *out)
{
	size_t count;
	const struct field *env = event_envelope_fields(&count);

	print_members(out, "envelope", env, count);
	for (unsigned type = EVENT_NONE + 1; type < EVENT_TYPE_COUNT; type++) {
		const struct schema *schema = event_schema((enum event_type)type);
		const struct topic_row *topic = schema_topic((enum topic)schema->topic);

		buf_printf(out, "type %s %s\n", schema->type, topic ? topic->name : "any");
		print_members(out, schema->type, schema->fields, schema->field_count);
	}
	print_codes(out);
}

static bool next_line(struct span *text, struct line *ret_line)
{
	size_t at = 0;

	*ret_line = (struct line){.n = 0};
	if (text->n == 0) {
		return false;
	}
	while (at < text->n && text->p[at] != '\n') {
		size_t n = 0;

		while (at < text->n && text->p[at] != ' ' && text->p[at] != '\n') {
			if (ret_line->n < WORDS && n + 1 < WORD_BYTES) {
				ret_line->words[ret_line->n][n++] = (char)text->p[at];
			}
			at++;
		}
		ret_line->n += ret_line->n < WORDS;
		at += at < text->n && text->p[at] == ' ';
	}
	at += at < text->n;
	*text = span_of(text->p + at, text->n - at);
	return true;
}

/* What a line is about: its words but for numbers and what may change. */
static bool same_thing(const struct line *a, const struct line *b)
{
	bool member = strcmp(a->words[0], "member") == 0;

	if (strcmp(a->words[0], b->words[0]) != 0 || strcmp(a->words[1], b->words[1]) != 0) {
		return false;
	}
	return strcmp(a->words[0], "type") == 0 || strcmp(a->words[3], b->words[3]) == 0 ||
	       (!member && a->n < 4);
}

/* The line about the same thing, from a place on. */
static bool find(struct span text,
		 const struct line *wanted,
		 struct line *ret_line,
		 struct span *ret_after)
{
	while (next_line(&text, ret_line)) {
		if (same_thing(ret_line, wanted)) {
			*ret_after = text;
			return true;
		}
	}
	return false;
}

static bool shrank(const char *was, const char *is)
{
	unsigned long before = strtoul(was, NULL, 10), now = strtoul(is, NULL, 10);

	return now != before && now != 0 && (before == 0 || now < before);
}

/* Compares an old line with today's. @return what has changed and must not; NULL: nothing */
static const char *compare(const struct line *was, const struct line *is)
{
	if (strcmp(was->words[0], "type") == 0) {
		return strcmp(was->words[2], is->words[2]) == 0 ? NULL : "changed its topic";
	}
	if (strcmp(was->words[2], is->words[2]) != 0) {
		return "changed its number";
	}
	if (strcmp(was->words[0], "code") == 0) {
		return NULL;
	}
	bool codes = strcmp(is->words[4], "ENUM") == 0,
	     exact = codes || strcmp(is->words[4], "BYTES") == 0;

	if (strcmp(was->words[4], is->words[4]) != 0) {
		return "changed its kind";
	}
	if (strcmp(was->words[5], is->words[5]) != 0 &&
	    !(strcmp(was->words[5], "REQUIRED") == 0 && strcmp(is->words[5], "OPTIONAL") == 0)) {
		return "changed who gives it, or became stricter";
	}
	if (exact ? strcmp(was->words[6], is->words[6]) != 0
		  : shrank(was->words[6], is->words[6])) {
		return exact ? "changed its list of codes or its length" : "has a smaller bound";
	}
	unsigned long items_before = strtoul(was->words[7], NULL, 10),
		      items_now = strtoul(is->words[7], NULL, 10);

	return items_now < items_before || (items_before == 0 && items_now)
		       ? "became a list, or a shorter one"
		       : NULL;
}

static void complain(struct buf *out, const struct line *line, const char *what)
{
	buf_printf(out, "%s %s %s: %s\n", line->words[0], line->words[1],
		   line->n > 3 ? line->words[3] : "", what);
}

/* Lines of today that the lock does not have. @return how many */
static size_t check_new(struct span lock, struct span today, struct buf *out)
{
	struct line is, was, type = {.words = {"type"}};
	struct span after;
	size_t count = 0;

	while (next_line(&today, &is)) {
		if (find(lock, &is, &was, &after)) {
			continue;
		}
		count++;
		memcpy(type.words[1], is.words[1], WORD_BYTES);
		bool old = strcmp(is.words[1], "envelope") == 0 || find(lock, &type, &was, &after);

		if (strcmp(is.words[0], "member") == 0 && strcmp(is.words[5], "REQUIRED") == 0 &&
		    old) {
			complain(out, &is, "is new and required: older events lack it");
		}
	}
	return count;
}

enum err event_lock_check(struct span lock, struct buf *out_complaints)
{
	struct buf now = {0};
	struct line was, is;
	struct span text = lock;
	enum err err = ERR_OK;

	event_lock_print(&now);
	struct span place = buf_span(&now), after;

	while (next_line(&text, &was)) {
		if (!find(buf_span(&now), &was, &is, &after)) {
			complain(out_complaints, &was, "is gone: names are for ever");
			continue;
		}
		const char *what = compare(&was, &is);

		if (!what && !find(place, &was, &is, &after)) {
			what = "changed its place: order is append-only";
		}
		if (what) {
			complain(out_complaints, &was, what);
		} else {
			place = after;
		}
	}
	size_t missing = lock.n ? check_new(lock, buf_span(&now), out_complaints) : 1;

	err = now.err ? now.err : out_complaints->n ? ERR_CONFLICT : missing ? ERR_ABSENT : ERR_OK;
	buf_done(&now);
	return err;
}
