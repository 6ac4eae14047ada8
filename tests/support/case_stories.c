/* case_stories.c: what the rules of domain.md §3.2-3.5 and answers 9-13 say, told as stories. */
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

/* A hold pauses the case clock; it ends by itself, and both deadlines move on. */
static void hold(struct case_story *s)
{
	struct case_state c, d;

	case_story_bring(s, CODE_case_state_IP);
	c = case_story_state(s);
	ENDS("HOLD_UNTIL", case_bed_hold(&s->bed, HOUSE, s->bed.now_us));
	ENDS("HOLD_UNTIL", case_bed_hold(&s->bed, HOUSE, s->bed.now_us + 90 * CIVIL_DAY_US + 1));
	ENDS("WHO", case_bed_hold(&s->bed, FIRE, s->bed.now_us + CIVIL_DAY_US));
	case_bed_begin(&s->bed, EVENT_case_held, HOUSE);
	EVENT_SET(s->bed.ev.data.case_held, hold_until, s->bed.now_us + CIVIL_DAY_US);
	EVENT_SET(s->bed.ev.data.case_held, approver_unit, SPAN(HOUSE));
	ENDS("APPROVER", case_bed_post(&s->bed));
	ENDS("", case_bed_hold(&s->bed, HOUSE, s->bed.now_us + 90 * CIVIL_DAY_US));
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

/* Two returns owe arbitration by the next level up, and there are no more returns. */
static void arbitration(struct case_story *s)
{
	case_story_bring(s, CODE_case_state_DI);
	ENDS("WHO", case_bed_simple(&s->bed, EVENT_case_returned, FIRE));
	ENDS("", case_bed_simple(&s->bed, EVENT_case_returned, HOUSE));
	MUST(case_story_state(s).state == CODE_case_state_AC &&
	     case_story_state(s).owner_level == 4);
	ENDS("", case_bed_dispatch(&s->bed, TOWN, FIRE));
	ENDS("", case_bed_simple(&s->bed, EVENT_case_returned, FIRE));
	MUST(s->bed.ev.type == EVENT_case_escalated && case_story_state(s).seq == 7);
	MUST(strcmp(case_story_state(s).owner, COUNTY) == 0 &&
	     case_story_state(s).state == CODE_case_state_AC);
	MUST(case_story_state(s).rounds[CODE_escalate_cause_arbitration] == 1);
	ENDS("", case_bed_dispatch(&s->bed, COUNTY, HOUSE));
	ENDS("RETURNS", case_bed_simple(&s->bed, EVENT_case_returned, HOUSE));
	ENDS("CAUSE", case_bed_escalate(&s->bed, HOUSE, CODE_escalate_cause_arbitration));
	ENDS("CAUSE", case_bed_escalate(&s->bed, HOUSE, CODE_escalate_cause_overdue));
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

/* A major case goes to the county at once; it is closed by the prefecture. */
static void major(struct case_story *s)
{
	struct case_state c;

	ENDS("", case_bed_report(&s->bed, GRID, HERE, "MD03", 0));
	MUST(strcmp(case_story_state(s).owner, VILLAGE) == 0);
	ENDS("CAUSE", case_bed_escalate(&s->bed, VILLAGE, CODE_escalate_cause_major));
	/* The first owner goes by type, whatever severity the reporter states. */
	ENDS("", case_bed_report(&s->bed, GRID, HERE, "MD03", CODE_severity_major));
	MUST(strcmp(case_story_state(s).owner, VILLAGE) == 0 && case_story_state(s).seq == 1);
	ENDS("", case_bed_accept(&s->bed, VILLAGE, CODE_severity_major));
	c = case_story_state(s);
	MUST(strcmp(c.owner, COUNTY) == 0 && c.seq == 3 &&
	     c.rounds[CODE_escalate_cause_major] == 1);
	ENDS("", case_bed_dispatch(&s->bed, COUNTY, HOUSE));
	ENDS("", case_bed_simple(&s->bed, EVENT_case_signed_for, HOUSE));
	ENDS("", case_bed_simple(&s->bed, EVENT_case_feedback_submitted, HOUSE));
	ENDS("WHO", case_bed_verify(&s->bed, HOUSE, true));
	ENDS("", case_bed_verify(&s->bed, COUNTY, true));
	ENDS("CLOSE_LEVEL", case_bed_simple(&s->bed, EVENT_case_closed, COUNTY));
	MUST(strstr(s->bed.needs, "level 2") != NULL);
	ENDS("", case_bed_escalate(&s->bed, CITY, CODE_escalate_cause_major));
	MUST(strcmp(case_story_state(s).owner, CITY) == 0);
	ENDS("TOP", case_bed_escalate(&s->bed, CITY, CODE_escalate_cause_beyond_competence));
}

/* A collective matter goes straight to the county. */
static void mass(struct case_story *s)
{
	ENDS("", case_bed_report(&s->bed, GRID, HERE, "MD04", 0));
	ENDS("", case_bed_escalate(&s->bed, VILLAGE, CODE_escalate_cause_mass));
	MUST(strcmp(case_story_state(s).owner, COUNTY) == 0);
	/* Escalated before acceptance it counts as accepted, and has a deadline. */
	MUST(case_story_state(s).severity == CODE_severity_general && case_story_state(s).due_us);
}

/* What crosses a boundary goes to the nearest common prefix of all its places; to the province only over two prefectures. */
static void cross(struct case_story *s)
{
	ENDS("", case_bed_report(&s->bed, TOWN, HERE, "UM01", 0));
	ENDS("CROSS", case_bed_escalate(&s->bed, TOWN, CODE_escalate_cause_cross_boundary));
	case_bed_begin(&s->bed, EVENT_case_reported, TOWN);
	EVENT_SET(s->bed.ev.env, place, SPAN(HERE));
	EVENT_SET(s->bed.ev.data.case_reported, type_code, SPAN("PS02"));
	s->bed.ev.data.case_reported.places[0] = SPAN("530103");
	s->bed.ev.data.case_reported.n_places = 1;
	ENDS("", case_bed_post(&s->bed));
	ENDS("", case_bed_escalate(&s->bed, TOWN, CODE_escalate_cause_cross_boundary));
	MUST(strcmp(case_story_state(s).owner, CITY) == 0);
	ENDS("CROSS", case_bed_escalate(&s->bed, CITY, CODE_escalate_cause_cross_boundary));
	case_bed_begin(&s->bed, EVENT_case_reported, TOWN);
	EVENT_SET(s->bed.ev.env, place, SPAN(HERE));
	EVENT_SET(s->bed.ev.data.case_reported, type_code, SPAN("PS02"));
	s->bed.ev.data.case_reported.places[0] = SPAN("530302");
	s->bed.ev.data.case_reported.n_places = 1;
	ENDS("", case_bed_post(&s->bed));
	ENDS("", case_bed_escalate(&s->bed, TOWN, CODE_escalate_cause_cross_boundary));
	MUST(strcmp(case_story_state(s).owner, "centre:53") == 0);
}

/* Inside its window a case is reopened by its reporter or the centre; the second time it is graver and goes up. */
static void reopening(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	struct case_state c;

	case_story_bring(s, CODE_case_state_CL);
	c = case_story_state(s);
	MUST(c.window_until_us == AT(2, 4, 0, 0) && !c.due_us && c.closed_us == AT(1, 19, 9, 0));
	bed->source = "/yn/other";
	ENDS("REPORTER", case_bed_reopen(bed, TOWN, CODE_reopen_cause_reporter));
	ENDS("CAUSE", case_bed_reopen(bed, TOWN, CODE_reopen_cause_callback));
	bed->source = "/yn/app";
	case_bed_go(bed, AT(2, 4, 0, 0));
	ENDS("", case_bed_reopen(bed, TOWN, CODE_reopen_cause_reporter));
	c = case_story_state(s);
	MUST(c.state == CODE_case_state_AC && c.reopens == 1 &&
	     c.severity == CODE_severity_general && c.owner_level == 4);
	MUST(c.due_us == AT(2, 14, 18, 0) && c.stopped_us == AT(2, 4, 0, 0) - AT(1, 19, 9, 0));
	ENDS("", case_bed_dispatch(bed, TOWN, HOUSE));
	ENDS("", case_bed_simple(bed, EVENT_case_signed_for, HOUSE));
	ENDS("", case_bed_simple(bed, EVENT_case_feedback_submitted, HOUSE));
	ENDS("", case_bed_verify(bed, TOWN, true));
	ENDS("", case_bed_simple(bed, EVENT_case_closed, TOWN));
	ENDS("", case_bed_reopen(bed, COUNTY, CODE_reopen_cause_centre));
	c = case_story_state(s);
	MUST(c.severity == CODE_severity_serious && c.owner_level == 3 && c.reopens == 2);
	/* After the window: a new report. */
	ENDS("", case_bed_dispatch(bed, COUNTY, HOUSE));
	ENDS("", case_bed_simple(bed, EVENT_case_signed_for, HOUSE));
	ENDS("", case_bed_simple(bed, EVENT_case_feedback_submitted, HOUSE));
	ENDS("", case_bed_verify(bed, COUNTY, true));
	ENDS("", case_bed_simple(bed, EVENT_case_closed, COUNTY));
	case_bed_go(bed, AT(2, 20, 0, 1));
	ENDS("WINDOW", case_bed_reopen(bed, TOWN, CODE_reopen_cause_reporter));
	/* Posted late, but meant in time: the action's own time counts for a day. */
	case_bed_begin(bed, EVENT_case_reopened, TOWN);
	EVENT_SET(bed->ev.data.case_reopened, cause, CODE_reopen_cause_reporter);
	EVENT_SET(bed->ev.env, time, case_story_state(s).window_until_us);
	ENDS("", case_bed_try(bed));
	case_bed_go(bed, AT(2, 21, 0, 0));
	ENDS("", case_bed_try(bed));
	case_bed_go(bed, AT(2, 21, 0, 1));
	case_bed_begin(bed, EVENT_case_reopened, TOWN);
	EVENT_SET(bed->ev.data.case_reopened, cause, CODE_reopen_cause_reporter);
	EVENT_SET(bed->ev.env, time, case_story_state(s).window_until_us);
	ENDS("WINDOW", case_bed_try(bed));
}

/* A rejection may be objected to for five working days. */
static void objection(struct case_story *s)
{
	case_story_bring(s, CODE_case_state_RJ);
	MUST(case_story_state(s).window_until_us == AT(1, 31, 18, 0));
	case_bed_go(&s->bed, AT(1, 31, 18, 0));
	ENDS("", case_bed_reopen(&s->bed, TOWN, CODE_reopen_cause_reporter));
	MUST(case_story_state(s).state == CODE_case_state_AC &&
	     case_story_state(s).due_us == AT(2, 9, 18, 0));
	case_bed_done(&s->bed);
	case_bed_init(&s->bed);
	case_story_bring(s, CODE_case_state_RJ);
	case_bed_go(&s->bed, AT(2, 1, 18, 1));
	ENDS("WINDOW", case_bed_reopen(&s->bed, TOWN, CODE_reopen_cause_reporter));
}

/* An unsatisfied call-back owed to the unit reopens the case; the handling unit may not call. */
static void callback(struct case_story *s)
{
	case_story_bring(s, CODE_case_state_VE);
	ENDS("CALLER", case_bed_callback(&s->bed, HOUSE, 5));
	case_bed_begin(&s->bed, EVENT_callback_recorded, TOWN);
	EVENT_SET(s->bed.ev.data.callback_recorded, reached, true);
	ENDS("SCORE", case_bed_post(&s->bed));
	ENDS("", case_bed_callback(&s->bed, TOWN, 3));
	MUST(case_story_state(s).state == CODE_case_state_VE &&
	     case_story_state(s).step == CODE_step_close);
	MUST(!case_story_state(s).step_due_us);
	ENDS("", case_bed_simple(&s->bed, EVENT_case_closed, TOWN));
	ENDS("", case_bed_callback(&s->bed, TOWN, 0));
	ENDS("", case_bed_callback(&s->bed, TOWN, 2));
	MUST(case_story_state(s).state == CODE_case_state_AC && case_story_state(s).reopens == 1);
	ENDS("STATE", case_bed_callback(&s->bed, TOWN, 2));
}

/* A minor matter settled on the spot is closed with its report; any other may not be. */
static void settled(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	for (int severity = CODE_severity_general; severity <= CODE_severity_minor; severity++) {
		case_bed_begin(bed, EVENT_case_reported, GRID);
		EVENT_SET(bed->ev.env, place, SPAN(HERE));
		EVENT_SET(bed->ev.data.case_reported, type_code, SPAN("MD02"));
		EVENT_SET(bed->ev.data.case_reported, severity, (uint8_t)severity);
		EVENT_SET(bed->ev.data.case_reported, settled, true);
		EVENT_SET(bed->ev.data.case_reported, resolution, CODE_outcome_resolved);
		ENDS(severity == CODE_severity_minor ? "" : "SETTLED", case_bed_post(bed));
	}
	MUST(case_story_state(s).state == CODE_case_state_CL && case_story_state(s).seq == 1);
	MUST(case_story_state(s).window_until_us == AT(2, 4, 0, 0));
	MUST(bed->ev.data.case_reported.close_level_expected == 5);
}

/* A hotline knows opened and closed: what it lacks is passed over and recorded; no deadline, no escalation. */
static void profiles(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	struct case_state c;

	bed->source = "/hotline/kunming";
	ENDS("", case_bed_report(bed, COUNTY, "530102", "UM01", CODE_severity_major));
	c = case_story_state(s);
	MUST(strcmp(c.profile, "simple") == 0 && !c.step_due_us && c.owner_level == 3);
	case_bed_go(bed, AT(12, 1, 0, 0));
	ENDS("", case_bed_simple(bed, EVENT_case_closed, CITY));
	MUST(bed->ev.data.case_closed.n_skipped == 5 && bed->ev.env.seq == 2 &&
	     !bed->ev.data.case_closed.late);
	MUST(case_story_state(s).skipped ==
	     (1u << CODE_step_accept | 1u << CODE_step_dispatch | 1u << CODE_step_sign |
	      1u << CODE_step_feedback | 1u << CODE_step_verify));
	/* Without policy the first owner is that of the default level. */
	ENDS("", case_bed_report(bed, COUNTY, HERE, "UM01", 0));
	MUST(strcmp(case_story_state(s).owner, TOWN) == 0);
	bed->source = "/platform/x";
	ENDS("", case_bed_report(bed, TOWN, HERE, "UM01", 0));
	ENDS("", case_bed_dispatch(bed, TOWN, HOUSE));
	c = case_story_state(s);
	MUST(c.due_us && c.skipped == 1u << CODE_step_accept);
	ENDS("", case_bed_simple(bed, EVENT_case_feedback_submitted, HOUSE));
	ENDS("", case_bed_simple(bed, EVENT_case_closed, TOWN));
	MUST(bed->ev.data.case_closed.n_skipped == 3);
	bed->source = "/yn/app";
	ENDS("", case_bed_report(bed, TOWN, HERE, "UM01", 0));
	ENDS("STATE", case_bed_simple(bed, EVENT_case_closed, TOWN));
}

/* Who may: owner, lead, function; a report from where, about what. */
static void rights(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	ENDS("PLACE_COARSE", case_bed_report(bed, TOWN, "5301", "UM01", 0));
	ENDS("PLACE", case_bed_report(bed, TOWN, "530199", "UM01", 0));
	ENDS("PLACE_GONE", case_bed_report(bed, TOWN, "530102009", "UM01", 0));
	ENDS("TYPE", case_bed_report(bed, TOWN, HERE, "UM88", 0));
	ENDS("GRID_LIST", case_bed_report(bed, GRID, HERE, "UM01", 0));
	ENDS("", case_bed_report(bed, GRID, HERE, "LS01", 0));
	ENDS("FORBIDDEN", case_bed_report(bed, GRID, HERE, "SH09", 0));
	ENDS("UNIT", case_bed_report(bed, "nobody", HERE, "UM01", 0));
	ENDS("UNIT", case_bed_report(bed, "gone-530102", HERE, "UM01", 0));
	case_bed_begin(bed, EVENT_case_reported, TOWN);
	EVENT_SET(bed->ev.env, place, SPAN(HERE));
	EVENT_SET(bed->ev.env, subject, SPAN("530102-20230119-000000000000"));
	EVENT_SET(bed->ev.data.case_reported, type_code, SPAN("UM01"));
	ENDS("SUBJECT", case_bed_post(bed));
	case_bed_begin(bed, EVENT_case_accepted, TOWN);
	EVENT_SET(bed->ev.env, subject, SPAN("530102-20230119-000000000000"));
	ENDS("NO_CASE", case_bed_post(bed));
	ENDS("", case_bed_report(bed, TOWN, HERE, "SH09", 0));
	bed->ids--;
	ENDS("EXISTS", case_bed_report(bed, TOWN, HERE, "SH09", 0));
	ENDS("WHO", case_bed_accept(bed, VILLAGE, CODE_severity_general));
	ENDS("WHO", case_bed_accept(bed, COUNTY, CODE_severity_general));
	MUST(strstr(bed->needs, TOWN) != NULL);
	case_bed_begin(bed, EVENT_case_accepted, TOWN);
	EVENT_SET(bed->ev.data.case_accepted, severity, CODE_severity_general);
	EVENT_SET(bed->ev.env, expectedseq, 2);
	ENDS("EXPECTED_SEQ", case_bed_try(bed));
	EVENT_SET(bed->ev.env, expectedseq, 1);
	EVENT_SET(bed->ev.env, time, bed->now_us + 24 * CIVIL_HOUR_US + 1);
	ENDS("TIME_AHEAD", case_bed_try(bed));
	EVENT_SET(bed->ev.env, time, bed->now_us + 24 * CIVIL_HOUR_US);
	ENDS("", case_bed_post(bed));
	ENDS("LEAD", case_bed_dispatch(bed, TOWN, "nobody"));
	ENDS("LEAD", case_bed_dispatch(bed, TOWN, "gone-530102"));
	ENDS("FORBIDDEN", case_bed_dispatch(bed, TOWN, GRID));
	case_bed_begin(bed, EVENT_case_dispatched, TOWN);
	EVENT_SET(bed->ev.data.case_dispatched, lead_unit, SPAN(HOUSE));
	bed->ev.data.case_dispatched.assist[0] = SPAN(HOUSE);
	bed->ev.data.case_dispatched.n_assist = 1;
	ENDS("ASSIST", case_bed_post(bed));
}

/* A unit that stands right but lacks the function; who fed back may not verify; a failed verification is reworked. */
static void functions(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	ENDS("", case_bed_report(bed, TOWN, HERE, "UM01", 0));
	ENDS("", case_bed_accept(bed, TOWN, CODE_severity_general));
	ENDS("", case_bed_dispatch(bed, TOWN, TOWN));
	ENDS("", case_bed_simple(bed, EVENT_case_signed_for, TOWN));
	ENDS("", case_bed_simple(bed, EVENT_case_handling_logged, TOWN));
	MUST(case_story_state(s).step == CODE_step_handle &&
	     case_story_state(s).step_due_us == case_story_state(s).due_us);
	ENDS("", case_bed_simple(bed, EVENT_case_feedback_submitted, TOWN));
	ENDS("VERIFIER", case_bed_verify(bed, TOWN, true));
	case_bed_begin(bed, EVENT_case_verified, COUNTY);
	ENDS("MEMBER", case_bed_post(bed));
	ENDS("", case_bed_verify(bed, COUNTY, false));
	MUST(case_story_state(s).state == CODE_case_state_IP && case_story_state(s).reworks == 1);
	/* A grid may verify on site, but not call back. */
	case_bed_begin(bed, EVENT_callback_recorded, GRID);
	ENDS("STATE", case_bed_post(bed));
	ENDS("", case_bed_simple(bed, EVENT_case_feedback_submitted, TOWN));
	ENDS("", case_bed_verify(bed, GRID, true));
	case_bed_begin(bed, EVENT_callback_recorded, GRID);
	EVENT_SET(bed->ev.data.callback_recorded, reached, false);
	ENDS("FUNCTION", case_bed_post(bed));
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
	MUST(case_story_state(s).seq == 4);
}

/* An accepted action binds its source and id, within its case; a report's within its county for ever. */
static void bound(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	uint8_t digest[16], to;
	int64_t seq;

	case_story_bring(s, CODE_case_state_AC);
	MUST(bed->reg.ops->bound(&bed->reg, &bed->ev, digest, &seq, &to));
	MUST(seq == 2 && to == CODE_case_state_AC && memcmp(digest, "0123456789abcdef", 16) == 0);
	case_bed_begin(bed, EVENT_case_reported, TOWN);
	bed->ids = 1;
	EVENT_SET(bed->ev.env, id, SPAN("a1"));
	EVENT_SET(bed->ev.env, time, bed->now_us + 40 * CIVIL_DAY_US);
	EVENT_SET(bed->ev.env, place, SPAN("530102"));
	MUST(bed->reg.ops->bound(&bed->reg, &bed->ev, digest, &seq, &to) && seq == 1);
	EVENT_SET(bed->ev.env, place, SPAN("530103"));
	MUST(!bed->reg.ops->bound(&bed->reg, &bed->ev, digest, &seq, &to));
}

case_story_tell *const case_stories_all[] = {
	spring_festival, landslide,  hold,        arbitration, unsigned_case, major,    mass,
	cross,           reopening,  objection,   callback,    settled,       profiles, rights,
	functions,       classified, provisional, bound,       NULL};
