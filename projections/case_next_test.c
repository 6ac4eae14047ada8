/* case_next_test.c: what `next` lists may be posted, and what it leaves out is refused. */
#include "projections/case_next.h"

#include "tests/support/case_story.h"
#include "tests/support/cmocka_all.h"

/* The row that case-status would hold, as far as next reads it. */
static void row_of(const struct case_state *c, const char *source, struct case_row *row)
{
	memset(row, 0, sizeof(*row));
	row->fixed.seq = c->seq;
	row->fixed.state = c->state;
	row->fixed.severity = c->severity;
	row->fixed.returns = c->returns;
	row->fixed.reopens = c->reopens;
	row->fixed.holds = c->holds;
	row->fixed.window_until_us = c->window_until_us;
	memcpy(row->fixed.type_code, c->type_code, 4);
	memcpy(row->fixed.place, c->place, sizeof(c->place));
	memcpy(row->fixed.common, c->common, sizeof(c->common));
	row->handler_unit = span_cstr(c->handler_unit);
	row->n_assist = c->n_assist;
	for (int i = 0; i < c->n_assist; i++) {
		row->assist[i] = span_cstr(c->assist[i]);
	}
	row->owner = span_cstr(c->owner);
	row->lead_unit = span_cstr(c->lead_unit);
	row->profile = span_cstr(c->profile);
	row->source = span_cstr(source);
}

static const char *lead = HOUSE; /* of what is dispatched */
static uint8_t severity;         /* of what is classified: another than the case's */

static const char *post(struct case_bed *bed, enum event_type type, const char *unit)
{
	case_bed_begin(bed, type, unit);
	switch ((int)type) {
	case EVENT_case_accepted:
		EVENT_SET(bed->ev.data.case_accepted, severity, CODE_severity_general);
		break;
	case EVENT_case_classified:
		EVENT_SET(bed->ev.data.case_classified, severity, severity);
		break;
	case EVENT_case_dispatched:
		EVENT_SET(bed->ev.data.case_dispatched, lead_unit, span_cstr(lead));
		break;
	case EVENT_case_held:
		EVENT_SET(bed->ev.data.case_held, hold_until, bed->now_us + CIVIL_DAY_US);
		EVENT_SET(bed->ev.data.case_held, approver_unit, span_cstr(unit));
		break;
	case EVENT_case_escalated:
		EVENT_SET(bed->ev.data.case_escalated, cause,
			  CODE_escalate_cause_beyond_competence);
		break;
	case EVENT_case_verified:
		EVENT_SET(bed->ev.data.case_verified, pass, true);
		break;
	case EVENT_case_reopened:
		EVENT_SET(bed->ev.data.case_reopened, cause, CODE_reopen_cause_reporter);
		break;
	default:
		break;
	}
	return case_bed_try(bed);
}

static bool is_listed(const struct case_next *next, size_t n, enum event_type type)
{
	for (size_t i = 0; i < n; i++) {
		if (next[i].type == type) {
			return true;
		}
	}
	return false;
}

static const uint8_t states[] = {CODE_case_state_RP, CODE_case_state_AC, CODE_case_state_DI,
				 CODE_case_state_IP, CODE_case_state_HO, CODE_case_state_FB,
				 CODE_case_state_VE, CODE_case_state_CL, CODE_case_state_RJ};
static const char *const units[] = {TOWN, VILLAGE, COUNTY, CITY, GRID, HOUSE, FIRE, "nobody"};

/* Posts every event for a unit and holds it against what is listed. @return how many are */
static size_t compare(struct case_story *s, const char *unit)
{
	struct case_state c = case_story_state(s);
	struct as_of as_of = {reference_position(s->bed.reference), s->bed.now_us};
	struct case_next_asker asker = {span_cstr(unit), true};
	struct case_next next[CASE_NEXT_MAX];
	struct case_row row;
	size_t n;

	severity =
		c.severity == CODE_severity_serious ? CODE_severity_general : CODE_severity_serious;
	row_of(&c, s->bed.source, &row);
	n = case_next_list(s->bed.reference, as_of, &row, &asker, next);
	for (int type = EVENT_case_accepted; type <= EVENT_callback_recorded; type++) {
		const char *guard = post(&s->bed, (enum event_type)type, unit);

		if (is_listed(next, n, (enum event_type)type) != (guard[0] == 0)) {
			fail_msg("%s by %s in %s: %s", event_schema((enum event_type)type)->name,
				 unit, codes_get(CODES_case_state, c.state)->name,
				 guard[0] ? guard : "taken, but not listed");
		}
	}
	return n;
}

