/* reference.c: reference data as of any position and any day: looking up what reference_fold.c has taken in. */
#include "projections/reference.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "projections/reference_fold.h"

/* Of the flow: windows are no steps of it. */
enum { ALL_STEPS = (2 << CODE_step_close) - 2 };

struct reference *reference_new(void)
{
	static atomic_uint_fast64_t serials;
	struct reference *ref = calloc(1, sizeof(struct reference));

	if (ref) {
		ref->serial = atomic_fetch_add(&serials, 1) + 1;
	}
	return ref;
}

void reference_free(struct reference *ref)
{
	if (!ref) {
		return;
	}
	for (int level = 0; level <= PLACE_LEVELS; level++) {
		free(ref->levels[level].places);
	}
	free(ref->slots);
	arena_done(&ref->arena);
	free(ref);
}

enum err reference_fold(struct reference *ref, const struct event *ev, int64_t offset)
{
	if (offset < ref->next_offset) {
		return ERR_OK;
	}
	reference_fold_event(ref, ev, offset);
	ref->next_offset = offset + 1;
	return ref->out_of_memory ? ERR_NOMEM : ERR_OK;
}

int64_t reference_position(const struct reference *ref)
{
	return ref->next_offset;
}

size_t reference_bytes(const struct reference *ref)
{
	return sizeof(*ref) + ref->arena.used_bytes + ref->array_bytes;
}

static bool takes_reports(uint8_t change)
{
	return change == CODE_place_change_NONE || change == CODE_place_change_rename;
}

static bool place_of(const struct reference_entry *entry,
		     struct as_of as_of,
		     struct ref_place *ret_place)
{
	const struct reference_place *place =
		entry ? (const void *)reference_table_in_force(entry->newest, as_of) : NULL;

	if (!place) {
		return false;
	}
	ret_place->code = entry->id;
	ret_place->name = place->name;
	ret_place->name_en = place->name_en;
	ret_place->kind = place->kind;
	ret_place->change = place->change;
	ret_place->in_force = takes_reports(place->change);
	ret_place->n_successors = place->n_successors;
	for (uint8_t i = 0; i < place->n_successors; i++) {
		ret_place->successors[i] = place->successors[i];
	}
	return true;
}

bool reference_place(const struct reference *ref,
		     struct as_of as_of,
		     struct span code,
		     struct ref_place *ret_place)
{
	return place_of(reference_table_find(ref, REFERENCE_PLACE, code), as_of, ret_place);
}

/* The text before a place's code in memory makes it the id of its centre or grid. */
static struct span implicit_id(struct span code)
{
	size_t before = place_level(code) <= 5 ? SPAN("centre:").n : SPAN("grid:").n;

	return span_of(code.p - before, code.n + before);
}

static bool implicit_unit(const struct reference *ref,
			  struct as_of as_of,
			  struct span id,
			  struct ref_unit *ret_unit)
{
	struct span prefix = span_starts(id, SPAN("grid:")) ? SPAN("grid:") : SPAN("centre:");
	struct span code = span_starts(id, prefix) ? span_of(id.p + prefix.n, id.n - prefix.n)
						   : (struct span){0};
	const struct reference_entry *above;
	struct ref_place place;

	if (!code.p || !reference_place(ref, as_of, code, &place) ||
	    !span_eq(implicit_id(place.code), id)) {
		return false;
	}
	above = reference_table_find(ref, REFERENCE_PLACE, place_parent(code));
	*ret_unit = (struct ref_unit){
		.id = implicit_id(place.code),
		.name = place.name,
		.name_en = place.name_en,
		.seat = place.code,
		.parent = above ? implicit_id(above->id) : (struct span){0},
		.unit_type = place_level(code) <= 5 ? CODE_unit_type_centre : CODE_unit_type_grid,
		.level = (uint8_t)place_level(code),
		.active = place.in_force,
	};
	return true;
}

bool reference_unit(const struct reference *ref,
		    struct as_of as_of,
		    struct span id,
		    struct ref_unit *ret_unit)
{
	const struct reference_entry *entry = reference_table_find(ref, REFERENCE_UNIT, id);
	const struct reference_unit *unit =
		entry ? (const void *)reference_table_in_force(entry->newest, as_of) : NULL;

	if (!unit) {
		return implicit_unit(ref, as_of, id, ret_unit);
	}
	*ret_unit = (struct ref_unit){
		.id = entry->id,
		.name = unit->name,
		.name_en = unit->name_en,
		.seat = unit->seat,
		.parent = unit->parent,
		.unit_type = unit->unit_type,
		.level = unit->level,
		.active = unit->active,
	};
	return true;
}

