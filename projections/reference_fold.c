/* reference_fold.c: each event of the reference register becomes a version of what it is about. */
#include "projections/reference_fold.h"

enum { YELLOW_BP = 7500 }; /* unless a policy row says otherwise (domain.md §2.7) */

/* What stands behind "place:", "unit:" and so on. */
static struct span id_of(const struct event *ev, struct span prefix)
{
	if (!span_starts(ev->env.subject, prefix)) {
		return (struct span){0};
	}
	return span_of(ev->env.subject.p + prefix.n, ev->env.subject.n - prefix.n);
}

static void add(struct reference_entry *entry,
		struct reference_version *version,
		int64_t from_us,
		int64_t offset)
{
	version->from_us = from_us;
	version->offset = offset;
	reference_table_add(&entry->newest, version);
}

/* The version that another one changes: in force when it begins, as known now. */
static const void *before(const struct reference_entry *entry, int64_t from_us)
{
	return reference_table_in_force(entry->newest, (struct as_of){INT64_MAX, from_us});
}

static void fold_place_registered(struct reference *ref, const struct event *ev, int64_t offset)
{
	const struct place_registered *data = &ev->data.place_registered;
	struct span code = id_of(ev, SPAN("place:"));
	struct reference_place *place = reference_table_alloc(ref, sizeof(*place));
	struct reference_entry *entry;

	if (!place || !place_valid(code)) {
		return;
	}
	entry = reference_table_put(ref, REFERENCE_PLACE,
				    place_level(code) <= 5 ? SPAN("centre:") : SPAN("grid:"), code);
	if (!entry) {
		return;
	}
	if (!entry->newest) {
		reference_table_sort_in(ref, entry);
	}
	place->name = reference_table_keep(ref, data->name);
	place->name_en = reference_table_keep(ref, data->has_name_en ? data->name_en : SPAN(""));
	place->kind = data->has_kind ? data->kind : 0;
	add(entry, &place->version, data->effective_from, offset);
}

static void fold_place_changed(struct reference *ref, const struct event *ev, int64_t offset)
{
	const struct place_changed *data = &ev->data.place_changed;
	struct reference_entry *entry =
		reference_table_find(ref, REFERENCE_PLACE, id_of(ev, SPAN("place:")));
	const struct reference_place *was = entry ? before(entry, data->effective_from) : NULL;
	struct reference_place *place = was ? reference_table_alloc(ref, sizeof(*place)) : NULL;

	if (!place) {
		return;
	}
	*place = *was;
	place->change = data->change;
	if (data->has_name) {
		place->name = reference_table_keep(ref, data->name);
	}
	if (data->has_name_en) {
		place->name_en = reference_table_keep(ref, data->name_en);
	}
	place->successors =
		reference_table_alloc(ref, sizeof(struct span) * (data->n_successor + 1u));
	place->n_successors = place->successors ? data->n_successor : 0;
	for (uint8_t i = 0; i < place->n_successors; i++) {
		place->successors[i] = reference_table_keep(ref, data->successor[i]);
	}
	add(entry, &place->version, data->effective_from, offset);
}

static void fold_unit_registered(struct reference *ref, const struct event *ev, int64_t offset)
{
	const struct unit_registered *data = &ev->data.unit_registered;
	struct span id = id_of(ev, SPAN("unit:"));
	struct reference_unit *unit = reference_table_alloc(ref, sizeof(*unit));
	struct reference_entry *entry = reference_table_put(ref, REFERENCE_UNIT, SPAN(""), id);

	if (!unit || !entry || !id.n) {
		return;
	}
	unit->name = reference_table_keep(ref, data->name);
	unit->name_en = reference_table_keep(ref, data->has_name_en ? data->name_en : SPAN(""));
	unit->seat = reference_table_keep(ref, data->seat);
	unit->parent = reference_table_keep(ref, data->has_parent ? data->parent : SPAN(""));
	unit->unit_type = data->unit_type;
	unit->level = (uint8_t)data->level;
	unit->active = !data->has_active || data->active;
	add(entry, &unit->version, data->effective_from, offset);
}

