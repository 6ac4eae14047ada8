/* decider_main.c: govbus-decider: gives each action of its partitions exactly one outcome. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/conf.h"
#include "common/kafka_from_conf.h"
#include "common/log.h"
#include "consumers/kafka_start.h"
#include "producers/decider/kafka_decider.h"
#include "producers/decider/registers.h"

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

static enum err serve(const struct conf *conf)
{
	static struct kafka_from_conf kafka;

	kafka_from_conf_init(&kafka, conf);
	struct decider_config config = {
		.settings = &kafka.settings,
		.home = conf_text(conf, "home"),
		.prefix = kafka.prefix,
		.instance = conf_text(conf, "instance"),
		.registers = registers_all,
		.session_timeout_ms = (int)conf_number(conf, "session-timeout"),
	};
	struct kafka_start start = {
		.settings = &kafka.settings,
		.prefix = kafka.prefix,
		.listen = conf_text(conf, "listen"),
		.healthy = kafka_decider_status_healthy,
		.ready = kafka_decider_status_ready,
	};
	enum err err = kafka_start_await(&start);

	if (!err) {
		err = kafka_decider_open(&config, &decider);
	}
	if (!err) {
		start.program = decider;
		LOG(INFO, "started", LOG_TEXT("listen", start.listen));
		err = kafka_decider_run(decider);
	}
	kafka_start_end(&start);
	kafka_decider_close(decider);
	if (err && err != ERR_STOPPED) {
		kafka_start_say_end(err, start.listen, config.home);
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
	log_open("govbus-decider", conf_level(conf, "log-level"));
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	signal(SIGPIPE, SIG_IGN);
	kafka_decider_status_open();
	err = serve(conf);
	conf_free(conf);
	return err_exit_code(err);
}