static const struct reference_scope *active_scope(const struct reference_entry *entry,
						  struct as_of as_of,
						  struct span place)
{
	const struct reference_scope *scope = entry ? entry->more : NULL;

	for (; scope; scope = scope->next) {
		const struct reference_item *item =
			(const void *)reference_table_in_force(scope->newest, as_of);

		if (item && item->active && as_of.at_us < item->until_us &&
		    span_starts(place, scope->scope)) {
			return scope;
		}
	}
	return NULL;
}

bool reference_listed(const struct reference *ref,
		      struct as_of as_of,
		      enum code_list_kind list,
		      struct span code,
		      struct span place,
		      struct span *ret_item)
{
	uint8_t id[1 + 64] = {(uint8_t)list};

	if (code.n > sizeof(id) - 1) {
		return false;
	}
	if (code.n) {
		memcpy(id + 1, code.p, code.n);
	}
	for (size_t n = code.n; n > 0; n--) {
		const struct reference_entry *entry =
			reference_table_find(ref, REFERENCE_ITEM, span_of(id, 1 + n));
		const struct reference_scope *scope = active_scope(entry, as_of, place);

		if (scope) {
			if (ret_item) {
				*ret_item = scope->subject;
			}
			return true;
		}
	}
	return false;
}

const struct calendar *reference_calendar(const struct reference *ref,
					  struct as_of as_of,
					  struct span id)
{
	const struct reference_entry *entry = reference_table_find(ref, REFERENCE_CALENDAR, id);
	const struct reference_calendar *calendar =
		entry ? (const void *)reference_table_in_force(entry->newest, as_of) : NULL;

	return calendar ? &calendar->calendar : NULL;
}

int64_t reference_calendar_boundary(const struct reference *ref, struct as_of as_of)
{
	int64_t first_us = INT64_MAX;

	for (const struct reference_entry *entry = ref->calendars; entry; entry = entry->more) {
		const struct reference_calendar *calendar =
			(const void *)reference_table_in_force(entry->newest, as_of);
		int64_t at_us = calendar ? calendar_next_boundary(&calendar->calendar, as_of.at_us)
					 : INT64_MAX;

		first_us = at_us < first_us ? at_us : first_us;
	}
	return first_us;
}

int64_t reference_calendar_change(const struct reference *ref, struct as_of as_of)
{
	int64_t first_us = INT64_MAX;

	for (const struct reference_entry *entry = ref->calendars; entry; entry = entry->more) {
		for (const struct reference_version *version = entry->newest;
		     version && version->from_us > as_of.at_us; version = version->older) {
			if (version->offset < as_of.refoffset && version->from_us < first_us) {
				first_us = version->from_us;
			}
		}
	}
	return first_us;
}

int64_t reference_calendar_offset(const struct reference *ref, struct as_of as_of)
{
	int64_t last = 0;

	for (const struct reference_entry *entry = ref->calendars; entry; entry = entry->more) {
		for (const struct reference_version *version = entry->newest; version;
		     version = version->older) {
			if (version->offset < as_of.refoffset && version->from_us <= as_of.at_us &&
			    version->offset > last) {
				last = version->offset;
			}
		}
	}
	return last;
}

static bool profile_of(const struct reference_entry *entry,
		       struct as_of as_of,
		       struct ref_profile *ret_profile)
{
	const struct reference_profile *profile =
		entry ? (const void *)reference_table_in_force(entry->newest, as_of) : NULL;

	if (!profile) {
		return false;
	}
	*ret_profile = (struct ref_profile){
		.id = entry->id,
		.name = profile->name,
		.name_en = profile->name_en,
		.steps = profile->steps,
		.has_policy = profile->has_policy,
	};
	return true;
}

bool reference_profile_named(const struct reference *ref,
			     struct as_of as_of,
			     struct span id,
			     struct ref_profile *ret_profile)
{
	if (profile_of(reference_table_find(ref, REFERENCE_PROFILE, id), as_of, ret_profile)) {
		return true;
	}
	if (!span_eq(id, SPAN("full"))) {
		return false;
	}
	/* The profile that exists before anybody has set one: it leaves no step out. */
	*ret_profile = (struct ref_profile){
		.id = SPAN("full"),
		.name = SPAN("完整流程"),
		.name_en = SPAN("full"),
		.steps = ALL_STEPS,
		.has_policy = true,
	};
	return true;
}

/* How well a profile fits, 0: not at all. One that names neither source nor type is only for those who ask for it by name. */
static size_t fit_of(const struct reference_profile *profile,
		     struct span source,
		     struct span type_code)
{
	size_t fit = profile->source_prefix.n * 8 + profile->type_code.n;

