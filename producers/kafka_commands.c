/* kafka_commands.c: what the commands that speak to Kafka share. */
#include "producers/kafka_commands.h"

#include <stdio.h>

#include "common/log.h"

static void on_log(void *context, int level, const char *text)
{
	(void)context;
	log_write(level <= 3   ? LOG_ERROR
		  : level <= 4 ? LOG_WARN
			       : LOG_DEBUG,
		  "kafka", &LOG_TEXT("text", text), 1);
}

void kafka_commands_init(struct kafka_commands *commands, const struct conf *conf)
{
	const char *name, *value;
	int n = 0;

	*commands = (struct kafka_commands){.prefix = conf_text(conf, "topic-prefix")};
	for (; n < KAFKA_COMMANDS_OPTIONS && conf_rdkafka(conf, n, &name, &value); n++) {
		snprintf(commands->texts[n], sizeof commands->texts[n], "%s=%s", name, value);
		commands->options[n] = commands->texts[n];
	}
	commands->settings = (struct kafka_settings){
		.brokers = conf_text(conf, "kafka"), .options = commands->options, .log = on_log};
}
