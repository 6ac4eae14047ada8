/* kafka_commands.h: what the commands that speak to Kafka share: their configuration and names of topics. */
#ifndef GOVBUS_PRODUCERS_KAFKA_COMMANDS_H
#define GOVBUS_PRODUCERS_KAFKA_COMMANDS_H

#include "common/conf.h"
#include "common/kafka_conf.h"
#include "schemas/schema.h"

enum { KAFKA_COMMANDS_OPTIONS = 64, KAFKA_COMMANDS_NAME_BYTES = 128 };

/* Settings for Kafka handles, made of a configuration with CONF_COMMON. Borrows from it. */
struct kafka_commands {
	struct kafka_settings settings;
	const char *options[KAFKA_COMMANDS_OPTIONS + 1];
	char texts[KAFKA_COMMANDS_OPTIONS][256];
	const char *prefix;
};

/** Fills it. @thread any */
void kafka_commands_init(struct kafka_commands *commands, const struct conf *conf);

/** The full name of a topic. @param ret_name KAFKA_COMMANDS_NAME_BYTES */
void kafka_commands_topic(const struct kafka_commands *commands, enum topic topic, char *ret_name);

#endif
