/* case_stories_places.c: what becomes of cases when places are merged, recoded and abolished (domain.md §2.2, §5.3), and whose lists a grid
 * reports by, told as stories. */
#include "tests/support/case_story.h"

static bool owned_by(struct case_story *s, const char *centre)
{
	struct case_state c = case_story_state(s);

	return strcmp(c.owner, centre) == 0 && c.owner_level == place_level(span_cstr(centre + 7));
}

#define OTHER_TOWN   "centre:530102002"
#define OTHER_COUNTY "centre:530104"

/* A report from a village whose township was merged is the successor's, from the moment of the merger on. */
static void report_below_merged(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	case_bed_place(&s->bed, "530102002");
	case_bed_end_place(&s->bed, "530102001", CODE_place_change_merge, "530102002",
			   AT(1, 20, 0, 0));
	ENDS("", case_bed_report(bed, VILLAGE, HERE, "UM01", 0));
	MUST(owned_by(s, TOWN));
	bed->now_us = AT(1, 20, 0, 0);
	ENDS("", case_bed_report(bed, VILLAGE, HERE, "UM01", 0));
	MUST(owned_by(s, OTHER_TOWN));
	ENDS("UNIT", case_bed_accept(bed, TOWN, CODE_severity_general));
	ENDS("", case_bed_accept(bed, OTHER_TOWN, CODE_severity_general));
}

/* Where no one successor of its level is in force the centre above owns it; where one of several is, that one. */
static void no_single_successor(struct case_story *s)
{
	static const struct {
		const char *next;
		int change;
		const char *owner;
	} changes[] = {
		{"530102002 530102003", CODE_place_change_split, COUNTY},
		{"530102002 530102009", CODE_place_change_split, OTHER_TOWN},
		{"530102001002", CODE_place_change_recode, COUNTY},
		{"5303 530102002", CODE_place_change_split, OTHER_TOWN},
		{"", CODE_place_change_abolish, COUNTY},
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		case_bed_done(&s->bed);
		case_story_begin(s);
		case_bed_place(&s->bed, "530102002");
		case_bed_place(&s->bed, "530102003");
		case_bed_end_place(&s->bed, "530102001", changes[i].change, changes[i].next, 1);
		ENDS("", case_bed_report(&s->bed, VILLAGE, HERE, "UM01", 0));
		MUST(owned_by(s, changes[i].owner));
	}
}

/* A successor may have got another code itself, and the centre above may be gone too; whatever goes in a circle ends above. */
static void changed_again(struct case_story *s)
{
	case_bed_place(&s->bed, "530102002");
	case_bed_place(&s->bed, "530102003");
	case_bed_end_place(&s->bed, "530102001", CODE_place_change_merge, "530102002", 1);
	case_bed_end_place(&s->bed, "530102002", CODE_place_change_recode, "530102003", 2);
	ENDS("", case_bed_report(&s->bed, VILLAGE, HERE, "UM01", 0));
	MUST(owned_by(s, "centre:530102003"));
	case_bed_place(&s->bed, "530104");
	case_bed_end_place(&s->bed, "530102003", CODE_place_change_abolish, "", 3);
	case_bed_end_place(&s->bed, "530102", CODE_place_change_recode, "530104", 3);
	ENDS("", case_bed_report(&s->bed, VILLAGE, HERE, "UM01", 0));
	MUST(owned_by(s, OTHER_COUNTY));
	case_bed_end_place(&s->bed, "530102002", CODE_place_change_merge, "530102001", 4);
	ENDS("", case_bed_report(&s->bed, VILLAGE, HERE, "UM01", 0));
	MUST(case_story_state(s).state == CODE_case_state_RP);
}

