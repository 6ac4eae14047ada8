/* commands_query.c: govbus query: asks a gateway and shows the answer as a table or as JSON. */
#include <argp.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "producers/commands.h"
#include "producers/commands_options.h"

enum { KEY_JSON = 1000, MAX_WORDS = 16 };

struct arguments {
	struct commands_options options;
	const char *words[MAX_WORDS];
	int n_words;
	bool json;
};

static const struct argp_option OPTIONS[] = {
	{"json", KEY_JSON, NULL, 0, "The answer as it is", 0},
	{0},
};

/* What can be asked for: words -> path. */
static const struct {
	const char *word, *path, *help;
} QUESTIONS[] = {
	{"case", "/v1/cases/%s", "case ID"},
	{"timeline", "/v1/cases/%s/timeline", "timeline ID"},
	{"cases", "/v1/cases",
	 "cases [place=…] [state=…] [type=…] [unit=…] [due_before=…] [source=… id=…] [limit=…] [cursor=…]"},
	{"receipt", "/v1/receipts/%s", "receipt CODE"},
	{"board", "/v1/boards/%s", "board PLACE [from=YYYY-MM-DD] [to=…]"},
	{"place", "/v1/places/%s", "place CODE"},
	{"places", "/v1/places", "places name=…"},
	{"codes", "/v1/codes/%s", "codes types|severities|…"},
	{"outcome", "/v1/outcomes", "outcome subject=… source=… id=…"},
};

static const char DOC[] =
	"Asks a gateway; without a question it says which there are. A list comes in pages: next is the cursor of the page after. "
	"With unit=, due_before=, or state= and a place below a county it comes in the order of deadlines: a case whose deadline "
	"moves between two pages may come twice or not at all. All other lists, so those by place, have each case once.";

static error_t on_option(int key, char *value, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &arguments->options;
		break;
	case KEY_JSON:
		arguments->json = true;
		break;
	case ARGP_KEY_ARG:
		if (arguments->n_words == MAX_WORDS) {
			argp_usage(state);
		}
		arguments->words[arguments->n_words++] = value;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* name=value words become the query. @return false when a word is not one */
static bool add_query(struct http_client *client,
		      struct buf *path,
		      const struct arguments *arguments,
		      int from)
{
	for (int i = from; i < arguments->n_words; i++) {
		const char *equals = strchr(arguments->words[i], '=');

		if (!equals) {
			return false;
		}
		buf_add_byte(path, i == from ? '?' : '&');
		buf_add(path,
			span_of(arguments->words[i], (size_t)(equals - arguments->words[i]) + 1));
		http_client_escape(client, path, span_cstr(equals + 1));
	}
	return true;
}

static bool make_path(struct http_client *client,
		      const struct arguments *arguments,
		      struct buf *path)
{
	for (size_t i = 0; i < sizeof QUESTIONS / sizeof QUESTIONS[0]; i++) {
		if (!arguments->n_words || strcmp(QUESTIONS[i].word, arguments->words[0]) != 0) {
			continue;
		}
		const char *hole = strstr(QUESTIONS[i].path, "%s");

		if (!hole) {
			buf_add_text(path, QUESTIONS[i].path);
			return add_query(client, path, arguments, 1);
		}
		if (arguments->n_words < 2) {
			return false;
		}
		buf_add(path, span_of(QUESTIONS[i].path, (size_t)(hole - QUESTIONS[i].path)));
		http_client_escape(client, path, span_cstr(arguments->words[1]));
		buf_add_text(path, hole + 2);
		return add_query(client, path, arguments, 2);
	}
	return false;
}

/* ---- the answer as a table */

/* Characters that take two columns of a terminal. */
static const uint32_t WIDE[][2] = {
	{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},
	{0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x20000, 0x3fffd},
};

static int char_columns(uint32_t c)
{
	for (size_t i = 0; i < sizeof WIDE / sizeof WIDE[0]; i++) {
		if (c >= WIDE[i][0] && c <= WIDE[i][1]) {
			return 2;
		}
	}
	return 1;
}

/* How wide a text is on a terminal. It came through jansson, so it is whole UTF-8. */
static int text_columns(const char *text)
{
	static const uint8_t FIRST_BITS[] = {0x7f, 0, 0x1f, 0x0f, 0x07};
	int n = 0;

	while (*text) {
		uint8_t first = (uint8_t)*text;
		int bytes = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
		uint32_t c = first & FIRST_BITS[bytes == 1 ? 0 : bytes];

		for (text++; --bytes > 0 && *text; text++) {
			c = c << 6 | ((uint8_t)*text & 0x3f);
		}
		n += char_columns(c);
	}
	return n;
}

static void print_value(const json_t *value, FILE *out)
{
	const json_t *zh = json_object_get(value, "zh"), *en = json_object_get(value, "en");

	if (json_is_string(value)) {
		fputs(json_string_value(value), out);
	} else if (zh) {
		const char *code = json_string_value(json_object_get(value, "code"));

		fprintf(out, "%s%s%s %s", code ? code : "", code ? " " : "", json_string_value(zh),
			json_string_value(en) ? json_string_value(en) : "");
	} else {
		char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

		fputs(text ? text : "", out);
		free(text);
	}
}

/* A value in one cell: of an object its Chinese and English texts; in one line, whatever a title holds. The caller frees it. */
static char *cell_text(const json_t *value)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (!out) {
		return NULL;
	}
	if (value) {
		print_value(value, out);
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		text[i] = (uint8_t)text[i] < ' ' || text[i] == 0x7f ? ' ' : text[i];
	}
	return text;
}

