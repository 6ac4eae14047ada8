/* import_mapping_check.c: the form of a mapping file, checked before a row is read. */
#include "producers/commands/import_mapping_check.h"

#include <string.h>

/* Where in the mapping the check is: the event's number, from 1, and its member. */
struct place {
	size_t event;
	const char *prefix, *member;
	struct buf *why;
};

static enum err wrong(const struct place *at, const char *what)
{
	buf_printf(at->why, "event %zu, %s%s: %s", at->event, at->prefix, at->member, what);
	return ERR_USAGE;
}

static bool is_text(const json_t *value)
{
	return json_is_string(value);
}

static bool is_length(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) > 0;
}

/* What an object of a value may have besides what it takes its text from. */
static const struct {
	const char *name;
	bool (*fits)(const json_t *value);
	const char *otherwise;
} DRESS[] = {
	{"lookup", is_text, "\"lookup\" must be text"},
	{"after", is_text, "\"after\" must be text"},
	{"before", is_text, "\"before\" must be text"},
	{"otherwise", is_text, "\"otherwise\" must be text"},
	{"needed", is_text, "\"needed\" must be text"},
	{"chars", is_length, "\"chars\" must be a number from 1"},
};

static const char SOURCES[] =
	"may not stand here: a value has one of column, first, join and case, a part of a list a column or text";

static bool is_source(const char *name)
{
	return strcmp(name, "column") == 0 || strcmp(name, "first") == 0 ||
	       strcmp(name, "join") == 0 || strcmp(name, "case") == 0;
}

static enum err check_dress(const struct place *at, const char *name, const json_t *value)
{
	for (size_t i = 0; i < sizeof DRESS / sizeof DRESS[0]; i++) {
		if (strcmp(DRESS[i].name, name) == 0) {
			return DRESS[i].fits(value) ? ERR_OK : wrong(at, DRESS[i].otherwise);
		}
	}
	buf_printf(at->why, "event %zu, %s%s: \"%s\" %s", at->event, at->prefix, at->member, name,
		   is_source(name) ? SOURCES
				   : "is none of column, first, join, with, case, lookup, before, "
				     "after, chars, otherwise and needed");
	return ERR_USAGE;
}

/* All of an object but what it takes its text from, which is checked by its caller: `source`, and of a join `with`. */
static enum err check_rest(const struct place *at, const json_t *rule, const char *source)
{
	json_t *value;
	const char *name;
	enum err err = ERR_OK;

	json_object_foreach((json_t *)rule, name, value)
	{
		bool with = strcmp(source, "join") == 0 && strcmp(name, "with") == 0;

		if (err || strcmp(name, source) == 0 || (with && is_text(value))) {
			continue;
		}
		err = with ? wrong(at, "\"with\" must be text") : check_dress(at, name, value);
	}
	return err;
}

/* Text, or a column: what a list may hold. */
static enum err check_part(const struct place *at, const json_t *part)
{
	if (is_text(part)) {
		return ERR_OK;
	}
	if (!json_is_object(part)) {
		return wrong(at, "must be text, or an object with \"column\"");
	}
	if (json_object_get(part, "column") && !is_text(json_object_get(part, "column"))) {
		return wrong(at, "\"column\" must be the name of a column");
	}
	enum err err = check_rest(at, part, "column");

	return err || json_object_get(part, "column")
		       ? err
		       : wrong(at, "an object needs one of column, first, join and case");
}

static enum err check_list(const struct place *at, const json_t *rule, const char *name)
{
	json_t *parts = json_object_get(rule, name), *part;
	enum err err = ERR_OK;
	size_t i;

	if (!json_is_array(parts) || !json_array_size(parts)) {
		return wrong(at, "\"first\" and \"join\" must be lists of at least one value");
	}
	json_array_foreach(parts, i, part)
	{
		err = err ? err : check_part(at, part);
	}
	return err ? err : check_rest(at, rule, name);
}

/* Whether an event is made hangs on text alone, which the row must give: a case id is made of events. */
static enum err check_value(const struct place *at, const json_t *rule)
{
	bool is_when = strcmp(at->member, "when") == 0;

	if (is_when && json_object_get(rule, "case")) {
		return wrong(at, "must be text or an object with column, first or join");
	}
	if (json_is_number(rule) || json_is_boolean(rule)) {
		return is_when ? wrong(at, "must be text or an object") : ERR_OK;
	}
	if (json_object_get(rule, "case")) {
		return json_is_true(json_object_get(rule, "case")) && json_object_size(rule) == 1
			       ? ERR_OK
			       : wrong(at, "\"case\" is true, and stands alone");
	}
	if (json_object_get(rule, "first")) {
		return check_list(at, rule, "first");
	}
	return json_object_get(rule, "join") ? check_list(at, rule, "join") : check_part(at, rule);
}

static enum err check_members(struct place *at, const json_t *rules)
{
	json_t *rule;
	const char *name;
	enum err err = ERR_OK;

	json_object_foreach((json_t *)rules, name, rule)
	{
		if (!err && (*at->prefix || strcmp(name, "data") != 0)) {
			at->member = name;
			err = check_value(at, rule);
		}
	}
	return err;
}

static enum err check_event(size_t number, const json_t *rules, struct buf *ret_why)
{
	struct place at = {.event = number, .prefix = "", .member = "", .why = ret_why};
	const json_t *data = json_object_get(rules, "data");

	if (!json_is_object(rules) || (data && !json_is_object(data))) {
		buf_printf(ret_why, "event %zu: it and its \"data\" must be objects", number);
		return ERR_USAGE;
	}
	enum err err = check_members(&at, rules);

	at.prefix = "data.";
	return err ? err : check_members(&at, data);
}

static enum err check_lookups(const json_t *lookups, struct buf *ret_why)
{
	json_t *lookup, *to;
	const char *name, *from;

	json_object_foreach((json_t *)lookups, name, lookup)
	{
		json_object_foreach(lookup, from, to)
		{
			if (!is_text(to)) {
				buf_printf(ret_why, "look-up \"%s\": \"%s\" must lead to text",
					   name, from);
				return ERR_USAGE;
			}
		}
		if (!json_is_object(lookup)) {
			buf_printf(ret_why, "look-up \"%s\" must be an object", name);
			return ERR_USAGE;
		}
	}
	return ERR_OK;
}

enum err import_mapping_check(const json_t *root, struct buf *ret_why)
{
	json_t *events = json_object_get(root, "events"),
	       *lookups = json_object_get(root, "lookups"), *rules, *value;
	const char *name;
	size_t i;

	if (!json_is_array(events) || !json_array_size(events)) {
		buf_printf(ret_why, "\"events\" must be a list of at least one event");
		return ERR_USAGE;
	}
	if (lookups && !json_is_object(lookups)) {
		buf_printf(ret_why, "\"lookups\" must be an object");
		return ERR_USAGE;
	}
	json_object_foreach((json_t *)root, name, value)
	{
		if (value != events && value != lookups) {
			buf_printf(ret_why, "\"%s\" is neither events nor lookups", name);
			return ERR_USAGE;
		}
	}
	enum err err = check_lookups(lookups, ret_why);

	json_array_foreach(events, i, rules)
	{
		err = err ? err : check_event(i + 1, rules, ret_why);
	}
	return err;
}
