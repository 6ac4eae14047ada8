/* case_stories_year.c: what was counted past the calendar's last year, and what becomes of it when the calendar is set, told as stories. */
#include "tests/support/case_story.h"

/* A year after a gap: it says nothing of the years between. */
static void set_far_year(struct case_bed *bed)
{
	static const uint32_t none[] = {0};

	case_bed_calendar(bed, 2026, none, none);
}

/* The bed's calendar ends with 2023. Next year begins with a Monday and a Tuesday off, as a count of weekends alone does not know. */
static void set_next_year(struct case_bed *bed)
{
	static const uint32_t off[] = {20240101, 20240102, 0}, none[] = {0};

	case_bed_calendar(bed, 2024, off, none);
}

#define NEXT(...) case_bed_at(2024, __VA_ARGS__)

/* Lets another case be reported: whatever is owed is written with it. The story's case stays its own. */
static void let_owed(struct case_story *s)
{
	char mine[sizeof(s->bed.subject)];

	memcpy(mine, s->bed.subject, sizeof(mine));
	ENDS("", case_bed_report(&s->bed, TOWN, HERE, "UM02", 0));
	memcpy(s->bed.subject, mine, sizeof(mine));
}

/* A firm deadline late in December, and the way up in January: the case is marked, and goes up by the calendar that was set since. */
static void way_up(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	struct case_state c;

	bed->now_us = AT(12, 20, 9, 0);
	case_story_bring(s, CODE_case_state_AC);
	c = case_story_state(s);
	MUST(c.due_us == AT(12, 29, 18, 0) && c.escalate_us == NEXT(1, 2, 18, 0));
	MUST(c.provisional && bed->ev.data.case_accepted.provisional);
	/* What recounts the deadline but not the way up leaves the mark. */
	case_bed_begin(bed, EVENT_case_classified, TOWN);
	EVENT_SET(bed->ev.data.case_classified, severity, CODE_severity_serious);
	ENDS("", case_bed_post(bed));
	MUST(case_story_state(s).provisional && case_story_state(s).seq == 3 &&
	     case_story_state(s).due_us == AT(12, 29, 18, 0));
	set_next_year(bed);
	let_owed(s);
	c = case_story_state(s);
	MUST(c.seq == 4 && !c.provisional && c.due_us == AT(12, 29, 18, 0) &&
	     c.escalate_us == NEXT(1, 4, 18, 0));
	/* Once is enough. */
	let_owed(s);
	MUST(case_story_state(s).seq == 4);
	case_bed_go(bed, NEXT(1, 4, 17, 59));
	MUST(case_story_state(s).owner_level == 4);
	case_bed_go(bed, NEXT(1, 4, 18, 0));
	MUST(case_story_state(s).owner_level == 3 &&
	     case_story_state(s).escalate_us == NEXT(1, 9, 18, 0));
}

/* Set late, the calendar moves the second step up, while the first was taken by what was known. */
static void way_up_late(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	struct case_state c;

	bed->now_us = AT(12, 20, 9, 0);
	case_story_bring(s, CODE_case_state_AC);
	case_bed_go(bed, NEXT(1, 3, 9, 0));
	c = case_story_state(s);
	MUST(c.owner_level == 3 && c.escalate_us == NEXT(1, 5, 18, 0) && c.provisional);
	set_next_year(bed);
	let_owed(s);
	c = case_story_state(s);
	MUST(c.owner_level == 3 && c.escalate_us == NEXT(1, 9, 18, 0) && !c.provisional);
}

/* This year's calendar is amended while next year's is still unknown: only the way up moves, and stays provisional. */
static void way_up_amended(struct case_story *s)
{
	static const uint32_t off[] = {0}, work[] = {20231230, 0};
	struct case_bed *bed = &s->bed;
	struct case_state c;

	bed->now_us = AT(12, 20, 9, 0);
	case_story_bring(s, CODE_case_state_AC);
	case_bed_calendar(bed, 2023, off, work);
	let_owed(s);
	c = case_story_state(s);
	MUST(c.due_us == AT(12, 29, 18, 0) && c.escalate_us == NEXT(1, 1, 18, 0) && c.provisional &&
	     c.seq == 3);
}

