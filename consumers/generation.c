/* generation.c: the rows touched since one point in time: a hash table over an arena, with one level of undo. */
#include "consumers/generation.h"

#include <stdlib.h>
#include <string.h>

enum {
	GENERATION_FIRST_SLOTS = 1024,
	GENERATION_FIRST_ROWS = 256,
	GENERATION_KEEP_BYTES = 64 << 20, /* memory kept from one batch to the next */
};

struct generation *generation_new(void)
{
	struct generation *gen = calloc(1, sizeof *gen);

	if (gen) {
		gen->mark = 1;
	}
	return gen;
}

void generation_free(struct generation *gen)
{
	if (!gen) {
		return;
	}
	arena_done(&gen->arena);
	arena_done(&gen->undo_arena);
	free(gen->rows);
	free(gen->slots);
	free(gen->saved);
	free(gen);
}

size_t generation_bytes(const struct generation *gen)
{
	return gen->arena.used_bytes + gen->n_rows * sizeof *gen->rows +
	       (gen->mask ? ((size_t)gen->mask + 1) * sizeof *gen->slots : 0);
}

static void give_back(struct generation *gen)
{
	arena_done(&gen->arena);
	free(gen->rows);
	free(gen->slots);
	gen->rows = NULL;
	gen->slots = NULL;
	gen->room_rows = gen->mask = 0;
}

void generation_drop(struct generation *gen)
{
	give_back(gen);
	generation_reset(gen);
}

void generation_reset(struct generation *gen)
{
	if (generation_bytes(gen) > GENERATION_KEEP_BYTES) {
		give_back(gen);
	}
	/* Clears only the slots in use: a small batch after a large one must not pay for the large one's table. */
	for (uint32_t i = 0; gen->mask && i < gen->n_rows; i++) {
		if (gen->rows[i].slot != GENERATION_NO_SLOT) {
			gen->slots[gen->rows[i].slot].row = GENERATION_NO_SLOT;
		}
	}
	arena_reset(&gen->arena);
	gen->n_rows = 0;
	gen->number = 0;
	memset(gen->dirty_rows, 0, sizeof gen->dirty_rows);
	memset(gen->dirty_bytes, 0, sizeof gen->dirty_bytes);
	generation_mark(gen);
}

static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdull;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ull;
	return x ^ x >> 33;
}

uint32_t generation_hash(int table, struct span key)
{
	uint64_t h = (uint64_t)table * UINT64_C(0x9e3779b97f4a7c15), word;

	while (key.n >= sizeof word) {
		memcpy(&word, key.p, sizeof word);
		h = mix(h ^ word);
		key = span_of(key.p + sizeof word, key.n - sizeof word);
	}
	if (key.n) {
		word = 0;
		memcpy(&word, key.p, key.n);
		h = mix(h ^ word ^ (uint64_t)key.n << 56);
	}
	return (uint32_t)h;
}

struct row *generation_find(struct generation *gen, int table, struct span key, uint32_t hash)
{
	if (!gen->mask) {
		return NULL;
	}
	for (uint32_t at = hash & gen->mask; gen->slots[at].row != GENERATION_NO_SLOT;
	     at = (at + 1) & gen->mask) {
		if (gen->slots[at].hash != hash) {
			continue;
		}
		struct row *row = &gen->rows[gen->slots[at].row];

		if (row->table == table && row->key_n == key.n &&
		    memcmp(row->key, key.p, key.n) == 0) {
			return row;
		}
	}
	return NULL;
}

static void take_slot(struct generation *gen, uint32_t row)
{
	uint32_t at = gen->rows[row].hash & gen->mask;

	while (gen->slots[at].row != GENERATION_NO_SLOT) {
		at = (at + 1) & gen->mask;
	}
	gen->slots[at] = (struct generation_slot){.row = row, .hash = gen->rows[row].hash};
	gen->rows[row].slot = at;
}

/* At most half full. Rows are counted whether they have a slot or not: it is the simpler rule. */
static bool make_slots(struct generation *gen)
{
	uint64_t slots = gen->mask ? (uint64_t)gen->mask + 1 : GENERATION_FIRST_SLOTS;

	if (gen->mask && (uint64_t)gen->n_rows * 2 < slots) {
		return true;
	}
	while ((uint64_t)gen->n_rows * 2 >= slots) {
		slots *= 2;
	}
	struct generation_slot *p = malloc(slots * sizeof *p);

	if (!p) {
		return false;
	}
	memset(p, 0xff, slots * sizeof *p);
	free(gen->slots);
	gen->slots = p;
	gen->mask = (uint32_t)(slots - 1);
	for (uint32_t i = 0; i < gen->n_rows; i++) {
		if (gen->rows[i].slot != GENERATION_NO_SLOT) {
			take_slot(gen, i);
		}
	}
	return true;
}

