/* case_property_test.c: random valid and invalid actions over 10,000 cases, against a naive fold that knows no header of the registers.
 * @timeout 300 */
#include <stdlib.h>

#include "common/civil.h"
#include "projections/case_rows.h"
#include "tests/support/case_bed.h"
#include "tests/support/case_naive.h"
#include "tests/support/cmocka_all.h"

enum { CASES = 10000, ACTIONS = 90000 };

struct world {
	struct case_bed bed;
	struct case_naive_all *naive;
	struct buf bytes;
	char (*subjects)[29];
	struct origin {
		const char *source;
		int number;
	} * origins; /* of the cases' reports */
	bool calendar_set, windows_set, places_set;
	size_t cases, events, refused, bound, of_type[EVENT_TYPE_COUNT];
	uint64_t random;
};

static uint64_t next(struct world *w)
{
	uint64_t z = w->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static unsigned pick(struct world *w, unsigned n)
{
	return (unsigned)(next(w) % n);
}

/* domain.md §5.3: "owner is a centre, never null", and one that can act when the event is decided. */
static void check_owner(const struct world *w, const struct event *ev)
{
	struct as_of as_of = {reference_position(w->bed.reference), ev->env.decidedtime};
	struct ref_unit unit;

	if (!reference_unit(w->bed.reference, as_of, ev->env.owner, &unit) || !unit.active) {
		fail_msg("%.*s seq %u: %.*s owns it, and cannot act", SPAN_ARGS(ev->env.subject),
			 (unsigned)ev->env.seq, SPAN_ARGS(ev->env.owner));
	}
}

/* Every event goes over the wire: what the naive fold reads is what was decoded. */
static void on_event(void *context, const struct event *ev)
{
	struct world *w = context;
	struct event read;
	struct problem problem;
	const char *wrong;

	buf_reset(&w->bytes);
	assert_int_equal(event_encode(ev, &w->bytes), ERR_OK);
	if (event_decode(buf_span(&w->bytes), &read, &problem)) {
		fail_msg("%s: %s", problem.field, problem.reason);
	}
	wrong = case_naive_fold(w->naive, &read);
	if (wrong) {
		fail_msg("%.*s seq %u: %s", SPAN_ARGS(read.env.subject), (unsigned)read.env.seq,
			 wrong);
	}
	check_owner(w, &read);
	w->events++;
	w->of_type[ev->type]++;
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

static void report(struct world *w)
{
	struct case_bed *bed = &w->bed;

	case_bed_begin(bed, EVENT_case_reported, units[pick(w, 7)]);
	EVENT_SET(bed->ev.env, place, span_cstr(spots[pick(w, 9)]));
	EVENT_SET(bed->ev.data.case_reported, type_code, span_cstr(types[pick(w, 7)]));
	EVENT_SET(bed->ev.data.case_reported, title, SPAN("事"));
	if (pick(w, 2)) {
		EVENT_SET(bed->ev.data.case_reported, severity, (uint8_t)(1 + pick(w, 5)));
	}
	if (pick(w, 10) == 0) {
		EVENT_SET(bed->ev.data.case_reported, settled, true);
		EVENT_SET(bed->ev.data.case_reported, resolution, CODE_outcome_resolved);
	}
	if (pick(w, 8) == 0) {
		bed->ev.data.case_reported.places[0] = span_cstr(spots[pick(w, 7)]);
		bed->ev.data.case_reported.n_places = 1;
	}
	if (case_bed_post(bed)[0]) {
		w->refused++;
	} else {
		w->origins[w->cases] = (struct origin){bed->source, bed->ids};
		memcpy(w->subjects[w->cases++], bed->subject, sizeof(bed->subject));
	}
}

/* Mostly the unit that may: its owner or its lead; else any. */
static const char *some_unit(struct world *w, const struct case_state *c)
{
	unsigned luck = pick(w, 10);

	return luck < 4                      ? c->owner
	       : luck < 8 && c->lead_unit[0] ? c->lead_unit
					     : units[pick(w, 10)];
}

static const char *act(struct world *w, const struct case_state *c)
{
	struct case_bed *bed = &w->bed;
	const char *unit = some_unit(w, c);

	switch (pick(w, 18)) {
	case 0:
	case 1:
		return case_bed_accept(bed, unit, 1 + (int)pick(w, 5));
	case 2:
	case 3:
		return case_bed_dispatch(bed, unit, units[5 + pick(w, 3)]);
	case 4:
		return case_bed_escalate(bed, unit, 1 + (int)pick(w, 6));
	case 5:
		return case_bed_hold(bed, unit, bed->now_us + (int64_t)pick(w, 95) * CIVIL_DAY_US);
	case 6:
	case 7:
		return case_bed_verify(bed, unit, pick(w, 4) != 0);
	case 8:
		return case_bed_callback(bed, unit, pick(w, 7));
	case 9:
		return case_bed_reopen(bed, unit, 1 + (int)pick(w, 3));
	case 10:
		case_bed_begin(bed, EVENT_case_classified, unit);
		EVENT_SET(bed->ev.data.case_classified, severity, (uint8_t)(1 + pick(w, 5)));
		return case_bed_post(bed);
	default: {
		static const uint8_t plain[] = {
			EVENT_case_signed_for, EVENT_case_handling_logged,   EVENT_case_returned,
			EVENT_case_resumed,    EVENT_case_rejected,          EVENT_case_signed_for,
			EVENT_case_closed,     EVENT_case_feedback_submitted};

		return case_bed_simple(bed, (enum event_type)plain[pick(w, 8)], unit);
	}
	}
}

/* The turn of the year is counted without a calendar, until one is set, and comes into force a day later. */
static void set_calendar(struct world *w)
{
	static const uint32_t off[] = {20240101, 20240102, 0}, none[] = {0};

	if (!w->calendar_set && w->bed.now_us >= case_bed_at(2023, 12, 28, 0, 0)) {
		case_bed_calendar_from(&w->bed, 2024, off, none, w->bed.now_us + CIVIL_DAY_US);
		w->calendar_set = true;
	}
}

/* From December on windows are short: many are over when one asks. */
static void set_windows(struct world *w)
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
static void set_places(struct world *w)
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
static const char *forward(struct world *w, const struct case_state *c)
{
	struct case_bed *bed = &w->bed;
	const char *lead = c->lead_unit[0] ? c->lead_unit : c->owner;

	switch (c->state) {
	case CODE_case_state_RP:
		return pick(w, 8) ? case_bed_accept(bed, c->owner, 1 + (int)pick(w, 5))
				  : case_bed_simple(bed, EVENT_case_rejected, c->owner);
	case CODE_case_state_AC:
		return case_bed_dispatch(bed, c->owner, units[5 + pick(w, 2)]);
	case CODE_case_state_DI:
		return case_bed_simple(
			bed, pick(w, 4) ? EVENT_case_signed_for : EVENT_case_returned, lead);
	case CODE_case_state_IP:
		if (pick(w, 3) == 0) {
			case_bed_begin(bed, EVENT_case_held, c->owner);
			EVENT_SET(bed->ev.data.case_held, reason, CODE_hold_reason_season);
			EVENT_SET(bed->ev.data.case_held, hold_until, bed->now_us + CIVIL_DAY_US);
			EVENT_SET(bed->ev.data.case_held, approver_unit, span_cstr(c->owner));
			return case_bed_post(bed);
		}
		return case_bed_simple(bed,
				       pick(w, 2) ? EVENT_case_handling_logged
						  : EVENT_case_feedback_submitted,
				       lead);
	case CODE_case_state_HO:
		return pick(w, 2) ? case_bed_simple(bed, EVENT_case_resumed, lead) : "";
	case CODE_case_state_FB:
		return case_bed_verify(bed, c->owner, pick(w, 4) != 0);
	case CODE_case_state_VE:
		return pick(w, 3) ? case_bed_simple(bed, EVENT_case_closed, c->owner)
				  : case_bed_callback(bed, c->owner, pick(w, 6));
	default:
		return pick(w, 2) ? case_bed_reopen(bed, c->owner, CODE_reopen_cause_centre)
				  : case_bed_callback(bed, c->owner, pick(w, 6));
	}
}

/* An action about a case; now and then it takes the source and id of the report, or of whatever came next. */
static const char *post(struct world *w, size_t number, const struct case_state *c)
{
	struct case_bed *bed = &w->bed;
	int ids = bed->ids;
	const char *ends;

	if (pick(w, 10) == 0) {
		bed->source = w->origins[number].source;
		bed->ids = w->origins[number].number - 1 + (int)pick(w, 2);
	}
	ends = pick(w, 3) ? forward(w, c) : act(w, c);
	bed->ids = bed->ids > ids ? bed->ids : ids;
	w->bound += strcmp(ends, "BOUND") == 0;
	return ends;
}

static void compare(struct world *w, const char *subject)
{
	const struct case_naive *naive = case_naive_get(w->naive, span_cstr(subject));
	struct case_state c;
	struct case_id id;

	assert_true(case_id_parse(span_cstr(subject), &id));
	assert_true(case_rows_get(w->bed.reg.view, &id, &c));
	assert_non_null(naive);
	assert_int_equal(naive->seq, c.seq);
	assert_int_equal(naive->state, c.state);
	assert_int_equal(naive->severity, c.severity);
	assert_int_equal(naive->due_us, c.due_us);
	assert_int_equal(naive->provisional_window, c.provisional && c.closed_us);
	assert_int_equal(naive->step, c.step);
	assert_string_equal(naive->owner, c.owner);
	assert_string_equal(naive->lead, c.lead_unit);
	assert_string_equal(naive->type_code, c.type_code);
}

/* Whatever is posted, the register and the naive fold of its events agree on every case, and the invariants of domain.md §3.2 hold after each event. */
static void test_random_actions(void **state)
{
	static struct world w;
	size_t posted = 0;

	(void)state;
	w.random = 20230119;
	w.naive = case_naive_new();
	w.subjects = calloc(CASES, sizeof(*w.subjects));
	w.origins = calloc(CASES, sizeof(*w.origins));
	assert_true(w.subjects && w.origins);
	case_bed_init(&w.bed);
	w.bed.asks_bound = true;
	w.bed.now_us = case_bed_at(2023, 10, 1, 9, 0);
	w.bed.sink = on_event;
	w.bed.context = &w;
	for (int i = 0; i < ACTIONS || w.cases < CASES; i++) {
		struct case_state c;
		struct case_id id;
		size_t number;

		if (pick(&w, 20) == 0) {
			case_bed_go(&w.bed,
				    w.bed.now_us + (int64_t)pick(&w, 8) * CIVIL_HOUR_US / 4);
		}
		set_calendar(&w);
		set_windows(&w);
		set_places(&w);
		w.bed.source = sources[pick(&w, 5)];
		if (w.cases < CASES && (w.cases == 0 || pick(&w, 4) == 0)) {
			report(&w);
			continue;
		}
		/* The younger half more often, so that many cases come far. */
		number = w.cases - 1 - pick(&w, (unsigned)(w.cases < 500 ? w.cases : 500));
		memcpy(w.bed.subject, w.subjects[number], sizeof(w.bed.subject));
		assert_true(case_id_parse(span_cstr(w.bed.subject), &id));
		assert_true(case_rows_get(w.bed.reg.view, &id, &c));
		posted++;
		w.refused += post(&w, number, &c)[0] != 0;
		assert_int_equal(w.bed.broken, 0);
		if (i % 5000 == 0) {
			assert_int_equal(memory_view_count(w.bed.memory, CASE_ROWS_OPEN),
					 case_naive_open(w.naive) + case_naive_waiting(w.naive));
		}
	}
	case_bed_go(&w.bed, w.bed.now_us + 200 * CIVIL_DAY_US);
	for (size_t i = 0; i < w.cases; i++) {
		compare(&w, w.subjects[i]);
	}
	assert_int_equal(case_naive_count(w.naive), w.cases);
	assert_int_equal(memory_view_count(w.bed.memory, CASE_ROWS_CASE), w.cases);
	assert_int_equal(memory_view_count(w.bed.memory, CASE_ROWS_OPEN),
			 case_naive_open(w.naive) + case_naive_waiting(w.naive));
	print_message("%zu cases, %zu events, %zu refused of %zu\n", w.cases, w.events, w.refused,
		      posted);
	for (int type = EVENT_case_reported; type <= EVENT_case_dues_restated; type++) {
		print_message("  %6zu %s\n", w.of_type[type],
			      event_schema((enum event_type)type)->name);
		assert_true(w.of_type[type] > 100);
	}
	assert_true(w.bound > 1000);
	assert_true(w.events > w.cases * 4 && w.refused > posted / 10);
	case_bed_done(&w.bed);
	case_naive_free(w.naive);
	buf_done(&w.bytes);
	free(w.subjects);
	free(w.origins);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_actions)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
