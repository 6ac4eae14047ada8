/* kafka_commands_topics.h: what other commands ask of the topics before they begin, and how they say that no broker answers. */
#ifndef GOVBUS_PRODUCERS_COMMANDS_KAFKA_COMMANDS_TOPICS_H
#define GOVBUS_PRODUCERS_COMMANDS_KAFKA_COMMANDS_TOPICS_H

#include "common/buf.h"
#include "common/kafka_from_conf.h"

/**
 * Whether a broker answers within ten seconds and has the bus's topics as they must be; what is wrong is said on standard error.
 * @param command  as it is called, such as "govbus repair"
 * @return as kafka_bus_check
 */
enum err kafka_commands_topics_check(const char *command, const struct kafka_from_conf *kafka);

/** Says on standard error why a command ends; of KAFKA_AWAY which brokers were asked. @param report lines with more of it, may be empty */
void kafka_commands_topics_complain(const char *command,
				    const struct kafka_from_conf *kafka,
				    enum err err,
				    const struct buf *report);

#endif
