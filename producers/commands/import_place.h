/* import_place.h: where an import of a file into a bus stands, kept over kills: HOME/import/KEY.place, the refusals' file beside it. */
#ifndef GOVBUS_PRODUCERS_COMMANDS_IMPORT_PLACE_H
#define GOVBUS_PRODUCERS_COMMANDS_IMPORT_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/span.h"

enum { IMPORT_PATH_BYTES = 1024, IMPORT_COMMAND_BYTES = 400 };

/* What became of events that were posted; midnights are counted apart. */
struct import_counts {
	size_t accepted, repeated, refused, midnights;
};

/* The first round posts the whole file; each later one what the one before it was refused: a refusal binds nothing (protocol 7). */
struct import_place {
	const char *home; /* borrowed */
	uint64_t key;     /* of the input and of the bus: into another bus it is another import */
	unsigned round;   /* 1: the first */
	size_t next;      /* of the round's events: those before it are settled */
	struct import_counts counts;
	int64_t noted;   /* bytes of the round's refusals that stand on the disk */
	int64_t done_us; /* when the round was done; 0: it is not */
	char command[IMPORT_COMMAND_BYTES]; /* of whoever ended it, for people */
};

/**
 * Reads where this import stands, or begins its first round.
 * @param input  hash of the file, its mapping and order
 * @param bus    what the gateway calls its bus
 * @thread one, as all here
 */
void import_place_load(struct import_place *place,
		       const char *home,
		       uint64_t input,
		       struct span bus);

/** Keeps it, durably. @return IO */
enum err import_place_keep(const struct import_place *place);

/** Ends a round: done now, by this command. @return IO */
enum err import_place_done(struct import_place *place, int64_t now_us, const char *command);

/** Begins the round after one that is done, durably. @return IO */
enum err import_place_next_round(struct import_place *place);

/** The file that names what a round was refused. @param ret_path IMPORT_PATH_BYTES */
void import_place_refused(const struct import_place *place, unsigned round, char *ret_path);

#endif
