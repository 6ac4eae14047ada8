/* reference_decide.c: who may change reference data; the subject, the order of changes. */
#include "projections/reference_decide.h"

#include "projections/guards.h"
#include "projections/reference_decide_parts.h"

enum { LOWEST_LEVEL_FOR_UNITS = 4 }; /* domain.md §4.3, row 49 */

bool reference_decide_parts_refuse(struct reference_decision *d,
				   const char *guard,
				   struct span detail,
				   struct span needs)
{
	if (!guards_asked(guards_named(span_cstr(guard)))) {
		return true; /* the mutant of a test */
	}
	*d->refusal = (struct refusal){
		.reason = REASON_GUARD,
		.guard = guard,
		.detail = detail,
		.needs = needs,
	};
	return false;
}

static struct span after(struct span text, struct span prefix)
{
	return span_starts(text, prefix) ? span_of(text.p + prefix.n, text.n - prefix.n)
					 : (struct span){0};
}

/* A centre or grid exists exactly as long as its place is in force. */
static bool place_unit(struct reference_decision *d,
		       struct span code,
		       uint8_t unit_type,
		       struct reference_row *ret_unit)
{
	int level = place_level(code);
	bool centre = unit_type == CODE_unit_type_centre;

	if (!place_valid(code) || (level <= 5) != centre) {
		return false;
	}
	/* A province's centre exists before its place, since it must register it. */
	if (!reference_row_get_id(d->reg->view, "place:", code, ret_unit)) {
		ret_unit->on = level == 1;
		ret_unit->until_us = INT64_MAX;
	}
	ret_unit->level = (uint8_t)level;
	ret_unit->unit_type = unit_type;
	memset(ret_unit->seat, 0, sizeof(ret_unit->seat));
	memcpy(ret_unit->seat, code.p, code.n);
	return reference_row_in_force(ret_unit, d->moment->now_us) || (level == 1 && ret_unit->on);
}

bool reference_decide_parts_unit(struct reference_decision *d,
				 struct span id,
				 struct reference_row *ret_unit)
{
	struct span centre = after(id, SPAN("centre:")), grid = after(id, SPAN("grid:"));

	if (centre.p) {
		return place_unit(d, centre, CODE_unit_type_centre, ret_unit);
	}
	if (grid.p) {
		return place_unit(d, grid, CODE_unit_type_grid, ret_unit);
	}
	return reference_row_get_id(d->reg->view, "unit:", id, ret_unit) &&
	       reference_row_in_force(ret_unit, d->moment->now_us);
}

/* Whether the list FUNCTIONS gives the acting unit the function `reference`, everywhere or where its seat is. */
static bool has_function(struct reference_decision *d)
{
	const char *type = codes_get(CODES_unit_type, d->unit_type)->name;

	if (d->level == 1 && d->unit_type == CODE_unit_type_centre) {
		return true;
	}
	for (int scope = 0; scope <= place_level(d->seat); scope++) {
		struct span place = scope ? place_at_level(d->seat, scope) : SPAN("");
		struct span subject =
			arena_printf(d->arena, "list:FUNCTIONS:%u.%s.reference%s%.*s", d->level,
				     type, scope ? ":" : "", SPAN_ARGS(place));
		struct reference_row row;

		if (reference_row_get(d->reg->view, subject, &row) &&
		    reference_row_in_force(&row, d->moment->now_us)) {
			return true;
		}
	}
	return false;
}

/* The place that a change is about; empty: everywhere. */
static struct span place_of(const struct event *ev)
{
	switch (ev->type) {
	case EVENT_place_registered:
	case EVENT_place_changed:
		return after(ev->env.subject, SPAN("place:"));
	case EVENT_unit_registered:
		return ev->data.unit_registered.seat;
	case EVENT_list_item_set:
		return ev->data.list_item_set.has_scope ? ev->data.list_item_set.scope : SPAN("");
	default:
		return SPAN("");
	}
}

