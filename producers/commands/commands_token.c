/* commands_token.c: govbus token add|list|revoke: who may post and read what. */
#include <argp.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/civil.h"
#include "common/clock.h"
#include "common/place.h"
#include "producers/commands/commands.h"
#include "producers/commands/commands_options.h"
#include "producers/commands/commands_table.h"
#include "producers/gateway/door_rights.h"
#include "producers/gateway/tokens.h"
#include "schemas/codes.h"

enum {
	KEY_UNIT = 1000,
	KEY_LEVEL,
	KEY_PLACE,
	KEY_SOURCE,
	KEY_FUNCTIONS,
	KEY_RIGHTS,
	KEY_TYPES,
	KEY_LABEL,
	KEY_JSON
};

struct arguments {
	struct commands_options options;
	const char *words[2]; /* add, list or revoke; what to revoke */
	int n_words;
	bool json;
	struct token token;
};

static const struct argp_option OPTIONS[] = {
	{"unit", KEY_UNIT, "ID", 0,
	 "Unit it acts for: centre:530102, grid:…, or a registered one; centre:530100 is centre:5301",
	 0},
	{"level", KEY_LEVEL, "1-7", 0, "Level of that unit, which is that of its place", 0},
	{"place", KEY_PLACE, "CODE", 0,
	 "Places it covers: this one and all below it, within the unit's own place; 530100 is 5301",
	 0},
	{"source", KEY_SOURCE, "PREFIX", 0, "Sources it may name (/ for all)", 0},
	{"functions", KEY_FUNCTIONS, "LIST", 0,
	 "report,intake,dispatch,handle,verify,call-back,mediate,supervise,reference, or all", 0},
	{"rights", KEY_RIGHTS, "LIST", 0, "history,verbatim,unseal,audit,units", 0},
	{"types", KEY_TYPES, "LIST", 0, "Only these event types (gov.case.* for a family)", 0},
	{"label", KEY_LABEL, "TEXT", 0, "For people", 0},
	{"json", KEY_JSON, NULL, 0,
	 "list: print JSON; a token without types may post every type that its functions allow", 0},
	{0},
};

/* Calls `take` for each part of a comma-separated list; false as soon as one is rejected. */
static bool each(const char *list,
		 bool (*take)(struct token *token, struct span part),
		 struct token *token)
{
	while (*list) {
		size_t n = strcspn(list, ",");

		if (!take(token, span_of(list, n))) {
			return false;
		}
		list += n + (list[n] == ',');
	}
	return true;
}

static bool take_function(struct token *token, struct span part)
{
	uint8_t number = codes_find(CODES_function, part);

	if (span_eq(part, SPAN("all"))) {
		token->functions = (uint16_t)((1u << CODE_function_COUNT) - 2);
		return true;
	}
	token->functions |= (uint16_t)(1u << number);
	return number != 0;
}

static bool take_right(struct token *token, struct span part)
{
	uint32_t right = tokens_right_named(part);

	token->rights |= right;
	return right != 0;
}

static bool take_type(struct token *token, struct span part)
{
	if (token->n_types == TOKENS_TYPES || part.n >= sizeof token->types[0]) {
		return false;
	}
	memcpy(token->types[token->n_types++], part.p, part.n);
	return true;
}

static void copy(struct argp_state *state, char *to, size_t size, const char *text)
{
	if (strlen(text) >= size) {
		argp_error(state, "%s is too long", text);
	} else {
		memcpy(to, text, strlen(text));
	}
}

static error_t on_option(int key, char *value, struct argp_state *state)
{
	struct arguments *arguments = state->input;
	struct token *token = &arguments->token;
	bool good = true;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &arguments->options;
		break;
	case KEY_UNIT:
		copy(state, token->unit, sizeof token->unit, value);
		break;
	case KEY_LEVEL:
		token->level = (uint8_t)commands_options_number(state, "--level", value, 1, 7);
		break;
	case KEY_PLACE:
		copy(state, token->place, sizeof token->place, value);
		break;
	case KEY_SOURCE:
		copy(state, token->source, sizeof token->source, value);
		break;
	case KEY_JSON:
		arguments->json = true;
		break;
	case KEY_LABEL:
		copy(state, token->label, sizeof token->label, value);
		break;
	case KEY_FUNCTIONS:
		good = each(value, take_function, token);
		break;
	case KEY_RIGHTS:
		good = each(value, take_right, token);
		break;
	case KEY_TYPES:
		good = each(value, take_type, token);
		break;
	case ARGP_KEY_ARG:
		if (arguments->n_words == 2) {
			argp_usage(state);
		}
		arguments->words[arguments->n_words++] = value;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	if (!good) {
		argp_error(state, "unknown name in %s", value);
	}
	return 0;
}