/* A village's case that has been sent up twice: red, its way up at an end, so that nothing but its step is left to count. */
static void bring_to_county(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	struct case_state c;

	bed->now_us = AT(11, 1, 9, 0);
	ENDS("", case_bed_report(bed, TOWN, HERE, "MD02", 0));
	ENDS("", case_bed_accept(bed, VILLAGE, CODE_severity_general));
	case_bed_go(bed, AT(12, 20, 9, 0));
	c = case_story_state(s);
	MUST(strcmp(c.owner, COUNTY) == 0 && !c.escalate_us && !c.provisional);
}

/* Who does not sign loses the case by the calendar that was set since, and the case is marked until then. */
static void unsigned_late(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	struct case_state c;

	bring_to_county(s);
	bed->now_us = AT(12, 28, 19, 0);
	ENDS("", case_bed_dispatch(bed, COUNTY, HOUSE));
	c = case_story_state(s);
	MUST(c.step_due_us == AT(12, 29, 18, 0) && c.unsigned_us == NEXT(1, 1, 18, 0) &&
	     !c.escalate_us && c.provisional);
	set_next_year(bed);
	let_owed(s);
	c = case_story_state(s);
	MUST(c.step_due_us == AT(12, 29, 18, 0) && c.unsigned_us == NEXT(1, 3, 18, 0) &&
	     !c.provisional);
	case_bed_go(bed, NEXT(1, 3, 17, 59));
	MUST(case_story_state(s).state == CODE_case_state_DI);
	case_bed_go(bed, NEXT(1, 3, 18, 0));
	MUST(case_story_state(s).state == CODE_case_state_AC);
}

/* A step that a hold moves past the calendar's end is marked, and counted again with the hold. */
static void held_step(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	struct case_state c;

	bring_to_county(s);
	ENDS("", case_bed_dispatch(bed, COUNTY, HOUSE));
	ENDS("", case_bed_simple(bed, EVENT_case_signed_for, HOUSE));
	MUST(case_story_state(s).step_due_us == AT(12, 25, 18, 0) &&
	     !case_story_state(s).provisional);
	bed->now_us = AT(12, 21, 9, 0);
	ENDS("", case_bed_hold(bed, COUNTY, AT(12, 30, 9, 0)));
	case_bed_go(bed, AT(12, 30, 9, 0));
	c = case_story_state(s);
	MUST(c.state == CODE_case_state_IP && c.step_due_us == NEXT(1, 3, 18, 0) && c.provisional);
	set_next_year(bed);
	let_owed(s);
	c = case_story_state(s);
	MUST(c.step_due_us == NEXT(1, 5, 18, 0) && !c.provisional);
}

/* A calendar that is set restates the window of a case that is not open, also after the register was opened anew; once. */
static void restates_window(struct case_story *s, int64_t was_us, int64_t is_us)
{
	struct case_bed *bed = &s->bed;
	struct case_state c = case_story_state(s);
	uint32_t seq = c.seq;

	MUST(c.window_until_us == was_us && c.provisional);
	MUST(bed->reg.ops->open(&bed->reg) == ERR_OK);
	let_owed(s);
	MUST(case_story_state(s).seq == seq);
	set_next_year(bed);
	let_owed(s);
	c = case_story_state(s);
	MUST(c.window_until_us == is_us && !c.provisional && c.seq == seq + 1 && !c.due_us);
	let_owed(s);
	MUST(case_story_state(s).seq == seq + 1);
	/* What was told last is what holds. */
	case_bed_go(bed, is_us);
	ENDS("", case_story_try(s, EVENT_case_reopened, CODE_reopen_cause_centre, TOWN));
	case_bed_go(bed, is_us + 1);
	ENDS("WINDOW", case_story_try(s, EVENT_case_reopened, CODE_reopen_cause_centre, TOWN));
}

/* The days to object are working days: those of January are not known in December. */
static void objection(struct case_story *s)
{
	s->bed.now_us = AT(12, 27, 9, 0);
	case_story_bring(s, CODE_case_state_RJ);
	MUST(s->bed.ev.data.case_rejected.provisional);
	restates_window(s, NEXT(1, 3, 18, 0), NEXT(1, 5, 18, 0));
}

#define REOPEN(n, from)                                                                    \
	case_bed_window(&s->bed, &(struct case_bed_window){NULL, 0, CODE_step_reopen, (n), \
							   CODE_time_unit_working_day, (from)})

