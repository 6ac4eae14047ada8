/* import_mapping.c: from a row of a CSV file to CloudEvents, as a mapping file says (libcsv, jansson). */
#include "producers/commands/import_mapping.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/case_id.h"
#include "common/civil.h"
#include "common/json_text.h"
#include "producers/commands/import_mapping_check.h"
#include "producers/commands/import_row.h"

enum { MAX_VALUE_BYTES = 8192, MAX_MAPPING_BYTES = 4 << 20 };

struct import_mapping {
	struct buf text;
	json_t *root, *lookups, *events;
	struct import_row row; /* under way */
	char *columns[IMPORT_ROW_CELLS];
	int n_columns;
};

/* A value being made: its text, or a reason why the row is refused. */
struct value {
	char text[MAX_VALUE_BYTES];
	size_t n;
	bool cut_short; /* it was longer than there is room */
	const char *refused;
};

/* ---- the row ---- */

static struct span cell(const struct import_mapping *mapping, const char *column)
{
	for (int i = 0; i < mapping->n_columns; i++) {
		if (strcmp(mapping->columns[i], column) == 0) {
			return import_row_cell(&mapping->row, i);
		}
	}
	return SPAN("");
}

/*
 * Otherwise a member might be left out, or a look-up might mistake the part before a zero byte for the whole.
 * @return why, or NULL
 */
static const char *not_text(const struct import_row *row, int *ret_cell)
{
	for (int i = 0; i < row->n; i++) {
		struct span text = import_row_cell(row, i);

		*ret_cell = i;
		if (!json_text_is_utf8(text, NULL)) {
			return IMPORT_NOT_UTF8;
		}
		if (text.n && memchr(text.p, 0, text.n)) {
			return "holds a zero byte";
		}
	}
	return NULL;
}

enum err import_mapping_row(struct import_mapping *mapping,
			    struct span row,
			    struct import_problem *ret_problem)
{
	enum err err = import_row_split(&mapping->row, row);
	int bad = 0;
	const char *why = err ? NULL : not_text(&mapping->row, &bad);

	if (err == ERR_MALFORMED) {
		snprintf(ret_problem->reason, sizeof ret_problem->reason,
			 "not a row of CSV: a quote inside a cell, or one that is not closed");
		return err;
	}
	if (!err && mapping->row.n != mapping->n_columns) {
		snprintf(ret_problem->reason, sizeof ret_problem->reason,
			 "%d cells, where the first line names %d", mapping->row.n,
			 mapping->n_columns);
		return ERR_INVALID;
	}
	if (why) {
		snprintf(ret_problem->reason, sizeof ret_problem->reason, "column %.80s: %s",
			 mapping->columns[bad], why);
		return ERR_INVALID;
	}
	return err;
}

/* ---- values ---- */

