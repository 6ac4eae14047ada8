/* case_stories_edges.c: who handled a case may not judge it, whatever flow it took; and what happens on the very moment of a limit, told as stories. */
#include "tests/support/case_story.h"

/* Who settled on the spot, or closed what nobody led, does not score it; who closed what another handled may, and so may others. */
static void callback_of_own(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	case_bed_begin(bed, EVENT_case_reported, VILLAGE);
	EVENT_SET(bed->ev.env, place, SPAN(HERE));
	EVENT_SET(bed->ev.data.case_reported, type_code, SPAN("MD02"));
	EVENT_SET(bed->ev.data.case_reported, severity, CODE_severity_minor);
	EVENT_SET(bed->ev.data.case_reported, settled, true);
	EVENT_SET(bed->ev.data.case_reported, resolution, CODE_outcome_resolved);
	ENDS("", case_bed_post(bed));
	ENDS("CALLER", case_bed_callback(bed, VILLAGE, 5));
	MUST(strstr(bed->detail, VILLAGE) != NULL);
	ENDS("", case_bed_callback(bed, TOWN, 5));
	/* Reopened, and given to another, it is another's work. */
	ENDS("", case_bed_reopen(bed, VILLAGE, CODE_reopen_cause_centre));
	MUST(!case_story_state(s).handler_unit[0]);
	bed->source = "/hotline/kunming";
	ENDS("", case_bed_report(bed, TOWN, HERE, "UM01", 0));
	ENDS("", case_bed_simple(bed, EVENT_case_closed, TOWN));
	ENDS("CALLER", case_bed_callback(bed, TOWN, 5));
	ENDS("", case_bed_callback(bed, COUNTY, 5));
	bed->source = "/yn/app";
	case_story_bring(s, CODE_case_state_CL);
	MUST(strcmp(case_story_state(s).handler_unit, HOUSE) == 0);
	ENDS("CALLER", case_bed_callback(bed, HOUSE, 5));
	ENDS("", case_bed_callback(bed, TOWN, 5));
	/* Dispatched, and closed without a feedback: the lead handled it. */
	bed->source = "/hotline/kunming";
	ENDS("", case_bed_report(bed, TOWN, HERE, "UM01", 0));
	ENDS("", case_bed_dispatch(bed, TOWN, HOUSE));
	ENDS("", case_bed_simple(bed, EVENT_case_closed, TOWN));
	ENDS("CALLER", case_bed_callback(bed, HOUSE, 5));
	ENDS("", case_bed_callback(bed, TOWN, 5));
}

/* In a flow that has no dispatch nobody leads: the owner feeds back, and does not verify its own feedback. */
static void own_feedback(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	case_bed_profile(bed, "desk", "/desk",
			 1u << CODE_step_report | 1u << CODE_step_feedback |
				 1u << CODE_step_verify | 1u << CODE_step_close,
			 true);
	bed->source = "/desk/a";
	ENDS("", case_bed_report(bed, TOWN, HERE, "UM01", 0));
	ENDS("", case_bed_simple(bed, EVENT_case_feedback_submitted, TOWN));
	MUST(case_story_state(s).state == CODE_case_state_FB && !case_story_state(s).lead_unit[0]);
	ENDS("VERIFIER", case_bed_verify(bed, TOWN, true));
	ENDS("", case_bed_verify(bed, COUNTY, true));
	/* Whoever closes it then, the owner has handled it. */
	ENDS("", case_bed_simple(bed, EVENT_case_closed, FIRE));
	ENDS("CALLER", case_bed_callback(bed, TOWN, 5));
	ENDS("", case_bed_callback(bed, FIRE, 5));
}

/* A reopened case has its whole way up before it again, however far it was sent before. */
static void rungs_of_reopened(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	struct case_state c;

	case_story_bring(s, CODE_case_state_VE);
	case_bed_go(bed, AT(2, 6, 18, 0));
	c = case_story_state(s);
	MUST(c.owner_level == 3 && c.overdue_rungs == 1 && c.state == CODE_case_state_AC);
	ENDS("", case_bed_dispatch(bed, COUNTY, HOUSE));
	ENDS("", case_bed_simple(bed, EVENT_case_signed_for, HOUSE));
	ENDS("", case_bed_simple(bed, EVENT_case_feedback_submitted, HOUSE));
	ENDS("", case_bed_verify(bed, COUNTY, true));
	ENDS("", case_bed_simple(bed, EVENT_case_closed, COUNTY));
	ENDS("", case_bed_reopen(bed, COUNTY, CODE_reopen_cause_centre));
	c = case_story_state(s);
	MUST(c.due_us == AT(2, 15, 18, 0) && c.overdue_rungs == 0);
	/* Two working days past red, as the first time; not five, as the second. */
	MUST(c.escalate_us == AT(2, 17, 18, 0));
}

