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

static case_story_tell *const stories[] = {
	report_below_merged, no_single_successor, changed_again, up_to_recoded,
	owner_merged,        owner_abolished,     own_lists};

enum { STORIES = sizeof(stories) / sizeof(stories[0]) };

case_story_tell *case_stories_places_get(int number)
{
	return number < STORIES ? stories[number] : case_stories_edges_get(number - STORIES);
}
