/* kafka_commands_topics.c: govbus topics: creates the topics of a bus, and says which are not set up as they must be. */
#include <stdio.h>

#include "common/kafka_topics.h"
#include "producers/commands.h"
#include "producers/kafka_commands.h"

static const struct conf_option OPTIONS[] = {
	CONF_COMMON(""),
	{"check", "false", NULL, "Only compare what is there with what must be", CONF_BOOL, 0, 0},
	{"replication", "0", "copies", "Copies of each partition; 0: as the cluster is configured",
	 CONF_NUMBER, 0, 15},
	{0},
};

enum { REJECTED_RETENTION_DAYS = 180 };

static enum err create(const struct conf *conf,
		       const struct kafka_settings *settings,
		       const struct kafka_topic *topics,
		       size_t n)
{
	struct buf report = {0};
	enum err err = ERR_OK;

	if (!conf_bool(conf, "check")) {
		err = kafka_topics_create(settings, topics, n,
					  (int)conf_number(conf, "replication"), &report);
		printf("%.*s", SPAN_ARGS(buf_span(&report)));
	}
	buf_reset(&report);
	err = err ? err : kafka_topics_check(settings, topics, n, &report);
	if (err) {
		fprintf(stderr, "govbus topics: %s\n%.*s", err_text(err),
			SPAN_ARGS(buf_span(&report)));
	}
	if (err == ERR_KAFKA_AWAY) {
		fprintf(stderr,
			"is Kafka running at %s? (./run broker start, or GOVBUS_KAFKA=host:port)\n",
			settings->brokers);
	}
	buf_done(&report);
	return err;
}

int kafka_commands_topics_run(int argc, char **argv)
{
	static struct kafka_commands commands;
	char names[TOPIC_COUNT][KAFKA_COMMANDS_NAME_BYTES];
	struct kafka_topic topics[TOPIC_COUNT];
	struct conf *conf;
	enum err err = conf_load("govbus topics", "Creates and checks the topics of a bus.",
				 OPTIONS, argc, argv, &conf);

	if (err) {
		return err_exit_code(err);
	}
	kafka_commands_init(&commands, conf);
	for (int i = 0; i < TOPIC_COUNT; i++) {
		const struct topic_row *row = schema_topic((enum topic)i);
		bool rejected = row->kind == TOPIC_KIND_REJECTED;

		kafka_commands_topic(&commands, (enum topic)i, names[i]);
		topics[i] = (struct kafka_topic){
			.name = names[i],
			.partitions = row->partitions,
			.append_time =
				row->kind == TOPIC_KIND_EVENT || row->kind == TOPIC_KIND_ACTION,
			.retention_ms = rejected ? REJECTED_RETENTION_DAYS * INT64_C(86400000) : -1,
		};
	}
	err = create(conf, &commands.settings, topics, TOPIC_COUNT);
	conf_free(conf);
	return err_exit_code(err);
}