/* The clock sends a case up to the county's successor, and what is major, or many people's, goes there at once. */
static void up_to_recoded(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	case_bed_place(&s->bed, "530104");
	case_bed_end_place(&s->bed, "530102", CODE_place_change_recode, "530104", AT(1, 20, 0, 0));
	case_story_bring(s, CODE_case_state_AC);
	case_bed_go(bed, AT(2, 6, 18, 0));
	MUST(owned_by(s, OTHER_COUNTY) && bed->ev.data.case_escalated.to_level == 3);
	ENDS("", case_bed_dispatch(bed, OTHER_COUNTY, HOUSE));
	ENDS("", case_bed_report(bed, TOWN, HERE, "UM01", 0));
	ENDS("", case_bed_accept(bed, TOWN, CODE_severity_major));
	MUST(owned_by(s, OTHER_COUNTY));
	ENDS("", case_bed_report(bed, TOWN, HERE, "UM01", 0));
	ENDS("", case_bed_escalate(bed, TOWN, CODE_escalate_cause_mass));
	MUST(owned_by(s, OTHER_COUNTY));
}

/* An owner that is gone is followed by its successor, which may what it might; the next event, whoever posts it, names it owner. */
static void owner_merged(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	case_bed_place(&s->bed, "530102002");
	case_story_bring(s, CODE_case_state_IP);
	case_bed_end_place(&s->bed, "530102001", CODE_place_change_merge, "530102002",
			   AT(1, 20, 0, 0));
	ENDS("WHO", case_story_try(s, EVENT_case_held, 0, OTHER_TOWN));
	bed->now_us = AT(1, 20, 9, 0);
	ENDS("UNIT", case_story_try(s, EVENT_case_held, 0, TOWN));
	ENDS("", case_story_try(s, EVENT_case_held, 0, OTHER_TOWN));
	ENDS("", case_story_try(s, EVENT_case_held, 0, COUNTY));
	ENDS("WHO", case_story_try(s, EVENT_case_held, 0, VILLAGE));
	MUST(strstr(bed->needs, OTHER_TOWN) != NULL);
	MUST(owned_by(s, TOWN));
	ENDS("", case_bed_simple(bed, EVENT_case_handling_logged, HOUSE));
	MUST(owned_by(s, OTHER_TOWN) && case_story_state(s).state == CODE_case_state_IP);
	ENDS("", case_bed_simple(bed, EVENT_case_feedback_submitted, HOUSE));
	ENDS("", case_bed_verify(bed, OTHER_TOWN, true));
	ENDS("", case_bed_simple(bed, EVENT_case_closed, OTHER_TOWN));
	MUST(bed->ev.data.case_closed.close_level == 4);
}

/* A township abolished: the county acts for it, and what the clock sends up goes to the county, not past it. */
static void owner_abolished(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	char first[sizeof(bed->subject)];
	struct case_state c;

	case_story_bring(s, CODE_case_state_AC);
	memcpy(first, bed->subject, sizeof(first));
	case_story_bring(s, CODE_case_state_AC);
	MUST(case_story_state(s).escalate_us == AT(2, 6, 18, 0));
	case_bed_end_place(&s->bed, "530102001", CODE_place_change_abolish, "", AT(1, 20, 0, 0));
	bed->now_us = AT(1, 20, 9, 0);
	ENDS("WHO", case_story_try(s, EVENT_case_dispatched, 0, CITY));
	ENDS("", case_story_try(s, EVENT_case_dispatched, 0, COUNTY));
	/* Somebody who sends it up sends it above who acts. */
	ENDS("", case_bed_escalate(bed, COUNTY, CODE_escalate_cause_beyond_competence));
	MUST(owned_by(s, CITY));
	memcpy(bed->subject, first, sizeof(first));
	case_bed_go(bed, AT(2, 6, 18, 0));
	MUST(owned_by(s, COUNTY) && bed->ev.type == EVENT_case_escalated &&
	     bed->ev.data.case_escalated.from_level == 4 &&
	     bed->ev.data.case_escalated.to_level == 3);
	/* A county abolished leaves its cases to the prefecture, which the clock sends no higher. */
	case_bed_done(bed);
	case_story_begin(s);
	ENDS("", case_bed_report(bed, COUNTY, "530102", "UM01", 0));
	ENDS("", case_bed_accept(bed, COUNTY, CODE_severity_general));
	case_bed_end_place(&s->bed, "530102", CODE_place_change_abolish, "", AT(1, 20, 0, 0));
	bed->now_us = AT(1, 20, 9, 0);
	ENDS("", case_bed_dispatch(bed, CITY, HOUSE));
	c = case_story_state(s);
	MUST(owned_by(s, CITY) && !c.escalate_us && !c.unsigned_us);
	ENDS("", case_bed_simple(bed, EVENT_case_returned, HOUSE));
	ENDS("", case_bed_dispatch(bed, CITY, HOUSE));
	ENDS("", case_bed_simple(bed, EVENT_case_returned, HOUSE));
	MUST(owned_by(s, CITY) && case_story_state(s).arbitrated);
}

