/* import_checkpoint.h: how far an import of a file into a bus has come, kept across kills in HOME/import/KEY.checkpoint; its refusals are in a file beside it. */
#ifndef GOVBUS_PRODUCERS_COMMANDS_IMPORT_CHECKPOINT_H
#define GOVBUS_PRODUCERS_COMMANDS_IMPORT_CHECKPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/span.h"

enum { IMPORT_PATH_BYTES = 1024, IMPORT_COMMAND_BYTES = 400 };

/* How many of the posted events had which outcome; midnights are counted separately. */
struct import_counts {
	size_t accepted, repeated, refused, midnights;
};

/* The first round posts the whole file. Each later round posts again what the one before it had refused: a refusal binds nothing (protocol 7). */
struct import_checkpoint {
	const char *home; /* borrowed */
	/* Hash of the input and the bus: the same file into another bus is another import */
	uint64_t key;
	unsigned round; /* 1: the first */
	size_t next;    /* index of the first event of the round that is not settled */
	struct import_counts counts;
	int64_t noted;   /* bytes of the round's file of refusals that are on the disk */
	int64_t done_us; /* when the round was completed, microseconds since 1970 UTC; 0: it is not */
	char command[IMPORT_COMMAND_BYTES]; /* the command line that completed it, for people */
};

/**
 * Reads the checkpoint of this import, or begins its first round if there is none.
 * @param input  hash of the file, its mapping and order
 * @param bus    the bus's id, as the gateway gives it
 * @thread one, as all here
 */
void import_checkpoint_load(struct import_checkpoint *checkpoint,
			    const char *home,
			    uint64_t input,
			    struct span bus);

/** Writes the checkpoint, durably. @return IO */
enum err import_checkpoint_keep(const struct import_checkpoint *checkpoint);

/** Marks the round as completed, at this time and by this command line, durably. @return IO */
enum err import_checkpoint_done(struct import_checkpoint *checkpoint,
				int64_t now_us,
				const char *command);

/** Begins the next round, durably. @return IO */
enum err import_checkpoint_next_round(struct import_checkpoint *checkpoint);

/** The file that lists what a round had refused. @param ret_path IMPORT_PATH_BYTES */
void import_checkpoint_refused(const struct import_checkpoint *checkpoint,
			       unsigned round,
			       char *ret_path);

#endif
