/* case_register_test.c: the case register against the rules: every arrow, every guard, every limit, and that the tests would notice. */
#include "tests/support/case_story.h"

#include "common/partition.h"
#include "projections/case_limits.h"
#include "projections/case_transitions.h"
#include "tests/support/cmocka_all.h"

/* Each story goes as the rules say. */
static void test_stories(void **state)
{
	int misses = 0;

	(void)state;
	for (int i = 0; case_stories_get(i); i++) {
		misses += case_story_run(case_stories_get(i), true);
	}
	assert_int_equal(misses, 0);
}

static int misses_now(void)
{
	int misses = 0;

	for (int i = 0; case_stories_get(i) && misses == 0; i++) {
		misses += case_story_run(case_stories_get(i), false);
	}
	return misses;
}

/* A guard that the register asks, or a limit, that is not what it must be makes some story fail. */
static void test_mutants(void **state)
{
	int missed = 0;
	size_t count;
	const struct case_transition *rows = case_transitions_all(&count);
	bool used[GUARD_COUNT] = {false};

	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (int j = 0; j < CASE_GUARDS_MAX; j++) {
			used[rows[i].guards[j]] = true;
		}
	}
	used[GUARD_NO_CASE] = used[GUARD_EXISTS] = used[GUARD_EXPECTED_SEQ] = used[GUARD_STATE] =
		true;
	used[GUARD_TIME_AHEAD] = used[GUARD_UNIT] = used[GUARD_WHO] = used[GUARD_FUNCTION] = true;
	for (int guard = 1; guard < GUARD_COUNT; guard++) {
		guards_plant((enum guard)guard);
		if (used[guard] && misses_now() == 0) {
			print_error("guard %s is missing, and nobody notices\n",
				    guards_get((enum guard)guard)->id);
			missed++;
		}
	}
	guards_plant(GUARD_NONE);
	for (int limit = 0; limit < CASE_LIMIT_COUNT; limit++) {
		for (int by = -1; by <= 1; by += 2) {
			case_limits_plant((enum case_limit)limit, by);
			if (misses_now() == 0) {
				print_error("limit %s is off by %d, and nobody notices\n",
					    case_limits_row((enum case_limit)limit)->name, by);
				missed++;
			}
		}
	}
	case_limits_plant(CASE_LIMIT_returns_max, 0);
	assert_int_equal(missed, 0);
}

/* domain.md §3.2 as a matrix of its own: for each event, where it leads from RP AC DI IP HO FB VE CL RJ; "--": refused for the state. */
static const struct arrow {
	enum event_type type;
	const char *to; /* two letters for each state */
} arrows[] = {
	{EVENT_case_accepted, "AC----------------"},
	{EVENT_case_rejected, "RJ----------------"},
	{EVENT_case_classified, "RPACDIIPHOFBVE----"},
	{EVENT_case_dispatched, "--DI--------------"},
	{EVENT_case_signed_for, "----IP------------"},
	{EVENT_case_returned, "----ACAC----------"},
	{EVENT_case_handling_logged, "------IP----------"},
	{EVENT_case_held, "------HO----------"},
	{EVENT_case_resumed, "--------IP--------"},
	{EVENT_case_escalated, "ACACACACACACAC----"},
	{EVENT_case_feedback_submitted, "------FB----------"},
	{EVENT_case_verified, "----------VE------"},
	{EVENT_case_closed, "------------CL----"},
	{EVENT_callback_recorded, "------------VECL--"},
	{EVENT_case_reopened, "--------------ACAC"},
};

static const uint8_t states[] = {CODE_case_state_RP, CODE_case_state_AC, CODE_case_state_DI,
				 CODE_case_state_IP, CODE_case_state_HO, CODE_case_state_FB,
				 CODE_case_state_VE, CODE_case_state_CL, CODE_case_state_RJ};

static const char *post_arrow(struct case_bed *bed, enum event_type type)
{
	switch ((int)type) {
	case EVENT_case_accepted:
		return case_bed_accept(bed, TOWN, CODE_severity_general);
	case EVENT_case_classified:
		case_bed_begin(bed, type, TOWN);
		EVENT_SET(bed->ev.data.case_classified, severity, CODE_severity_serious);
		return case_bed_post(bed);
	case EVENT_case_dispatched:
		return case_bed_dispatch(bed, TOWN, HOUSE);
	case EVENT_case_held:
		return case_bed_hold(bed, HOUSE, bed->now_us + CIVIL_DAY_US);
	case EVENT_case_escalated:
		return case_bed_escalate(bed, TOWN, CODE_escalate_cause_beyond_competence);
	case EVENT_case_verified:
		return case_bed_verify(bed, TOWN, true);
	case EVENT_callback_recorded:
		return case_bed_callback(bed, TOWN, 4);
	case EVENT_case_reopened:
		return case_bed_reopen(bed, TOWN, CODE_reopen_cause_reporter);
	case EVENT_case_rejected:
	case EVENT_case_closed:
		return case_bed_simple(bed, type, TOWN);
	default:
		return case_bed_simple(bed, type, HOUSE);
	}
}

