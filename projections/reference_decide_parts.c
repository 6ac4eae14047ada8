/* reference_decide_parts.c: what a change of reference data must be, kind by kind. */
#include "projections/reference_decide_parts.h"

#include "common/civil.h"
#include "projections/reference_fold.h"

/* No limit is longer than ten years; a larger amount is a mistake, and would be counted day by day. */
static const uint32_t AMOUNT_MAX[CODE_time_unit_COUNT] = {
	[CODE_time_unit_minute] = 1000000,     [CODE_time_unit_hour] = 87840,
	[CODE_time_unit_working_hour] = 36600, [CODE_time_unit_working_day] = 3660,
	[CODE_time_unit_calendar_day] = 3660,  [CODE_time_unit_same_day] = 1,
};

static bool refuse(struct reference_decision *d,
		   const char *guard,
		   struct span detail,
		   struct span needs)
{
	return reference_decide_parts_refuse(d, guard, detail, needs);
}

static struct span number(struct reference_decision *d, const char *what, uint64_t value)
{
	return arena_printf(d->arena, "%s %llu", what, (unsigned long long)value);
}

/* Changes of a subject take effect in the order in which they are made: what past decisions were based on stays as it was. */
static bool guard_order(struct reference_decision *d, int64_t from_us)
{
	char last[CIVIL_TEXT_SIZE];

	if (!d->was.seq || from_us >= d->was.changed_us) {
		return true;
	}
	civil_format(d->was.changed_us, last);
	return refuse(d, "REF_BACKWARD", arena_printf(d->arena, "last change from %s", last),
		      SPAN("an effective_from not before the last change"));
}

static bool guard_version(struct reference_decision *d, uint64_t version)
{
	return version > d->was.version ||
	       refuse(d, "REF_VERSION", number(d, "version", d->was.version),
		      SPAN("a higher version"));
}

/* A type code of the book, or a family of it. */
static bool guard_type(struct reference_decision *d, struct span code)
{
	return (code.n == 2 ? codes_family(code) != NULL : codes_type(code) != NULL) ||
	       refuse(d, "REF_TYPE", code, SPAN("a type of /v1/codes/types, or its family"));
}

static bool guard_place(struct reference_decision *d,
			const char *guard,
			struct span code,
			int64_t at_us)
{
	struct reference_row row;

	return (reference_row_get_id(d->reg->view, "place:", code, &row) &&
		reference_row_in_force(&row, at_us)) ||
	       refuse(d, guard, code, SPAN("a place registered and in force then"));
}

/* What exists changes by place.changed, which names the document it rests on; a code that was given up may be given out anew. */
static bool guard_new_place(struct reference_decision *d, struct span code)
{
	return !d->was.seq || !d->was.on ||
	       refuse(d, "REF_REGISTERED", code, SPAN("place.changed with its doc_ref"));
}

/* Digits that no township, village or grid can have are a slip, or another code than that of a place (domain.md §2.2). */
static bool guard_code(struct reference_decision *d, struct span code)
{
	return place_in_range(code) ||
	       refuse(d, "REF_CODE", code,
		      place_level(code) == 6   ? SPAN("a grid 001 to 799 or 801 to 999")
		      : place_level(code) == 5 ? SPAN("a village 001 to 599")
					       : SPAN("a township 001 to 599"));
}

static bool check_place_registered(struct reference_decision *d)
{
	const struct place_registered *data = &d->ev->data.place_registered;
	struct span subject = d->ev->env.subject;
	struct span code = span_of(subject.p + 6, subject.n - 6);

	if (data->level != (uint64_t)place_level(code)) {
		return refuse(d, "REF_LEVEL", number(d, "level", data->level),
			      number(d, "level", (uint64_t)place_level(code)));
	}
	if (!guard_code(d, code)) {
		return false;
	}
	/* By the lengths of codes a grid's parent is a village, never a township or county (domain.md #73). */
	return (data->level == 1 ||
		guard_place(d, "REF_PARENT", place_parent(code), data->effective_from)) &&
	       guard_order(d, data->effective_from) && guard_new_place(d, code);
}