/* So it is where policy counts the days to reopen in working days: by the policy of the day when the case was closed. */
static void reopening(struct case_story *s)
{
	s->bed.now_us = AT(12, 27, 9, 0);
	REOPEN(5, 0);
	case_story_bring(s, CODE_case_state_CL);
	MUST(s->bed.ev.data.case_closed.provisional);
	s->bed.now_us = AT(12, 28, 9, 0);
	REOPEN(9, AT(12, 28, 0, 0));
	restates_window(s, NEXT(1, 3, 18, 0), NEXT(1, 5, 18, 0));
}

/* What was settled on the spot has the same window; calendar days are known for ever. */
static void settled(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	bed->now_us = AT(12, 27, 9, 0);
	for (int working = 0; working < 2; working++) {
		if (working) {
			REOPEN(5, 0);
		}
		(void)case_story_try(s, EVENT_case_reported, 1, TOWN);
		ENDS("", case_bed_post(bed));
		MUST(case_story_state(s).state == CODE_case_state_CL);
		MUST(case_story_state(s).provisional == working);
	}
	restates_window(s, NEXT(1, 3, 18, 0), NEXT(1, 5, 18, 0));
}

/* Reopened before the calendar is set it has deadlines again, and its window is no more. */
static void reopened(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	struct case_state c;

	bed->now_us = AT(12, 27, 9, 0);
	case_story_bring(s, CODE_case_state_RJ);
	ENDS("", case_bed_reopen(bed, TOWN, CODE_reopen_cause_centre));
	c = case_story_state(s);
	MUST(c.due_us == NEXT(1, 5, 18, 0) && c.provisional && !c.window_until_us);
	set_next_year(bed);
	let_owed(s);
	c = case_story_state(s);
	MUST(c.due_us == NEXT(1, 9, 18, 0) && !c.provisional && !c.window_until_us);
}

/* A year set beyond a gap restates nothing and takes no mark away; what begins after it is marked alike, and restated when the gap is closed. */
static void gap(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	struct case_state c;

	bed->now_us = AT(12, 27, 9, 0);
	case_story_bring(s, CODE_case_state_AC);
	set_far_year(bed);
	let_owed(s);
	c = case_story_state(s);
	MUST(c.seq == 2 && c.due_us == NEXT(1, 5, 18, 0) && c.provisional);
	case_story_bring(s, CODE_case_state_AC);
	c = case_story_state(s);
	MUST(c.seq == 2 && c.due_us == NEXT(1, 5, 18, 0) && c.provisional);
	set_next_year(bed);
	let_owed(s);
	c = case_story_state(s);
	MUST(c.seq == 3 && c.due_us == NEXT(1, 9, 18, 0) && !c.provisional);
}

/* So it is with the window of a case that is not open. */
static void gap_window(struct case_story *s)
{
	s->bed.now_us = AT(12, 27, 9, 0);
	set_far_year(&s->bed);
	case_story_bring(s, CODE_case_state_RJ);
	restates_window(s, NEXT(1, 3, 18, 0), NEXT(1, 5, 18, 0));
}

/* Of two years that a long limit is counted over the first is set: the deadline moves, and stays provisional. */
static void two_years(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	struct case_state c;

	bed->now_us = AT(12, 27, 9, 0);
	case_bed_window(bed, &(struct case_bed_window){"UM", 0, CODE_step_handle, 300,
						       CODE_time_unit_working_day, 0});
	case_story_bring(s, CODE_case_state_AC);
	c = case_story_state(s);
	MUST(c.due_us == case_bed_at(2025, 2, 19, 18, 0) && c.provisional);
	set_next_year(bed);
	let_owed(s);
	c = case_story_state(s);
	MUST(c.due_us == case_bed_at(2025, 2, 21, 18, 0) && c.provisional && c.seq == 3);
	let_owed(s);
	MUST(case_story_state(s).seq == 3);
}

/* Set for UM: how long it is for a step, in working days, from a moment on. */
static void set_limit(struct case_bed *bed, int step, uint64_t days, int64_t from_us)
{
	case_bed_window(bed, &(struct case_bed_window){"UM", 0, step, days,
						       CODE_time_unit_working_day, from_us});
}