static bool guard_who(struct reference_decision *d)
{
	struct span unit = d->ev->env.has_unit ? d->ev->env.unit : SPAN("");
	struct span place = place_of(d->ev);
	int lowest = d->ev->type == EVENT_unit_registered ? LOWEST_LEVEL_FOR_UNITS
							  : REFERENCE_DECIDE_LOWEST_LEVEL;
	struct reference_row row;

	if (!reference_decide_parts_unit(d, unit, &row)) {
		return reference_decide_parts_refuse(
			d, "REF_UNIT", unit, SPAN("an active unit: centre:PLACE or registered"));
	}
	d->level = row.level;
	d->unit_type = row.unit_type;
	d->seat = arena_copy(d->arena, span_cstr(row.seat));
	if (!d->seat.p || !has_function(d)) {
		return reference_decide_parts_refuse(
			d, "REF_FUNCTION",
			arena_printf(d->arena, "%u.%s.reference", d->level,
				     codes_get(CODES_unit_type, d->unit_type)->name),
			SPAN("a unit that the list FUNCTIONS gives this function"));
	}
	if (d->level > lowest || (place.n ? !place_covers(d->seat, place) : d->level > 1)) {
		return reference_decide_parts_refuse(
			d, "REF_COVER",
			arena_printf(d->arena, "level %u, seat %.*s", d->level, SPAN_ARGS(d->seat)),
			place.n ? SPAN("a unit of levels 1 to 3 whose seat covers the place")
				: SPAN("a unit of level 1, since it is in force everywhere"));
	}
	return true;
}

static bool guard_subject(struct reference_decision *d)
{
	const struct list_item_set *item = &d->ev->data.list_item_set;
	struct span subject = d->ev->env.subject, wanted = {0};

	switch (d->ev->type) {
	case EVENT_place_registered:
	case EVENT_place_changed:
		wanted = place_valid(after(subject, SPAN("place:"))) ? subject : SPAN("place:CODE");
		break;
	case EVENT_unit_registered:
		/* The ids of centres and grids are taken by their places. */
		wanted = after(subject, SPAN("unit:")).n &&
					 after(subject, SPAN("unit:")).n <= LIMIT_UNIT_BYTES &&
					 !memchr(subject.p + 5, ':', subject.n - 5)
				 ? subject
				 : SPAN("unit:ID without a colon, at most 40 bytes");
		break;
	case EVENT_list_item_set:
		wanted = arena_printf(d->arena, "list:%s:%.*s%s%.*s",
				      codes_get(CODES_list_kind, item->list)->name,
				      SPAN_ARGS(item->code), item->has_scope ? ":" : "",
				      item->has_scope ? (int)item->scope.n : 0,
				      item->has_scope ? (const char *)item->scope.p : "");
		break;
	case EVENT_policy_set:
		wanted = after(subject, SPAN("policy:")).n ? subject : SPAN("policy:ID");
		break;
	case EVENT_calendar_set:
		wanted = after(subject, SPAN("calendar:")).n ? subject : SPAN("calendar:ID");
		break;
	case EVENT_profile_set:
		wanted = after(subject, SPAN("profile:")).n ? subject : SPAN("profile:ID");
		break;
	default:
		break;
	}
	return span_eq(subject, wanted) ||
	       reference_decide_parts_refuse(d, "REF_SUBJECT", subject, wanted);
}

static bool guard_expected_seq(struct reference_decision *d)
{
	const struct envelope *env = &d->ev->env;

	return !env->has_expectedseq || env->expectedseq == d->was.seq ||
	       reference_decide_parts_refuse(d, "EXPECTED_SEQ",
					     arena_printf(d->arena, "seq %u", d->was.seq),
					     arena_printf(d->arena, "expectedseq %u", d->was.seq));
}

static bool is_ours(enum event_type type)
{
	return type >= EVENT_place_registered && type <= EVENT_profile_set;
}

enum verdict reference_decide(struct reg *reg,
			      struct event *ev,
			      const struct moment *moment,
			      struct arena *arena,
			      struct refusal *ret_refusal)
{
	struct reference_decision d = {
		.reg = reg, .ev = ev, .moment = moment, .arena = arena, .refusal = ret_refusal};

	*ret_refusal = (struct refusal){.reason = REASON_UNKNOWN, .guard = ""};
	if (!is_ours(ev->type)) {
		ret_refusal->detail =
			span_cstr(event_schema(ev->type) ? event_schema(ev->type)->type : "");
		ret_refusal->needs = SPAN("an event of the reference register");
		return VERDICT_REFUSED;
	}
	(void)reference_row_get(reg->view, ev->env.subject, &d.was);
	if (!guard_subject(&d) || !guard_expected_seq(&d) || !guard_who(&d) ||
	    !reference_decide_parts_members(&d)) {
		return VERDICT_REFUSED;
	}
	EVENT_SET(ev->env, seq, d.was.seq + 1);
	return VERDICT_ACCEPTED;
}