static bool check_place_changed(struct reference_decision *d)
{
	const struct place_changed *data = &d->ev->data.place_changed;
	bool follows = data->change != CODE_place_change_rename &&
		       data->change != CODE_place_change_abolish;

	if (!d->was.seq || !d->was.on) {
		return refuse(d, "REF_NO_PLACE",
			      d->was.seq ? SPAN("no longer in force") : SPAN("not registered"),
			      SPAN("a place in force"));
	}
	if (follows != (data->n_successor > 0) ||
	    (data->change == CODE_place_change_rename && !data->has_name)) {
		return refuse(
			d, "REF_CHANGE",
			span_cstr(codes_get(CODES_place_change, data->change)->name),
			SPAN("rename: a name; merge, split, recode: successors; abolish: none"));
	}
	for (uint8_t i = 0; i < data->n_successor; i++) {
		struct span self = span_of(d->ev->env.subject.p + 6, d->ev->env.subject.n - 6);

		if (span_eq(data->successor[i], self)) {
			return refuse(d, "REF_SUCCESSOR", self, SPAN("another place"));
		}
		if (!guard_place(d, "REF_SUCCESSOR", data->successor[i], data->effective_from)) {
			return false;
		}
	}
	return guard_order(d, data->effective_from);
}

static bool check_unit(struct reference_decision *d)
{
	const struct unit_registered *data = &d->ev->data.unit_registered;
	struct reference_row row;

	if (!guard_place(d, "REF_SEAT", data->seat, data->effective_from)) {
		return false;
	}
	/* Rights depend on the level: a county must not create a unit of the province's level. */
	if (data->level != (uint64_t)place_level(data->seat)) {
		return refuse(d, "REF_LEVEL", number(d, "level", data->level),
			      number(d, "level", (uint64_t)place_level(data->seat)));
	}
	/* Nor may a unit be moved by those who had no authority over its old seat. */
	if (d->was.seq && !place_covers(d->seat, span_cstr(d->was.seat))) {
		return refuse(d, "REF_COVER", arena_copy(d->arena, span_cstr(d->was.seat)),
			      SPAN("a unit whose seat covers the old seat and the new"));
	}
	if (data->unit_type == CODE_unit_type_grid ||
	    (data->has_parent && !reference_decide_parts_unit(d, data->parent, &row))) {
		return refuse(d, "REF_ABOVE",
			      data->has_parent ? data->parent : SPAN("unit_type grid"),
			      SPAN("a known unit above; grids come with their places"));
	}
	return guard_order(d, data->effective_from);
}

static bool check_item_code(struct reference_decision *d, const struct list_item_set *data)
{
	uint8_t level, unit_type, function;

	if (memchr(data->code.p, ':', data->code.n)) {
		return refuse(d, "REF_ITEM", data->code, SPAN("a code without a colon"));
	}
	switch (data->list) {
	case CODE_list_kind_functions:
		return reference_fold_function(data->code, &level, &unit_type, &function) ||
		       refuse(d, "REF_ITEM", data->code, SPAN("LEVEL.UNIT_TYPE.FUNCTION"));
	case CODE_list_kind_basic:
	case CODE_list_kind_admit:
	case CODE_list_kind_forbid:
		return guard_type(d, data->code);
	default:
		return true;
	}
}

/*
 * What is admitted to the grids of a place must be approved, and set, by a unit above them: otherwise a township could open
 * its own list.
 */
static bool guard_approval(struct reference_decision *d, const struct list_item_set *data)
{
	struct span by = data->has_approved_by ? data->approved_by : SPAN("");
	struct reference_row unit;

	if (!data->has_approved_by || !reference_decide_parts_unit(d, by, &unit)) {
		return refuse(d, "REF_APPROVAL", by, SPAN("approved_by: an active unit"));
	}
	if (unit.level > REFERENCE_DECIDE_LOWEST_LEVEL ||
	    (data->has_scope ? !place_covers(span_cstr(unit.seat), data->scope) : unit.level > 1)) {
		return refuse(
			d, "REF_APPROVAL",
			arena_printf(d->arena, "%.*s: level %u, seat %s", SPAN_ARGS(by), unit.level,
				     unit.seat),
			data->has_scope
				? SPAN("approved_by: a unit of levels 1 to 3 whose seat covers the scope")
				: SPAN("approved_by: a unit of level 1, since it is in force everywhere"));
	}
	return true;
}

static bool check_item(struct reference_decision *d)
{
	const struct list_item_set *data = &d->ev->data.list_item_set;

	if (!check_item_code(d, data) ||
	    (data->has_scope && !guard_place(d, "REF_SCOPE", data->scope, data->effective_from))) {
		return false;
	}
	if (data->list == CODE_list_kind_admit && data->active && !guard_approval(d, data)) {
		return false;
	}
	if (data->has_effective_until && data->effective_until <= data->effective_from) {
		return refuse(d, "REF_UNTIL", SPAN("effective_until"),
			      SPAN("an effective_until after effective_from"));
	}
	return guard_order(d, data->effective_from);
}

