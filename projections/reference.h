/* reference.h: places, units, lists, policies, calendars, profiles and functions, as of any reference position and any day. */
#ifndef GOVBUS_PROJECTIONS_REFERENCE_H
#define GOVBUS_PROJECTIONS_REFERENCE_H

#include "projections/calendar.h"
#include "schemas/event.h"

/* All reference data, folded in memory from gov.reference (some 17,000 places, a few hundred other rows; every version is kept).
 * Folded at start by every program that needs it: measured faster than opening an environment of its own (docs/DECISIONS.md). */
struct reference;

/* The point of view of a look-up: as known at a reference position (records below it), and in force at a moment. */
struct as_of {
	int64_t refoffset;
	int64_t at_us;
};

struct ref_place {
	struct span code, name, name_en;
	uint8_t kind;   /* enum code_place_kind */
	uint8_t change; /* enum code_place_change of its last change, or 0; merged, split, recoded, abolished: no longer takes reports */
	bool in_force;
	uint8_t n_successors;
	struct span successors[8];
};

struct ref_unit {
	struct span id, name, name_en, seat, parent;
	uint8_t unit_type, level; /* enum code_unit_type; 1 to 7 */
	bool active;
};

struct ref_policy {
	struct span id, calendar;
	uint64_t amount, version;
	uint32_t yellow_bp;
	uint8_t unit;                     /* enum code_time_unit */
	uint8_t close_level, owner_level; /* 0: not said */
};

struct ref_profile {
	struct span id, name, name_en;
	uint16_t steps; /* a bit per enum code_step */
	bool has_policy;
};

/** @return NULL when out of memory @thread one writer; readers hold the lock of whoever shares it */
struct reference *reference_new(void);

/** Frees; NULL is fine. Every span it gave out is dead. */
void reference_free(struct reference *ref);

/** Folds one valid record of gov.reference, in order; others than reference events only move the position. */
enum err reference_fold(struct reference *ref, const struct event *ev, int64_t offset);

/** Offset of the next record to be folded. */
int64_t reference_position(const struct reference *ref);

/** Memory it holds, for metrics and tests. */
size_t reference_bytes(const struct reference *ref);

/** A place; false when unknown or not yet in force. Spans live as long as the reference (nothing is ever forgotten). */
bool reference_place(const struct reference *ref,
		     struct as_of as_of,
		     struct span code,
		     struct ref_place *ret_place);

/** A registered unit, or an implicit one: "centre:PLACE" of a known place of levels 1 to 5, "grid:PLACE" of one of levels 6 and 7. */
bool reference_unit(const struct reference *ref,
		    struct as_of as_of,
		    struct span id,
		    struct ref_unit *ret_unit);

/** Whether an item (a type code, or a prefix of it) is active on a list, for a place (scopes that cover it count). @param ret_item may be NULL: the subject of the item found */
bool reference_listed(const struct reference *ref,
		      struct as_of as_of,
		      enum code_list_kind list,
		      struct span code,
		      struct span place,
		      struct span *ret_item);

/**
 * The policy row for a step: urgent, major, serious win over type; else the longest type prefix; else severity (answers
 * 10). A row that names both severity and type wins over either; one that names neither comes last. Severity 0 counts as
 * general. A step without a row has no limit: what the rows of its type or severity leave blank is not filled in from other
 * rows. Windows (hold, reopen, object) are filled in, so that one row may set a window for all types.
 */
bool reference_policy(const struct reference *ref,
		      struct as_of as_of,
		      struct span type_code,
		      enum code_severity severity,
		      enum code_step step,
		      struct ref_policy *ret_policy);

/** A calendar as known then; NULL if unknown. Borrowed. */
const struct calendar *reference_calendar(const struct reference *ref,
					  struct as_of as_of,
					  struct span id);

/** The first moment after as_of's at which another version of some calendar comes into force; INT64_MAX: none is known. */
int64_t reference_calendar_change(const struct reference *ref, struct as_of as_of);

/** Offset of the last record of any calendar that is known and in force; 0: none. While it stays, every day counts as it did. */
int64_t reference_calendar_offset(const struct reference *ref, struct as_of as_of);

/** The first opening or closing hour after a moment, of any calendar; INT64_MAX: none is known. */
int64_t reference_calendar_boundary(const struct reference *ref, struct as_of as_of);

/** The flow profile for a source and type: the longest source prefix, then the longest type prefix; "full" otherwise. */
bool reference_profile(const struct reference *ref,
		       struct as_of as_of,
		       struct span source,
		       struct span type_code,
		       struct ref_profile *ret_profile);

/** A profile by its id ("full", "simple"). */
bool reference_profile_named(const struct reference *ref,
			     struct as_of as_of,
			     struct span id,
			     struct ref_profile *ret_profile);

/* Visits. @return false to stop */
typedef bool reference_visit_profile(void *context, const struct ref_profile *profile);

/** Visits the flow profiles in force, in the order of their ids. */
void reference_profiles(const struct reference *ref,
			struct as_of as_of,
			reference_visit_profile *visit,
			void *context);

/**
 * Whether an active unit of this level and type has a function (list FUNCTIONS, item LEVEL.UNIT_TYPE.FUNCTION, its scope covering
 * the unit's seat). The centre of a province always has `reference`: somebody must be able to set the first list.
 */
bool reference_may(const struct reference *ref,
		   struct as_of as_of,
		   const struct ref_unit *unit,
		   enum code_function function);

/* Visits. @return false to stop */
typedef bool reference_visit_place(void *context, const struct ref_place *place);

/**
 * Visits the places in force whose name (Chinese or English) contains the text, whatever the case of A to Z, in the order of codes.
 * @param after  the code after which to begin; empty: from the start
 */
void reference_find_places(const struct reference *ref,
			   struct as_of as_of,
			   struct span name,
			   struct span after,
			   reference_visit_place *visit,
			   void *context);

/** Visits the places one level below, in the order of codes, those that are gone too (in_force false). */
void reference_children(const struct reference *ref,
			struct as_of as_of,
			struct span code,
			reference_visit_place *visit,
			void *context);

#endif
