/* decider_main.c: govbus-decider: gives each action of its partitions exactly one outcome. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/conf.h"
#include "common/health.h"
#include "common/log.h"
#include "consumers/kafka_bus.h"
#include "consumers/position.h"
#include "producers/kafka_commands.h"
#include "producers/kafka_decider.h"
#include "producers/registers.h"

static const struct conf_option options[] = {
	CONF_COMMON(CONF_LISTEN_DECIDER),
	{"session-timeout", "6000", "ms", "How long a dead instance keeps its partitions",
	 CONF_NUMBER, 1000, 300000},
	{NULL, NULL, NULL, NULL, CONF_TEXT, 0, 0},
};

static struct decider *decider;

static void on_signal(int number)
{
	(void)number;
	if (decider) {
		kafka_decider_stop(decider);
	} else {
		_Exit(0);
	}
}

static enum err check_topics(const struct kafka_settings *settings, const char *prefix)
{
	struct buf problems = {0};
	enum err err = kafka_bus_check(settings, prefix, &problems);

	if (err) {
		LOG(ERROR,
		    "topics are not as they must be: govbus topics makes those that are missing",
		    LOG_TEXT("error", err_name(err)), LOG_SPAN("problems", buf_span(&problems)));
	}
	buf_done(&problems);
	return err;
}

static enum err serve(const struct conf *conf)
{
	static struct kafka_commands kafka;

	kafka_commands_init(&kafka, conf);
	struct decider_config config = {
		.settings = &kafka.settings,
		.home = conf_text(conf, "home"),
		.prefix = kafka.prefix,
		.instance = conf_text(conf, "instance"),
		.registers = registers_all,
		.session_timeout_ms = (int)conf_number(conf, "session-timeout"),
	};
	struct health *health = NULL;
	enum err err = check_topics(&kafka.settings, config.prefix);

	if (!err) {
		err = kafka_decider_open(&config, &decider);
	}
	struct health_config probes = {
		.listen = conf_text(conf, "listen"),
		.healthy = kafka_decider_status_healthy,
		.ready = kafka_decider_status_ready,
		.context = decider,
	};

	if (!err) {
		err = health_start(&probes, &health);
	}
	if (!err) {
		LOG(INFO, "started", LOG_TEXT("listen", probes.listen));
		err = kafka_decider_run(decider);
	}
	health_stop(health);
	kafka_decider_close(decider);
	if (err && err != ERR_STOPPED) {
		LOG(ERROR, err_text(err), LOG_TEXT("error", err_name(err)),
		    LOG_TEXT("cure", position_cure(err)));
	} else {
		LOG(INFO, "stopped", LOG_TEXT("because", err_text(err)));
	}
	return err;
}

int main(int argc, char **argv)
{
	struct conf *conf = NULL;
	enum err err = conf_load("govbus-decider",
				 "Gives each action of its partitions exactly one outcome.",
				 options, argc, argv, &conf);

	if (err) {
		return err_exit_code(err);
	}
	log_open("govbus-decider", log_level_named(conf_text(conf, "log-level")));
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	signal(SIGPIPE, SIG_IGN);
	kafka_decider_status_open();
	err = serve(conf);
	conf_free(conf);
	return err_exit_code(err);
}
