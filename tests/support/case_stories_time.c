/* case_stories_time.c: what the clock does to a case, and deadlines to it (domain.md §2.6, §3.4-3.5), told as stories. */
#include "tests/support/case_story.h"

static int64_t moment_after(struct case_story *s, int64_t after_us)
{
	return s->bed.reg.ops->next_moment(&s->bed.reg, after_us);
}

/* G5: reported 2023-01-19, three working days over Spring Festival: due 01-29 18:00, yellow 01-28 18:00. */
static void spring_festival(struct case_story *s)
{
	struct case_state c;

	ENDS("", case_bed_report(&s->bed, TOWN, HERE, "LS01", 0));
	c = case_story_state(s);
	MUST(c.state == CODE_case_state_RP && c.seq == 1 && !c.due_us);
	MUST(c.step == CODE_step_accept && c.step_due_us == AT(1, 19, 15, 0));
	ENDS("", case_bed_accept(&s->bed, TOWN, CODE_severity_general));
	c = case_story_state(s);
	MUST(c.due_us == AT(1, 29, 18, 0) && c.red_us == AT(1, 29, 18, 0));
	MUST(c.yellow_us == AT(1, 28, 18, 0) && c.orig_due_us == c.due_us);
	MUST(moment_after(s, AT(1, 28, 0, 0)) == AT(1, 28, 18, 0));
	MUST(moment_after(s, AT(1, 28, 18, 0)) == AT(1, 29, 18, 0));
	/* Late by nothing: two working days past red the township's parent gets it. */
	case_bed_go(&s->bed, AT(1, 31, 17, 59));
	MUST(case_story_state(s).owner_level == 4);
	case_bed_go(&s->bed, AT(1, 31, 18, 0));
	MUST(strcmp(case_story_state(s).owner, COUNTY) == 0);
	/* Five working days past red the prefecture; never above it. */
	case_bed_go(&s->bed, AT(2, 3, 17, 59));
	MUST(case_story_state(s).owner_level == 3);
	case_bed_go(&s->bed, AT(2, 3, 18, 0));
	c = case_story_state(s);
	MUST(strcmp(c.owner, CITY) == 0 && c.due_us == AT(1, 29, 18, 0) &&
	     c.rounds[CODE_escalate_cause_overdue] == 2);
	case_bed_go(&s->bed, AT(12, 1, 0, 0));
	MUST(case_story_state(s).owner_level == 2);
}

/* G1: a landslide, from report to closing within an hour, every limit green. */
static void landslide(struct case_story *s)
{
	struct case_state c;
	struct case_bed *bed = &s->bed;

	bed->now_us = AT(7, 10, 8, 0);
	ENDS("", case_bed_report(bed, GRID, "530102001001001", "SH03", CODE_severity_urgent));
	case_bed_go(bed, AT(7, 10, 8, 5));
	MUST(case_story_state(s).step_due_us == AT(7, 10, 8, 15));
	ENDS("", case_bed_accept(bed, TOWN, CODE_severity_urgent));
	c = case_story_state(s);
	MUST(c.due_us == AT(7, 11, 8, 0) && c.yellow_us == AT(7, 11, 2, 0));
	ENDS("", case_bed_dispatch(bed, TOWN, HOUSE));
	case_bed_go(bed, AT(7, 10, 8, 15));
	ENDS("", case_bed_simple(bed, EVENT_case_signed_for, HOUSE));
	MUST(!bed->ev.data.case_signed_for.late);
	case_bed_go(bed, AT(7, 10, 8, 30));
	ENDS("", case_bed_simple(bed, EVENT_case_handling_logged, HOUSE));
	MUST(bed->ev.data.case_handling_logged.first &&
	     case_story_state(s).step == CODE_step_handle);
	ENDS("", case_bed_simple(bed, EVENT_case_feedback_submitted, HOUSE));
	case_bed_go(bed, AT(7, 10, 8, 55));
	ENDS("", case_bed_verify(bed, GRID, true));
	case_bed_go(bed, AT(7, 10, 9, 0));
	ENDS("", case_bed_simple(bed, EVENT_case_closed, TOWN));
	MUST(bed->ev.data.case_closed.work_us == (uint64_t)CIVIL_HOUR_US &&
	     !bed->ev.data.case_closed.late);
	MUST(bed->ev.env.seq == 8 && bed->ev.data.case_closed.n_skipped == 0);
	MUST(bed->ev.data.case_closed.close_level == 4 &&
	     bed->ev.data.case_closed.close_level_expected == 4);
}

