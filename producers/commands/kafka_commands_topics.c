/* kafka_commands_topics.c: govbus topics: creates the topics of a bus, and says which are not set up as they must be. */
#include "producers/commands/kafka_commands_topics.h"

#include <stdio.h>

#include "common/clock.h"
#include "common/log.h"
#include "consumers/kafka_bus.h"
#include "producers/commands/commands.h"

static const struct conf_option OPTIONS[] = {
	CONF_COMMON_COMMAND,
	{"check", "false", NULL, "Only check whether the topics are as they must be", CONF_BOOL, 0,
	 0},
	{"replication", "0", "copies", "Copies of each partition; 0: as the cluster is configured",
	 CONF_NUMBER, 0, 15},
	{0},
};

enum { LISTED_WITHIN_US = 10000000, LISTED_AGAIN_US = 100000 };

/* The controller says that a topic is made before every broker lists it: for a moment, one that is not there is no fault. */
static enum err check_made(const struct kafka_from_conf *kafka, struct buf *report)
{
	int64_t until_us = clock_steady_us() + LISTED_WITHIN_US;
	enum err err;

	for (;;) {
		buf_reset(report);
		err = kafka_bus_check(&kafka->settings, kafka->prefix, report);
		if (err != ERR_ABSENT || clock_steady_us() > until_us) {
			return err;
		}
		clock_sleep_us(LISTED_AGAIN_US);
	}
}

void kafka_commands_topics_complain(const char *command,
				    const struct kafka_from_conf *kafka,
				    enum err err,
				    const struct buf *report)
{
	fprintf(stderr, "%s: %s\n%.*s", command, err_text(err), SPAN_ARGS(buf_span(report)));
	if (err == ERR_KAFKA_AWAY) {
		fprintf(stderr,
			"is Kafka running at %s? (./run broker start, or GOVBUS_KAFKA=host:port)\n",
			kafka->settings.brokers);
	}
}

enum err kafka_commands_topics_check(const char *command, const struct kafka_from_conf *kafka)
{
	struct buf report = {0};
	enum err err = kafka_bus_check(&kafka->settings, kafka->prefix, &report);

	if (err) {
		kafka_commands_topics_complain(command, kafka, err, &report);
	}
	buf_done(&report);
	return err;
}

static enum err create_and_check(const struct kafka_from_conf *kafka, const struct conf *conf)
{
	struct buf report = {0};
	bool make = !conf_bool(conf, "check");
	enum err err = ERR_OK;

	if (make) {
		int replication = (int)conf_number(conf, "replication");

		err = kafka_bus_create(&kafka->settings, kafka->prefix, replication, &report);
		printf("%.*s", SPAN_ARGS(buf_span(&report)));
	}
	buf_reset(&report);
	if (!err) {
		err = make ? check_made(kafka, &report)
			   : kafka_bus_check(&kafka->settings, kafka->prefix, &report);
	}
	if (err) {
		kafka_commands_topics_complain("govbus topics", kafka, err, &report);
	}
	buf_done(&report);
	return err;
}

int kafka_commands_topics_run(int argc, char **argv)
{
	static struct kafka_from_conf kafka;
	struct conf *conf;
	enum err err = conf_load("govbus topics", "Creates and checks the topics of a bus.",
				 OPTIONS, argc, argv, &conf);

	if (err) {
		return err_exit_code(err);
	}
	log_open("govbus", conf_level(conf, "log-level"));
	kafka_from_conf_init(&kafka, conf);
	err = create_and_check(&kafka, conf);
	conf_free(conf);
	return err_exit_code(err);
}
