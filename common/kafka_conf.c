/* kafka_conf.c: how our Kafka handles are set up: defaults that lose nothing, options passed through, errors translated once. */
#include "common/kafka_conf.h"

#include <librdkafka/rdkafka.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"

enum { KAFKA_LINE_BYTES = 512, KAFKA_NAME_BYTES = 128 };

/* For every handle. Nagle and slow reconnects cost latency; addresses are resolved again because brokers move. */
static const struct kafka_option common_options[] = {
	{"socket.nagle.disable", "true"},
	{"reconnect.backoff.ms", "50"},
	{"reconnect.backoff.max.ms", "500"},
	{"socket.keepalive.enable", "true"},
	{"log_level", "5"},
	{NULL, NULL},
};

void kafka_conf_log(const struct kafka_settings *settings, int level, const char *format, ...)
{
	char line[KAFKA_LINE_BYTES];
	va_list list;

	if (!settings->log) {
		return;
	}
	va_start(list, format);
	vsnprintf(line, sizeof line, format, list);
	va_end(list);
	settings->log(settings->log_context, level, line);
}

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	const struct kafka_handle *handle = rd_kafka_opaque(rk);

	if (handle && strcmp(facility, "CONFWARN") == 0) {
		level = 7; /* warns that the gapless guarantee is experimental: a known and accepted risk (protocol 3) */
	}
	if (handle) {
		kafka_conf_log(handle->settings, level, "%s: %s: %s", rd_kafka_name(rk), facility,
			       text);
	}
}

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
	struct kafka_handle *handle = opaque;

	if (code == RD_KAFKA_RESP_ERR__FATAL) {
		rd_kafka_fatal_error(rk, handle->fatal_text, sizeof handle->fatal_text);
		handle->fatal = true;
		kafka_conf_log(handle->settings, 3, "%s: fatal: %s", rd_kafka_name(rk),
			       handle->fatal_text);
		return;
	}
	int level = 4;

	if (kafka_conf_err(code) == ERR_KAFKA_AWAY) {
		/* Reported again with every attempt to connect, and librdkafka's log has the reasons: once is enough. */
		level = code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !handle->away ? 4 : 7;
		handle->trouble_us = clock_steady_us();
		handle->away |= code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
	}
	kafka_conf_log(handle->settings, level, "%s: %s: %s", rd_kafka_name(rk),
		       rd_kafka_err2name(code), reason);
}

struct rd_kafka_conf_s *kafka_conf_new(struct kafka_handle *handle)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();

	rd_kafka_conf_set_opaque(conf, handle);
	rd_kafka_conf_set_log_cb(conf, on_log);
	rd_kafka_conf_set_error_cb(conf, on_error);
	return conf;
}

static enum err set_one(const struct kafka_handle *handle,
			rd_kafka_conf_t *conf,
			const char *name,
			const char *value)
{
	char why[KAFKA_LINE_BYTES];

	if (rd_kafka_conf_set(conf, name, value, why, sizeof why) == RD_KAFKA_CONF_OK) {
		return ERR_OK;
	}
	kafka_conf_log(handle->settings, 3, "rdkafka.%s=%s: %s", name, value, why);
	return ERR_USAGE;
}

static enum err set_list(const struct kafka_handle *handle,
			 rd_kafka_conf_t *conf,
			 const struct kafka_option *option)
{
	enum err err = ERR_OK;

	for (; !err && option->name; option++) {
		err = set_one(handle, conf, option->name, option->value);
	}
	return err;
}

static bool is_required(const struct kafka_option *required, const char *name)
{
	for (; required->name; required++) {
		if (strcmp(required->name, name) == 0) {
			return true;
		}
	}
	return false;
}

/* An option for the other kind of handle is left alone: one list serves a program's producers and consumers. */
static bool is_for_other_role(enum kafka_role role, const char *name)
{
	static const char *const producer_only[] = {
		"linger.ms",        "queue.buffering.", "batch.", "compression.",
		"message.timeout.", "retries",          NULL};
	static const char *const consumer_only[] = {"fetch.",   "queued.",    "max.poll.",
						    "session.", "heartbeat.", NULL};
	const char *const *list = role == KAFKA_PRODUCER ? consumer_only : producer_only;

	for (; *list; list++) {
		if (strncmp(name, *list, strlen(*list)) == 0) {
			return true;
		}
	}
	return false;
}

static enum err set_passed(const struct kafka_handle *handle,
			   enum kafka_role role,
			   rd_kafka_conf_t *conf,
			   const struct kafka_option *required)
{
	const char *const *option = handle->settings->options;
	enum err err = ERR_OK;

	for (; !err && option && *option; option++) {
		const char *equals = strchr(*option, '=');
		char name[KAFKA_NAME_BYTES];

		if (!equals || (size_t)(equals - *option) >= sizeof name) {
			kafka_conf_log(handle->settings, 3, "rdkafka.%s: want NAME=VALUE", *option);
			return ERR_USAGE;
		}
		snprintf(name, sizeof name, "%.*s", (int)(equals - *option), *option);
		if (is_required(required, name)) {
			kafka_conf_log(handle->settings, 3,
				       "rdkafka.%s is fixed: govbus loses records without it",
				       name);
			return ERR_USAGE;
		}
		if (!is_for_other_role(role, name)) {
			err = set_one(handle, conf, name, equals + 1);
		}
	}
	return err;
}

enum err kafka_conf_open(struct kafka_handle *handle,
			 enum kafka_role role,
			 struct rd_kafka_conf_s *conf,
			 const struct kafka_option *defaults,
			 const struct kafka_option *required)
{
	char why[KAFKA_LINE_BYTES];
	enum err err = set_one(handle, conf, "bootstrap.servers", handle->settings->brokers);

	if (!err) {
		err = set_list(handle, conf, common_options);
	}
	if (!err) {
		err = set_list(handle, conf, defaults);
	}
	if (!err) {
		err = set_passed(handle, role, conf, required);
	}
	if (!err) {
		err = set_list(handle, conf, required);
	}
	if (err) {
		rd_kafka_conf_destroy(conf);
		return err;
	}
	handle->rk = rd_kafka_new(role == KAFKA_PRODUCER ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER,
				  conf, why, sizeof why);
	if (!handle->rk) {
		rd_kafka_conf_destroy(conf);
		kafka_conf_log(handle->settings, 3, "%s", why);
		return ERR_USAGE;
	}
	if (role == KAFKA_CONSUMER) {
		rd_kafka_poll_set_consumer(handle->rk);
	}
	return ERR_OK;
}

enum err kafka_conf_err(int code)
{
	switch (code) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
		return ERR_OK;
	case RD_KAFKA_RESP_ERR__TRANSPORT:
	case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
	case RD_KAFKA_RESP_ERR__TIMED_OUT:
	case RD_KAFKA_RESP_ERR__RESOLVE:
	case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
		return ERR_KAFKA_AWAY;
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
		return ERR_ABSENT;
	case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
		return ERR_TOO_BIG;
	case RD_KAFKA_RESP_ERR__QUEUE_FULL:
		return ERR_BUSY;
	case RD_KAFKA_RESP_ERR__FENCED:
	case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
		return ERR_FENCED;
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
		return ERR_DENIED;
	default:
		return ERR_KAFKA;
	}
}
