/* conf.h: a program's configuration from one table: file, environment, flags (the later wins); it prints its own manual. */
#ifndef GOVBUS_COMMON_CONF_H
#define GOVBUS_COMMON_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/log.h"

enum conf_kind { CONF_TEXT, CONF_NUMBER, CONF_BOOL, CONF_LEVEL };

/* One option. Flag --some-name VALUE, environment GOVBUS_SOME_NAME, file some-name = value. */
struct conf_option {
	const char *name; /* NULL ends a table */
	const char *def;  /* default, as text; NULL: "" */
	const char *unit; /* "ms", "bytes"; NULL: none */
	const char *help;
	enum conf_kind kind;
	int64_t min, max; /* of a number; both 0: any */
};

/* What every long-running program has: home, kafka, topic-prefix, listen, instance, log-level. A program's table begins with
 * CONF_COMMON(its port), that of a command which ends by itself with CONF_COMMON_COMMAND. */
#define CONF_COMMON(listen_default) CONF_COMMON_OF(listen_default, "info")
#define CONF_COMMON_COMMAND         CONF_COMMON_OF("", "warn")
#define CONF_COMMON_OF(listen_default, level_default)                                              \
	{"home",    ".govbus", NULL, "Folder of all state of this bus on this machine",            \
	 CONF_TEXT, 0,         0},                                                                 \
		{"kafka", "127.0.0.1:9092", NULL, "Kafka bootstrap servers", CONF_TEXT, 0, 0},     \
		{"topic-prefix",                                                                   \
		 "",                                                                               \
		 NULL,                                                                             \
		 "Put before every topic and group: a second bus on the same cluster",             \
		 CONF_TEXT,                                                                        \
		 0,                                                                                \
		 0},                                                                               \
		{"listen",  listen_default,                                                        \
		 NULL,      "Address and port of HTTP (health, metrics; the gateway: everything)", \
		 CONF_TEXT, 0,                                                                     \
		 0},                                                                               \
		{"instance", "1", NULL, "Name of this instance among those of its program",        \
		 CONF_TEXT,  0,   0},                                                              \
	{                                                                                          \
		"log-level", level_default, NULL,                                                  \
			"Lowest level that is logged: debug, info, warn, error", CONF_LEVEL, 0, 0  \
	}

/* The ports of the programs' own HTTP on the loopback. */
#define CONF_LISTEN_GATEWAY     "127.0.0.1:8080"
#define CONF_LISTEN_DECIDER     "127.0.0.1:8081"
#define CONF_LISTEN_CASE_STATUS "127.0.0.1:8082"

struct conf;

/**
 * Reads the configuration: defaults, then the file ($GOVBUS_CONFIG or HOME/PROGRAM.conf if there; "name = value" lines,
 * # comments), then the environment, then the flags (argp). Options named rdkafka.X pass through to librdkafka from all
 * three (environment: GOVBUS_RDKAFKA_X with dots as underscores). --help prints the options, --manual the page for
 * docs/CONFIGURATION.md; both end the program.
 * @param program  such as "govbus-decider"
 * @param about    one sentence
 * @return USAGE, with the reason on standard error: unknown names and levels, bad numbers, values out of range
 */
enum err conf_load(const char *program,
		   const char *about,
		   const struct conf_option *options,
		   int argc,
		   char **argv,
		   struct conf **ret_conf);

/** Frees; NULL is fine. */
void conf_free(struct conf *conf);

/** The value of an option of the table (any other name is a bug). Borrowed. @thread any, as all below */
const char *conf_text(const struct conf *conf, const char *name);

/** As conf_text, of a CONF_NUMBER: within its bounds, in the unit that the table names. */
int64_t conf_number(const struct conf *conf, const char *name);

/** As conf_text, of a CONF_BOOL. */
bool conf_bool(const struct conf *conf, const char *name);

/** As conf_text, of a CONF_LEVEL. */
enum log_level conf_level(const struct conf *conf, const char *name);

/** The i-th librdkafka option (without "rdkafka."). @return false past the last */
bool conf_rdkafka(const struct conf *conf, int i, const char **ret_name, const char **ret_value);

#endif
