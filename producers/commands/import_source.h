/* import_source.h: what an import reads: a file of CloudEvents (NDJSON) or of rows (CSV with a mapping), as events in the order of time. */
#ifndef GOVBUS_PRODUCERS_COMMANDS_IMPORT_SOURCE_H
#define GOVBUS_PRODUCERS_COMMANDS_IMPORT_SOURCE_H

#include "common/buf.h"
#include "common/err.h"
#include "producers/commands/import_problem.h"
#include "producers/commands/import_refused.h"
#include "producers/commands/progress.h"

struct import_source;

struct import_config {
	const char *path;    /* plain or gzip */
	const char *mapping; /* JSON file; NULL: the file is NDJSON */
	bool by_time; /* history: sort by (time, line, step), and move all clocks at each midnight that is passed */
	struct progress *progress; /* NULL: nothing is said while it is read */
};

/**
 * Reads the file whole and checks every line against the schemas: those that give no valid event are problems, and so is
 * the second line with the same source and id.
 * @param ret_why  a line for people, on failure
 * @return ABSENT, IO, USAGE (the mapping), NOMEM
 * @thread one, as all here
 */
enum err import_source_open(const struct import_config *config,
			    struct import_source **ret_source,
			    struct buf *ret_why);

/** Frees; NULL is fine. Problems borrowed from it are dead. */
void import_source_close(struct import_source *source);

/** Number of events, midnights among them. */
size_t import_source_count(const struct import_source *source);

/** How many of these are midnights. */
size_t import_source_midnights(const struct import_source *source);

/** Lines read, the header of a CSV file among them. */
long import_source_lines(const struct import_source *source);

/** Lines that give no event, in order of the file. @param ret_problems borrowed until import_source_close @return how many */
size_t import_source_problems(const struct import_source *source,
			      const struct import_problem **ret_problems);

/** Appends event number i as a CloudEvents JSON object. */
void import_source_event(struct import_source *source, size_t i, struct buf *out);

/** Which event number i is; a midnight (gov.clock.advanced.v1) has the line of the event after it. */
struct import_event import_source_which(const struct import_source *source, size_t i);

/** How many lines gave fewer events than they should, but some. */
size_t import_source_partial(const struct import_source *source);

/** A hash of the file, its mapping, the order, and which events came of it: an import is gone on with only where all are the same. */
uint64_t import_source_hash(const struct import_source *source);

#endif
