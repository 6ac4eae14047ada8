/* commands_dead.c: govbus dead list|show and govbus dump: what a projection on this machine holds, and what it could not apply. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "consumers/dead.h"
#include "consumers/dump.h"
#include "producers/commands/commands.h"
#include "producers/commands/commands_options.h"
#include "projections/case_status.h"

enum { KEY_JSON = 1000, KEY_CHECK };

struct arguments {
	struct commands_options options;
	const char *words[2]; /* list, or show and a subject */
	int n_words;
	bool json, check;
};

static const struct argp_child CHILDREN[] = {{&commands_options_home, 0, NULL, 0}, {0}};

static error_t on_option(int key, char *value, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &arguments->options;
		return 0;
	case KEY_JSON:
		arguments->json = true;
		return 0;
	case KEY_CHECK:
		arguments->check = true;
		return 0;
	case ARGP_KEY_ARG:
		if (arguments->n_words == 2) {
			argp_usage(state);
		}
		arguments->words[arguments->n_words++] = value;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int fail(const char *command, enum err err)
{
	const char *cure = err == ERR_ABSENT        ? "start govbus-case-status, or name its --home"
			   : err == ERR_STORE_MIXED ? err_cure(err)
						    : "";

	fprintf(stderr, "govbus %s: %s%s%s\n", command, err_text(err), *cure ? "; cure: " : "",
		cure);
	return err_exit_code(err);
}

/* @return whether the words are those of a command that is known */
static bool run_dead(const struct arguments *arguments,
		     const struct shard_set *set,
		     enum err *ret_err)
{
	const char *verb = arguments->n_words ? arguments->words[0] : "list";

	if (strcmp(verb, "list") == 0 && arguments->n_words < 2) {
		*ret_err = dead_list(&case_status, set, arguments->json, stdout, NULL);
		return true;
	}
	if (strcmp(verb, "show") == 0 && arguments->n_words == 2) {
		*ret_err = dead_show(&case_status, set, span_cstr(arguments->words[1]), stdout);
		if (*ret_err == ERR_ABSENT) {
			fprintf(stderr, "nothing is parked under %s\n", arguments->words[1]);
		}
		return true;
	}
	return false;
}

int commands_dead_run(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"json", KEY_JSON, NULL, 0, "Print one JSON object per line", 0},
		{0},
	};
	static const struct argp argp = {
		.options = options,
		.parser = on_option,
		.children = CHILDREN,
		.args_doc = "[list | show SUBJECT]",
		.doc = "Events that case-status could not apply, and those that wait behind them. The subject - stands for "
		       "records that could not be read. A new build of govbus-case-status tries them again when it starts.",
	};
	struct arguments arguments = {0};
	struct shard_set set = {0};

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments)) {
		return err_exit_code(ERR_USAGE);
	}
	enum err err = shard_set_open(arguments.options.home, &case_status, 0, &set);

	if (err) {
		return fail("dead", err);
	}
	if (!run_dead(&arguments, &set, &err)) {
		fprintf(stderr, "usage: govbus dead [list | show SUBJECT]\n");
		err = ERR_USAGE;
	}
	shard_set_close(&set);
	return err_exit_code(err);
}

static enum err check_all(const struct shard_set *set)
{
	struct buf problems = {0};
	enum err err = ERR_OK;

	for (int i = 0; i < set->n && !err; i++) {
		err = dump_check(&case_status, set->kvs[i], &problems);
	}
	if (problems.n) {
		(void)fwrite(problems.p, 1, problems.n, stderr);
	}
	buf_done(&problems);
	return err;
}

int commands_dead_dump(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"check", KEY_CHECK, NULL, 0, "Only check, and print what does not agree", 0},
		{0},
	};
	static const struct argp argp = {
		.options = options,
		.parser = on_option,
		.children = CHILDREN,
		.doc = "Prints every row of case-status in key order, without positions: the same for the same log, however "
		       "it was folded.",
	};
	struct arguments arguments = {0};
	struct shard_set set = {0};

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments)) {
		return err_exit_code(ERR_USAGE);
	}
	enum err err = shard_set_open(arguments.options.home, &case_status, 0, &set);

	if (!err) {
		err = arguments.check ? check_all(&set)
				      : dump_print(&case_status, set.kvs, set.n, stdout);
	}
	shard_set_close(&set);
	return err ? fail("dump", err) : 0;
}