/* What is restated is counted by the policy that was in force when it was counted first, the case's limit and that of its step. */
static void policy_of_then(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	struct case_state c;

	bed->now_us = AT(12, 27, 9, 0);
	set_limit(bed, CODE_step_handle, 6, 0);
	set_limit(bed, CODE_step_dispatch, 5, 0);
	case_story_bring(s, CODE_case_state_AC);
	c = case_story_state(s);
	MUST(c.due_us == NEXT(1, 4, 18, 0) && c.step_due_us == NEXT(1, 3, 18, 0) && c.provisional);
	set_limit(bed, CODE_step_handle, 9, AT(12, 28, 0, 0));
	set_limit(bed, CODE_step_dispatch, 8, AT(12, 28, 0, 0));
	bed->now_us = AT(12, 28, 9, 0);
	set_next_year(bed);
	let_owed(s);
	c = case_story_state(s);
	MUST(c.due_us == NEXT(1, 8, 18, 0) && c.step_due_us == NEXT(1, 5, 18, 0) && !c.provisional);
}

/* So is it when policy was set since for a time that had passed: what people were told moves with the calendar alone. */
static void policy_backdated(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	struct case_state c;

	bed->now_us = AT(12, 27, 9, 0);
	set_limit(bed, CODE_step_handle, 6, 0);
	set_limit(bed, CODE_step_dispatch, 5, 0);
	case_story_bring(s, CODE_case_state_AC);
	set_limit(bed, CODE_step_handle, 9, AT(12, 1, 0, 0));
	set_limit(bed, CODE_step_dispatch, 8, AT(12, 1, 0, 0));
	set_next_year(bed);
	let_owed(s);
	c = case_story_state(s);
	MUST(c.due_us == NEXT(1, 8, 18, 0) && c.step_due_us == NEXT(1, 5, 18, 0) && !c.provisional);
	/* What is decided from then on is decided by it: the next step, and another severity. */
	case_story_bring(s, CODE_case_state_AC);
	c = case_story_state(s);
	MUST(c.due_us == NEXT(1, 11, 18, 0) && c.step_due_us == NEXT(1, 10, 18, 0));
}

/* And the window of a case that was rejected, or closed. */
static void window_backdated(struct case_story *s)
{
	static const uint8_t states[] = {CODE_case_state_RJ, CODE_case_state_CL};

	for (size_t i = 0; i < sizeof(states); i++) {
		case_bed_done(&s->bed);
		case_story_begin(s);
		s->bed.now_us = AT(12, 27, 9, 0);
		REOPEN(5, 0);
		case_story_bring(s, states[i]);
		set_limit(&s->bed, CODE_step_object, 9, AT(12, 1, 0, 0));
		REOPEN(9, AT(12, 1, 0, 0));
		restates_window(s, NEXT(1, 3, 18, 0), NEXT(1, 5, 18, 0));
	}
}

/* A flow that has lost its policy since gives no new deadlines, and a calendar moves those that it gave before. */
static void policy_lost(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	struct case_state was, c;

	bed->now_us = AT(12, 27, 9, 0);
	set_limit(bed, CODE_step_handle, 6, 0);
	set_limit(bed, CODE_step_dispatch, 5, 0);
	case_story_bring(s, CODE_case_state_AC);
	was = case_story_state(s);
	MUST(was.due_us && was.step_due_us && was.provisional);
	case_bed_profile(bed, "full", NULL, 0xffff, false);
	bed->now_us = AT(12, 28, 9, 0);
	set_next_year(bed);
	let_owed(s);
	c = case_story_state(s);
	MUST(c.due_us >= was.due_us && c.step_due_us >= was.step_due_us && c.red_us);
}

/* A limit counts from where it began: reopened, or in its next step, a case is not marked for a year that it had gone through before. */
static void gap_behind(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	bed->now_us = NEXT(12, 27, 9, 0);
	case_bed_calendar(bed, 2025, (const uint32_t[]){0}, (const uint32_t[]){0});
	case_story_bring(s, CODE_case_state_RJ);
	bed->now_us = case_bed_at(2025, 1, 2, 9, 0);
	ENDS("", case_bed_reopen(bed, TOWN, CODE_reopen_cause_centre));
	MUST(case_story_state(s).due_us && !case_story_state(s).provisional);
}

static case_story_tell *const stories[] = {
	way_up,           way_up_late,     way_up_amended, unsigned_late,  held_step,
	objection,        reopening,       settled,        reopened,       gap,
	gap_window,       gap_behind,      two_years,      policy_of_then, policy_lost,
	policy_backdated, window_backdated};

enum { STORIES = sizeof(stories) / sizeof(stories[0]) };

case_story_tell *case_stories_year_get(int number)
{
	return number < STORIES ? stories[number] : case_stories_table_get(number - STORIES);
}