/* Tries to put the case on hold for a day: posted by one unit, approved by another. */
static const char *hold_for(struct case_story *s, const char *unit, const char *approver)
{
	case_bed_begin(&s->bed, EVENT_case_held, unit);
	EVENT_SET(s->bed.ev.data.case_held, hold_until, s->bed.now_us + CIVIL_DAY_US);
	EVENT_SET(s->bed.ev.data.case_held, approver_unit, span_cstr(approver));
	return case_bed_try(&s->bed);
}

/* A hold pauses the case clock; it ends by itself, and both deadlines move on. */
static void hold(struct case_story *s)
{
	struct case_state c, d;

	case_story_bring(s, CODE_case_state_IP);
	c = case_story_state(s);
	ENDS("HOLD_UNTIL", case_bed_hold(&s->bed, TOWN, s->bed.now_us));
	ENDS("HOLD_UNTIL", case_bed_hold(&s->bed, TOWN, s->bed.now_us + 90 * CIVIL_DAY_US + 1));
	ENDS("WHO", case_bed_hold(&s->bed, FIRE, s->bed.now_us + CIVIL_DAY_US));
	/* Nobody pauses its own clock: the unit asks, the owner or a centre above it approves, and in its own name. */
	ENDS("WHO", hold_for(s, HOUSE, HOUSE));
	ENDS("WHO", hold_for(s, HOUSE, TOWN));
	ENDS("APPROVER", hold_for(s, TOWN, HOUSE));
	ENDS("APPROVER", hold_for(s, TOWN, COUNTY));
	ENDS("", hold_for(s, COUNTY, COUNTY));
	ENDS("", case_bed_hold(&s->bed, TOWN, s->bed.now_us + 90 * CIVIL_DAY_US));
	MUST(case_story_state(s).state == CODE_case_state_HO);
	ENDS("STATE", case_bed_simple(&s->bed, EVENT_case_feedback_submitted, HOUSE));
	case_bed_go(&s->bed, AT(1, 19, 9, 0) + 90 * CIVIL_DAY_US);
	d = case_story_state(s);
	MUST(d.state == CODE_case_state_IP && d.held_us == 90 * CIVIL_DAY_US && d.holds == 1);
	MUST(s->bed.ev.type == EVENT_case_resumed &&
	     s->bed.ev.data.case_resumed.by == CODE_resume_by_timer);
	/* 2023-02-01 as counted without the hold; 90 days hold 59 working days and the opening hours of one more. */
	MUST(d.due_us > c.due_us + 80 * CIVIL_DAY_US && d.escalate_us > d.due_us);
	ENDS("", case_bed_hold(&s->bed, TOWN, s->bed.now_us + CIVIL_DAY_US));
	ENDS("", case_bed_simple(&s->bed, EVENT_case_resumed, TOWN));
	MUST(s->bed.ev.data.case_resumed.by == CODE_resume_by_centre &&
	     case_story_state(s).holds == 2);
	ENDS("STATE", case_bed_simple(&s->bed, EVENT_case_resumed, TOWN));
}

/* Nobody signs: twice the sign limit on, the owner's parent has it, and the step clock starts anew. */
static void unsigned_case(struct case_story *s)
{
	struct case_state c;

	case_story_bring(s, CODE_case_state_DI);
	c = case_story_state(s);
	MUST(c.step_due_us == AT(1, 20, 18, 0) && c.unsigned_us == AT(1, 28, 18, 0));
	case_bed_go(&s->bed, AT(1, 28, 17, 59));
	MUST(case_story_state(s).state == CODE_case_state_DI);
	case_bed_go(&s->bed, AT(1, 28, 18, 0));
	c = case_story_state(s);
	MUST(c.state == CODE_case_state_AC && c.owner_level == 3 && c.overdue_rungs == 0 &&
	     !c.lead_unit[0]);
	MUST(c.step == CODE_step_dispatch && c.step_started_us == AT(1, 28, 18, 0));
	/* Late signing is an effect. */
	ENDS("", case_bed_dispatch(&s->bed, COUNTY, HOUSE));
	case_bed_go(&s->bed, AT(1, 29, 18, 1));
	ENDS("", case_bed_simple(&s->bed, EVENT_case_signed_for, HOUSE));
	MUST(s->bed.ev.data.case_signed_for.late);
}

