/* kafka_commands_operate.c: govbus go-live, govbus clock and govbus repair: what an operator asks of the deciders. */
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "producers/commands/commands.h"
#include "producers/commands/kafka_commands_topics.h"
#include "producers/commands/kafka_operate.h"
#include "producers/decider/registers.h"
#include "schemas/lint.h"

static const struct conf_option ASK_OPTIONS[] = {
	CONF_COMMON_COMMAND,
	{"wait", "60000", "ms", "How long to wait for the outcomes; 0: only post", CONF_NUMBER, 0,
	 3600000},
	{0},
};

static const struct conf_option REPAIR_OPTIONS[] = {
	CONF_COMMON_COMMAND,
	{"register", "", NULL, "case or reference", CONF_TEXT, 0, 0},
	{"partition", "0", NULL, "Partition whose position is restated", CONF_NUMBER, 0, 1000},
	{"reason", "the action log lost its tail", NULL, "Reason, for the record; no personal data",
	 CONF_TEXT, 0, 0},
	{"wait", "60000", "ms", "How long the log may stand still before it gives up", CONF_NUMBER,
	 1, 3600000},
	{0},
};

static struct kafka_from_conf kafka;

static struct kafka_operate_config config_of(const struct conf *conf, int wait_ms)
{
	log_open("govbus", conf_level(conf, "log-level"));
	kafka_from_conf_init(&kafka, conf);
	return (struct kafka_operate_config){
		.settings = &kafka.settings,
		.home = conf_text(conf, "home"),
		.prefix = kafka.prefix,
		.registers = registers_all,
		.wait_ms = wait_ms,
		.out = stdout,
	};
}

static int ended(const char *command, enum err err)
{
	if (err == ERR_KAFKA_AWAY) {
		fprintf(stderr,
			"%s: no outcome in time: is govbus-decider running? Trying again is safe.\n",
			command);
	} else if (err == ERR_FENCED) {
		fprintf(stderr, "%s: a decider took the partition back: stop it, then try again.\n",
			command);
	} else if (err) {
		fprintf(stderr, "%s: %s\n", command, err_text(err));
	}
	return err_exit_code(err);
}

/* What asks for one thing, and waits until it has come about. */
static int ask(const char *name,
	       const char *about,
	       enum err (*act)(const struct kafka_operate_config *),
	       int argc,
	       char **argv)
{
	struct conf *conf = NULL;
	enum err err = conf_load(name, about, ASK_OPTIONS, argc, argv, &conf);

	if (err) {
		return err_exit_code(err);
	}
	struct kafka_operate_config config = config_of(conf, (int)conf_number(conf, "wait"));

	err = kafka_commands_topics_check(name, &kafka);
	int code = err ? err_exit_code(err) : ended(name, act(&config));

	conf_free(conf);
	return code;
}

int kafka_commands_operate_go_live(int argc, char **argv)
{
	return ask("govbus go-live",
		   "Ends history mode, once and for all: from now on time is the clock's.",
		   kafka_operate_go_live, argc, argv);
}

int kafka_commands_operate_clock(int argc, char **argv)
{
	static char name[] = "govbus clock confirm";

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		printf("Usage: govbus clock confirm [OPTION...]\n"
		       "Confirms that the clock is right after a jump of more than 40 days; options as those of govbus go-live.\n");
		return 0;
	}
	if (argc < 2 || strcmp(argv[1], "confirm") != 0) {
		fprintf(stderr, "usage: govbus clock confirm [--help]\n");
		return err_exit_code(ERR_USAGE);
	}
	argv[1] = name; /* what it is called in its help and complaints */
	return ask(name, "Confirms that the clock is right after a jump of more than 40 days.",
		   kafka_operate_confirm_clock, argc - 1, argv + 1);
}

static enum err repair(const struct conf *conf, const struct register_ops *ops)
{
	struct kafka_operate_config config = config_of(conf, (int)conf_number(conf, "wait"));
	const struct buf nothing = {0};
	enum err err = kafka_commands_topics_check("govbus repair", &kafka);

	if (err) {
		return err;
	}
	err = kafka_operate_repair(&config, ops, (int)conf_number(conf, "partition"),
				   conf_text(conf, "reason"));
	if (err == ERR_FENCED) {
		(void)ended("govbus repair", err);
	} else if (err) {
		kafka_commands_topics_complain("govbus repair", &kafka, err, &nothing);
	}
	return err;
}

int kafka_commands_operate_repair(int argc, char **argv)
{
	struct conf *conf = NULL;
	enum err err = conf_load(
		"govbus repair",
		"Restates where a partition's action log continues, after it lost its tail.",
		REPAIR_OPTIONS, argc, argv, &conf);

	if (err) {
		return err_exit_code(err);
	}
	const struct register_ops *ops = registers_named(conf_text(conf, "register"));
	int partition = (int)conf_number(conf, "partition");
	const char *personal = lint_text(span_cstr(conf_text(conf, "reason")));

	if (personal) {
		fprintf(stderr,
			"govbus repair: --reason: looks like %s: it stays in the record; leave it out\n",
			personal);
		conf_free(conf);
		return err_exit_code(ERR_USAGE);
	}
	if (!ops || partition >= schema_topic(ops->events)->partitions) {
		fprintf(stderr,
			"govbus repair: --register case or reference, and a --partition of it\n");
		conf_free(conf);
		return err_exit_code(ERR_USAGE);
	}
	err = repair(conf, ops);
	conf_free(conf);
	return err_exit_code(err);
}
