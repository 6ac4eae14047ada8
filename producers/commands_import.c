/* commands_import.c: govbus import: a file of CloudEvents (NDJSON) or of rows (CSV with a mapping) into a bus. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "common/conf.h"
#include "common/limits.h"
#include "producers/commands.h"
#include "producers/import.h"

enum {
	KEY_MAPPING = 1000,
	KEY_TOKEN,
	KEY_HISTORY,
	KEY_CHECK,
	KEY_GATEWAY,
	KEY_HOME,
	KEY_QUIET,
	KEY_BATCH
};

struct arguments {
	const char *path, *mapping, *token_path, *gateway, *home;
	bool history, check, quiet;
	int batch;
};

static const struct argp_option OPTIONS[] = {
	{"mapping", KEY_MAPPING, "FILE", 0, "The file is CSV; this says what its columns mean", 0},
	{"token-file", KEY_TOKEN, "FILE", 0, "Token to post with (default HOME/tokens/province)",
	 0},
	{"history", KEY_HISTORY, NULL, 0, "The bus is in history mode: post in the order of time",
	 0},
	{"check", KEY_CHECK, NULL, 0, "Read and check the whole file, post nothing", 0},
	{"gateway", KEY_GATEWAY, "ADDRESS", 0, "Gateway (default GOVBUS_LISTEN or 127.0.0.1:8080)",
	 0},
	{"home", KEY_HOME, "DIR", 0, "Where progress is kept (default GOVBUS_HOME or .govbus)", 0},
	{"batch", KEY_BATCH, "N", 0, "Events per request (default 1000, the most)", 0},
	{"quiet", KEY_QUIET, NULL, 0, "No progress, only the summary", 0},
	{0},
};

static error_t on_option(int key, char *value, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case KEY_MAPPING:
		arguments->mapping = value;
		break;
	case KEY_TOKEN:
		arguments->token_path = value;
		break;
	case KEY_HISTORY:
		arguments->history = true;
		break;
	case KEY_CHECK:
		arguments->check = true;
		break;
	case KEY_GATEWAY:
		arguments->gateway = value;
		break;
	case KEY_HOME:
		arguments->home = value;
		break;
	case KEY_BATCH:
		arguments->batch = (int)strtol(value, NULL, 10);
		if (arguments->batch < 1 || arguments->batch > LIMIT_BATCH_EVENTS) {
			argp_error(state, "--batch must be from 1 to %d", LIMIT_BATCH_EVENTS);
		}
		break;
	case KEY_QUIET:
		arguments->quiet = true;
		break;
	case ARGP_KEY_ARG:
		if (arguments->path) {
			argp_error(state, "one file at a time");
		}
		arguments->path = value;
		break;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which file?");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const char *environment(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value && *value ? value : otherwise;
}

static int check(const struct import_source *source, const char *name)
{
	const struct import_problem *problems;
	size_t n = import_source_problems(source, &problems);

	for (size_t i = 0; i < n && i < 20; i++) {
		printf("%s: line %ld: %s\n", name, problems[i].line, problems[i].reason);
	}
	if (n > 20) {
		printf("… and %zu more\n", n - 20);
	}
	printf("%s: %ld lines, %zu events are well-formed, %zu lines are not; nothing was posted\n",
	       name, import_source_lines(source),
	       import_source_count(source) - import_source_midnights(source), n);
	return n ? err_exit_code(ERR_INVALID) : 0;
}

static enum err post(struct import_source *source, const struct arguments *arguments)
{
	char path[1024], token[256];
	struct http_client *client;
	struct import_result result;
	struct import_options options = {
		.home = arguments->home,
		.name = arguments->path,
		.batch = arguments->batch,
		.quiet = arguments->quiet,
		.out = stdout,
	};

	snprintf(path, sizeof path, "%s/tokens/province", arguments->home);
	const char *token_path = arguments->token_path ? arguments->token_path : path;
	enum err err = http_client_token(token_path, token, sizeof token);

	if (err) {
		fprintf(stderr,
			"govbus import: token file %s: %s; make one with govbus token add\n",
			token_path, err_text(err));
		return ERR_USAGE;
	}
	err = http_client_open(arguments->gateway, token, &client);
	if (err) {
		return err;
	}
	err = import_run(source, client, &options, &result);
	http_client_close(client);
	if (!err) {
		import_summary(source, &options, &result);
	} else {
		fprintf(stderr, "govbus import: stopped: %s; the same command goes on from here\n",
			err_text(err));
	}
	return err;
}

int commands_import_run(int argc, char **argv)
{
	struct arguments arguments = {
		.gateway = environment("GOVBUS_LISTEN", CONF_LISTEN_GATEWAY),
		.home = environment("GOVBUS_HOME", ".govbus"),
		.batch = LIMIT_BATCH_EVENTS,
	};
	const struct argp argp = {
		.options = OPTIONS,
		.parser = on_option,
		.args_doc = "FILE",
		.doc = "Posts a file's events through a gateway, in order; killed, it goes on where it was when called again.",
	};
	struct import_source *source;
	struct buf why = {0};

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments)) {
		return err_exit_code(ERR_USAGE);
	}
	struct import_config config = {arguments.path, arguments.mapping, arguments.history};
	enum err err = import_source_open(&config, &source, &why);

	if (err) {
		fprintf(stderr, "govbus import: %.*s\n", SPAN_ARGS(buf_span(&why)));
		buf_done(&why);
		return err_exit_code(err);
	}
	int code = arguments.check ? check(source, arguments.path)
				   : err_exit_code(post(source, &arguments));

	import_source_close(source);
	return code;
}
