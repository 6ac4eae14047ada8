/* import_refused.h: the file beside an import's place that names each refused line and why; what the summary is made of. */
#ifndef GOVBUS_PRODUCERS_IMPORT_REFUSED_H
#define GOVBUS_PRODUCERS_IMPORT_REFUSED_H

#include <stdint.h>
#include <stdio.h>

#include "common/err.h"

/* A line of it: the number of a line, a tab, the reason. Nothing else of the line: it may be about a person. */
struct import_refused {
	const char *path; /* borrowed */
	FILE *file;       /* NULL: not open */
};

/**
 * Opens it to go on after so many bytes; what stands behind them, noted for a batch that was not settled, is cut off, since it is
 * noted again. 0: it begins anew.
 * @return IO
 * @thread one, as all here
 */
enum err import_refused_open(struct import_refused *refused, const char *path, int64_t kept_bytes);

/** Notes a line. Failures show when it is kept. */
void import_refused_note(struct import_refused *refused, long line, const char *reason);

/** Makes durable what was noted. @param ret_bytes  as import_refused_open takes them @return IO */
enum err import_refused_keep(struct import_refused *refused, int64_t *ret_bytes);

/** Closes; one that is not open is fine. */
void import_refused_close(struct import_refused *refused);

/** Prints the reasons, how often each and its first lines, and where all of them are; nothing if there are none. */
void import_refused_sum_up(const char *path, FILE *out);

#endif