static void set_text(struct value *value, struct span text)
{
	value->cut_short = text.n > sizeof value->text - 1;
	value->n = value->cut_short ? sizeof value->text - 1 : text.n;
	if (value->n) {
		memmove(value->text, text.p, value->n);
	}
	value->text[value->n] = 0;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

/* Cuts after so many characters, never inside one. */
static void cut(struct value *value, json_int_t chars)
{
	size_t i = 0;

	for (; i < value->n; i++) {
		if (((uint8_t)value->text[i] & 0xc0) != 0x80 && chars-- == 0) {
			break;
		}
	}
	value->cut_short &= i == value->n; /* what was lost would have been cut off */
	value->n = i;
	value->text[i] = 0;
}

static void dress(const struct import_mapping *mapping, const json_t *rule, struct value *value)
{
	char whole[MAX_VALUE_BYTES + 512];
	const char *lookup = text_of(rule, "lookup");

	if (*lookup) {
		set_text(value, span_cstr(text_of(json_object_get(mapping->lookups, lookup),
						  value->text)));
	}
	if (value->n) {
		bool cut_short = value->cut_short;
		int n = snprintf(whole, sizeof whole, "%s%s%s", text_of(rule, "before"),
				 value->text, text_of(rule, "after"));

		set_text(value, span_of(whole, n < 0 ? 0 : (size_t)n));
		value->cut_short |= cut_short;
	}
	if (json_is_integer(json_object_get(rule, "chars"))) {
		cut(value, json_integer_value(json_object_get(rule, "chars")));
	}
	if (!value->n) {
		set_text(value, span_cstr(text_of(rule, "otherwise")));
	}
	if (!value->n && *text_of(rule, "needed")) {
		value->refused = text_of(rule, "needed");
	}
}

static void evaluate_one(const struct import_mapping *mapping,
			 const json_t *rule,
			 struct value *value)
{
	set_text(value, SPAN(""));
	if (json_is_string(rule)) {
		set_text(value, span_cstr(json_string_value(rule)));
	} else if (json_object_get(rule, "column")) {
		set_text(value, cell(mapping, text_of(rule, "column")));
		dress(mapping, rule, value);
	}
}

/* "first" and "join" hold values that hold no further lists: so no recursion on what a file says. */
static void evaluate(const struct import_mapping *mapping, const json_t *rule, struct value *value)
{
	json_t *first = json_object_get(rule, "first"), *join = json_object_get(rule, "join"),
	       *part;
	struct buf joined = {0};
	bool too_long = false;
	size_t i;

	if (!first && !join) {
		evaluate_one(mapping, rule, value);
		return;
	}
	json_array_foreach(first ? first : join, i, part)
	{
		evaluate_one(mapping, part, value);
		if (value->refused || (first && value->n)) {
			break;
		}
		too_long |= value->cut_short;
		if (value->n && join) {
			buf_printf(&joined, "%s%s", joined.n ? text_of(rule, "with") : "",
				   value->text);
		}
	}
	if (join) {
		set_text(value, buf_span(&joined));
		value->cut_short |= too_long;
	}
	buf_done(&joined);
	if (!value->refused) {
		dress(mapping, rule, value);
	}
}

/* The case id that the row's report gets: from its own place, time, source and id. */
static void set_case(const struct import_mapping *mapping, struct value *value)
{
	const json_t *report = json_array_get(mapping->events, 0);
	struct value place, time, source, id;
	int64_t at = 0;

	place.refused = time.refused = source.refused = id.refused = NULL;
	evaluate(mapping, json_object_get(report, "place"), &place);
	evaluate(mapping, json_object_get(report, "time"), &time);
	evaluate(mapping, json_object_get(report, "source"), &source);
	evaluate(mapping, json_object_get(report, "id"), &id);
	set_text(value, SPAN(""));
	if (place.n >= 6 && civil_parse(span_of(time.text, time.n), &at)) {
		char text[CASE_ID_TEXT_BYTES + 1];
		struct case_id case_id =
			case_id_of_report(span_of(place.text, place.n), at,
					  span_of(source.text, source.n), span_of(id.text, id.n));

		case_id_format(&case_id, text);
		set_text(value, span_cstr(text));
	}
}

/* One member into an object, unless it is empty. @return the reason why the row is refused, or NULL */
static const char *add_member(const struct import_mapping *mapping,
			      const char *name,
			      json_t *rule,
			      json_t *into)
{
	struct value value = {.n = 0};

	if (json_is_number(rule) || json_is_boolean(rule)) {
		json_object_set(into, name, rule);
		return NULL;
	}
	if (json_is_true(json_object_get(rule, "case"))) {
		set_case(mapping, &value);
	} else {
		evaluate(mapping, rule, &value);
	}
	if (value.cut_short && !value.refused) {
		return "is too long";
	}
	if (!value.refused && value.n) {
		json_object_set_new(into, name, json_stringn(value.text, value.n));
	}
	return value.refused;
}

/* @param prefix of the names in a reason */
static enum err add_members(const struct import_mapping *mapping,
			    json_t *rules,
			    const char *prefix,
			    json_t *into,
			    struct import_problem *ret_problem)
{
	const char *name;
	json_t *rule;

	json_object_foreach(rules, name, rule)
	{
		if (strcmp(name, "when") == 0 || strcmp(name, "data") == 0) {
			continue;
		}
		const char *refused = add_member(mapping, name, rule, into);

		if (refused) {
			snprintf(ret_problem->reason, sizeof ret_problem->reason, "%s%.80s: %s",
				 prefix, name, refused);
			return ERR_INVALID;
		}
	}
	return ERR_OK;
}

enum err import_mapping_event(const struct import_mapping *mapping,
			      int step,
			      json_t **ret_json,
			      struct import_problem *ret_problem)
{
	json_t *rules = json_array_get(mapping->events, (size_t)step),
	       *when = json_object_get(rules, "when");
	struct value condition = {.n = 1};

	*ret_json = NULL;
	if (when) {
		evaluate(mapping, when, &condition);
	}
	if (!condition.n) {
		return ERR_OK;
	}
	json_t *event = json_object(), *data = json_object();
	enum err err = add_members(mapping, rules, "", event, ret_problem);

	if (!err) {
		err = add_members(mapping, json_object_get(rules, "data"), "data.", data,
				  ret_problem);
	}
	json_object_set_new(event, "specversion", json_string("1.0"));
	json_object_set_new(event, "data", data);
	if (err) {
		json_decref(event);
		return err;
	}
	*ret_json = event;
	return ERR_OK;
}

/* ---- the mapping itself ---- */

static enum err read_file(const char *path, struct buf *text)
{
	uint8_t block[4096];
	FILE *file = fopen(path, "re");
	size_t n;

	if (!file) {
		return ERR_ABSENT;
	}
	text->limit_bytes = MAX_MAPPING_BYTES;
	while ((n = fread(block, 1, sizeof block, file)) > 0) {
		buf_add(text, span_of(block, n));
	}
	fclose(file);
	return text->err;
}

static enum err parse(struct import_mapping *mapping, const char *path, struct buf *ret_why)
{
	json_error_t error;

	mapping->root = json_loadb((char *)mapping->text.p, mapping->text.n, JSON_REJECT_DUPLICATES,
				   &error);
	if (!mapping->root) {
		buf_printf(ret_why, "%s: line %d: %s", path, error.line, error.text);
		return ERR_USAGE;
	}
	mapping->lookups = json_object_get(mapping->root, "lookups");
	mapping->events = json_object_get(mapping->root, "events");
	buf_printf(ret_why, "%s: ", path);
	enum err err = import_mapping_check(mapping->root, ret_why);

	if (!err) {
		buf_done(ret_why);
	}
	return err;
}

enum err import_mapping_open(const char *path,
			     struct import_mapping **ret_mapping,
			     struct buf *ret_why)
{
	struct import_mapping *mapping = calloc(1, sizeof *mapping);
	enum err err = mapping ? read_file(path, &mapping->text) : ERR_NOMEM;

	if (err) {
		buf_printf(ret_why, "%s: %s", path, err_text(err));
	}
	err = err ? err : parse(mapping, path, ret_why);
	if (err) {
		import_mapping_close(mapping);
		return err;
	}
	*ret_mapping = mapping;
	return ERR_OK;
}

void import_mapping_close(struct import_mapping *mapping)
{
	if (!mapping) {
		return;
	}
	for (int i = 0; i < mapping->n_columns; i++) {
		free(mapping->columns[i]);
	}
	import_row_done(&mapping->row);
	json_decref(mapping->root);
	buf_done(&mapping->text);
	free(mapping);
}

static int count_columns(const struct import_mapping *mapping, const char *column)
{
	int n = 0;

	for (int i = 0; i < mapping->n_columns; i++) {
		n += strcmp(mapping->columns[i], column) == 0;
	}
	return n;
}

/* A misspelt name would be empty in every row, without anybody noticing; of two columns of one name one would be taken by chance. */
static enum err check_names(const struct import_mapping *mapping,
			    const json_t *rule,
			    struct buf *ret_why)
{
	const char *column = text_of(rule, "column"), *lookup = text_of(rule, "lookup");

	if (*column && count_columns(mapping, column) != 1) {
		buf_printf(ret_why, "the mapping's column \"%s\" is %s in the first line", column,
			   count_columns(mapping, column) ? "twice" : "not");
		return ERR_USAGE;
	}
	if (*lookup && !json_is_object(json_object_get(mapping->lookups, lookup))) {
		buf_printf(ret_why, "the mapping's look-up \"%s\" is not in it", lookup);
		return ERR_USAGE;
	}
	return ERR_OK;
}

static enum err check_rule(const struct import_mapping *mapping, json_t *rule, struct buf *ret_why)
{
	json_t *first = json_object_get(rule, "first"),
	       *parts = first ? first : json_object_get(rule, "join"), *part;
	enum err err = check_names(mapping, rule, ret_why);
	size_t i;

	json_array_foreach(parts, i, part)
	{
		err = err ? err : check_names(mapping, part, ret_why);
	}
	return err;
}

static enum err check_event(const struct import_mapping *mapping,
			    json_t *rules,
			    struct buf *ret_why)
{
	json_t *data = json_object_get(rules, "data"), *rule;
	enum err err = ERR_OK;
	const char *name;

	json_object_foreach(rules, name, rule)
	{
		err = err || rule == data ? err : check_rule(mapping, rule, ret_why);
	}
	json_object_foreach(data, name, rule)
	{
		err = err ? err : check_rule(mapping, rule, ret_why);
	}
	return err;
}

static enum err take_names(struct import_mapping *mapping, struct span row, struct buf *ret_why)
{
	enum err err = import_row_split(&mapping->row, row);
	int bad;
	const char *why = err ? NULL : not_text(&mapping->row, &bad);

	if (err == ERR_MALFORMED || why) {
		buf_printf(ret_why, "the first line, which names the columns: %s",
			   why ? why : "not a row of CSV");
		return ERR_USAGE;
	}
	if (!err && mapping->row.n > IMPORT_ROW_CELLS) {
		buf_printf(ret_why, "%d columns, at most %d", mapping->row.n, IMPORT_ROW_CELLS);
		return ERR_USAGE;
	}
	for (int i = 0; i < mapping->row.n && !err; i++) {
		struct span name = import_row_cell(&mapping->row, i);

		mapping->columns[i] = strndup(name.n ? (const char *)name.p : "", name.n);
		err = mapping->columns[i] ? ERR_OK : ERR_NOMEM;
		mapping->n_columns += !err;
	}
	return err;
}

enum err import_mapping_header(struct import_mapping *mapping, struct span row, struct buf *ret_why)
{
	enum err err = take_names(mapping, row, ret_why);
	json_t *rules;
	size_t step;

	json_array_foreach(mapping->events, step, rules)
	{
		err = err ? err : check_event(mapping, rules, ret_why);
	}
	return err;
}

int import_mapping_steps(const struct import_mapping *mapping)
{
	return (int)json_array_size(mapping->events);
}

struct span import_mapping_text(const struct import_mapping *mapping)
{
	return buf_span(&mapping->text);
}