	return span_starts(source, profile->source_prefix) &&
			       span_starts(type_code, profile->type_code)
		       ? fit
		       : 0;
}

bool reference_profile(const struct reference *ref,
		       struct as_of as_of,
		       struct span source,
		       struct span type_code,
		       struct ref_profile *ret_profile)
{
	const struct reference_entry *best = NULL;
	size_t best_fit = 0;

	for (const struct reference_entry *entry = ref->profiles; entry; entry = entry->more) {
		const struct reference_profile *profile =
			(const void *)reference_table_in_force(entry->newest, as_of);
		size_t fit = profile ? fit_of(profile, source, type_code) : 0;

		/* Of two that fit alike the one first set. */
		if (fit && fit >= best_fit) {
			best = entry;
			best_fit = fit;
		}
	}
	return profile_of(best, as_of, ret_profile) ||
	       reference_profile_named(ref, as_of, SPAN("full"), ret_profile);
}

/* The profile with the smallest id after one. */
static bool profile_after(const struct reference *ref,
			  struct as_of as_of,
			  struct span after,
			  struct ref_profile *ret_profile)
{
	/* It is one before anybody has set it. */
	bool found = span_cmp(SPAN("full"), after) > 0 &&
		     reference_profile_named(ref, as_of, SPAN("full"), ret_profile);

	for (const struct reference_entry *entry = ref->profiles; entry; entry = entry->more) {
		if (span_cmp(entry->id, after) > 0 &&
		    (!found || span_cmp(entry->id, ret_profile->id) < 0)) {
			found = profile_of(entry, as_of, ret_profile) || found;
		}
	}
	return found;
}

void reference_profiles(const struct reference *ref,
			struct as_of as_of,
			reference_visit_profile *visit,
			void *context)
{
	struct ref_profile profile = {0};

	while (profile_after(ref, as_of, profile.id, &profile) && visit(context, &profile)) {
		continue;
	}
}

bool reference_may(const struct reference *ref,
		   struct as_of as_of,
		   const struct ref_unit *unit,
		   enum code_function function)
{
	if (!unit->active || unit->level > PLACE_LEVELS ||
	    unit->unit_type >= CODE_unit_type_COUNT || function >= CODE_function_COUNT) {
		return false;
	}
	/* Otherwise nobody could set the first list. */
	if (function == CODE_function_reference && unit->level == 1 &&
	    unit->unit_type == CODE_unit_type_centre) {
		return true;
	}
	return active_scope(ref->functions[unit->level][unit->unit_type][function], as_of,
			    unit->seat);
}

/* Latin letters alone have a case here: no byte of a Chinese character is one of theirs. */
static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

static bool same_letters(const uint8_t *a, const uint8_t *b, size_t n)
{
	size_t i = 0;

	while (i < n && lower(a[i]) == lower(b[i])) {
		i++;
	}
	return i == n;
}

static bool contains(struct span text, struct span part)
{
	bool found = part.n == 0;

	for (size_t at = 0; !found && at + part.n <= text.n; at++) {
		found = same_letters(text.p + at, part.p, part.n);
	}
	return found;
}

void reference_find_places(const struct reference *ref,
			   struct as_of as_of,
			   struct span name,
			   struct span after,
			   reference_visit_place *visit,
			   void *context)
{
	size_t at[PLACE_LEVELS + 1] = {0};

	for (;;) {
		const struct reference_entry *next = NULL;
		struct ref_place place;

		/* The levels' arrays are merged: a place before those in it, as codes sort. */
		for (int level = 1; level <= PLACE_LEVELS; level++) {
			const struct reference_level *of = &ref->levels[level];

			if (at[level] < of->n &&
			    (!next || span_cmp(of->places[at[level]]->id, next->id) < 0)) {
				next = of->places[at[level]];
			}
		}
		if (!next) {
			return;
		}
		at[place_level(next->id)]++;
		if (span_cmp(next->id, after) > 0 && place_of(next, as_of, &place) &&
		    place.in_force &&
		    (contains(place.name, name) || contains(place.name_en, name)) &&
		    !visit(context, &place)) {
			return;
		}
	}
}

void reference_children(const struct reference *ref,
			struct as_of as_of,
			struct span code,
			reference_visit_place *visit,
			void *context)
{
	int level = place_level(code);
	const struct reference_level *below = &ref->levels[level < PLACE_LEVELS ? level + 1 : 0];

	for (size_t i = reference_table_seek(below, code);
	     i < below->n && span_starts(below->places[i]->id, code); i++) {
		struct ref_place place;

		if (place_of(below->places[i], as_of, &place) && !visit(context, &place)) {
			return;
		}
	}
}
