/* dead.h: shows people what could not be applied: govbus dead list and govbus dead show. */
#ifndef GOVBUS_CONSUMERS_DEAD_H
#define GOVBUS_CONSUMERS_DEAD_H

#include <stdio.h>

#include "consumers/shard_set.h"

/**
 * Prints a line per subject that has parked events: partition, subject ("-": records that could not be read), how many wait, offset and tick of the first and why it
 * cannot be applied; as a table, or as one JSON object per line.
 * @param ret_subjects how many subjects were printed; may be NULL
 * @return IO, or an error of the store
 * @thread any
 */
enum err dead_list(const struct projection *projection,
		   const struct shard_set *set,
		   bool json,
		   FILE *out,
		   size_t *ret_subjects);

/**
 * Why the first parked event of a subject could not be applied.
 * @param txn  a reading transaction of the shard that has the partition
 * @return the error's name, as dead_list prints it; NULL: nothing of it is parked
 */
const char *dead_reason(const struct projection *projection,
			struct kv_txn *txn,
			int partition,
			struct span subject);

/**
 * Prints every parked event of a subject in order, as JSON objects, a line each: partition, offset, tick, reason, and the event (sealed
 * members left out) or, if it cannot be read, its bytes in hexadecimal.
 * @param subject "-": records that could not be read
 * @return ABSENT when nothing is parked under this subject, IO, or an error of the store
 */
enum err dead_show(const struct projection *projection,
		   const struct shard_set *set,
		   struct span subject,
		   FILE *out);

#endif