/* Reclassifying counts the new limit from the report, never into the past; saying the same is no change. */
static void classified(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	int64_t orig_us;

	case_story_bring(s, CODE_case_state_AC);
	orig_us = case_story_state(s).due_us;
	MUST(orig_us == AT(2, 2, 18, 0));
	case_bed_begin(bed, EVENT_case_classified, TOWN);
	ENDS("MEMBER", case_bed_post(bed));
	case_bed_begin(bed, EVENT_case_classified, TOWN);
	EVENT_SET(bed->ev.data.case_classified, severity, CODE_severity_general);
	ENDS("NO_CHANGE", case_bed_post(bed));
	case_bed_begin(bed, EVENT_case_classified, COUNTY);
	EVENT_SET(bed->ev.data.case_classified, type_code, SPAN("MD77"));
	ENDS("TYPE", case_bed_post(bed));
	case_bed_begin(bed, EVENT_case_classified, COUNTY);
	EVENT_SET(bed->ev.data.case_classified, type_code, SPAN("MD02"));
	ENDS("", case_bed_post(bed));
	MUST(case_story_state(s).due_us == AT(2, 19, 0, 0) &&
	     case_story_state(s).orig_due_us == orig_us);
	case_bed_go(bed, AT(1, 21, 9, 0));
	case_bed_begin(bed, EVENT_case_classified, TOWN);
	EVENT_SET(bed->ev.data.case_classified, severity, CODE_severity_urgent);
	ENDS("", case_bed_post(bed));
	MUST(case_story_state(s).due_us == AT(1, 22, 9, 0));
	MUST(bed->ev.data.case_classified.old_severity == CODE_severity_general);
}

/* A deadline counted past the calendar's last year is provisional, and restated once the calendar covers it. */
static void provisional(struct case_story *s)
{
	static const uint32_t off[] = {20240101, 0}, none[] = {0};
	struct case_bed *bed = &s->bed;

	bed->now_us = AT(12, 28, 9, 0);
	case_story_bring(s, CODE_case_state_AC);
	MUST(case_story_state(s).provisional &&
	     case_story_state(s).due_us == case_bed_at(2024, 1, 8, 18, 0));
	case_bed_calendar(bed, 2024, off, none);
	ENDS("", case_bed_dispatch(bed, TOWN, HOUSE));
	MUST(case_story_state(s).due_us == case_bed_at(2024, 1, 9, 18, 0) &&
	     !case_story_state(s).provisional);
	MUST(case_story_state(s).seq == 4 && case_story_state(s).state == CODE_case_state_DI);
}

/* A provisional deadline stays so while its case is on hold; it is restated once the hold is over. */
static void provisional_hold(struct case_story *s)
{
	static const uint32_t off[] = {20240101, 0}, none[] = {0};
	struct case_bed *bed = &s->bed;
	char held[sizeof(bed->subject)];

	bed->now_us = AT(12, 28, 9, 0);
	case_story_bring(s, CODE_case_state_HO);
	MUST(case_story_state(s).provisional && case_story_state(s).seq == 5);
	case_bed_calendar(bed, 2024, off, none);
	bed->source = "/yn/app";
	ENDS("WHO", case_bed_simple(bed, EVENT_case_resumed, FIRE));
	MUST(case_story_state(s).seq == 5);
	/* Others are looked after in the meantime. */
	memcpy(held, bed->subject, sizeof(held));
	ENDS("", case_bed_report(bed, TOWN, HERE, "UM02", 0));
	memcpy(bed->subject, held, sizeof(held));
	MUST(case_story_state(s).seq == 5);
	ENDS("", case_bed_simple(bed, EVENT_case_resumed, HOUSE));
	MUST(!case_story_state(s).provisional && case_story_state(s).seq == 7);
	MUST(case_story_state(s).state == CODE_case_state_IP);
}

