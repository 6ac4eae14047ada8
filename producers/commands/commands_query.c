/* commands_query.c: govbus query: asks a gateway and shows the answer as a table or as JSON. */
#include <argp.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "producers/commands/commands.h"
#include "producers/commands/commands_options.h"
#include "producers/commands/commands_table.h"

enum { KEY_JSON = 1000, MAX_WORDS = 16 };

struct arguments {
	struct commands_options options;
	const char *words[MAX_WORDS];
	int n_words;
	bool json;
};

static const struct argp_option OPTIONS[] = {
	{"json", KEY_JSON, NULL, 0, "Print the answer as JSON, unchanged", 0},
	{0},
};

/* What can be asked for: words -> path. */
static const struct {
	const char *word, *path, *help;
} QUESTIONS[] = {
	{"case", "/v1/cases/%s", "case ID"},
	{"timeline", "/v1/cases/%s/timeline", "timeline ID [limit=…] [cursor=…]"},
	{"cases", "/v1/cases",
	 "cases [place=…] [state=…] [type=…] [unit=…] [due_before=…] [source=… id=…] [limit=…] [cursor=…]"},
	{"receipt", "/v1/receipts/%s", "receipt CODE"},
	{"board", "/v1/boards/%s", "board PLACE [from=YYYY-MM-DD] [to=…]"},
	{"place", "/v1/places/%s", "place CODE"},
	{"places", "/v1/places", "places name=… [limit=…] [cursor=…]"},
	{"codes", "/v1/codes/%s", "codes types|severities|…"},
	{"outcome", "/v1/outcomes", "outcome subject=… source=… id=…"},
};

static const char DOC[] =
	"Asks a gateway and prints the answer as a table; without a question it lists the questions. Lists and timelines come in pages: add what a page shows at next to the same question to get the next page. "
	"A list with unit=, due_before=, or state= and a place below a county is in order of deadline, the nearer of case and step or the end of a hold: a case whose deadline "
	"moves between two pages may appear twice or not at all. All other lists, such as those by place, show each case exactly once.";

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

static void print_member(const char *name, const json_t *value)
{
	char *text = commands_table_cell(value);

	printf("%-16s %s\n", name, text ? text : "");
	free(text);
}

/*
 * Positions are for machines (--json has them); people want to know how old the answer is, which is the oldest tick. A log
 * that does not tick, or has not yet, shows its one position; of several logs "none" is shown.
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

/* In the form in which it is added to the question, to get the next page. */
static void print_next(const json_t *cursor)
{
	printf("%-16s cursor=%s\n", "next", json_string_value(cursor));
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
		} else if (strcmp(name, "next") == 0 && json_string_length(value)) {
			print_next(value);
		} else if (json_is_array(value) && json_is_object(json_array_get(value, 0))) {
			printf("%s:\n", name);
			commands_table_print(value);
		} else {
			print_member(name, value);
		}
	}
	json_decref(root);
}

/* What a script makes of an answer: each is one of `govbus help exit-codes`. */
static enum err err_of(int status)
{
	switch (status) {
	case 401:
	case 403:
		return ERR_DENIED;
	case 404:
		return ERR_ABSENT;
	case 429:
	case 502:
	case 503:
	case 504: /* 502 and 504 are a proxy's */
		return ERR_BUSY;
	default:
		return status < 400 ? ERR_OK : status < 500 ? ERR_USAGE : ERR_BUG;
	}
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
		code = err_exit_code(err_of(answer.status));
		if (arguments->json) {
			printf("%.*s\n", SPAN_ARGS(buf_span(&answer.body)));
		} else {
			print_table(&answer);
		}
		if (answer.status == 401) {
			commands_options_why_no_token(&arguments->options, "govbus query");
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