/* A grid reports by the lists of its own place, not by those of the place where the matter lies. */
static void own_lists(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	case_bed_item(bed, CODE_list_kind_basic, "UM02", "530102");
	case_bed_item(bed, CODE_list_kind_admit, "UM03", "530102001");
	case_bed_item(bed, CODE_list_kind_basic, "UM04", "532323");
	case_bed_item(bed, CODE_list_kind_admit, "UM05", "532323");
	ENDS("", case_bed_report(bed, GRID, "532323101201", "UM02", 0));
	ENDS("", case_bed_report(bed, GRID, "532323101201", "UM03", 0));
	ENDS("GRID_LIST", case_bed_report(bed, GRID, "532323101201", "UM04", 0));
	ENDS("GRID_LIST", case_bed_report(bed, GRID, "532323101201", "UM05", 0));
	MUST(strstr(bed->detail, GRID) && strstr(bed->detail, "UM05"));
}

/* Reports from two places: the case's own, HERE, and another. */
static void report_with(struct case_story *s, const char *unit, const char *other)
{
	struct case_bed *bed = &s->bed;

	case_bed_begin(bed, EVENT_case_reported, unit);
	EVENT_SET(bed->ev.env, place, SPAN(HERE));
	EVENT_SET(bed->ev.data.case_reported, type_code, SPAN("UM01"));
	EVENT_SET(bed->ev.data.case_reported, title, SPAN("题"));
	bed->ev.data.case_reported.places[bed->ev.data.case_reported.n_places++] = span_cstr(other);
	ENDS("", case_bed_post(bed));
	ENDS("", case_bed_accept(bed, TOWN, CODE_severity_general));
}

/* The county, and TOWN in it, go to another prefecture. */
static void recode_county(struct case_bed *bed)
{
	case_bed_end_place(bed, "530102", CODE_place_change_recode, "530302", AT(1, 20, 0, 0));
	case_bed_end_place(bed, "530102001", CODE_place_change_recode, "530302009",
			   AT(1, 20, 0, 0));
	bed->now_us = AT(1, 20, 9, 0);
}

/* A county that went to another prefecture shares with the one that stayed the province alone, whatever the codes of the report say. */
static void county_moved(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	case_bed_place(bed, "530302009");
	report_with(s, TOWN, "530103001001");
	recode_county(bed);
	ENDS("", case_bed_escalate(bed, "centre:530302009", CODE_escalate_cause_cross_boundary));
	MUST(owned_by(s, "centre:53"));
}

/* A township that went to another county: of its case with one that stayed, the prefecture is the nearest that covers both. */
static void town_moved(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	case_bed_place(bed, "530102002");
	report_with(s, TOWN, "530102002");
	case_bed_end_place(bed, "530102001", CODE_place_change_recode, "530103001",
			   AT(1, 20, 0, 0));
	bed->now_us = AT(1, 20, 9, 0);
	ENDS("", case_bed_escalate(bed, "centre:530103001", CODE_escalate_cause_cross_boundary));
	MUST(owned_by(s, CITY));
}

/* Two villages of one township lie in one place still, when it was merged into another, and when the whole county got another code. */
static void moved_together(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	case_bed_place(bed, "530102002");
	report_with(s, TOWN, "530102001002");
	case_bed_end_place(bed, "530102001", CODE_place_change_merge, "530102002", AT(1, 20, 0, 0));
	bed->now_us = AT(1, 20, 9, 0);
	ENDS("CROSS", case_bed_escalate(bed, OTHER_TOWN, CODE_escalate_cause_cross_boundary));
	MUST(strstr(bed->detail, "530102002"));
	case_bed_done(bed);
	case_story_begin(s);
	case_bed_place(bed, "530102002");
	case_bed_place(bed, "530302009");
	report_with(s, TOWN, "530102002");
	recode_county(bed);
	ENDS("", case_bed_escalate(bed, "centre:530302009", CODE_escalate_cause_cross_boundary));
	MUST(owned_by(s, "centre:530302"));
}

