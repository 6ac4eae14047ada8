/* govbus_main.c: the front of govbus: finds the command and hands it its arguments. */
#include <stdio.h>
#include <string.h>

#include "common/err.h"
#include "common/log.h"
#include "producers/commands/commands.h"

static const struct {
	const char *name, *help;
	int (*run)(int argc, char **argv);
} COMMANDS[] = {
	{"topics", "create the bus's topics, or check them (--check)", kafka_commands_topics_run},
	{"go-live", "end history mode, once", kafka_commands_operate_go_live},
	{"clock", "clock confirm: state that the clock is right after a long jump",
	 kafka_commands_operate_clock},
	{"repair", "restate a partition's position after its action log lost its tail",
	 kafka_commands_operate_repair},
	{"token", "add, list or revoke tokens: who may post and read what", commands_token_run},
	{"import", "post a file of events, or of rows with a mapping", commands_import_run},
	{"dead", "list or show events that a projection could not apply", commands_dead_run},
	{"dump", "print a projection as text; --check: whether its tables agree",
	 commands_dead_dump},
	{"query", "show a case, its timeline, lists, boards, places, codes", commands_query_run},
};

static int help(FILE *out)
{
	fprintf(out,
		"govbus %s: an event-sourced message bus for social governance\n\nusage: govbus COMMAND [--help]\n\n",
		GOVBUS_VERSION);
	for (size_t i = 0; i < sizeof COMMANDS / sizeof COMMANDS[0]; i++) {
		fprintf(out, "  %-10s %s\n", COMMANDS[i].name, COMMANDS[i].help);
	}
	fprintf(out,
		"\nseparate programs: govbus-gateway, govbus-decider, govbus-case-status (each with --help and --manual)\n"
		"govbus help exit-codes: what each exit code means, and its cure\n");
	return out == stdout ? 0 : err_exit_code(ERR_USAGE);
}

/* What a script sees; the cures are those of the log lines. */
static int exit_codes(void)
{
	printf("| code | because | cure |\n| --- | --- | --- |\n| 0 | done, or stopped by a signal | |\n");
	for (int code = 1; code < 126; code++) {
		for (enum err err = ERR_OK + 1; strcmp(err_name(err), "?") != 0; err++) {
			if (err_exit_code(err) == code) {
				printf("| %d | %s: %s | %s |\n", code, err_name(err), err_text(err),
				       err_cure(err));
			}
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	static char name[64];

	if (argc < 2) {
		return help(stderr);
	}
	if (strcmp(argv[1], "help") == 0 && argc > 2 && strcmp(argv[2], "exit-codes") == 0) {
		return exit_codes();
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
		return help(stdout);
	}
	log_open("govbus", LOG_WARN);
	for (size_t i = 0; i < sizeof COMMANDS / sizeof COMMANDS[0]; i++) {
		if (strcmp(COMMANDS[i].name, argv[1]) == 0) {
			/* What a command calls itself in its help and its complaints. */
			(void)snprintf(name, sizeof name, "govbus %s", argv[1]);
			argv[1] = name;
			return COMMANDS[i].run(argc - 1, argv + 1);
		}
	}
	fprintf(stderr, "govbus: unknown command %s; govbus help lists them\n", argv[1]);
	return err_exit_code(ERR_USAGE);
}
