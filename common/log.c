/* log.c: log lines as JSON on standard error. */
#include "common/log.h"

#include <unistd.h>

#include "common/buf.h"
#include "common/civil.h"
#include "common/clock.h"
#include "common/json_text.h"

static const char *program_name = "govbus";
static enum log_level lowest_level = LOG_INFO;
static const char *const LEVELS[] = {"debug", "info", "warn", "error"};

void log_open(const char *program, enum log_level lowest)
{
	program_name = program;
	lowest_level = lowest;
}

bool log_level_named(const char *name, enum log_level *ret_level)
{
	for (int level = LOG_DEBUG; level <= LOG_ERROR; level++) {
		if (span_eq(span_cstr(name), span_cstr(LEVELS[level]))) {
			*ret_level = (enum log_level)level;
			return true;
		}
	}
	return false;
}

static void add_member(struct buf *line, const char *name, struct span text)
{
	buf_add_text(line, ",\"");
	buf_add_text(line, name);
	buf_add_text(line, "\":");
	json_text_add(line, text);
}

void log_write(enum log_level level, const char *what, const struct log_field *fields, int count)
{
	struct buf line = {0};
	char at[CIVIL_TEXT_SIZE];

	if (level < lowest_level) {
		return;
	}
	civil_format(clock_wall_us(), at);
	buf_printf(&line, "{\"at\":\"%s\",\"level\":\"%s\"", at, LEVELS[level]);
	add_member(&line, "program", span_cstr(program_name));
	add_member(&line, "what", span_cstr(what));
	for (int i = 0; i < count; i++) {
		if (fields[i].text.p) {
			add_member(&line, fields[i].name, fields[i].text);
		} else {
			buf_printf(&line, ",\"%s\":%lld", fields[i].name,
				   (long long)fields[i].number);
		}
	}
	buf_add_text(&line, "}\n");
	if (!line.err) {
		ssize_t written = write(STDERR_FILENO, line.p, line.n);

		(void)written; /* nowhere to say that saying failed */
	}
	buf_done(&line);
}
