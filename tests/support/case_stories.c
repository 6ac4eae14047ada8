/* case_stories.c: what the rules of domain.md §3.2-3.5 and answers 9-13 say, told as stories. */
#include "tests/support/case_story.h"

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

/* A grid logs what it saw of a case in it, be it filed in one of its micro-grids or in its village; a village that is not its own is not its. */
static void grid_in_and_over(struct case_story *s)
{
	static const char *const places[] = {"53010200100100101", "530102001001001", HERE,
					     "530102001002"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		ENDS("", case_bed_report(&s->bed, TOWN, places[i], "UM01", 0));
		ENDS("", case_bed_accept(&s->bed, TOWN, CODE_severity_general));
		ENDS("", case_bed_dispatch(&s->bed, TOWN, HOUSE));
		ENDS("", case_bed_simple(&s->bed, EVENT_case_signed_for, HOUSE));
		ENDS(i < 3 ? "" : "WHO",
		     case_bed_simple(&s->bed, EVENT_case_handling_logged, GRID));
	}
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
	ENDS("WINDOW", case_bed_reopen(bed, COUNTY, CODE_reopen_cause_centre));
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
	case_story_begin(s);
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
	/* One score for one closing: nobody asks until the answer fits. */
	ENDS("SCORED", case_bed_callback(&s->bed, TOWN, 2));
	ENDS("SCORED", case_bed_callback(&s->bed, CITY, 5));
	case_story_bring(s, CODE_case_state_CL);
	ENDS("", case_bed_callback(&s->bed, TOWN, 0));
	ENDS("", case_bed_callback(&s->bed, TOWN, 2));
	MUST(case_story_state(s).state == CODE_case_state_AC && case_story_state(s).reopens == 1);
	ENDS("STATE", case_bed_callback(&s->bed, TOWN, 2));
}

/* A call-back made inside the window reopens the case, though it comes to the record some hours late. */
static void callback_late(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	for (int hours = 1; hours <= 25; hours += 24) {
		int64_t until_us;

		case_story_bring(s, CODE_case_state_CL);
		until_us = case_story_state(s).window_until_us;
		case_bed_go(bed, until_us + hours * CIVIL_HOUR_US);
		case_bed_begin(bed, EVENT_callback_recorded, TOWN);
		EVENT_SET(bed->ev.data.callback_recorded, reached, true);
		EVENT_SET(bed->ev.data.callback_recorded, score, 1);
		EVENT_SET(bed->ev.data.callback_recorded, cause, CODE_callback_cause_unit);
		EVENT_SET(bed->ev.env, time, until_us);
		ENDS("", case_bed_post(bed));
		MUST(case_story_state(s).state ==
		     (hours < 24 ? CODE_case_state_AC : CODE_case_state_CL));
	}
}

/* Only who has a right to the case may score it: another centre than the handling one, but of the same tree; each round once. */
static void callback_rights(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	case_story_bring(s, CODE_case_state_VE);
	ENDS("WHO", case_bed_callback(bed, "centre:530302001", 1));
	ENDS("WHO", case_bed_callback(bed, "centre:530103001", 1));
	ENDS("WHO", case_bed_callback(bed, "centre:5303", 1));
	ENDS("", case_bed_callback(bed, CITY, 1));
	MUST(case_story_state(s).state == CODE_case_state_AC && case_story_state(s).reopens == 1);
	ENDS("", case_bed_dispatch(bed, TOWN, HOUSE));
	ENDS("", case_bed_simple(bed, EVENT_case_signed_for, HOUSE));
	ENDS("", case_bed_simple(bed, EVENT_case_feedback_submitted, HOUSE));
	ENDS("", case_bed_verify(bed, TOWN, true));
	ENDS("", case_bed_callback(bed, VILLAGE, 4));
	ENDS("SCORED", case_bed_callback(bed, FIRE, 1));
	MUST(case_story_state(s).state == CODE_case_state_VE);
}

/* @param resolution 0: none is stated */
static const char *settle(struct case_story *s, int severity, int resolution)
{
	struct case_bed *bed = &s->bed;
	struct case_reported *data = &bed->ev.data.case_reported;

	case_bed_begin(bed, EVENT_case_reported, GRID);
	EVENT_SET(bed->ev.env, place, SPAN(HERE));
	EVENT_SET(*data, type_code, SPAN("MD02"));
	EVENT_SET(*data, severity, (uint8_t)severity);
	EVENT_SET(*data, settled, true);
	if (resolution) {
		EVENT_SET(*data, resolution, (uint8_t)resolution);
	}
	return case_bed_post(bed);
}

