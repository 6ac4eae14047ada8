/* import_refused.h: the file beside an import's checkpoint that lists each refused line with its reason; the summary is made from it. */
#ifndef GOVBUS_PRODUCERS_COMMANDS_IMPORT_REFUSED_H
#define GOVBUS_PRODUCERS_COMMANDS_IMPORT_REFUSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/err.h"

enum { IMPORT_MIDNIGHT = -1, IMPORT_WHICH_BYTES = 40 };

/* Which event: of which line, and which of its row's, from 0; IMPORT_MIDNIGHT: none of them, but the midnight before them. */
struct import_event {
	long line;
	int step;
};

/* A line of it: the number of a line, a tab, which event of the row unless it is the first, the reason. Nothing else of the line: it
 * may be about a person. */
struct import_refused {
	const char *path; /* borrowed */
	FILE *file;       /* NULL: not open */
};

/**
 * Opens the file, keeping its first bytes up to the given number. What follows them was noted for a batch that was not
 * settled, and is cut off, since it will be noted again. 0: begins a new file.
 * @return IO; BUSY: another process has it open
 * @thread one, as all here
 */
enum err import_refused_open(struct import_refused *refused, const char *path, int64_t kept_bytes);

/** Which of its line's events it is, in words before the reason; empty for the first. @thread any */
void import_refused_which(int step, char ret_text[IMPORT_WHICH_BYTES]);

/** Notes a line, of which this event was refused. Failures show when it is kept. */
void import_refused_note(struct import_refused *refused,
			 struct import_event event,
			 const char *reason);

/** Syncs what was noted to the disk. @param ret_bytes  as import_refused_open takes them @return IO */
enum err import_refused_keep(struct import_refused *refused, int64_t *ret_bytes);

/** Closes; one that is not open is fine. */
void import_refused_close(struct import_refused *refused);

/**
 * Reads which events a file names.
 * @param skip        this many lines at the beginning are left out: they name what was never posted
 * @param ret_events  in order of line and step; the caller frees it
 * @return ABSENT: there is no such file, IO, NOMEM
 */
enum err import_refused_events(const char *path,
			       size_t skip,
			       struct import_event **ret_events,
			       size_t *ret_n);

/** Whether an event is one of those that import_refused_events gave. */
bool import_refused_has(const struct import_event *events, size_t n, struct import_event event);

/** Prints the reasons, how often each and its first lines, and where all of them are; nothing if there are none. */
void import_refused_sum_up(const char *path, FILE *out);

#endif