static void widen(json_t *columns, const char *name, const json_t *value)
{
	char *text = cell_text(value);
	int cell = text ? text_columns(text) : 0, head = text_columns(name);
	json_int_t width = json_integer_value(json_object_get(columns, name));

	width = width < head ? head : width;
	json_object_set_new(columns, name, json_integer(width < cell ? cell : width));
	free(text);
}

/* The columns of a table, each as wide as its widest cell: every member that any item has, in the order in which they first come. */
static json_t *columns_of(const json_t *items)
{
	json_t *columns = json_object(), *item, *value;
	const char *name;
	size_t i;

	json_array_foreach(items, i, item)
	{
		json_object_foreach(item, name, value)
		{
			widen(columns, name, value);
		}
	}
	return columns;
}

/* The space after a cell waits for the next one that has a text, so that no line ends in spaces. */
static void print_cell(const char *text, int width, int *owed)
{
	if (*text) {
		printf("%*s%s", *owed, "", text);
		*owed = 0;
	}
	*owed += width - (*text ? text_columns(text) : 0) + 2;
}

static void print_items(const json_t *items)
{
	json_t *columns = columns_of(items), *item, *width;
	const char *name;
	int owed = 0;
	size_t i;

	json_object_foreach(columns, name, width)
	{
		print_cell(name, (int)json_integer_value(width), &owed);
	}
	printf("\n");
	json_array_foreach(items, i, item)
	{
		owed = 0;
		json_object_foreach(columns, name, width)
		{
			char *text = cell_text(json_object_get(item, name));

			print_cell(text ? text : "", (int)json_integer_value(width), &owed);
			free(text);
		}
		printf("\n");
	}
	json_decref(columns);
}

static void print_member(const char *name, const json_t *value)
{
	char *text = cell_text(value);

	printf("%-16s %s\n", name, text ? text : "");
	free(text);
}

/*
 * Positions are for machines (--json has them); people want to know how old the answer is: the oldest tick. What has none
 * is one position of a log that does not tick, or of one before its first tick; of many it is said that there is none.
 */
static void print_as_of(const json_t *as_of)
{
	const char *oldest = json_string_value(json_object_get(as_of, "tick"));
	json_t *position;
	size_t i;

	json_array_foreach(as_of, i, position)
	{
		const char *tick = json_string_value(json_object_get(position, "tick"));

		if (tick && (!oldest || strcmp(tick, oldest) < 0)) {
			oldest = tick;
		}
	}
	if (oldest) {
		printf("%-16s %s\n", "as_of", oldest);
	} else if (json_is_object(as_of)) {
		print_member("as_of", as_of);
	} else {
		printf("%-16s no tick yet\n", "as_of");
	}
}

static void print_table(const struct http_client_answer *answer)
{
	json_t *root = json_loadb((char *)answer->body.p, answer->body.n, 0, NULL), *value;
	const char *name;

	if (!root) {
		printf("%.*s\n", SPAN_ARGS(buf_span(&answer->body)));
	}
	json_object_foreach(root, name, value)
	{
		if (strcmp(name, "as_of") == 0) {
			print_as_of(value);
		} else if (json_is_array(value) && json_is_object(json_array_get(value, 0))) {
			printf("%s:\n", name);
			print_items(value);
		} else {
			print_member(name, value);
		}
	}
	json_decref(root);
}

static int ask(struct http_client *client, const struct arguments *arguments)
{
	struct http_client_answer answer = {0};
	struct buf path = {0};
	int code = err_exit_code(ERR_USAGE);

	if (!make_path(client, arguments, &path)) {
		fprintf(stderr, "usage: govbus query QUESTION [--json]; a question is one of:\n");
		for (size_t i = 0; i < sizeof QUESTIONS / sizeof QUESTIONS[0]; i++) {
			fprintf(stderr, "  %s\n", QUESTIONS[i].help);
		}
		buf_done(&path);
		return code;
	}
	buf_add_byte(&path, 0);
	enum err err = path.err ? path.err : http_client_get(client, (char *)path.p, &answer);

	if (err) {
		fprintf(stderr, "govbus query: %s: %s; is it running? (./run status)\n",
			arguments->options.gateway, http_client_why(client));
		code = err_exit_code(err);
	} else {
		code = answer.status < 400    ? 0
		       : answer.status == 404 ? err_exit_code(ERR_ABSENT)
					      : 1;
		if (arguments->json) {
			printf("%.*s\n", SPAN_ARGS(buf_span(&answer.body)));
		} else {
			print_table(&answer);
		}
	}
	buf_done(&path);
	buf_done(&answer.body);
	return code;
}

int commands_query_run(int argc, char **argv)
{
	static const struct argp_child children[] = {{&commands_options_gateway, 0, NULL, 0}, {0}};
	static const struct argp argp = {.options = OPTIONS,
					 .parser = on_option,
					 .args_doc = "QUESTION",
					 .doc = DOC,
					 .children = children};
	struct arguments arguments = {0};
	struct http_client *client;

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments)) {
		return err_exit_code(ERR_USAGE);
	}
	/* A receipt is shown to anyone. */
	enum err err = commands_options_connect(&arguments.options, "govbus query",
						/*needs_token=*/false, &client);

	if (err) {
		return err_exit_code(err);
	}
	int code = ask(client, &arguments);

	http_client_close(client);
	return code;
}
