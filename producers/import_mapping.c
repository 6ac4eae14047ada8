/* import_mapping.c: from a row of a CSV file to CloudEvents, as a mapping file says (libcsv, jansson). */
#include "producers/import_mapping.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/case_id.h"
#include "common/civil.h"

enum { MAX_COLUMNS = 128, MAX_VALUE_BYTES = 8192, MAX_MAPPING_BYTES = 4 << 20 };

struct import_mapping {
	struct buf text;
	json_t *root, *lookups, *events;
	struct csv_parser parser;
	bool parser_made;
	struct buf cells;             /* of the row under way, one after the other */
	size_t from[MAX_COLUMNS + 1]; /* where each begins */
	int n_cells;
	char *columns[MAX_COLUMNS];
	int n_columns;
	bool overflow;
};

/* A value under way: text, or a reason why the row is refused. */
struct value {
	char text[MAX_VALUE_BYTES];
	size_t n;
	const char *refused;
};

/* ---- the row's cells ---- */

static void on_cell(void *bytes, size_t n, void *context)
{
	struct import_mapping *mapping = context;

	if (mapping->n_cells == MAX_COLUMNS) {
		mapping->overflow = true;
		return;
	}
	mapping->from[mapping->n_cells++] = mapping->cells.n;
	buf_add(&mapping->cells, span_of(bytes, n));
	mapping->from[mapping->n_cells] = mapping->cells.n;
}

static enum err split(struct import_mapping *mapping, struct span row)
{
	buf_reset(&mapping->cells);
	mapping->n_cells = 0;
	mapping->overflow = false;
	bool whole = csv_parse(&mapping->parser, row.p, row.n, on_cell, NULL, mapping) == row.n &&
		     csv_fini(&mapping->parser, on_cell, NULL, mapping) == 0;

	return mapping->cells.err            ? mapping->cells.err
	       : whole && !mapping->overflow ? ERR_OK
					     : ERR_MALFORMED;
}

static struct span cell(const struct import_mapping *mapping, const char *column)
{
	for (int i = 0; i < mapping->n_columns && i < mapping->n_cells; i++) {
		if (strcmp(mapping->columns[i], column) == 0) {
			return span_of(mapping->cells.p + mapping->from[i],
				       mapping->from[i + 1] - mapping->from[i]);
		}
	}
	return SPAN("");
}

/* ---- values ---- */

static void set_text(struct value *value, struct span text)
{
	value->n = text.n < sizeof value->text - 1 ? text.n : sizeof value->text - 1;
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
		int n = snprintf(whole, sizeof whole, "%s%s%s", text_of(rule, "before"),
				 value->text, text_of(rule, "after"));

		set_text(value, span_of(whole, n < 0 ? 0 : (size_t)n));
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
		if (value->n && join) {
			buf_printf(&joined, "%s%s", joined.n ? text_of(rule, "with") : "",
				   value->text);
		}
	}
	if (join) {
		set_text(value, buf_span(&joined));
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
	if (!value.refused && value.n) {
		json_object_set_new(into, name, json_stringn(value.text, value.n));
	}
	return value.refused;
}

static const char *add_members(const struct import_mapping *mapping, json_t *rules, json_t *into)
{
	const char *name, *refused = NULL;
	json_t *rule;

	json_object_foreach(rules, name, rule)
	{
		if (strcmp(name, "when") != 0 && strcmp(name, "data") != 0) {
			refused = add_member(mapping, name, rule, into);
		}
		if (refused) {
			return refused;
		}
	}
	return NULL;
}

enum err import_mapping_event(struct import_mapping *mapping,
			      struct span row,
			      int step,
			      json_t **ret_json,
			      char *ret_reason,
			      size_t reason_bytes)
{
	json_t *rules = json_array_get(mapping->events, (size_t)step),
	       *when = json_object_get(rules, "when");
	struct value condition = {.n = 1};
	enum err err = split(mapping, row);

	*ret_json = NULL;
	if (err == ERR_MALFORMED) {
		snprintf(ret_reason, reason_bytes, "not a row of CSV");
		return ERR_INVALID;
	}
	if (when) {
		evaluate(mapping, when, &condition);
	}
	if (err || !condition.n) {
		return err;
	}
	json_t *event = json_object(), *data = json_object();
	const char *refused = add_members(mapping, rules, event);

	refused = refused ? refused : add_members(mapping, json_object_get(rules, "data"), data);
	json_object_set_new(event, "specversion", json_string("1.0"));
	json_object_set_new(event, "data", data);
	if (refused) {
		json_decref(event);
		snprintf(ret_reason, reason_bytes, "%s", refused);
		return ERR_INVALID;
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
	if (!json_is_array(mapping->events) || !json_array_size(mapping->events)) {
		buf_printf(ret_why, "%s: \"events\" must be a list of at least one event", path);
		return ERR_USAGE;
	}
	return ERR_OK;
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
	if (!err && csv_init(&mapping->parser, CSV_STRICT | CSV_STRICT_FINI)) {
		err = ERR_NOMEM;
	}
	if (err) {
		import_mapping_close(mapping);
		return err;
	}
	mapping->parser_made = true;
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
	if (mapping->parser_made) {
		csv_free(&mapping->parser);
	}
	json_decref(mapping->root);
	buf_done(&mapping->text);
	buf_done(&mapping->cells);
	free(mapping);
}

static bool has_column(const struct import_mapping *mapping, const char *column)
{
	for (int i = 0; i < mapping->n_columns; i++) {
		if (strcmp(mapping->columns[i], column) == 0) {
			return true;
		}
	}
	return false;
}

/* A name that is not there would be empty in every row, and nobody would be told. */
static enum err check_names(const struct import_mapping *mapping,
			    const json_t *rule,
			    struct buf *ret_why)
{
	const char *column = text_of(rule, "column"), *lookup = text_of(rule, "lookup");

	if (*column && !has_column(mapping, column)) {
		buf_printf(ret_why, "the mapping's column \"%s\" is not in the first line", column);
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

enum err import_mapping_header(struct import_mapping *mapping, struct span row, struct buf *ret_why)
{
	enum err err = split(mapping, row);
	json_t *rules;
	size_t step;

	for (int i = 0; i < mapping->n_cells && !err; i++) {
		size_t n = mapping->from[i + 1] - mapping->from[i];

		mapping->columns[i] = strndup((char *)mapping->cells.p + mapping->from[i], n);
		err = mapping->columns[i] ? ERR_OK : ERR_NOMEM;
		mapping->n_columns += !err;
	}
	json_array_foreach(mapping->events, step, rules)
	{
		err = err ? err : check_event(mapping, rules, ret_why);
	}
	return err == ERR_MALFORMED ? ERR_USAGE : err;
}

int import_mapping_steps(const struct import_mapping *mapping)
{
	return (int)json_array_size(mapping->events);
}

struct span import_mapping_text(const struct import_mapping *mapping)
{
	return buf_span(&mapping->text);
}