/* In each state, for each unit: an event is listed exactly if the decider takes it. */
static void test_next_is_what_is_taken(void **state)
{
	static struct case_story story;
	struct case_story *s = &story;
	size_t listed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(states); i++) {
		case_bed_init(&s->bed);
		case_story_bring(s, states[i]);
		for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
			listed += compare(s, units[u]);
		}
		case_bed_done(&s->bed);
	}
	assert_true(listed > 50 && s->misses == 0);
}

static uint64_t random_state = 11;

static size_t pick(size_t n)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (size_t)((random_state >> 33) % n);
}

/* A report whose places may lie in two counties, or two prefectures. */
static void report_somewhere(struct case_story *s)
{
	static const char *const others[] = {NULL, "530103", "530302"};
	const char *other = others[pick(3)];
	struct case_reported *data = &s->bed.ev.data.case_reported;

	case_bed_begin(&s->bed, EVENT_case_reported, TOWN);
	EVENT_SET(s->bed.ev.env, place, SPAN(HERE));
	EVENT_SET(*data, type_code, SPAN("UM01"));
	if (other) {
		data->places[0] = span_cstr(other);
		data->n_places = 1;
	}
	ENDS("", case_bed_post(&s->bed));
}

/* However a case came to be where it is, whoever led, assisted or fed back, and wherever its places lie: listed is what is taken. */
static void test_next_of_random_cases(void **state)
{
	static struct case_story story;
	struct case_story *s = &story;
	size_t moved = 0, top = 0;

	(void)state;
	case_bed_init(&s->bed);
	for (int i = 0; i < 4000; i++) {
		if (i % 100 == 0) {
			report_somewhere(s);
		}
		enum event_type type =
			(enum event_type)(EVENT_case_accepted +
					  pick(EVENT_callback_recorded - EVENT_case_accepted + 1));
		struct case_state c = case_story_state(s);
		const char *unit =
			pick(4) ? c.owner : units[pick(sizeof(units) / sizeof(units[0]))];

		if (c.lead_unit[0] && pick(2)) {
			unit = c.lead_unit;
		}
		lead = units[pick(7)];
		severity = (uint8_t)(1 + pick(5));
		if (type == EVENT_case_rejected || post(&s->bed, type, unit)[0]) {
			continue;
		}
		ENDS("", case_bed_post(&s->bed));
		moved++;
		c = case_story_state(s);
		top += c.owner_level == 2 && strcmp(c.common, "53") == 0;
		for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
			(void)compare(s, units[u]);
		}
	}
	assert_int_equal(s->misses, 0);
	assert_true(moved > 200 && top > 0);
	case_bed_done(&s->bed);
}

/* The members a sender must give are named. */
static void test_members(void **state)
{
	static struct case_story story;
	struct case_story *s = &story;
	struct case_next next[CASE_NEXT_MAX];
	struct case_next_asker asker = {SPAN(TOWN), false};
	struct case_state c;
	struct case_row row;

	(void)state;
	case_bed_init(&s->bed);
	case_story_bring(s, CODE_case_state_RP);
	c = case_story_state(s);
	row_of(&c, s->bed.source, &row);
	assert_true(
		case_next_list(s->bed.reference,
			       (struct as_of){reference_position(s->bed.reference), s->bed.now_us},
			       &row, &asker, next) >= 3);
	assert_string_equal(next[0].type_name, "gov.case.accepted.v1");
	assert_int_equal(next[0].n_members, 1);
	assert_string_equal(next[0].members[0]->name, "severity");
	assert_int_equal(next[0].to, CODE_case_state_AC);
	case_bed_done(&s->bed);
}

