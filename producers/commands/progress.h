/* progress.h: progress lines of commands that take longer than two seconds. */
#ifndef GOVBUS_PRODUCERS_COMMANDS_PROGRESS_H
#define GOVBUS_PRODUCERS_COMMANDS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The progress lines of a command; one object for all that it does, so that no two lines come within two seconds. */
struct progress {
	FILE *out;        /* NULL: nothing is said */
	const char *name; /* begins each line: the file */
	int64_t said_us;  /* steady; of the last line, or of the beginning */
};

/** Starts the clock of the progress lines. @param out borrowed, as is the name; NULL: no lines @thread one, as all here */
void progress_begin(struct progress *progress, FILE *out, const char *name);

/** Whether the last line is two seconds old. NULL is fine. Cheap enough to be asked for each line of a file. */
bool progress_due(const struct progress *progress);

/** Says a line, due or not. */
void progress_say(struct progress *progress, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
