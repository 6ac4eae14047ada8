/* kafka_start.h: how a program starts: it waits for a broker with the right topics, while health and metrics already answer. */
#ifndef GOVBUS_CONSUMERS_KAFKA_START_H
#define GOVBUS_CONSUMERS_KAFKA_START_H

#include "common/health.h"
#include "common/kafka_conf.h"

/* Fill the first five; it must live until kafka_start_end. */
struct kafka_start {
	const struct kafka_settings *settings;
	const char *prefix;            /* of topics */
	const char *listen;            /* address of health and metrics */
	health_probe *healthy, *ready; /* of the program, asked once it runs */
	_Atomic(void *) program;       /* set it when it runs: the context of both */
	_Atomic int waits_for;         /* enum err: why it does not run yet */
	struct health *health;
};

/**
 * Serves health and metrics, and returns once a broker answers. That it waits is logged at once, and then less and less
 * often. It may be called again when the broker went away before the program could run. While it waits nothing is open that
 * a sudden exit could damage.
 * @return ABSENT, TOPIC_CONFIG: the topics are not as they must be, which was logged; BUSY, USAGE as health_start; KAFKA, DENIED
 * @thread the process's first
 */
enum err kafka_start_await(struct kafka_start *start);

/**
 * Logs why a program ends, with the cure; for BUSY it names the address and the home, one of which another process uses.
 * @thread any
 */
void kafka_start_say_end(enum err err, const char *listen, const char *home);

/** Ends health and metrics. Before the program is closed, of which they tell. */
void kafka_start_end(struct kafka_start *start);

#endif