/* A minor matter settled on the spot is closed with its report; any other may not be, nor what was not settled. */
static void settled(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	ENDS("SETTLED", settle(s, CODE_severity_minor, 0));
	ENDS("SETTLED", settle(s, CODE_severity_minor, CODE_outcome_unresolved));
	ENDS("SETTLED", settle(s, CODE_severity_minor, CODE_outcome_not_true));
	ENDS("SETTLED", settle(s, CODE_severity_minor, CODE_outcome_unstated));
	MUST(strstr(bed->detail, "unstated") && strstr(bed->needs, "resolved"));
	ENDS("SETTLED", settle(s, CODE_severity_general, CODE_outcome_resolved));
	ENDS("", settle(s, CODE_severity_minor, CODE_outcome_partly));
	ENDS("", settle(s, CODE_severity_minor, CODE_outcome_resolved));
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
	/* The first owner goes by the type, in a flow without limits too. */
	ENDS("", case_bed_report(bed, COUNTY, HERE, "UM01", 0));
	MUST(strcmp(case_story_state(s).owner, TOWN) == 0);
	ENDS("", case_bed_report(bed, COUNTY, HERE, "MD02", 0));
	MUST(strcmp(case_story_state(s).owner, VILLAGE) == 0 && !case_story_state(s).step_due_us);
	bed->source = "/platform/x";
	ENDS("", case_bed_report(bed, TOWN, HERE, "UM01", 0));
	ENDS("", case_bed_dispatch(bed, TOWN, HOUSE));
	c = case_story_state(s);
	MUST(c.due_us && c.state == CODE_case_state_IP &&
	     c.skipped == (1u << CODE_step_accept | 1u << CODE_step_sign));
	ENDS("", case_bed_simple(bed, EVENT_case_feedback_submitted, HOUSE));
	MUST(case_story_state(s).state == CODE_case_state_VE);
	ENDS("", case_bed_simple(bed, EVENT_case_closed, TOWN));
	MUST(bed->ev.data.case_closed.n_skipped == 3);
	/* What somebody works at is in progress, whoever did not dispatch it. */
	bed->source = "/hotline/kunming";
	ENDS("", case_bed_report(bed, TOWN, HERE, "UM01", 0));
	ENDS("", case_bed_simple(bed, EVENT_case_handling_logged, TOWN));
	c = case_story_state(s);
	MUST(c.state == CODE_case_state_IP &&
	     c.skipped ==
		     (1u << CODE_step_accept | 1u << CODE_step_dispatch | 1u << CODE_step_sign));
	ENDS("", case_bed_hold(bed, TOWN, bed->now_us + CIVIL_DAY_US));
	bed->source = "/yn/app";
	ENDS("", case_bed_report(bed, TOWN, HERE, "UM01", 0));
	ENDS("STATE", case_bed_simple(bed, EVENT_case_closed, TOWN));
}

/* Before any policy is in force the first owner is that of the default level. */
static void no_policy(struct case_story *s)
{
	s->bed.now_us = case_bed_at(1999, 12, 1, 9, 0);
	ENDS("", case_bed_report(&s->bed, COUNTY, HERE, "MD02", 0));
	MUST(strcmp(case_story_state(s).owner, TOWN) == 0 && !case_story_state(s).step_due_us);
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

	ENDS("", case_bed_report(bed, TOWN, "530102001001001", "UM01", 0));
	ENDS("", case_bed_accept(bed, TOWN, CODE_severity_general));
	ENDS("", case_bed_dispatch(bed, TOWN, TOWN));
	ENDS("", case_bed_simple(bed, EVENT_case_signed_for, TOWN));
	ENDS("", case_bed_simple(bed, EVENT_case_handling_logged, TOWN));
	MUST(case_story_state(s).step == CODE_step_handle &&
	     case_story_state(s).step_due_us == case_story_state(s).due_us);
	ENDS("", case_bed_simple(bed, EVENT_case_feedback_submitted, TOWN));
	ENDS("VERIFIER", case_bed_verify(bed, TOWN, true));
	ENDS("VERIFIER", case_bed_verify(bed, TOWN, false));
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

/* An accepted action binds its source and id, within its case; a report's within its county for ever, and within its case for
 * whatever else is posted there. */
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
	case_bed_begin(bed, EVENT_case_dispatched, TOWN);
	EVENT_SET(bed->ev.env, id, SPAN("a1"));
	MUST(bed->reg.ops->bound(&bed->reg, &bed->ev, digest, &seq, &to) && seq == 1);
	/* In another case of that county the pair is free. */
	case_story_bring(s, CODE_case_state_AC);
	case_bed_begin(bed, EVENT_case_dispatched, TOWN);
	EVENT_SET(bed->ev.env, id, SPAN("a1"));
	MUST(!bed->reg.ops->bound(&bed->reg, &bed->ev, digest, &seq, &to));
}

