/* generation.h: the rows touched since one point in time: a hash table over an arena, with one level of undo. Part of the overlay. */
#ifndef GOVBUS_CONSUMERS_GENERATION_H
#define GOVBUS_CONSUMERS_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/limits.h"
#include "common/span.h"

#define GENERATION_NO_SLOT UINT32_MAX

/* A row that was read or written. `base` is what older generations and the environment hold; known only once it was looked up. */
struct row {
	const uint8_t *key;
	uint8_t *value; /* same as base until first set */
	const uint8_t *base;
	uint32_t value_n, value_room, base_n; /* room 0: value is shared, never written in place */
	/* slot: where the table points to it; GENERATION_NO_SLOT: added, and not yet in the table */
	uint32_t hash, slot;
	uint32_t mark; /* last mark under which it was saved for undo */
	uint16_t key_n;
	uint8_t table;
	bool live, base_known, base_live, dirty;
};

struct generation_slot {
	uint32_t row, hash;
};

struct generation_saved {
	uint8_t *value, *copy;
	uint32_t row, value_n, value_room;
	bool live, dirty;
};

struct generation {
	struct generation *older;
	uint64_t number;
	struct arena arena, undo_arena;
	struct row *rows;
	struct generation_slot *slots;
	struct generation_saved *saved;
	uint32_t n_rows, room_rows, n_saved, room_saved;
	uint32_t mask; /* slots - 1; 0: none yet */
	uint32_t mark;
	uint32_t dirty_rows[LIMIT_KV_TABLES]; /* per table: rows set, and bytes written for them */
	uint64_t dirty_bytes[LIMIT_KV_TABLES];
};

/** @return NULL when out of memory @thread one at a time, as all here */
struct generation *generation_new(void);

/** Frees; NULL is fine. */
void generation_free(struct generation *gen);

/** Forgets all rows; memory is kept unless it was much. */
void generation_reset(struct generation *gen);

/** Forgets all rows and gives their memory back. */
void generation_drop(struct generation *gen);

/** The hash of a table's key, for find and insert. */
uint32_t generation_hash(int table, struct span key);

/** @return the row, NULL when it was not touched. Borrowed until the next insert */
struct row *generation_find(struct generation *gen, int table, struct span key, uint32_t hash);

/** Makes a row, which must not be there. @param findable false: it gets no slot until generation_index @return NULL: out of memory */
struct row *generation_insert(
	struct generation *gen, int table, struct span key, uint32_t hash, bool findable);

/** Gives slots to all rows of a table that have none; of equal keys the later one stays. @return false: out of memory */
bool generation_index(struct generation *gen, int table);

/** Sets what lies under the row. @param base copied; absent: there is no such row @return false: out of memory */
bool generation_set_base(struct generation *gen, struct row *row, struct span base);

/** Sets (or with an absent value deletes) a row. @return false: out of memory */
bool generation_set(struct generation *gen, struct row *row, struct span value);

/** From here on changes can be undone. */
void generation_mark(struct generation *gen);

/** Takes back all since generation_mark. */
void generation_undo(struct generation *gen);

/** What it holds in memory. */
size_t generation_bytes(const struct generation *gen);

#endif