/* A report that nobody accepts has a limit to be accepted by and no deadline of its own (answers 10), so the clock does not send it up;
 * a centre above may. Accepted late, it is as late as its report is old, and goes up at once. */
static void unaccepted(struct case_story *s)
{
	struct case_state c;

	ENDS("", case_bed_report(&s->bed, TOWN, HERE, "LS01", 0));
	case_bed_go(&s->bed, AT(3, 20, 9, 0));
	c = case_story_state(s);
	MUST(c.state == CODE_case_state_RP && c.seq == 1 && c.owner_level == 4);
	MUST(!c.due_us && !c.escalate_us && c.step_red_us == AT(1, 19, 15, 0));
	ENDS("", case_bed_accept(&s->bed, TOWN, CODE_severity_general));
	MUST(case_story_state(s).due_us == AT(1, 29, 18, 0));
	case_bed_go(&s->bed, AT(3, 20, 9, 0));
	c = case_story_state(s);
	MUST(c.owner_level == 2 && c.rounds[CODE_escalate_cause_overdue] == 2);
	s->bed.now_us = AT(3, 20, 9, 1);
	case_story_bring(s, CODE_case_state_RP);
	ENDS("", case_bed_escalate(&s->bed, COUNTY, CODE_escalate_cause_beyond_competence));
	MUST(case_story_state(s).owner_level == 3 && case_story_state(s).due_us);
}

/* A report that nobody has accepted yet is restated like any other, once. */
static void provisional_report(struct case_story *s)
{
	static const uint32_t off[] = {20240101, 0}, none[] = {0};
	struct case_bed *bed = &s->bed;
	char first[sizeof(bed->subject)];

	bed->now_us = AT(12, 29, 9, 0);
	case_story_bring(s, CODE_case_state_RP);
	memcpy(first, bed->subject, sizeof(first));
	MUST(case_story_state(s).provisional && !case_story_state(s).due_us &&
	     case_story_state(s).step_due_us == case_bed_at(2024, 1, 1, 18, 0));
	case_bed_calendar(bed, 2024, off, none);
	bed->now_us = AT(12, 29, 9, 1);
	ENDS("", case_bed_report(bed, TOWN, HERE, "UM02", 0));
	memcpy(bed->subject, first, sizeof(first));
	MUST(!case_story_state(s).provisional && case_story_state(s).seq == 2 &&
	     case_story_state(s).step_due_us == case_bed_at(2024, 1, 2, 18, 0));
}

/* A calendar counts from the day it comes into force, whenever the case was accepted: then its deadline is restated, once. */
static void provisional_later(struct case_story *s)
{
	static const uint32_t off[] = {20240101, 0}, none[] = {0};
	struct case_bed *bed = &s->bed;

	bed->now_us = AT(12, 28, 9, 0);
	case_story_bring(s, CODE_case_state_AC);
	case_bed_calendar_from(bed, 2024, off, none, AT(12, 29, 0, 0));
	case_bed_go(bed, AT(12, 28, 23, 59));
	ENDS("", case_bed_dispatch(bed, TOWN, HOUSE));
	MUST(case_story_state(s).provisional && case_story_state(s).seq == 3);
	case_bed_go(bed, AT(12, 29, 0, 0));
	ENDS("", case_bed_simple(bed, EVENT_case_signed_for, HOUSE));
	MUST(!case_story_state(s).provisional && case_story_state(s).seq == 5 &&
	     case_story_state(s).due_us == case_bed_at(2024, 1, 9, 18, 0));
}

/* The calendar that an event names is the one its case deadline was counted in, whatever its steps were counted in later. */
static void calendar_named(struct case_story *s)
{
	static const uint32_t none[] = {0};
	struct case_bed *bed = &s->bed;

	case_story_bring(s, CODE_case_state_AC);
	MUST(case_story_state(s).cal_ver == 2023);
	case_bed_calendar(bed, 2024, none, none);
	ENDS("", case_bed_dispatch(bed, TOWN, HOUSE));
	MUST(bed->ev.data.case_dispatched.cal_ver == 2023 && case_story_state(s).cal_ver == 2023);
	MUST(case_story_state(s).due_us == AT(2, 2, 18, 0));
	/* Its deadline counted again, by severity. */
	case_bed_begin(bed, EVENT_case_classified, TOWN);
	EVENT_SET(bed->ev.data.case_classified, severity, CODE_severity_serious);
	ENDS("", case_bed_post(bed));
	MUST(bed->ev.data.case_classified.cal_ver == 2024);
}

