/* log.h: log lines as JSON on standard error: {"at":…,"level":…,"program":…,"what":…, …}. Never an event's text. */
#ifndef GOVBUS_COMMON_LOG_H
#define GOVBUS_COMMON_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/span.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* One member of a line: text, or a number when text.p is NULL. */
struct log_field {
	const char *name;
	struct span text;
	int64_t number;
};

#define LOG_NUMBER(name, value) ((struct log_field){(name), {0}, (int64_t)(value)})
#define LOG_TEXT(name, cstr)    ((struct log_field){(name), log_cstr(cstr), 0})
#define LOG_SPAN(name, span)    ((struct log_field){(name), (span).p ? (span) : span_cstr(""), 0})

/** The text of a member; empty for NULL. */
static inline struct span log_cstr(const char *cstr)
{
	return span_cstr(cstr ? cstr : "");
}

/** Names this program in every line, and sets the lowest level written. Once, at start. */
void log_open(const char *program, enum log_level lowest);

/** The level of that name: debug, info, warn, error. @return false when it is none of them @thread any, as all below */
bool log_level_named(const char *name, enum log_level *ret_level);

/** Writes one line, in one write. Use the macros. */
void log_write(enum log_level level, const char *what, const struct log_field *fields, int count);

/* LOG(INFO, "partition claimed", LOG_NUMBER("partition", 3), LOG_TEXT("topic", name)); at least one field. */
#define LOG(level, what, ...)                                               \
	log_write(                                                          \
		LOG_##level, what, (const struct log_field[]){__VA_ARGS__}, \
		(int)(sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field)))

#endif