/* The province acts for a prefecture that is gone without a successor, for what is sent up too: it is nobody's otherwise, and what is
 * major could be closed nowhere. */
static void prefecture_gone(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	case_story_bring(s, CODE_case_state_RP);
	ENDS("", case_bed_accept(bed, TOWN, CODE_severity_major));
	case_bed_end_place(bed, "5301", CODE_place_change_split, "5303 5323", AT(1, 20, 0, 0));
	bed->now_us = AT(1, 20, 9, 0);
	MUST(owned_by(s, COUNTY));
	ENDS("", case_bed_escalate(bed, COUNTY, CODE_escalate_cause_beyond_competence));
	MUST(owned_by(s, "centre:53") && !case_story_state(s).escalate_us);
	ENDS("TOP", case_bed_escalate(bed, "centre:53", CODE_escalate_cause_beyond_competence));
	ENDS("", case_bed_dispatch(bed, "centre:53", HOUSE));
}

static void end_house(struct case_bed *bed, int64_t from_us)
{
	struct event ev = {.type = EVENT_unit_registered};

	EVENT_SET(ev.data.unit_registered, name, SPAN("局"));
	EVENT_SET(ev.data.unit_registered, unit_type, CODE_unit_type_government);
	EVENT_SET(ev.data.unit_registered, level, 3);
	EVENT_SET(ev.data.unit_registered, seat, SPAN("530102"));
	EVENT_SET(ev.data.unit_registered, active, false);
	EVENT_SET(ev.data.unit_registered, effective_from, from_us);
	case_bed_fold(bed, &ev, "unit:" HOUSE);
}

/* What a department led when it was dissolved is its owner's to take back, or to finish; even where nobody could send it up. */
static void lead_dissolved(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	case_story_bring(s, CODE_case_state_DI);
	ENDS("WHO", case_story_try(s, EVENT_case_signed_for, 0, TOWN));
	end_house(bed, AT(1, 20, 0, 0));
	ENDS("WHO", case_story_try(s, EVENT_case_signed_for, 0, TOWN));
	bed->now_us = AT(1, 20, 9, 0);
	ENDS("UNIT", case_story_try(s, EVENT_case_signed_for, 0, HOUSE));
	ENDS("WHO", case_story_try(s, EVENT_case_signed_for, 0, FIRE));
	MUST(strstr(bed->needs, TOWN) && !strstr(bed->needs, HOUSE));
	ENDS("", case_story_try(s, EVENT_case_signed_for, 0, TOWN));
	ENDS("", case_bed_simple(bed, EVENT_case_returned, TOWN));
	MUST(case_story_state(s).state == CODE_case_state_AC);
	ENDS("", case_bed_dispatch(bed, TOWN, FIRE));
	ENDS("WHO", case_story_try(s, EVENT_case_signed_for, 0, TOWN));
	ENDS("", case_story_try(s, EVENT_case_signed_for, 0, FIRE));
	/* So is what a township led that was abolished. */
	ENDS("", case_bed_report(bed, COUNTY, "530102", "UM01", 0));
	ENDS("", case_bed_accept(bed, COUNTY, CODE_severity_general));
	ENDS("", case_bed_dispatch(bed, COUNTY, TOWN));
	ENDS("WHO", case_story_try(s, EVENT_case_signed_for, 0, COUNTY));
	case_bed_end_place(bed, "530102001", CODE_place_change_abolish, "", AT(1, 21, 0, 0));
	bed->now_us = AT(1, 21, 9, 0);
	ENDS("", case_story_try(s, EVENT_case_signed_for, 0, COUNTY));
}