static bool check_policy(struct reference_decision *d)
{
	const struct policy_set *data = &d->ev->data.policy_set;
	uint32_t most = AMOUNT_MAX[data->unit < CODE_time_unit_COUNT ? data->unit : 0];
	struct reference_row row;

	if (data->amount == 0 || data->amount > most) {
		return refuse(d, "REF_AMOUNT", number(d, "amount", data->amount),
			      number(d, "amount 1 to", most));
	}
	if (!reference_row_get_id(d->reg->view, "calendar:", data->calendar, &row)) {
		return refuse(d, "REF_CALENDAR", data->calendar, SPAN("a calendar that is set"));
	}
	return (!data->has_type_code || guard_type(d, data->type_code)) &&
	       guard_version(d, data->version) && guard_order(d, data->effective_from);
}

/* The day is named as it came: of thirty in a file one must be found. */
static bool refuse_day(
	struct reference_decision *d, const char *list, unsigned i, uint32_t day, const char *why)
{
	return refuse(d, "REF_DAYS",
		      arena_printf(d->arena, "data.%s[%u] %u%s", list, i, (unsigned)day, why),
		      SPAN("days of the calendar's year, each a holiday or a workday"));
}

static bool guard_days(struct reference_decision *d,
		       const char *list,
		       const uint32_t *days,
		       unsigned n)
{
	uint64_t year = d->ev->data.calendar_set.year;

	for (unsigned i = 0; i < n; i++) {
		int32_t day;

		if (days[i] / 10000 != year || !civil_day_parse(days[i], &day)) {
			return refuse_day(d, list, i, days[i], "");
		}
	}
	return true;
}

/* A day of both lists is a slip of whoever wrote them: deadlines would be counted by one of the two. */
static bool guard_once(struct reference_decision *d, const struct calendar_set *data)
{
	for (unsigned i = 0; i < data->n_workdays; i++) {
		for (unsigned k = 0; k < data->n_holidays; k++) {
			if (data->workdays[i] == data->holidays[k]) {
				return refuse_day(d, "workdays", i, data->workdays[i],
						  ", a holiday too");
			}
		}
	}
	return true;
}

static bool check_calendar(struct reference_decision *d)
{
	const struct calendar_set *data = &d->ev->data.calendar_set;

	if (data->am_open >= data->am_close || data->am_close > data->pm_open ||
	    data->pm_open >= data->pm_close) {
		return refuse(d, "REF_HOURS", SPAN("hours out of order"),
			      SPAN("am_open < am_close <= pm_open < pm_close"));
	}
	if (data->year < CALENDAR_FIRST_YEAR ||
	    data->year >= CALENDAR_FIRST_YEAR + CALENDAR_YEARS) {
		return refuse(d, "REF_DAYS", number(d, "year", data->year),
			      SPAN("a year from 2000 to 2063"));
	}
	if (!guard_days(d, "holidays", data->holidays, data->n_holidays) ||
	    !guard_days(d, "workdays", data->workdays, data->n_workdays) || !guard_once(d, data)) {
		return false;
	}
	return guard_version(d, data->version) && guard_order(d, data->effective_from);
}

/*
 * A flow runs in one direction: steps named twice or out of order are a mistake, and a flow without its ends would never
 * begin or never end.
 */
static bool guard_steps(struct reference_decision *d, const struct profile_set *data)
{
	struct span needs =
		SPAN("each step once, in the order of the flow: report first, close last");
	uint8_t last = 0;

	for (uint8_t i = 0; i < data->n_steps; i++) {
		uint8_t step = data->steps[i];

		if (step <= last || step > CODE_step_close ||
		    (i == 0 && step != CODE_step_report)) {
			return refuse(d, "REF_STEPS",
				      arena_printf(d->arena, "data.steps[%d] %s", i,
						   codes_get(CODES_step, step)->name),
				      needs);
		}
		last = step;
	}
	return last == CODE_step_close ||
	       refuse(d, "REF_STEPS", SPAN("data.steps without close"), needs);
}

static bool check_profile(struct reference_decision *d)
{
	const struct profile_set *data = &d->ev->data.profile_set;

	return guard_steps(d, data) && (!data->has_type_code || guard_type(d, data->type_code)) &&
	       guard_order(d, data->effective_from);
}

bool reference_decide_parts_members(struct reference_decision *d)
{
	switch (d->ev->type) {
	case EVENT_place_registered:
		return check_place_registered(d);
	case EVENT_place_changed:
		return check_place_changed(d);
	case EVENT_unit_registered:
		return check_unit(d);
	case EVENT_list_item_set:
		return check_item(d);
	case EVENT_policy_set:
		return check_policy(d);
	case EVENT_calendar_set:
		return check_calendar(d);
	default:
		return check_profile(d);
	}
}
