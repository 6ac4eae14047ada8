/* import.h: posts the events of a file through a gateway, in order; resumes after a kill; sums up what was refused. */
#ifndef GOVBUS_PRODUCERS_COMMANDS_IMPORT_H
#define GOVBUS_PRODUCERS_COMMANDS_IMPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "producers/commands/http_client.h"
#include "producers/commands/import_checkpoint.h"
#include "producers/commands/import_source.h"

struct import_options {
	const char *home;    /* progress is kept in HOME/import/ */
	const char *name;    /* of the file, for people */
	const char *command; /* the command line; shown if the import is repeated later */
	int batch;           /* events per request, at most LIMIT_BATCH_EVENTS */
	struct progress *progress;
	FILE *out; /* of the summary */
};

/* The result of an import. */
struct import_result {
	size_t events;               /* to be posted in this round, midnights among them */
	struct import_counts counts; /* of the round, whatever runs it took */
	unsigned round; /* 1: the whole file; more: what had been refused was asked again */
	bool nothing_left; /* an earlier command had imported everything, without refusals: nothing was posted */
	int64_t earlier_us;                 /* when the round before was done; 0: there was none */
	char earlier[IMPORT_COMMAND_BYTES]; /* by which command */
	size_t resumed_at;    /* events that an earlier run of this round had settled */
	size_t lines_refused; /* lines of which an event was malformed: it was not posted */
	size_t lines_partial; /* of these, those of which an event before it was posted */
	long lines;
	char refused_path[IMPORT_PATH_BYTES]; /* names them all */
};

/**
 * Posts every event of the source in order, one request at a time, so that each partition gets them in that order. An event
 * that has no outcome yet is posted again, together with what was refused after it, at growing intervals: a repeat is harmless.
 * While no gateway answers, or it answers 503, the import says so and waits.
 *
 * After each request a checkpoint is written, so that an import that was killed resumes there. The checkpoint belongs to this
 * input and this bus, whose id the gateway is asked for first. Where a round was completed, only what it had refused is posted again.
 * @return OK when all are settled; DENIED (401, 403) and USAGE with the reason on standard error; BUSY: another process imports this input
 * @thread one
 */
enum err import_run(struct import_source *source,
		    struct http_client *client,
		    const struct import_options *options,
		    struct import_result *ret_result);

/** Prints the summary: the counts, and each reason for a refusal with its count and first lines. HOME/import/KEY.refused has all refused lines. */
void import_summary(const struct import_options *options, const struct import_result *result);

#endif
