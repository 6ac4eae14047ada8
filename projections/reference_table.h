/* reference_table.h: how reference data lie in memory: entries by kind and id, each with all its versions. Internal to reference*.c. */
#ifndef GOVBUS_PROJECTIONS_REFERENCE_TABLE_H
#define GOVBUS_PROJECTIONS_REFERENCE_TABLE_H

#include "common/place.h"
#include "projections/reference.h"

/* First member of every version. An entry's versions stand in a chain, latest effective_from first, among equals the last folded. */
struct reference_version {
	int64_t from_us, offset;
	struct reference_version *older;
};

enum reference_kind {
	REFERENCE_PLACE,    /* id: its code, which stands behind "centre:" or "grid:" */
	REFERENCE_UNIT,     /* id: as registered */
	REFERENCE_ITEM,     /* id: number of the list, then the code; more: its scopes */
	REFERENCE_POLICY,   /* id: of the row */
	REFERENCE_LIMIT,    /* id: severity, step, type code; versions point at rows that say so */
	REFERENCE_CALENDAR, /* id: its name; more: the next calendar */
	REFERENCE_PROFILE,  /* id: its name; more: the next profile */
};

struct reference_entry {
	struct span id;
	struct reference_version *newest;
	void *more;
	uint32_t hash;
	uint8_t kind; /* enum reference_kind */
};

struct reference_place {
	struct reference_version version;
	struct span name, name_en;
	struct span *successors;
	uint8_t kind, change, n_successors;
};

struct reference_unit {
	struct reference_version version;
	struct span name, name_en, seat, parent;
	uint8_t unit_type, level;
	bool active;
};

/* One item of a list for one place, or for all (scope empty). */
struct reference_scope {
	struct span scope, subject;
	struct reference_version *newest;
	struct reference_scope *next; /* deeper places first, everywhere last */
};

struct reference_item {
	struct reference_version version;
	int64_t until_us;
	bool active;
};

struct reference_policy {
	struct reference_version version;
	struct span calendar;
	uint64_t amount, number;
	uint32_t yellow_bp;
	uint8_t unit, close_level, owner_level;
	bool active;
};

/* That from some moment a policy row spoke of this type, severity and step; true while that version of the row is in force. */
struct reference_limit {
	struct reference_version version;
	const struct reference_entry *policy;
	const struct reference_policy *row;
};

struct reference_calendar {
	struct reference_version version;
	struct calendar calendar; /* all years as of this version */
};

struct reference_profile {
	struct reference_version version;
	struct span name, name_en, source_prefix, type_code;
	uint16_t steps;
	bool has_policy;
};

/* The places of one level in the order of their codes. */
struct reference_level {
	struct reference_entry **places;
	size_t n, size;
};

struct reference {
	struct arena arena;             /* everything but the two arrays that grow */
	struct reference_entry **slots; /* open addressing, at most two thirds full */
	size_t n_entries, n_slots;      /* n_slots: a power of two */
	size_t array_bytes;
	struct reference_level levels[PLACE_LEVELS + 1];
	struct reference_entry *profiles, *calendars; /* first of the chain, newest id first */
	struct reference_entry
		*functions[PLACE_LEVELS + 1][CODE_unit_type_COUNT][CODE_function_COUNT];
	int64_t next_offset;
	int64_t policies_us; /* by this moment every policy row that was folded is in force */
	uint64_t serial;     /* no two of a process have the same */
	bool out_of_memory;
};

/** The entry, NULL if there is none. @thread as reference.h, for all here */
struct reference_entry *reference_table_find(const struct reference *ref,
					     enum reference_kind kind,
					     struct span id);

/** The entry, made if there is none; its id is copied behind `before` (may be empty). NULL: out of memory, also remembered. */
struct reference_entry *reference_table_put(struct reference *ref,
					    enum reference_kind kind,
					    struct span before,
					    struct span id);

/** Zeroed memory for good; NULL: out of memory, also remembered. */
void *reference_table_alloc(struct reference *ref, size_t n);

/** A copy for good; absent stays absent. */
struct span reference_table_keep(struct reference *ref, struct span bytes);

/** Adds a version to a chain. */
void reference_table_add(struct reference_version **newest, struct reference_version *version);

/** The version in force, NULL if none is yet. */
const struct reference_version *reference_table_in_force(const struct reference_version *newest,
							 struct as_of as_of);

/** Puts a place among those of its level. */
void reference_table_sort_in(struct reference *ref, struct reference_entry *place);

/** Index of the first place of a level whose code is not less. */
size_t reference_table_seek(const struct reference_level *level, struct span code);

#endif
