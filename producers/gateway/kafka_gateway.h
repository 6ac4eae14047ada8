/* kafka_gateway.h: the gateway as a whole: stores, reference data, posting, queries, HTTP, started and stopped in order. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_KAFKA_GATEWAY_H
#define GOVBUS_PRODUCERS_GATEWAY_KAFKA_GATEWAY_H

#include "common/conf.h"
#include "common/kafka_conf.h"

struct kafka_gateway;

/** The options of govbus-gateway. */
extern const struct conf_option kafka_gateway_options[];

/**
 * Starts all its parts.
 * @param settings  borrowed, as conf
 * @return what the first part that could not start returned; its reason and cure were said
 */
enum err kafka_gateway_start(const struct conf *conf,
			     const struct kafka_settings *settings,
			     struct kafka_gateway **ret_gateway);

/**
 * Call once a second: frees dead readers, reopens rebuilt shards.
 * @return STORE_REPLACED: the files of tokens or keys are not those that are open any more; the gateway must end
 */
enum err kafka_gateway_tend(struct kafka_gateway *all);

/** Call many times a second: what a reading that has ended holds on to, the writers of the stores cannot use again. */
void kafka_gateway_rest(struct kafka_gateway *all);

/** Answers all requests that still wait, and ends. NULL is fine. */
void kafka_gateway_stop(struct kafka_gateway *all);

#endif
