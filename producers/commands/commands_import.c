/* commands_import.c: govbus import: a file of CloudEvents (NDJSON) or of rows (CSV with a mapping) into a bus. */
#include <stdio.h>

#include "common/limits.h"
#include "producers/commands/commands.h"
#include "producers/commands/commands_options.h"
#include "producers/commands/import.h"

enum { KEY_MAPPING = 1000, KEY_HISTORY, KEY_CHECK, KEY_QUIET, KEY_BATCH };

struct arguments {
	struct commands_options options;
	const char *path, *mapping;
	bool history, check, quiet;
	int batch;
	struct buf command; /* as it was typed */
};

static const struct argp_option OPTIONS[] = {
	{"mapping", KEY_MAPPING, "FILE", 0,
	 "The file is CSV; this mapping says what its columns mean", 0},
	{"history", KEY_HISTORY, NULL, 0, "The bus is in history mode: post in order of time", 0},
	{"check", KEY_CHECK, NULL, 0, "Read and check the whole file without posting", 0},
	{"batch", KEY_BATCH, "N", 0, "Events per request (default and maximum 1000)", 0},
	{"quiet", KEY_QUIET, NULL, 0, "No progress, only the summary", 0},
	{0},
};

static error_t on_option(int key, char *value, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &arguments->options;
		break;
	case KEY_MAPPING:
		arguments->mapping = value;
		break;
	case KEY_HISTORY:
		arguments->history = true;
		break;
	case KEY_CHECK:
		arguments->check = true;
		break;
	case KEY_BATCH:
		arguments->batch = (int)commands_options_number(state, "--batch", value, 1,
								LIMIT_BATCH_EVENTS);
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

static int check(const struct import_source *source, const char *name)
{
	const struct import_problem *problems;
	size_t n = import_source_problems(source, &problems);

	for (size_t i = 0; i < n && i < 20; i++) {
		char which[IMPORT_WHICH_BYTES];

		import_refused_which(problems[i].step, which);
		printf("%s: line %ld: %s%s\n", name, problems[i].line, which, problems[i].reason);
	}
	if (n > 20) {
		printf("… and %zu more\n", n - 20);
	}
	printf("%s: %ld lines, %zu events are well-formed, %zu lines are not; nothing was posted\n",
	       name, import_source_lines(source),
	       import_source_count(source) - import_source_midnights(source), n);
	return n ? err_exit_code(ERR_INVALID) : 0;
}

static enum err post(struct import_source *source,
		     const struct arguments *arguments,
		     struct progress *progress)
{
	struct http_client *client;
	struct import_result result;
	struct import_options options = {
		.home = arguments->options.home,
		.name = arguments->path,
		.command = (const char *)arguments->command.p,
		.batch = arguments->batch,
		.progress = progress,
		.out = stdout,
	};
	enum err err = commands_options_connect(&arguments->options, "govbus import",
						/*needs_token=*/true, &client);

	if (err) {
		return err;
	}
	err = import_run(source, client, &options, &result);
	http_client_close(client);
	if (!err) {
		import_summary(&options, &result);
		err = result.counts.refused || result.lines_refused ? ERR_INVALID : ERR_OK;
	} else {
		fprintf(stderr, "govbus import: stopped: %s; the same command goes on from here\n",
			err == ERR_BUSY ? "this file is being imported by another process"
					: err_text(err));
	}
	return err;
}

static int run(const struct arguments *arguments)
{
	struct import_source *source;
	struct progress progress;
	struct import_config config = {arguments->path, arguments->mapping, arguments->history,
				       &progress};
	struct buf why = {0};

	progress_begin(&progress, arguments->quiet ? NULL : stdout, arguments->path);
	enum err err = import_source_open(&config, &source, &why);

	if (err) {
		fprintf(stderr, "govbus import: %.*s\n", SPAN_ARGS(buf_span(&why)));
		buf_done(&why);
		return err_exit_code(err);
	}
	int code = arguments->check ? check(source, arguments->path)
				    : err_exit_code(post(source, arguments, &progress));

	import_source_close(source);
	return code;
}

int commands_import_run(int argc, char **argv)
{
	static const struct argp_child children[] = {{&commands_options_gateway, 0, NULL, 0}, {0}};
	static const struct argp argp = {
		.options = OPTIONS,
		.parser = on_option,
		.args_doc = "FILE",
		.doc = "Posts the events of a file through a gateway, in order. If it is killed, the same command resumes where it was. "
		       "Refused lines are listed, all others are posted; the exit code is then 65. Run again, it posts only what "
		       "was refused; if nothing was, it says when the file was imported and posts nothing.",
		.children = children,
	};
	struct arguments arguments = {.batch = LIMIT_BATCH_EVENTS};
	int code;

	/* Before argp sorts them. */
	for (int i = 0; i < argc; i++) {
		buf_printf(&arguments.command, "%s%s", i ? " " : "", argv[i]);
	}
	buf_add_byte(&arguments.command, 0);
	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments)) {
		return err_exit_code(ERR_USAGE);
	}
	code = arguments.command.err ? err_exit_code(arguments.command.err) : run(&arguments);
	buf_done(&arguments.command);
	return code;
}