static const char *classify(struct case_story *s, const char *unit, int severity)
{
	case_bed_begin(&s->bed, EVENT_case_classified, unit);
	EVENT_SET(s->bed.ev.data.case_classified, severity, (uint8_t)severity);
	return case_bed_post(&s->bed);
}

/* No edit makes a red case green, nor starts its ladder anew. */
static void red_stays(struct case_story *s)
{
	struct case_state c;

	case_story_bring(s, CODE_case_state_IP);
	MUST(case_story_state(s).due_us == AT(2, 2, 18, 0));
	case_bed_go(&s->bed, AT(2, 2, 18, 0));
	case_bed_begin(&s->bed, EVENT_case_classified, TOWN);
	EVENT_SET(s->bed.ev.data.case_classified, type_code, SPAN("MD02"));
	ENDS("", case_bed_post(&s->bed));
	MUST(case_story_state(s).due_us == AT(2, 2, 18, 0));
	ENDS("", classify(s, TOWN, CODE_severity_urgent));
	c = case_story_state(s);
	MUST(c.due_us == AT(2, 2, 18, 0) && c.escalate_us == AT(2, 6, 18, 0));
	case_bed_go(&s->bed, AT(2, 6, 18, 0));
	c = case_story_state(s);
	MUST(c.owner_level == 3 && c.due_us == AT(2, 2, 18, 0));
}

/* On hold the clock stands: a new limit is judged by when it stopped, and the hold is added once, when it ends. */
static void classified_on_hold(struct case_story *s)
{
	case_story_bring(s, CODE_case_state_HO);
	case_bed_go(&s->bed, AT(1, 21, 9, 0));
	ENDS("", classify(s, TOWN, CODE_severity_urgent));
	MUST(case_story_state(s).due_us == AT(1, 20, 9, 0));
	case_bed_go(&s->bed, AT(1, 24, 9, 0));
	ENDS("", case_bed_simple(&s->bed, EVENT_case_resumed, HOUSE));
	MUST(case_story_state(s).due_us == AT(1, 25, 9, 0));
	/* What would be past already counts from when the clock stopped. */
	ENDS("", case_bed_hold(&s->bed, TOWN, AT(1, 31, 9, 0)));
	ENDS("", classify(s, TOWN, CODE_severity_minor));
	MUST(case_story_state(s).due_us == AT(1, 25, 0, 0));
	ENDS("", case_bed_simple(&s->bed, EVENT_case_resumed, HOUSE));
	MUST(case_story_state(s).due_us == AT(1, 25, 0, 0));
}

/* One history has one deadline: moved on by each hold in turn, or counted anew with all of them; a limit in days ends with a day. */
static void held_and_counted(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	case_story_bring(s, CODE_case_state_IP);
	bed->now_us = AT(1, 19, 10, 0);
	ENDS("", case_bed_hold(bed, TOWN, AT(1, 29, 10, 0)));
	case_bed_go(bed, AT(1, 29, 10, 0));
	/* The ends of 1-19, 1-20 and 1-28 fell into the hold. */
	MUST(case_story_state(s).due_us == AT(2, 7, 18, 0) &&
	     case_story_state(s).step_due_us == AT(1, 31, 18, 0));
	bed->now_us = AT(1, 31, 9, 0);
	ENDS("", case_bed_hold(bed, TOWN, AT(2, 10, 9, 0)));
	bed->now_us = AT(1, 31, 17, 0);
	ENDS("", case_bed_simple(bed, EVENT_case_resumed, HOUSE));
	MUST(case_story_state(s).due_us == AT(2, 7, 18, 0));
	ENDS("", classify(s, TOWN, CODE_severity_serious));
	MUST(case_story_state(s).due_us == AT(2, 7, 18, 0));
	/* Thirty days, ten of them held. */
	case_bed_begin(bed, EVENT_case_classified, TOWN);
	EVENT_SET(bed->ev.data.case_classified, severity, CODE_severity_general);
	EVENT_SET(bed->ev.data.case_classified, type_code, SPAN("MD02"));
	ENDS("", case_bed_post(bed));
	MUST(case_story_state(s).due_us == AT(3, 1, 0, 0));
}