static bool make_rows(struct generation *gen)
{
	if (gen->n_rows < gen->room_rows) {
		return true;
	}
	uint32_t room = gen->room_rows ? gen->room_rows * 2 : GENERATION_FIRST_ROWS;
	struct row *p = realloc(gen->rows, room * sizeof *p);

	if (!p) {
		return false;
	}
	gen->rows = p;
	gen->room_rows = room;
	return true;
}

struct row *generation_insert(
	struct generation *gen, int table, struct span key, uint32_t hash, bool findable)
{
	struct span copy = arena_copy(&gen->arena, key);

	if (!copy.p || !make_rows(gen) || (findable && !make_slots(gen))) {
		return NULL;
	}
	struct row *row = &gen->rows[gen->n_rows++];

	*row = (struct row){.key = copy.p,
			    .key_n = (uint16_t)key.n,
			    .table = (uint8_t)table,
			    .hash = hash,
			    .slot = GENERATION_NO_SLOT};
	if (findable) {
		take_slot(gen, gen->n_rows - 1);
	}
	return row;
}

bool generation_index(struct generation *gen, int table)
{
	if (!make_slots(gen)) {
		return false;
	}
	/* From the newest to the oldest: an older row of the same key no longer counts. */
	for (uint32_t i = gen->n_rows; i-- > 0;) {
		struct row *row = &gen->rows[i];
		struct span key = span_of(row->key, row->key_n);

		if (row->table != table || row->slot != GENERATION_NO_SLOT) {
			continue;
		}
		row->hash = generation_hash(table, key);
		if (!row->dirty || generation_find(gen, table, key, row->hash)) {
			row->dirty = false;
		} else {
			take_slot(gen, i);
		}
	}
	return true;
}

bool generation_set_base(struct generation *gen, struct row *row, struct span base)
{
	struct span copy = arena_copy(&gen->arena, base);

	if (base.p && !copy.p) {
		return false;
	}
	row->base = copy.p;
	row->base_n = (uint32_t)copy.n;
	row->base_known = true;
	row->base_live = base.p != NULL;
	if (!row->dirty) {
		row->value = (uint8_t *)(uintptr_t)copy.p;
		row->value_n = row->base_n;
		row->value_room = 0;
		row->live = row->base_live;
	}
	return true;
}

/* Keeps what the row was at the mark, once per mark. */
static bool save(struct generation *gen, struct row *row)
{
	if (row->mark == gen->mark) {
		return true;
	}
	if (gen->n_saved == gen->room_saved) {
		uint32_t room = gen->room_saved ? gen->room_saved * 2 : 64;
		struct generation_saved *p = realloc(gen->saved, room * sizeof *p);

		if (!p) {
			return false;
		}
		gen->saved = p;
		gen->room_saved = room;
	}
	struct generation_saved saved = {.value = row->value,
					 .row = (uint32_t)(row - gen->rows),
					 .value_n = row->value_n,
					 .value_room = row->value_room,
					 .live = row->live,
					 .dirty = row->dirty};

	if (row->value_room) {
		struct span copy = arena_copy(&gen->undo_arena, span_of(row->value, row->value_n));

		if (!copy.p) {
			return false;
		}
		saved.copy = (uint8_t *)(uintptr_t)copy.p;
	}
	gen->saved[gen->n_saved++] = saved;
	row->mark = gen->mark;
	return true;
}

bool generation_set(struct generation *gen, struct row *row, struct span value)
{
	if (!save(gen, row)) {
		return false;
	}
	if (value.n > row->value_room || (value.p && !row->value_room)) {
		uint8_t *p = arena_alloc(&gen->arena, value.n ? value.n : 1);

		if (!p) {
			return false;
		}
		row->value = p;
		row->value_room = value.n ? (uint32_t)value.n : 1;
		gen->dirty_bytes[row->table] += row->key_n + value.n;
	}
	if (value.p && value.n) {
		memmove(row->value, value.p, value.n);
	}
	row->value_n = (uint32_t)value.n;
	row->live = value.p != NULL;
	gen->dirty_rows[row->table] += !row->dirty;
	row->dirty = true;
	return true;
}

void generation_mark(struct generation *gen)
{
	gen->mark++;
	gen->n_saved = 0;
	arena_reset(&gen->undo_arena);
}

void generation_undo(struct generation *gen)
{
	while (gen->n_saved > 0) {
		const struct generation_saved *saved = &gen->saved[--gen->n_saved];
		struct row *row = &gen->rows[saved->row];

		row->value = saved->value;
		row->value_n = saved->value_n;
		row->value_room = saved->value_room;
		row->live = saved->live;
		row->dirty = saved->dirty;
		if (saved->value_room && saved->value_n) {
			memcpy(row->value, saved->copy, saved->value_n);
		}
		gen->dirty_rows[row->table] -= !row->dirty;
		/* Its base may have been looked up since; an untouched row is its base. */
		if (!row->dirty && row->base_known) {
			row->value = (uint8_t *)(uintptr_t)row->base;
			row->value_n = row->base_n;
			row->value_room = 0;
			row->live = row->base_live;
		}
	}
	generation_mark(gen);
}
