/* reference_table.c: entries of reference data by kind and id, their versions, and the places in order. */
#include "projections/reference_table.h"

#include <stdlib.h>

/* FNV-1a, over the kind and the id: ids are short and not chosen by strangers. */
static uint32_t hash_of(enum reference_kind kind, struct span id)
{
	uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)kind;

	hash *= UINT64_C(1099511628211);
	for (size_t i = 0; i < id.n; i++) {
		hash = (hash ^ id.p[i]) * UINT64_C(1099511628211);
	}
	return (uint32_t)(hash ^ hash >> 32);
}

static bool is_it(const struct reference_entry *entry,
		  uint32_t hash,
		  enum reference_kind kind,
		  struct span id)
{
	return entry->hash == hash && entry->kind == kind && span_eq(entry->id, id);
}

struct reference_entry *reference_table_find(const struct reference *ref,
					     enum reference_kind kind,
					     struct span id)
{
	uint32_t hash = hash_of(kind, id);

	if (!ref->n_slots) {
		return NULL;
	}
	for (size_t i = hash & (ref->n_slots - 1); ref->slots[i];
	     i = (i + 1) & (ref->n_slots - 1)) {
		if (is_it(ref->slots[i], hash, kind, id)) {
			return ref->slots[i];
		}
	}
	return NULL;
}

static void place_slot(struct reference_entry **slots,
		       size_t n_slots,
		       struct reference_entry *entry)
{
	size_t i = entry->hash & (n_slots - 1);

	while (slots[i]) {
		i = (i + 1) & (n_slots - 1);
	}
	slots[i] = entry;
}

static bool grow(struct reference *ref)
{
	size_t n = ref->n_slots ? ref->n_slots * 2 : 1024;
	struct reference_entry **slots;

	if (ref->n_entries * 3 < ref->n_slots * 2) {
		return true;
	}
	slots = calloc(n, sizeof(struct reference_entry *));
	if (!slots) {
		ref->out_of_memory = true;
		return false;
	}
	for (size_t i = 0; i < ref->n_slots; i++) {
		if (ref->slots[i]) {
			place_slot(slots, n, ref->slots[i]);
		}
	}
	ref->array_bytes += (n - ref->n_slots) * sizeof(struct reference_entry *);
	free(ref->slots);
	ref->slots = slots;
	ref->n_slots = n;
	return true;
}

void *reference_table_alloc(struct reference *ref, size_t n)
{
	void *p = arena_zalloc(&ref->arena, n);

	ref->out_of_memory = ref->out_of_memory || !p;
	return p;
}

struct span reference_table_keep(struct reference *ref, struct span bytes)
{
	struct span copy = {0};

	if (bytes.n) {
		copy = arena_copy(&ref->arena, bytes);
		ref->out_of_memory = ref->out_of_memory || !copy.p;
	}
	return copy;
}

struct reference_entry *reference_table_put(struct reference *ref,
					    enum reference_kind kind,
					    struct span before,
					    struct span id)
{
	struct reference_entry *entry = reference_table_find(ref, kind, id);
	uint8_t *text;

	if (entry) {
		return entry;
	}
	text = reference_table_alloc(ref, before.n + id.n);
	entry = reference_table_alloc(ref, sizeof(*entry));
	if (!text || !entry || !grow(ref)) {
		return NULL;
	}
	if (before.n) {
		memcpy(text, before.p, before.n);
	}
	if (id.n) {
		memcpy(text + before.n, id.p, id.n);
	}
	entry->id = span_of(text + before.n, id.n);
	entry->kind = (uint8_t)kind;
	entry->hash = hash_of(kind, id);
	place_slot(ref->slots, ref->n_slots, entry);
	ref->n_entries++;
	return entry;
}

void reference_table_add(struct reference_version **newest, struct reference_version *version)
{
	while (*newest && (*newest)->from_us > version->from_us) {
		newest = &(*newest)->older;
	}
	version->older = *newest;
	*newest = version;
}

const struct reference_version *reference_table_in_force(const struct reference_version *newest,
							 struct as_of as_of)
{
	while (newest && (newest->from_us > as_of.at_us || newest->offset >= as_of.refoffset)) {
		newest = newest->older;
	}
	return newest;
}

size_t reference_table_seek(const struct reference_level *level, struct span code)
{
	size_t low = 0, high = level->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (span_cmp(level->places[middle]->id, code) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

void reference_table_sort_in(struct reference *ref, struct reference_entry *place)
{
	struct reference_level *level = &ref->levels[place_level(place->id)];
	size_t at = level->n;

	if (level->n == level->size) {
		size_t size = level->size ? level->size * 2 : 256;
		struct reference_entry **places =
			realloc(level->places, size * sizeof(struct reference_entry *));

		if (!places) {
			ref->out_of_memory = true;
			return;
		}
		ref->array_bytes += (size - level->size) * sizeof(struct reference_entry *);
		level->places = places;
		level->size = size;
	}
	/* Registers are loaded in the order of codes, so this is nearly always the end. */
	if (level->n && span_cmp(level->places[level->n - 1]->id, place->id) > 0) {
		at = reference_table_seek(level, place->id);
		memmove(&level->places[at + 1], &level->places[at],
			(level->n - at) * sizeof(struct reference_entry *));
	}
	level->places[at] = place;
	level->n++;
}