/* Restating after a hold counts with it, and the step from where it began, not from where it was resumed. */
static void restated_after_hold(struct case_story *s)
{
	static const uint32_t off[] = {20240101, 0}, none[] = {0};
	struct case_bed *bed = &s->bed;
	char held[sizeof(bed->subject)];

	bed->now_us = AT(12, 26, 9, 0);
	case_story_bring(s, CODE_case_state_IP);
	memcpy(held, bed->subject, sizeof(held));
	bed->now_us = AT(12, 27, 9, 0);
	ENDS("", case_bed_hold(bed, TOWN, AT(12, 29, 9, 0)));
	case_bed_go(bed, AT(12, 29, 9, 0));
	MUST(case_story_state(s).due_us == case_bed_at(2024, 1, 8, 18, 0) &&
	     case_story_state(s).step_due_us == case_bed_at(2024, 1, 1, 18, 0));
	case_bed_calendar(bed, 2024, off, none);
	ENDS("", case_bed_report(bed, TOWN, HERE, "UM02", 0));
	memcpy(bed->subject, held, sizeof(held));
	MUST(!case_story_state(s).provisional &&
	     case_story_state(s).due_us == case_bed_at(2024, 1, 9, 18, 0) &&
	     case_story_state(s).step_due_us == case_bed_at(2024, 1, 2, 18, 0));
}

/* A hold pauses the overdue ladder too. */
static void held_when_red(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	case_story_bring(s, CODE_case_state_IP);
	case_bed_go(bed, AT(2, 3, 9, 0));
	ENDS("", case_bed_hold(bed, TOWN, AT(2, 13, 9, 0)));
	case_bed_go(bed, AT(2, 14, 17, 59));
	MUST(case_story_state(s).state == CODE_case_state_IP &&
	     case_story_state(s).owner_level == 4 && case_story_state(s).due_us == AT(2, 2, 18, 0));
	/* Two working days past red were up on 2-6; six working days were held. */
	case_bed_go(bed, AT(2, 14, 18, 0));
	MUST(case_story_state(s).owner_level == 3);
	case_bed_go(bed, AT(2, 17, 17, 59));
	MUST(case_story_state(s).owner_level == 3);
	case_bed_go(bed, AT(2, 17, 18, 0));
	MUST(case_story_state(s).owner_level == 2);
}

/* A case may be held so often, and no oftener. */
static void holds(struct case_story *s)
{
	case_story_bring(s, CODE_case_state_IP);
	for (int i = 0; i < 4; i++) {
		ENDS("", case_bed_hold(&s->bed, TOWN, s->bed.now_us + CIVIL_DAY_US));
		ENDS("", case_bed_simple(&s->bed, EVENT_case_resumed, HOUSE));
	}
	ENDS("HOLDS", case_bed_hold(&s->bed, TOWN, s->bed.now_us + CIVIL_DAY_US));
	MUST(case_story_state(s).holds == 4);
}

#define WINDOW(...) case_bed_window(bed, &(struct case_bed_window){__VA_ARGS__})

