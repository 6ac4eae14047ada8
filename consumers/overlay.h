/* overlay.h: rows folded in memory over an environment, written in key order: the one write path (design 7). */
#ifndef GOVBUS_CONSUMERS_OVERLAY_H
#define GOVBUS_CONSUMERS_OVERLAY_H

#include "common/kv.h"
#include "projections/projection.h"

/* A stack of generations over committed rows. Handlers and registers write to the newest one through its view; reads see the
 * newest row: newest generation first, then older ones, then the environment. A generation is written to LMDB as one:
 * one put per touched row, in key order, index entries derived by comparing the stored row with the new one.
 * A consumer has one generation (freeze and write at once); the decider freezes one while its records await acknowledgement. */
struct overlay;
struct generation;

/**
 * @param tables  ends with a NULL name; the view's table numbers. In the environment each has its own table, and each of its indexes one.
 * @param kv      committed rows; NULL: none (tests, simulators: everything stays in memory)
 * @param first_table  kv table number of tables[0]; a table's indexes follow it at once (overlay_kv_names makes the list)
 */
enum err overlay_new(const struct table *tables,
		     struct kv *kv,
		     int first_table,
		     struct overlay **ret_overlay);

/** Frees, with all that was not committed; NULL is fine. The environment stays open. */
void overlay_free(struct overlay *overlay);

/** The kv table names for these tables: each table, then "table.index" for each index; appended to names (borrowed for ever). @return how many */
int overlay_kv_names(const struct table *tables, const char **names, int room);

/** The view for handlers; borrowed. */
struct view *overlay_view(struct overlay *overlay);

/** Marks this point, so that everything written from here on can be undone; called before each event. */
void overlay_mark(struct overlay *overlay);

/** Takes back all since the mark (an event that failed half-way), and clears the view's error. */
void overlay_undo(struct overlay *overlay);

/** Closes the newest generation and begins another. @return the closed one's number, rising from 1 */
uint64_t overlay_freeze(struct overlay *overlay);

/** The oldest generation that is closed; NULL: there is none. It no longer changes, so another thread may write it. */
const struct generation *overlay_closed(const struct overlay *overlay);

/** Writes a closed generation into a transaction; after the commit call overlay_committed. Errors are in txn->err. @thread any one */
void overlay_write(const struct overlay *overlay, const struct generation *gen, struct kv_txn *txn);

/** The oldest generation is now in the environment: forgets it and reads the new state. */
void overlay_committed(struct overlay *overlay);

/** Moves on to the environment's newest state, to see others' commits and to let LMDB reuse the pages of the old one. */
void overlay_refresh(struct overlay *overlay);

/** Drops all generations and their memory: back to what is committed. */
void overlay_drop(struct overlay *overlay);

/** Touched rows over all generations. It bounds a batch, as overlay_bytes does. */
size_t overlay_rows(const struct overlay *overlay);

/** Its memory over all generations, bytes. */
size_t overlay_bytes(const struct overlay *overlay);

/** Estimate of pages a commit would dirty; above what it dirties when rows of a batch lie close together. */
size_t overlay_dirty_pages(const struct overlay *overlay);

#endif
