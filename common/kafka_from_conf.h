/* kafka_from_conf.h: settings for Kafka handles, made of a program's configuration. */
#ifndef GOVBUS_COMMON_KAFKA_FROM_CONF_H
#define GOVBUS_COMMON_KAFKA_FROM_CONF_H

#include "common/conf.h"
#include "common/kafka_conf.h"

enum { KAFKA_FROM_CONF_OPTIONS = 64, KAFKA_FROM_CONF_OPTION_BYTES = 256 };

/* The settings and the texts they point to: it must not move, and must outlive every handle opened with them. */
struct kafka_from_conf {
	struct kafka_settings settings;
	const char *prefix; /* of topics and groups */
	const char *options[KAFKA_FROM_CONF_OPTIONS + 1];
	char texts[KAFKA_FROM_CONF_OPTIONS][KAFKA_FROM_CONF_OPTION_BYTES];
};

/**
 * Fills it. librdkafka's lines go to the program's log.
 * @param conf  of a table with CONF_COMMON; borrowed for as long as the settings are used
 * @thread any
 */
void kafka_from_conf_init(struct kafka_from_conf *kafka, const struct conf *conf);

#endif