/* From every state every event does what the matrix says, and nothing else. */
static void test_arrows(void **state)
{
	static struct case_story story;
	struct case_story *s = &story;

	(void)state;
	s->loud = true;
	for (size_t i = 0; i < sizeof(arrows) / sizeof(arrows[0]); i++) {
		for (size_t j = 0; j < sizeof(states); j++) {
			char to[3] = {arrows[i].to[2 * j], arrows[i].to[2 * j + 1], 0};
			const char *guard;

			case_bed_init(&s->bed);
			case_story_bring(s, states[j]);
			guard = post_arrow(&s->bed, arrows[i].type);
			if (strcmp(to, "--") == 0) {
				assert_string_equal(guard, "STATE");
			} else {
				assert_string_equal(guard, "");
				assert_string_equal(
					codes_get(CODES_case_state, case_story_state(s).state)
						->name,
					to);
			}
			case_bed_done(&s->bed);
		}
	}
	assert_int_equal(s->misses, 0);
}

/* The clock rebuilt from rows is the clock that was: after open() the same timers fire at the same times. */
static void test_open(void **state)
{
	static struct case_story story;
	struct case_story *s = &story;

	(void)state;
	case_bed_init(&s->bed);
	case_story_bring(s, CODE_case_state_DI);
	case_story_bring(s, CODE_case_state_HO);
	for (int i = 0; i < 4; i++) {
		int64_t timer_us = s->bed.reg.ops->next_timer(&s->bed.reg);
		int64_t moment_us = s->bed.reg.ops->next_moment(&s->bed.reg, s->bed.now_us);

		assert_int_equal(s->bed.reg.ops->open(&s->bed.reg), ERR_OK);
		assert_int_equal(s->bed.reg.ops->next_timer(&s->bed.reg), timer_us);
		assert_int_equal(s->bed.reg.ops->next_moment(&s->bed.reg, s->bed.now_us),
				 moment_us);
		case_bed_go(&s->bed, timer_us);
	}
	case_bed_done(&s->bed);
}

/* A partition's clock runs the cases of its counties, and no others. */
static void test_partitions(void **state)
{
	static struct case_story story;
	struct case_story *s = &story;
	int mine = partition_of_key(SPAN("530102"), LIMIT_CASE_PARTITIONS);

	(void)state;
	case_bed_init(&s->bed);
	case_story_bring(s, CODE_case_state_DI);
	for (int partition = 0; partition < LIMIT_CASE_PARTITIONS; partition++) {
		s->bed.reg.partition = partition;
		assert_int_equal(s->bed.reg.ops->open(&s->bed.reg), ERR_OK);
		assert_int_equal(s->bed.reg.ops->next_timer(&s->bed.reg) != INT64_MAX,
				 partition == mine);
	}
	for (int table = 0; case_rows_tables[table].name; table++) {
		assert_int_equal(
			case_rows_tables[table].partition_of(span_of("\x08\x16\xb6", 3), 1), 0);
	}
	case_bed_done(&s->bed);
}

/* What cannot follow is not folded: a gap in seq, an event of no case, a second report, a type that cases do not have. */
static void test_evolve_refuses(void **state)
{
	static struct case_story story;
	struct case_story *s = &story;
	struct case_bed *bed = &s->bed;
	struct event ev;

	(void)state;
	case_bed_init(bed);
	case_story_bring(s, CODE_case_state_AC);
	ev = bed->ev;
	assert_int_equal(bed->reg.ops->evolve(&bed->reg, &ev), ERR_LOG_GAP);
	EVENT_SET(ev.env, subject, SPAN("530102-20230119-000000000000"));
	EVENT_SET(ev.env, seq, 1);
	assert_int_equal(bed->reg.ops->evolve(&bed->reg, &ev), ERR_ABSENT);
	ev.type = EVENT_case_reported;
	EVENT_SET(ev.env, subject, span_cstr(bed->subject));
	assert_int_equal(bed->reg.ops->evolve(&bed->reg, &ev), ERR_CONFLICT);
	ev.type = EVENT_clock_ticked;
	assert_int_equal(bed->reg.ops->evolve(&bed->reg, &ev), ERR_UNKNOWN);
	EVENT_SET(ev.env, subject, SPAN("clock"));
	assert_int_equal(bed->reg.ops->evolve(&bed->reg, &ev), ERR_INVALID);
	case_bed_begin(bed, EVENT_clock_advanced, TOWN);
	assert_string_equal(case_bed_try(bed), "UNKNOWN");
	case_bed_done(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stories),        cmocka_unit_test(test_arrows),
		cmocka_unit_test(test_open),           cmocka_unit_test(test_partitions),
		cmocka_unit_test(test_evolve_refuses), cmocka_unit_test(test_mutants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
