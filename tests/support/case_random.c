/* case_random.c: random valid and invalid actions over many cases. */
#include "tests/support/case_random.h"

#include <stdlib.h>

#include "common/civil.h"
#include "projections/case_register_rows.h"
#include "tests/support/cmocka_all.h"

static uint64_t next(struct case_random *w)
{
	uint64_t z = w->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

unsigned case_random_pick(struct case_random *w, unsigned n)
{
	return (unsigned)(next(w) % n);
}

static const char *const units[] = {"centre:530102001", "centre:530102001001",  "centre:530102",
				    "centre:5301",      "grid:530102001001001", "house-530102",
				    "fire-530102",      "gone-530102",          "centre:530302001",
				    "centre:530103001"};
static const char *const spots[] = {"530102001001", "530102001001001", "530102",
				    "530102001",    "530302001001",    "532323101201",
				    "530103001001", "530102009",       "5301"};
static const char *const types[] = {"UM01", "MD02", "LS01", "SH03", "SH09", "MD04", "PE01"};
static const char *const sources[] = {"/yn/app", "/yn/app", "/yn/kunming/12345", "/hotline/a",
				      "/platform/b"};

static void report(struct case_random *w)
{
	struct case_bed *bed = &w->bed;

	case_bed_begin(bed, EVENT_case_reported, units[case_random_pick(w, 7)]);
	EVENT_SET(bed->ev.env, place, span_cstr(spots[case_random_pick(w, 9)]));
	EVENT_SET(bed->ev.data.case_reported, type_code, span_cstr(types[case_random_pick(w, 7)]));
	EVENT_SET(bed->ev.data.case_reported, title, SPAN("事"));
	if (case_random_pick(w, 2)) {
		EVENT_SET(bed->ev.data.case_reported, severity,
			  (uint8_t)(1 + case_random_pick(w, 5)));
	}
	if (case_random_pick(w, 10) == 0) {
		EVENT_SET(bed->ev.data.case_reported, settled, true);
		EVENT_SET(bed->ev.data.case_reported, resolution, CODE_outcome_resolved);
	}
	if (case_random_pick(w, 8) == 0) {
		bed->ev.data.case_reported.places[0] = span_cstr(spots[case_random_pick(w, 7)]);
		bed->ev.data.case_reported.n_places = 1;
	}
	if (case_bed_post(bed)[0]) {
		w->refused++;
	} else {
		w->origins[w->cases] = (struct case_random_origin){bed->source, bed->ids};
		memcpy(w->subjects[w->cases++], bed->subject, sizeof(bed->subject));
	}
}

/* Mostly the unit that may: its owner or its lead; else any. */
static const char *some_unit(struct case_random *w, const struct case_state *c)
{
	unsigned luck = case_random_pick(w, 10);

	return luck < 4                      ? c->owner
	       : luck < 8 && c->lead_unit[0] ? c->lead_unit
					     : units[case_random_pick(w, 10)];
}

static const char *act(struct case_random *w, const struct case_state *c)
{
	struct case_bed *bed = &w->bed;
	const char *unit = some_unit(w, c);

	switch (case_random_pick(w, 18)) {
	case 0:
	case 1:
		return case_bed_accept(bed, unit, 1 + (int)case_random_pick(w, 5));
	case 2:
	case 3:
		return case_bed_dispatch(bed, unit, units[5 + case_random_pick(w, 3)]);
	case 4:
		return case_bed_escalate(bed, unit, 1 + (int)case_random_pick(w, 6));
	case 5:
		return case_bed_hold(bed, unit,
				     bed->now_us + (int64_t)case_random_pick(w, 95) * CIVIL_DAY_US);
	case 6:
	case 7:
		return case_bed_verify(bed, unit, case_random_pick(w, 4) != 0);
	case 8:
		return case_bed_callback(bed, unit, case_random_pick(w, 7));
	case 9:
		return case_bed_reopen(bed, unit, 1 + (int)case_random_pick(w, 3));
	case 10:
		case_bed_begin(bed, EVENT_case_classified, unit);
		EVENT_SET(bed->ev.data.case_classified, severity,
			  (uint8_t)(1 + case_random_pick(w, 5)));
		return case_bed_post(bed);
	default: {
		static const uint8_t plain[] = {
			EVENT_case_signed_for, EVENT_case_handling_logged,   EVENT_case_returned,
			EVENT_case_resumed,    EVENT_case_rejected,          EVENT_case_signed_for,
			EVENT_case_closed,     EVENT_case_feedback_submitted};

		return case_bed_simple(bed, (enum event_type)plain[case_random_pick(w, 8)], unit);
	}
	}
}

/* The turn of the year is counted without a calendar, until one is set, and comes into force a day later. */
static void set_calendar(struct case_random *w)
{
	static const uint32_t off[] = {20240101, 20240102, 0}, none[] = {0};

	if (!w->calendar_set && w->bed.now_us >= case_bed_at(2023, 12, 28, 0, 0)) {
		case_bed_calendar_from(&w->bed, 2024, off, none, w->bed.now_us + CIVIL_DAY_US);
		w->calendar_set = true;
	}
}

/* From December on windows are short: many are over when one asks. */
static void set_windows(struct case_random *w)
{
	struct case_bed_window window = {.amount = 1,
					 .unit = CODE_time_unit_hour,
					 .from_us = case_bed_at(2023, 12, 1, 0, 0)};

	if (!w->windows_set && w->bed.now_us >= case_bed_at(2023, 11, 20, 0, 0)) {
		for (window.step = CODE_step_hold; window.step <= CODE_step_object; window.step++) {
			case_bed_window(&w->bed, &window);
		}
		w->windows_set = true;
	}
}

/* In November a county gets another code, a township is merged into the next, and one is abolished: their villages stay. */
static void set_places(struct case_random *w)
{
	if (!w->places_set && w->bed.now_us >= case_bed_at(2023, 11, 1, 0, 0)) {
		int64_t from_us = case_bed_at(2023, 11, 10, 0, 0);

		case_bed_place(&w->bed, "530104");
		case_bed_place(&w->bed, "530302002");
		case_bed_end_place(&w->bed, "530103", CODE_place_change_recode, "530104", from_us);
		case_bed_end_place(&w->bed, "530302001", CODE_place_change_merge, "530302002",
				   from_us);
		case_bed_end_place(&w->bed, "532323101", CODE_place_change_abolish, "", from_us);
		w->places_set = true;
	}
}

/* What its state asks for, by the unit that may: so that many cases come far. */
static const char *forward(struct case_random *w, const struct case_state *c)
{
	struct case_bed *bed = &w->bed;
	const char *lead = c->lead_unit[0] ? c->lead_unit : c->owner;

	switch (c->state) {
	case CODE_case_state_RP:
		return case_random_pick(w, 8)
			       ? case_bed_accept(bed, c->owner, 1 + (int)case_random_pick(w, 5))
			       : case_bed_simple(bed, EVENT_case_rejected, c->owner);
	case CODE_case_state_AC:
		return case_bed_dispatch(bed, c->owner, units[5 + case_random_pick(w, 2)]);
	case CODE_case_state_DI:
		return case_bed_simple(
			bed, case_random_pick(w, 4) ? EVENT_case_signed_for : EVENT_case_returned,
			lead);
	case CODE_case_state_IP:
		if (case_random_pick(w, 3) == 0) {
			case_bed_begin(bed, EVENT_case_held, c->owner);
			EVENT_SET(bed->ev.data.case_held, reason, CODE_hold_reason_season);
			EVENT_SET(bed->ev.data.case_held, hold_until, bed->now_us + CIVIL_DAY_US);
			EVENT_SET(bed->ev.data.case_held, approver_unit, span_cstr(c->owner));
			return case_bed_post(bed);
		}
		return case_bed_simple(bed,
				       case_random_pick(w, 2) ? EVENT_case_handling_logged
							      : EVENT_case_feedback_submitted,
				       lead);
	case CODE_case_state_HO:
		return case_random_pick(w, 2) ? case_bed_simple(bed, EVENT_case_resumed, lead) : "";
	case CODE_case_state_FB:
		return case_bed_verify(bed, c->owner, case_random_pick(w, 4) != 0);
	case CODE_case_state_VE:
		return case_random_pick(w, 3)
			       ? case_bed_simple(bed, EVENT_case_closed, c->owner)
			       : case_bed_callback(bed, c->owner, case_random_pick(w, 6));
	default:
		return case_random_pick(w, 2)
			       ? case_bed_reopen(bed, c->owner, CODE_reopen_cause_centre)
			       : case_bed_callback(bed, c->owner, case_random_pick(w, 6));
	}
}

/* An action about a case; now and then it takes the source and id of the report, or of whatever came next. */
static const char *post(struct case_random *w, size_t number, const struct case_state *c)
{
	struct case_bed *bed = &w->bed;
	int ids = bed->ids;
	const char *ends;

	if (case_random_pick(w, 10) == 0) {
		bed->source = w->origins[number].source;
		bed->ids = w->origins[number].number - 1 + (int)case_random_pick(w, 2);
	}
	ends = case_random_pick(w, 3) ? forward(w, c) : act(w, c);
	bed->ids = bed->ids > ids ? bed->ids : ids;
	w->bound += strcmp(ends, "BOUND") == 0;
	return ends;
}

void case_random_begin(struct case_random *w, uint64_t seed, size_t cases_max)
{
	*w = (struct case_random){.random = seed, .cases_max = cases_max};
	w->subjects = calloc(cases_max, sizeof(*w->subjects));
	w->origins = calloc(cases_max, sizeof(*w->origins));
	assert_true(w->subjects && w->origins);
	case_bed_init(&w->bed);
	w->bed.asks_bound = true;
	w->bed.now_us = case_bed_at(2023, 10, 1, 9, 0);
}

void case_random_step(struct case_random *w)
{
	struct case_bed *bed = &w->bed;
	struct case_state c;
	struct case_id id;
	size_t number;

	if (case_random_pick(w, 20) == 0) {
		case_bed_go(bed, bed->now_us + (int64_t)case_random_pick(w, 8) * CIVIL_HOUR_US / 4);
	}
	set_calendar(w);
	set_windows(w);
	set_places(w);
	bed->source = sources[case_random_pick(w, 5)];
	if (w->cases < w->cases_max && (w->cases == 0 || case_random_pick(w, 4) == 0)) {
		report(w);
		return;
	}
	/* The younger half more often, so that many cases come far. */
	number = w->cases - 1 - case_random_pick(w, (unsigned)(w->cases < 500 ? w->cases : 500));
	memcpy(bed->subject, w->subjects[number], sizeof(bed->subject));
	assert_true(case_id_parse(span_cstr(bed->subject), &id));
	assert_true(case_register_rows_get(bed->reg.view, &id, &c));
	w->posted++;
	w->refused += post(w, number, &c)[0] != 0;
	assert_int_equal(bed->broken, 0);
}

void case_random_end(struct case_random *w)
{
	case_bed_done(&w->bed);
	free(w->subjects);
	free(w->origins);
}