/* Assisting units log what they do, but do not report the result; each is named once. */
static void assisting(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	struct case_dispatched *data = &bed->ev.data.case_dispatched;

	case_story_bring(s, CODE_case_state_AC);
	case_bed_begin(bed, EVENT_case_dispatched, TOWN);
	EVENT_SET(*data, lead_unit, SPAN(HOUSE));
	data->assist[0] = SPAN(FIRE);
	data->assist[1] = SPAN(FIRE);
	data->n_assist = 2;
	ENDS("ASSIST", case_bed_try(bed));
	data->assist[1] = SPAN("nobody");
	ENDS("ASSIST", case_bed_try(bed));
	data->assist[1] = SPAN("gone-530102");
	ENDS("ASSIST", case_bed_try(bed));
	data->assist[1] = SPAN(VILLAGE);
	ENDS("", case_bed_post(bed));
	MUST(case_story_state(s).n_assist == 2);
	ENDS("", case_bed_simple(bed, EVENT_case_signed_for, HOUSE));
	ENDS("", case_bed_simple(bed, EVENT_case_handling_logged, FIRE));
	ENDS("", case_bed_simple(bed, EVENT_case_handling_logged, VILLAGE));
	ENDS("", case_bed_simple(bed, EVENT_case_handling_logged, GRID));
	ENDS("WHO", case_bed_simple(bed, EVENT_case_handling_logged, COUNTY));
	ENDS("WHO", case_bed_simple(bed, EVENT_case_feedback_submitted, FIRE));
	/* Who assisted neither verifies nor calls back. */
	ENDS("", case_bed_simple(bed, EVENT_case_feedback_submitted, HOUSE));
	ENDS("WHO", case_bed_verify(bed, VILLAGE, true));
	ENDS("", case_bed_verify(bed, GRID, true));
	ENDS("CALLER", case_bed_callback(bed, VILLAGE, 4));
	ENDS("CALLER", case_bed_callback(bed, FIRE, 4));
	case_story_bring(s, CODE_case_state_AC);
	case_bed_begin(bed, EVENT_case_dispatched, TOWN);
	EVENT_SET(*data, lead_unit, SPAN(HOUSE));
	data->assist[0] = SPAN(COUNTY);
	data->n_assist = 1;
	ENDS("", case_bed_post(bed));
	ENDS("", case_bed_simple(bed, EVENT_case_signed_for, HOUSE));
	ENDS("", case_bed_simple(bed, EVENT_case_feedback_submitted, HOUSE));
	ENDS("VERIFIER", case_bed_verify(bed, COUNTY, true));
	ENDS("", case_bed_verify(bed, TOWN, false));
	ENDS("", case_bed_simple(bed, EVENT_case_returned, HOUSE));
	MUST(case_story_state(s).n_assist == 0 && !case_story_state(s).lead_unit[0]);
	/* A type on the prohibited list reaches no grid as an assistant either. */
	ENDS("", case_bed_report(bed, TOWN, HERE, "SH09", 0));
	ENDS("", case_bed_accept(bed, TOWN, CODE_severity_general));
	case_bed_begin(bed, EVENT_case_dispatched, TOWN);
	EVENT_SET(*data, lead_unit, SPAN(HOUSE));
	data->assist[0] = SPAN(GRID);
	data->n_assist = 1;
	ENDS("FORBIDDEN", case_bed_post(bed));
	MUST(strstr(bed->detail, "SH09") != NULL);
}

static case_story_tell *const stories[] = {
	grid_in_and_over, assisting, arbitration, major,           mass,          cross,
	reopening,        objection, callback,    callback_rights, callback_late, settled,
	profiles,         no_policy, rights,      functions,       bound};

enum { STORIES = sizeof(stories) / sizeof(stories[0]) };

case_story_tell *case_stories_get(int number)
{
	return number < STORIES ? stories[number] : case_stories_time_get(number - STORIES);
}
