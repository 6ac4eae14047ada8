/* progress.h: whoever takes longer than two seconds says how far it is. */
#ifndef GOVBUS_PRODUCERS_COMMANDS_PROGRESS_H
#define GOVBUS_PRODUCERS_COMMANDS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What a command says while it works; one for all that it does, so that no two lines come within two seconds. */
struct progress {
	FILE *out;        /* NULL: nothing is said */
	const char *name; /* begins each line: the file */
	int64_t said_us;  /* steady; of the last line, or of the beginning */
};

/** From now on. @param out borrowed, as the name; NULL: nothing is said @thread one, as all here */
void progress_begin(struct progress *progress, FILE *out, const char *name);

/** Whether the last line is two seconds old. NULL is fine. Cheap enough to be asked for each line of a file. */
bool progress_due(const struct progress *progress);

/** Says a line, due or not. */
void progress_say(struct progress *progress, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