/* The first type that nothing of the token lets it post, so that naming it would promise what the door refuses; NULL: none. */
static const char *idle_type(const struct token *token)
{
	for (int i = 0; i < token->n_types; i++) {
		struct token one = *token;
		bool may = false;

		one.n_types = 1;
		memcpy(one.types[0], token->types[i], sizeof one.types[0]);
		for (int type = EVENT_NONE + 1; type < EVENT_TYPE_COUNT && !may; type++) {
			may = door_rights_type(&one, (enum event_type)type);
		}
		if (!may) {
			return token->types[i];
		}
	}
	return NULL;
}

static enum err add(struct tokens *tokens, struct token *token)
{
	const char *idle = idle_type(token);
	char secret[TOKENS_SECRET_BYTES + 1];
	enum err err = idle ? ERR_INVALID : tokens_add(tokens, token, clock_wall_us(), secret);
	const char *why = tokens_contradiction(token);

	if (idle) {
		fprintf(stderr,
			"govbus token add: --types: %s is no type that its --functions and --rights let it post\n",
			idle);
	} else if (err == ERR_INVALID && token->source[0] && token->source[0] != '/') {
		fprintf(stderr,
			"govbus token add: --source: %s does not begin with /, as sources do\n",
			token->source);
	} else if (err == ERR_INVALID && token->place[0] && !place_valid(span_cstr(token->place))) {
		fprintf(stderr, "govbus token add: --place: %s is no place code\n", token->place);
	} else if (err == ERR_INVALID && token->level && token->place[0] && why) {
		fprintf(stderr, "govbus token add: %s\n", why);
	} else if (err == ERR_INVALID) {
		fprintf(stderr,
			"govbus token add: needs --unit, --level, --place, --source and at least one of --functions and --rights\n");
	}
	if (!err) {
		printf("%s\n", secret); /* the only copy */
	}
	return err;
}

/* ---- list ---- */

struct listing {
	struct token *tokens;
	size_t n;
	enum err err;
};

static bool keep_token(void *context, const struct token *token)
{
	struct listing *listing = context;
	struct token *more = realloc(listing->tokens, (listing->n + 1) * sizeof *more);

	if (!more) {
		listing->err = ERR_NOMEM;
		return false;
	}
	listing->tokens = more;
	more[listing->n++] = *token;
	return true;
}

static int by_age(const void *a, const void *b)
{
	const struct token *x = a, *y = b;

	return x->created_us != y->created_us
		       ? (x->created_us > y->created_us) - (x->created_us < y->created_us)
		       : strcmp(x->id, y->id);
}

/* Labels come from a command line, so they may be of any bytes. */
static json_t *text_json(const char *text)
{
	json_t *json = json_string(text);

	return json ? json : json_string("(not UTF-8)");
}

static json_t *functions_json(const struct token *token)
{
	json_t *names = json_array();

	for (int i = 1; i < CODE_function_COUNT; i++) {
		if (token->functions & 1u << i) {
			const struct code *code = codes_get(CODES_function, (uint8_t)i);

			json_array_append_new(names, json_string(code->name));
		}
	}
	return names;
}

static json_t *rights_json(const struct token *token)
{
	json_t *names = json_array();
	const char *name;

	for (int i = 0; (name = tokens_right_name(i)); i++) {
		if (token->rights & tokens_right_named(span_cstr(name))) {
			json_array_append_new(names, json_string(name));
		}
	}
	return names;
}

static json_t *types_json(const struct token *token)
{
	json_t *names = json_array();

	for (int i = 0; i < token->n_types; i++) {
		json_array_append_new(names, text_json(token->types[i]));
	}
	return names;
}

static json_t *time_json(int64_t at_us)
{
	char text[CIVIL_TEXT_SIZE];

	civil_format(at_us, text);
	return json_string(text);
}

static json_t *token_json(const struct token *token)
{
	json_t *json = json_pack("{ss ss so so si so so so so so so}", "id", token->id, "state",
				 token->revoked_us ? "revoked" : "in force", "label",
				 text_json(token->label), "unit", text_json(token->unit), "level",
				 token->level, "place", text_json(token->place), "source",
				 text_json(token->source), "functions", functions_json(token),
				 "rights", rights_json(token), "types", types_json(token),
				 "created_at", time_json(token->created_us));

	if (json && token->revoked_us) {
		json_object_set_new(json, "revoked_at", time_json(token->revoked_us));
	}
	return json;
}

/* A list in one cell: its names, or what an empty list means. */
static void as_cell(json_t *object, const char *name, const char *none)
{
	struct buf text = {0};
	json_t *part;
	size_t i;

	json_array_foreach(json_object_get(object, name), i, part)
	{
		buf_printf(&text, "%s%s", i ? "," : "", json_string_value(part));
	}
	json_object_set_new(object, name,
			    text.n ? json_stringn((char *)text.p, text.n) : json_string(none));
	buf_done(&text);
}

