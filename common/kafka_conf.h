/*
 * kafka_conf.h: how our Kafka handles are set up: defaults that lose nothing, options passed through, errors translated in
 * one place.
 */
#ifndef GOVBUS_COMMON_KAFKA_CONF_H
#define GOVBUS_COMMON_KAFKA_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

struct rd_kafka_s;
struct rd_kafka_conf_s;

/* One line about what librdkafka or a handle met. @param level as syslog: 3 error, 4 warning, 6 info, 7 debug
 * @thread librdkafka's own threads too: it must be thread-safe */
typedef void kafka_log(void *context, int level, const char *text);

/* What every handle of a program shares; borrowed for the handle's life. */
struct kafka_settings {
	const char *brokers; /* bootstrap.servers */
	/* "linger.ms=5", without the prefix "rdkafka."; NULL-ended; may be NULL */
	const char *const *options;
	kafka_log *log; /* NULL: silent */
	void *log_context;
};

/* Name and value of one of librdkafka's options; a list ends with a NULL name. */
struct kafka_option {
	const char *name, *value;
};

enum kafka_role { KAFKA_PRODUCER, KAFKA_CONSUMER };

/* What every handle begins with, so that librdkafka's callbacks find their way back. */
struct kafka_handle {
	const struct kafka_settings *settings;
	struct rd_kafka_s *rk;
	/* Unusable: close it; fatal_text has the reason. Set by whoever polls, read by others */
	_Atomic bool fatal;
	_Atomic bool away;  /* no broker answers; cleared by whoever next hears from one */
	int64_t trouble_us; /* steady time at which a connection last failed; 0: never */
	char fatal_text[256];
};

/**
 * Opens librdkafka's handle: `defaults` first, then the settings' options over them, then `required`, which no option may
 * name (an option that names one is USAGE).
 * @param conf  made by kafka_conf_new, with the caller's own callbacks set; consumed in every case
 * @return USAGE for an option that librdkafka does not take, KAFKA
 * @thread any
 */
enum err kafka_conf_open(struct kafka_handle *handle,
			 enum kafka_role role,
			 struct rd_kafka_conf_s *conf,
			 const struct kafka_option *defaults,
			 const struct kafka_option *required);

/** A configuration whose log and error callbacks lead to the handle. */
struct rd_kafka_conf_s *kafka_conf_new(struct kafka_handle *handle);

/** Logs one line through the settings' log function. */
void kafka_conf_log(const struct kafka_settings *settings, int level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** librdkafka's error as one of ours. @param code rd_kafka_resp_err_t */
enum err kafka_conf_err(int code);

#endif