static bool take_part(struct span *rest, struct span *ret_part)
{
	const uint8_t *dot = rest->n ? memchr(rest->p, '.', rest->n) : NULL;
	size_t n = dot ? (size_t)(dot - rest->p) : rest->n;

	*ret_part = span_first(*rest, n);
	*rest = span_of(rest->p + n + (dot ? 1 : 0), rest->n - n - (dot ? 1 : 0));
	return ret_part->n > 0;
}

bool reference_fold_function(struct span code,
			     uint8_t *ret_level,
			     uint8_t *ret_unit_type,
			     uint8_t *ret_function)
{
	struct span level, unit_type;

	if (!take_part(&code, &level) || !take_part(&code, &unit_type) || level.n != 1 ||
	    level.p[0] < '1' || level.p[0] > '0' + PLACE_LEVELS) {
		return false;
	}
	*ret_level = (uint8_t)(level.p[0] - '0');
	*ret_unit_type = codes_find(CODES_unit_type, unit_type);
	*ret_function = codes_find(CODES_function, code);
	return *ret_unit_type && *ret_function;
}

static struct reference_scope *find_scope(struct reference *ref,
					  struct reference_entry *entry,
					  struct span place)
{
	struct reference_scope **at = (struct reference_scope **)&entry->more;
	struct reference_scope *scope;

	while (*at && ((*at)->scope.n > place.n ||
		       ((*at)->scope.n == place.n && span_cmp((*at)->scope, place) < 0))) {
		at = &(*at)->next;
	}
	if (*at && span_eq((*at)->scope, place)) {
		return *at;
	}
	scope = reference_table_alloc(ref, sizeof(*scope));
	if (scope) {
		scope->scope = reference_table_keep(ref, place);
		scope->next = *at;
		*at = scope;
	}
	return scope;
}

static void fold_list_item(struct reference *ref, const struct event *ev, int64_t offset)
{
	const struct list_item_set *data = &ev->data.list_item_set;
	uint8_t id[1 + 64] = {data->list}, level, unit_type, function;
	struct reference_item *item = reference_table_alloc(ref, sizeof(*item));
	struct reference_entry *entry;
	struct reference_scope *scope;

	if (data->code.n > sizeof(id) - 1 || !item) {
		return;
	}
	memcpy(id + 1, data->code.p, data->code.n);
	entry = reference_table_put(ref, REFERENCE_ITEM, SPAN(""), span_of(id, 1 + data->code.n));
	scope = entry ? find_scope(ref, entry, data->has_scope ? data->scope : SPAN("")) : NULL;
	if (!scope) {
		return;
	}
	if (!scope->subject.n) {
		scope->subject = reference_table_keep(ref, ev->env.subject);
	}
	item->active = data->active;
	item->until_us = data->has_effective_until ? data->effective_until : INT64_MAX;
	item->version.from_us = data->effective_from;
	item->version.offset = offset;
	reference_table_add(&scope->newest, &item->version);
	if (data->list == CODE_list_kind_functions &&
	    reference_fold_function(data->code, &level, &unit_type, &function)) {
		ref->functions[level][unit_type][function] = entry;
	}
}