/* To the second: whoever wants more takes the JSON. */
static void cut_time(json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	if (text) {
		json_object_set_new(object, name, json_stringn(text, strnlen(text, 19)));
	}
}

static void print_as_table(json_t *items)
{
	json_t *item;
	size_t i;

	json_array_foreach(items, i, item)
	{
		as_cell(item, "functions", "-");
		as_cell(item, "rights", "-");
		as_cell(item, "types", "all that its functions allow");
		cut_time(item, "created_at");
		cut_time(item, "revoked_at");
	}
	commands_table_print(items);
}

static enum err list(struct tokens *tokens, bool as_json)
{
	struct listing listing = {0};
	enum err err = tokens_list(tokens, keep_token, &listing);
	json_t *items = json_array();

	err = err ? err : listing.err;
	if (listing.n) {
		qsort(listing.tokens, listing.n, sizeof *listing.tokens, by_age);
	}
	for (size_t i = 0; i < listing.n && !err; i++) {
		err = json_array_append_new(items, token_json(&listing.tokens[i])) ? ERR_NOMEM
										   : ERR_OK;
	}
	if (!err && as_json) {
		json_t *root = json_pack("{sO}", "items", items);

		err = root && !json_dumpf(root, stdout, JSON_INDENT(1)) ? ERR_OK : ERR_NOMEM;
		printf("\n");
		json_decref(root);
	} else if (!err && listing.n) {
		print_as_table(items);
	}
	json_decref(items);
	free(listing.tokens);
	return err;
}

/* ---- */

static enum err revoke_token(struct tokens *tokens, const char *which)
{
	int count = 0;
	enum err err = tokens_revoke(tokens, span_cstr(which), clock_wall_us(), &count);

	if (!err) {
		printf("%d revoked\n", count);
	}
	return err;
}

/* What is asked for, as far as that shows before the store is open; says what is wrong. */
static bool words_fit(const struct arguments *arguments)
{
	const char *what = arguments->words[0];
	bool revokes = strcmp(what, "revoke") == 0;

	if (!revokes && strcmp(what, "add") != 0 && strcmp(what, "list") != 0) {
		fprintf(stderr, "govbus token: %s is none of add, list and revoke (see --help)\n",
			what);
		return false;
	}
	if (revokes && arguments->n_words < 2) {
		fprintf(stderr,
			"govbus token revoke: which? An id or a label of govbus token list\n");
		return false;
	}
	if (!revokes && arguments->n_words > 1) {
		fprintf(stderr, "govbus token %s: %s is a word too many (see --help)\n", what,
			arguments->words[1]);
		return false;
	}
	return true;
}

/* In a home that was misspelt a token would seem revoked, and no list would tell: only `add` makes a store. */
static bool store_there(const struct arguments *arguments)
{
	char path[1024];

	(void)snprintf(path, sizeof path, "%s/tokens.mdb", arguments->options.home);
	if (strcmp(arguments->words[0], "add") == 0 || access(path, F_OK) == 0) {
		return true;
	}
	fprintf(stderr, "govbus token %s: %s: %s; cure: name the --home of the bus\n",
		arguments->words[0], path, err_text(ERR_ABSENT));
	return false;
}

int commands_token_run(int argc, char **argv)
{
	static const struct argp_child children[] = {{&commands_options_home, 0, NULL, 0}, {0}};
	static const struct argp argp = {.options = OPTIONS,
					 .parser = on_option,
					 .args_doc = "add | list | revoke ID-OR-LABEL",
					 .children = children};
	struct arguments arguments = {0};
	struct tokens *tokens;
	enum err err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) || !arguments.n_words) {
		fprintf(stderr, "usage: govbus token add|list|revoke (see --help)\n");
		return err_exit_code(ERR_USAGE);
	}
	if (!words_fit(&arguments)) {
		return err_exit_code(ERR_USAGE);
	}
	if (!store_there(&arguments)) {
		return err_exit_code(ERR_ABSENT);
	}
	enum err opened = tokens_open(arguments.options.home, &tokens);

	if (opened) {
		fprintf(stderr, "govbus token: %s: %s\n", arguments.options.home, err_text(opened));
		return err_exit_code(opened);
	}
	if (strcmp(arguments.words[0], "add") == 0) {
		err = add(tokens, &arguments.token);
	} else if (strcmp(arguments.words[0], "list") == 0) {
		err = list(tokens, arguments.json);
	} else {
		err = revoke_token(tokens, arguments.words[1]);
	}
	tokens_close(tokens);
	if (err) {
		fprintf(stderr, "govbus token %s: %s\n", arguments.words[0], err_text(err));
	}
	return err_exit_code(err);
}