/* Whoever may dispatch takes back what a dissolved department led, though it may not handle; it is no return, and follows however many. */
static void taken_back(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	struct case_state c;

	case_story_bring(s, CODE_case_state_DI);
	ENDS("", case_bed_simple(bed, EVENT_case_returned, HOUSE));
	ENDS("", case_bed_dispatch(bed, TOWN, HOUSE));
	ENDS("", case_bed_simple(bed, EVENT_case_returned, HOUSE));
	MUST(owned_by(s, COUNTY) && case_story_state(s).arbitrated);
	ENDS("", case_bed_dispatch(bed, COUNTY, HOUSE));
	ENDS("RETURNS", case_story_try(s, EVENT_case_returned, 0, HOUSE));
	ENDS("WHO", case_story_try(s, EVENT_case_returned, 0, COUNTY));
	end_house(bed, AT(1, 20, 0, 0));
	bed->now_us = AT(1, 20, 9, 0);
	case_stories_table_take_away(bed, "3.centre.handle");
	ENDS("FUNCTION", case_story_try(s, EVENT_case_signed_for, 0, COUNTY));
	ENDS("WHO", case_story_try(s, EVENT_case_returned, 0, CITY));
	MUST(strstr(bed->needs, COUNTY));
	ENDS("", case_bed_simple(bed, EVENT_case_returned, COUNTY));
	c = case_story_state(s);
	MUST(owned_by(s, COUNTY) && c.state == CODE_case_state_AC && c.returns == 2);
	ENDS("", case_bed_dispatch(bed, COUNTY, FIRE));
	/* Once another leads it is that one's to return; and taking back asks for its own function. */
	ENDS("WHO", case_story_try(s, EVENT_case_returned, 0, COUNTY));
	case_bed_done(bed);
	case_story_begin(s);
	case_story_bring(s, CODE_case_state_DI);
	end_house(bed, 1);
	case_stories_table_take_away(bed, "4.centre.handle");
	ENDS("", case_story_try(s, EVENT_case_returned, 0, TOWN));
	case_stories_table_take_away(bed, "4.centre.dispatch");
	ENDS("FUNCTION", case_story_try(s, EVENT_case_returned, 0, TOWN));
	/* A lead that may dispatch, and may not handle any more, does not return what it leads. */
	ENDS("", case_bed_report(bed, COUNTY, "530102", "UM01", 0));
	ENDS("", case_bed_accept(bed, COUNTY, CODE_severity_general));
	ENDS("", case_bed_dispatch(bed, COUNTY, VILLAGE));
	case_stories_table_take_away(bed, "5.centre.handle");
	ENDS("FUNCTION", case_story_try(s, EVENT_case_returned, 0, VILLAGE));
}

/* A major case whose village is gone goes up to the county once. */
static void major_of_gone(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	ENDS("", case_bed_report(bed, TOWN, HERE, "MD02", 0));
	MUST(owned_by(s, VILLAGE));
	case_bed_end_place(bed, HERE, CODE_place_change_abolish, "", AT(1, 20, 0, 0));
	bed->now_us = AT(1, 20, 9, 0);
	ENDS("", case_bed_accept(bed, TOWN, CODE_severity_major));
	MUST(owned_by(s, COUNTY) && case_story_state(s).seq == 3 &&
	     case_story_state(s).rounds[CODE_escalate_cause_major] == 1);
}

/* A township that leads, or assists, and got another code goes on under it. */
static void lead_recoded(struct case_story *s)
{
	struct case_bed *bed = &s->bed;

	case_bed_place(bed, "530102002");
	case_bed_place(bed, "530102003");
	ENDS("", case_bed_report(bed, COUNTY, "530102", "UM01", 0));
	ENDS("", case_bed_accept(bed, COUNTY, CODE_severity_general));
	case_bed_begin(bed, EVENT_case_dispatched, COUNTY);
	EVENT_SET(bed->ev.data.case_dispatched, lead_unit, SPAN(TOWN));
	bed->ev.data.case_dispatched.assist[bed->ev.data.case_dispatched.n_assist++] =
		SPAN("centre:530102003");
	ENDS("", case_bed_post(bed));
	ENDS("WHO", case_story_try(s, EVENT_case_signed_for, 0, OTHER_TOWN));
	case_bed_end_place(bed, "530102001", CODE_place_change_recode, "530102002",
			   AT(1, 20, 0, 0));
	bed->now_us = AT(1, 20, 9, 0);
	ENDS("WHO", case_story_try(s, EVENT_case_signed_for, 0, COUNTY));
	MUST(strstr(bed->needs, OTHER_TOWN));
	ENDS("", case_bed_simple(bed, EVENT_case_signed_for, OTHER_TOWN));
	ENDS("WHO", case_story_try(s, EVENT_case_handling_logged, 0, VILLAGE));
	case_bed_end_place(bed, "530102003", CODE_place_change_recode, "530102001001",
			   AT(1, 21, 0, 0));
	case_bed_end_place(bed, "530102003", CODE_place_change_recode, "530102004",
			   AT(1, 22, 0, 0));
	case_bed_place(bed, "530102004");
	bed->now_us = AT(1, 21, 9, 0);
	ENDS("WHO", case_story_try(s, EVENT_case_handling_logged, 0, VILLAGE));
	bed->now_us = AT(1, 22, 9, 0);
	ENDS("", case_story_try(s, EVENT_case_handling_logged, 0, "centre:530102004"));
}