/* Reopened for the second time a case is a grade graver; but nothing is graver than major, and urgent stays what it is. */
static void gravest(struct case_story *s)
{
	static const uint8_t severities[][2] = {{CODE_severity_urgent, CODE_severity_urgent},
						{CODE_severity_major, CODE_severity_major},
						{CODE_severity_serious, CODE_severity_major},
						{CODE_severity_minor, CODE_severity_general}};
	struct case_bed *bed = &s->bed;

	for (size_t i = 0; i < sizeof(severities) / sizeof(severities[0]); i++) {
		case_bed_done(bed);
		case_story_begin(s);
		bed->source = "/hotline/kunming";
		ENDS("", case_bed_report(bed, COUNTY, "530102", "UM01", severities[i][0]));
		ENDS("", case_bed_simple(bed, EVENT_case_closed, COUNTY));
		ENDS("", case_bed_reopen(bed, COUNTY, CODE_reopen_cause_centre));
		MUST(case_story_state(s).severity == severities[i][0]);
		ENDS("", case_bed_simple(bed, EVENT_case_closed, COUNTY));
		ENDS("", case_bed_reopen(bed, COUNTY, CODE_reopen_cause_centre));
		MUST(case_story_state(s).severity == severities[i][1]);
	}
}

/* A hold from one closing to the next takes one working day: the closing at which it begins has passed, that at which it ends has come. */
static void held_to_closing(struct case_story *s)
{
	case_story_bring(s, CODE_case_state_IP);
	MUST(case_story_state(s).due_us == AT(2, 2, 18, 0));
	case_bed_go(&s->bed, AT(1, 19, 18, 0));
	ENDS("", case_bed_hold(&s->bed, TOWN, AT(1, 20, 18, 0)));
	case_bed_go(&s->bed, AT(1, 20, 18, 0));
	MUST(case_story_state(s).state == CODE_case_state_IP &&
	     case_story_state(s).due_us == AT(2, 3, 18, 0));
}

/* Decides a signature, or a closing, that was meant at a moment and comes now. @return whether it is late */
static bool is_late(struct case_story *s, enum event_type type, const char *unit, int64_t time_us)
{
	struct event *ev = &s->bed.ev;

	case_bed_begin(&s->bed, type, unit);
	EVENT_SET(ev->env, time, time_us);
	if (type == EVENT_case_closed) {
		EVENT_SET(ev->data.case_closed, outcome, CODE_outcome_resolved);
	}
	ENDS("", case_bed_try(&s->bed));
	return type == EVENT_case_closed ? ev->data.case_closed.late
					 : ev->data.case_signed_for.late;
}

/* Late is what was done late: by the action's own time, if that is at most a day behind; at the limit itself is in time. */
static void late_by_own_time(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	int64_t due_us = AT(1, 20, 18, 0);

	case_story_bring(s, CODE_case_state_DI);
	MUST(case_story_state(s).step_due_us == due_us);
	case_bed_go(bed, due_us + CIVIL_HOUR_US);
	MUST(!is_late(s, EVENT_case_signed_for, HOUSE, due_us));
	MUST(is_late(s, EVENT_case_signed_for, HOUSE, due_us + 1));
	MUST(is_late(s, EVENT_case_signed_for, HOUSE, bed->now_us));
	case_bed_done(bed);
	case_story_begin(s);
	case_story_bring(s, CODE_case_state_VE);
	due_us = case_story_state(s).due_us;
	case_bed_go(bed, due_us + CIVIL_HOUR_US);
	MUST(!is_late(s, EVENT_case_closed, TOWN, due_us));
	MUST(is_late(s, EVENT_case_closed, TOWN, due_us + 1));
	MUST(is_late(s, EVENT_case_closed, TOWN, bed->now_us));
	/* More than a day behind, the moment of the decision counts. */
	case_bed_go(bed, due_us + 25 * CIVIL_HOUR_US);
	MUST(is_late(s, EVENT_case_closed, TOWN, due_us));
}

static case_story_tell *const stories[] = {callback_of_own, own_feedback,    rungs_of_reopened,
					   gravest,         held_to_closing, late_by_own_time};

enum { STORIES = sizeof(stories) / sizeof(stories[0]) };

case_story_tell *case_stories_edges_get(int number)
{
	return number < STORIES ? stories[number] : NULL;
}