static void fold_policy(struct reference *ref, const struct event *ev, int64_t offset)
{
	const struct policy_set *data = &ev->data.policy_set;
	struct span type = data->has_type_code ? span_first(data->type_code, 4) : SPAN("");
	uint8_t key[2 + 4] = {data->has_severity ? data->severity : 0, data->step};
	struct reference_policy *row = reference_table_alloc(ref, sizeof(*row));
	struct reference_limit *limit = reference_table_alloc(ref, sizeof(*limit));
	struct reference_entry *policy, *of;

	if (type.n) {
		memcpy(key + 2, type.p, type.n);
	}
	policy = reference_table_put(ref, REFERENCE_POLICY, SPAN(""), id_of(ev, SPAN("policy:")));
	of = reference_table_put(ref, REFERENCE_LIMIT, SPAN(""), span_of(key, 2 + type.n));
	if (!row || !limit || !policy || !of) {
		return;
	}
	row->calendar = reference_table_keep(ref, data->calendar);
	row->amount = data->amount;
	row->number = data->version;
	row->yellow_bp = data->has_yellow_bp ? (uint32_t)data->yellow_bp : YELLOW_BP;
	row->unit = data->unit;
	row->close_level = data->has_close_level ? (uint8_t)data->close_level : 0;
	row->owner_level = data->has_owner_level ? (uint8_t)data->owner_level : 0;
	row->active = !data->has_active || data->active;
	limit->policy = policy;
	limit->row = row;
	add(policy, &row->version, data->effective_from, offset);
	add(of, &limit->version, data->effective_from, offset);
	if (data->effective_from > ref->policies_us) {
		ref->policies_us = data->effective_from;
	}
}

static void fold_calendar(struct reference *ref, const struct event *ev, int64_t offset)
{
	const struct calendar_set *data = &ev->data.calendar_set;
	struct reference_calendar *year = reference_table_alloc(ref, sizeof(*year));
	struct reference_entry *entry = reference_table_put(ref, REFERENCE_CALENDAR, SPAN(""),
							    id_of(ev, SPAN("calendar:")));
	const struct reference_calendar *was;

	if (!year || !entry) {
		return;
	}
	if (!entry->newest) {
		entry->more = ref->calendars;
		ref->calendars = entry;
	}
	/* The register lets no change begin before the one it follows, so the earlier version applies until then. */
	was = before(entry, data->effective_from);
	if (was) {
		year->calendar = was->calendar;
	} else {
		calendar_init(&year->calendar);
	}
	calendar_set_year(&year->calendar, data);
	add(entry, &year->version, data->effective_from, offset);
}

static void fold_profile(struct reference *ref, const struct event *ev, int64_t offset)
{
	const struct profile_set *data = &ev->data.profile_set;
	struct reference_profile *profile = reference_table_alloc(ref, sizeof(*profile));
	struct reference_entry *entry =
		reference_table_put(ref, REFERENCE_PROFILE, SPAN(""), id_of(ev, SPAN("profile:")));

	if (!profile || !entry) {
		return;
	}
	if (!entry->newest) {
		entry->more = ref->profiles;
		ref->profiles = entry;
	}
	profile->name = reference_table_keep(ref, data->name);
	profile->name_en = reference_table_keep(ref, data->has_name_en ? data->name_en : SPAN(""));
	profile->source_prefix =
		reference_table_keep(ref, data->has_source_prefix ? data->source_prefix : SPAN(""));
	profile->type_code =
		reference_table_keep(ref, data->has_type_code ? data->type_code : SPAN(""));
	profile->has_policy = data->has_policy;
	for (uint8_t i = 0; i < data->n_steps; i++) {
		profile->steps = (uint16_t)(profile->steps | 1u << data->steps[i]);
	}
	add(entry, &profile->version, data->effective_from, offset);
}

void reference_fold_event(struct reference *ref, const struct event *ev, int64_t offset)
{
	switch (ev->type) {
	case EVENT_place_registered:
		fold_place_registered(ref, ev, offset);
		break;
	case EVENT_place_changed:
		fold_place_changed(ref, ev, offset);
		break;
	case EVENT_unit_registered:
		fold_unit_registered(ref, ev, offset);
		break;
	case EVENT_list_item_set:
		fold_list_item(ref, ev, offset);
		break;
	case EVENT_policy_set:
		fold_policy(ref, ev, offset);
		break;
	case EVENT_calendar_set:
		fold_calendar(ref, ev, offset);
		break;
	case EVENT_profile_set:
		fold_profile(ref, ev, offset);
		break;
	default:
		break;
	}
}
