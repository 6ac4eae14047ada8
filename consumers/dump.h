/*
 * dump.h: prints the logical content of a projection as text, the same for the same log however it was folded; and checks
 * that its tables agree.
 */
#ifndef GOVBUS_CONSUMERS_DUMP_H
#define GOVBUS_CONSUMERS_DUMP_H

#include <stdio.h>

#include "common/kv.h"
#include "projections/projection.h"

/**
 * Prints every row of every table of a projection, index tables included, merged over its shards in key order: "TABLE KEY VALUE" in
 * hexadecimal, a line each; then parked events without their offsets. Positions are left out.
 * @param shards  environments as shard_open_reader opens them, or a shard's own
 * @thread any; one reading transaction per shard meanwhile
 */
enum err dump_print(const struct projection *projection,
		    struct kv *const *shards,
		    int n_shards,
		    FILE *out);

/**
 * Checks one shard: each index against its table, entry by entry, then what the projection's own check knows.
 * @param ret_problems  a line for each
 * @return OK when it agrees, CONFLICT when it does not, or an error of the store
 */
enum err dump_check(const struct projection *projection,
		    struct kv *shard,
		    struct buf *ret_problems);

#endif
