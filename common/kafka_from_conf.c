/* kafka_from_conf.c: settings for Kafka handles, made of a program's configuration. */
#include "common/kafka_from_conf.h"

#include <stdio.h>

#include "common/log.h"

/* librdkafka's notices and below (syslog levels 5 and up) matter only when debugging. */
static void on_log(void *context, int level, const char *text)
{
	(void)context;
	log_write(level <= 3   ? LOG_ERROR
		  : level <= 4 ? LOG_WARN
			       : LOG_DEBUG,
		  "kafka", &LOG_TEXT("text", text), 1);
}

void kafka_from_conf_init(struct kafka_from_conf *kafka, const struct conf *conf)
{
	const char *name, *value;

	*kafka = (struct kafka_from_conf){.prefix = conf_text(conf, "topic-prefix")};
	for (int i = 0; i < KAFKA_FROM_CONF_OPTIONS && conf_rdkafka(conf, i, &name, &value); i++) {
		snprintf(kafka->texts[i], sizeof kafka->texts[i], "%s=%s", name, value);
		kafka->options[i] = kafka->texts[i];
	}
	kafka->settings = (struct kafka_settings){
		.brokers = conf_text(conf, "kafka"), .options = kafka->options, .log = on_log};
}