/* A window that policy changes from a day on is the new one for what is decided from then on, and the old one for all before. */
static void windows_of_policy(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	int64_t first_us = AT(1, 20, 0, 0);
	char before[sizeof(bed->subject)];

	WINDOW(NULL, 0, CODE_step_reopen, 20, CODE_time_unit_calendar_day, first_us);
	WINDOW(NULL, 0, CODE_step_hold, 48, CODE_time_unit_hour, first_us);
	WINDOW(NULL, 0, CODE_step_object, 2, CODE_time_unit_working_day, first_us);
	case_story_bring(s, CODE_case_state_VE);
	bed->now_us = first_us - 1;
	ENDS("", case_bed_simple(bed, EVENT_case_closed, TOWN));
	MUST(case_story_state(s).window_until_us == AT(2, 4, 0, 0));
	memcpy(before, bed->subject, sizeof(before));
	case_story_bring(s, CODE_case_state_RJ);
	MUST(case_story_state(s).window_until_us == AT(1, 31, 18, 0));
	case_story_bring(s, CODE_case_state_IP);
	ENDS("", case_bed_hold(bed, TOWN, first_us - 1 + 90 * CIVIL_DAY_US));
	bed->now_us = first_us;
	/* A hold that began under the old bound keeps its end. */
	MUST(case_story_state(s).hold_until_us == first_us - 1 + 90 * CIVIL_DAY_US);
	ENDS("", case_bed_simple(bed, EVENT_case_resumed, HOUSE));
	ENDS("HOLD_UNTIL", case_bed_hold(bed, TOWN, first_us + 2 * CIVIL_DAY_US + 1));
	MUST(strstr(bed->needs, "2023-01-22T00:00:00"));
	ENDS("", case_bed_hold(bed, TOWN, first_us + 2 * CIVIL_DAY_US));
	case_story_bring(s, CODE_case_state_RJ);
	MUST(case_story_state(s).window_until_us == AT(1, 29, 18, 0));
	case_story_bring(s, CODE_case_state_CL);
	MUST(case_story_state(s).window_until_us == AT(2, 10, 0, 0));
	/* What was told then holds, whatever policy says by now. */
	case_bed_go(bed, AT(2, 4, 0, 1));
	ENDS("", case_story_try(s, EVENT_case_reopened, CODE_reopen_cause_centre, COUNTY));
	memcpy(bed->subject, before, sizeof(before));
	ENDS("WINDOW", case_bed_reopen(bed, COUNTY, CODE_reopen_cause_centre));
}

/* A window may be another for a type, and for a severity, as it is when the window opens; in a flow without deadlines too. */
static void windows_of_types(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	int64_t now_us = bed->now_us;

	WINDOW("UM", 0, CODE_step_hold, 3, CODE_time_unit_hour, 0);
	WINDOW("MD", 0, CODE_step_hold, 7, CODE_time_unit_hour, 0);
	WINDOW(NULL, CODE_severity_serious, CODE_step_hold, 5, CODE_time_unit_hour, 0);
	WINDOW("UM", 0, CODE_step_reopen, 4, CODE_time_unit_calendar_day, 0);
	case_story_bring(s, CODE_case_state_IP);
	ENDS("HOLD_UNTIL", case_bed_hold(bed, TOWN, now_us + 3 * CIVIL_HOUR_US + 1));
	case_bed_begin(bed, EVENT_case_classified, TOWN);
	EVENT_SET(bed->ev.data.case_classified, severity, CODE_severity_serious);
	ENDS("", case_bed_post(bed));
	ENDS("HOLD_UNTIL", case_bed_hold(bed, TOWN, now_us + 5 * CIVIL_HOUR_US + 1));
	ENDS("", case_bed_hold(bed, TOWN, now_us + 5 * CIVIL_HOUR_US));
	bed->source = "/hotline/a";
	ENDS("", case_bed_report(bed, COUNTY, HERE, "UM01", CODE_severity_minor));
	case_bed_begin(bed, EVENT_case_closed, COUNTY);
	EVENT_SET(bed->ev.data.case_closed, outcome, CODE_outcome_resolved);
	ENDS("", case_bed_post(bed));
	MUST(case_story_state(s).window_until_us == AT(1, 24, 0, 0));
}

static case_story_tell *const stories[] = {
	red_stays,           classified_on_hold, held_and_counted,
	restated_after_hold, held_when_red,      holds,
	spring_festival,     landslide,          hold,
	unsigned_case,       classified,         provisional,
	provisional_hold,    provisional_report, provisional_later,
	windows_of_policy,   windows_of_types,   calendar_named,
	unaccepted};

enum { STORIES = sizeof(stories) / sizeof(stories[0]) };

case_story_tell *case_stories_time_get(int number)
{
	return number < STORIES ? stories[number] : case_stories_year_get(number - STORIES);
}