/* Who handled a case neither verifies nor calls back about it under a new code. */
static void handler_recoded(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	char led[sizeof(bed->subject)];

	case_bed_place(bed, "530102002");
	ENDS("", case_bed_report(bed, TOWN, HERE, "UM01", 0));
	ENDS("", case_bed_accept(bed, TOWN, CODE_severity_general));
	ENDS("", case_bed_dispatch(bed, TOWN, TOWN));
	ENDS("", case_bed_simple(bed, EVENT_case_signed_for, TOWN));
	ENDS("", case_bed_simple(bed, EVENT_case_feedback_submitted, TOWN));
	memcpy(led, bed->subject, sizeof(led));
	bed->source = "/hotline";
	ENDS("", case_bed_report(bed, TOWN, HERE, "UM01", 0));
	ENDS("", case_bed_simple(bed, EVENT_case_closed, TOWN));
	case_bed_end_place(bed, "530102001", CODE_place_change_recode, "530102002",
			   AT(1, 20, 0, 0));
	bed->now_us = AT(1, 20, 9, 0);
	ENDS("CALLER", case_story_try(s, EVENT_callback_recorded, 0, OTHER_TOWN));
	ENDS("", case_story_try(s, EVENT_callback_recorded, 0, COUNTY));
	memcpy(bed->subject, led, sizeof(led));
	ENDS("VERIFIER", case_bed_verify(bed, OTHER_TOWN, true));
	ENDS("", case_bed_verify(bed, COUNTY, true));
}

/* The grids of a village that got another code are on its site as before, and its centre calls back about its cases as before. */
static void village_recoded(struct case_story *s)
{
	static const char *const grid = "grid:530102001002001", *const village =
									"centre:530102001002";
	struct case_bed *bed = &s->bed;

	case_bed_place(bed, "530102001002001");
	case_story_bring(s, CODE_case_state_FB);
	ENDS("WHO", case_story_try(s, EVENT_case_verified, 0, grid));
	case_bed_end_place(bed, HERE, CODE_place_change_recode, "530102001002", AT(1, 20, 0, 0));
	ENDS("", case_bed_verify(bed, GRID, true));
	ENDS("WHO", case_story_try(s, EVENT_callback_recorded, 0, village));
	bed->now_us = AT(1, 20, 9, 0);
	ENDS("", case_story_try(s, EVENT_callback_recorded, 0, village));
	ENDS("WHO", case_story_try(s, EVENT_callback_recorded, 0, "centre:530103001001"));
	case_bed_done(bed);
	case_story_begin(s);
	case_bed_place(bed, "530102001002001");
	case_story_bring(s, CODE_case_state_FB);
	case_bed_end_place(bed, HERE, CODE_place_change_recode, "530102001002", AT(1, 20, 0, 0));
	bed->now_us = AT(1, 20, 9, 0);
	ENDS("", case_story_try(s, EVENT_case_verified, 0, grid));
}

static case_story_tell *const stories[] = {
	report_below_merged, no_single_successor, changed_again, up_to_recoded, owner_merged,
	owner_abolished,     own_lists,           county_moved,  town_moved,    moved_together,
	prefecture_gone,     lead_dissolved,      taken_back,    major_of_gone, lead_recoded,
	handler_recoded,     village_recoded};

enum { STORIES = sizeof(stories) / sizeof(stories[0]) };

case_story_tell *case_stories_places_get(int number)
{
	return number < STORIES ? stories[number] : case_stories_edges_get(number - STORIES);
}