/* A hold is listed with the latest end that the decider would take, by the policy of the day. */
static void test_hold_until(void **state)
{
	static struct case_story story;
	struct case_story *s = &story;
	struct case_bed *bed = &s->bed;
	struct case_next next[CASE_NEXT_MAX];
	struct case_next_asker asker = {SPAN(TOWN), false};
	struct case_state c;
	struct case_row row;

	(void)state;
	case_bed_init(bed);
	case_story_bring(s, CODE_case_state_IP);
	c = case_story_state(s);
	row_of(&c, bed->source, &row);
	for (int day = 0; day < 2; day++) {
		struct as_of as_of = {reference_position(bed->reference), bed->now_us};
		size_t n = case_next_list(bed->reference, as_of, &row, &asker, next), held = 0;

		for (size_t i = 0; i < n; i++) {
			int64_t latest_us = next[i].hold_until_max_us;

			assert_int_equal(latest_us != 0, next[i].type == EVENT_case_held);
			if (latest_us) {
				held++;
				ENDS("HOLD_UNTIL", case_bed_hold(bed, TOWN, latest_us + 1));
				case_bed_begin(bed, EVENT_case_held, TOWN);
				EVENT_SET(bed->ev.data.case_held, hold_until, latest_us);
				EVENT_SET(bed->ev.data.case_held, approver_unit, SPAN(TOWN));
				ENDS("", case_bed_try(bed));
			}
		}
		assert_int_equal(held, 1);
		case_bed_window(bed, &(struct case_bed_window){.step = CODE_step_hold,
							       .amount = 3,
							       .unit = CODE_time_unit_working_day,
							       .from_us = bed->now_us + 1});
		bed->now_us++;
	}
	assert_int_equal(s->misses, 0);
	case_bed_done(bed);
}

/* Who assists a case may log what it does about it, and nothing that is the lead's. */
static void test_assisting_unit(void **state)
{
	static struct case_story story;
	struct case_story *s = &story;
	struct case_bed *bed = &s->bed;

	(void)state;
	case_bed_init(bed);
	case_story_bring(s, CODE_case_state_AC);
	case_bed_begin(bed, EVENT_case_dispatched, TOWN);
	EVENT_SET(bed->ev.data.case_dispatched, lead_unit, SPAN(HOUSE));
	bed->ev.data.case_dispatched.assist[0] = SPAN(FIRE);
	bed->ev.data.case_dispatched.n_assist = 1;
	ENDS("", case_bed_post(bed));
	ENDS("", case_bed_simple(bed, EVENT_case_signed_for, HOUSE));
	assert_int_equal(case_story_state(s).n_assist, 1);
	assert_int_equal(compare(s, FIRE), 1);
	assert_true(compare(s, HOUSE) > 1);
	case_bed_done(bed);
	assert_int_equal(s->misses, 0);
}

/* Of a case whose owner was merged its successor is offered what the owner was, and the owner nothing. */
static void test_owner_merged(void **state)
{
	static struct case_story story;
	struct case_story *s = &story;
	size_t before;

	(void)state;
	case_bed_init(&s->bed);
	case_story_bring(s, CODE_case_state_AC);
	before = compare(s, TOWN);
	assert_true(before > 1);
	case_bed_place(&s->bed, "530102002");
	case_bed_end_place(&s->bed, "530102001", CODE_place_change_merge, "530102002", 1);
	assert_int_equal(compare(s, TOWN), 0);
	assert_int_equal(compare(s, "centre:530102002"), before);
	case_bed_done(&s->bed);
	assert_int_equal(s->misses, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_next_is_what_is_taken),
					   cmocka_unit_test(test_next_of_random_cases),
					   cmocka_unit_test(test_members),
					   cmocka_unit_test(test_assisting_unit),
					   cmocka_unit_test(test_hold_until),
					   cmocka_unit_test(test_owner_merged)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
