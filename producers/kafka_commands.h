/* kafka_commands.h: what the commands that speak to Kafka share: their configuration. */
#ifndef GOVBUS_PRODUCERS_KAFKA_COMMANDS_H
#define GOVBUS_PRODUCERS_KAFKA_COMMANDS_H

#include "common/conf.h"
#include "common/kafka_conf.h"

enum { KAFKA_COMMANDS_OPTIONS = 64 };

/* Settings for Kafka handles, made of a configuration with CONF_COMMON. Borrows from it. */
struct kafka_commands {
	struct kafka_settings settings;
	const char *options[KAFKA_COMMANDS_OPTIONS + 1];
	char texts[KAFKA_COMMANDS_OPTIONS][256];
	const char *prefix;
};

/** Fills it. @thread any */
void kafka_commands_init(struct kafka_commands *commands, const struct conf *conf);

#endif
