/* case_stories_table.c: domain.md §3.2 written down a second time, as matrices: which event leads where, by whom, with which function. */
#include "tests/support/case_story.h"

/* The states of the matrix, in its order. */
static const uint8_t states[] = {CODE_case_state_RP, CODE_case_state_AC, CODE_case_state_DI,
				 CODE_case_state_IP, CODE_case_state_HO, CODE_case_state_FB,
				 CODE_case_state_VE, CODE_case_state_CL, CODE_case_state_RJ};

/* The units of the matrix; the case is the township's, led by the house department, assisted by nobody. */
static const char *const units[] = {TOWN, VILLAGE, COUNTY, CITY, GRID, HOUSE, FIRE, "gone-530102"};

enum { STATES = sizeof(states), UNITS = sizeof(units) / sizeof(units[0]) };

/*
 * One kind of action. `to` has two letters for each state it may be posted in: where the case then stands; "--": refused for the
 * state, "no": refused by the guard `else_`. `who` has a letter for each unit, in the state `in`: + may, w stands wrong (WHO), f has no
 * such function (FUNCTION), u is no unit in force (UNIT), x refused by the guard `else_`.
 */
static const struct action_kind {
	enum event_type type;
	uint8_t variant; /* see case_story_try */
	uint8_t in;
	const char *by; /* posts in the matrix of states */
	const char *to, *who, *else_;
} kinds[] = {
#define S(state) CODE_case_state_##state
	{EVENT_case_accepted, 0, S(RP), TOWN, "AC----------------", "+wwwwwwu", ""},
	{EVENT_case_rejected, 0, S(RP), TOWN, "RJ----------------", "+wwwwwwu", ""},
	{EVENT_case_classified, 0, S(IP), TOWN, "RPACDIIPHOFBVE----", "+w++wwwu", ""},
	{EVENT_case_dispatched, 0, S(AC), TOWN, "--DI--------------", "+wwwwwwu", ""},
	{EVENT_case_signed_for, 0, S(DI), HOUSE, "----IP------------", "wwwww+wu", ""},
	{EVENT_case_returned, 0, S(DI), HOUSE, "----ACAC----------", "wwwww+wu", ""},
	{EVENT_case_handling_logged, 0, S(IP), HOUSE, "------IP----------", "wwww++wu", ""},
	{EVENT_case_held, 0, S(IP), TOWN, "------HO----------", "+w++wwwu", ""},
	{EVENT_case_resumed, 0, S(HO), HOUSE, "--------IP--------", "+wwww+wu", ""},
	{EVENT_case_escalated, 0, S(IP), TOWN, "ACACACACACACAC----", "+w++w+wu", ""},
	{EVENT_case_feedback_submitted, 0, S(IP), HOUSE, "------FB----------", "wwwww+wu", ""},
	{EVENT_case_verified, 0, S(FB), TOWN, "----------VE------", "+w+++wwu", ""},
	{EVENT_case_verified, 1, S(FB), TOWN, "----------IP------", "+w+++wwu", ""},
	{EVENT_case_closed, 0, S(VE), TOWN, "------------CL----", "+wwwwwwu", ""},
	{EVENT_callback_recorded, 0, S(VE), TOWN, "------------VECL--", "++++wx+u", "CALLER"},
	{EVENT_case_reopened, CODE_reopen_cause_reporter, S(CL), TOWN, "--------------ACAC",
	 "+++++++u", ""},
	{EVENT_case_reopened, CODE_reopen_cause_centre, S(CL), TOWN, "--------------ACAC",
	 "+w++wwwu", ""},
	{EVENT_case_reopened, CODE_reopen_cause_callback, S(CL), TOWN, "------------nono--",
	 "xxxxwxxu", "CAUSE"},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static void set_reported(struct case_bed *bed, bool settled)
{
	struct case_reported *data = &bed->ev.data.case_reported;

	EVENT_SET(bed->ev.env, place, SPAN(HERE));
	EVENT_SET(*data, type_code, SPAN("SH01"));
	EVENT_SET(*data, title, SPAN("事"));
	if (settled) {
		EVENT_SET(*data, settled, true);
		EVENT_SET(*data, severity, CODE_severity_minor);
		EVENT_SET(*data, resolution, CODE_outcome_resolved);
	}
}

const char *case_story_try(struct case_story *s,
			   enum event_type type,
			   int variant,
			   const char *unit)
{
	struct case_bed *bed = &s->bed;
	struct event *ev = &bed->ev;

	case_bed_begin(bed, type, unit);
	switch ((int)type) {
	case EVENT_case_reported:
		set_reported(bed, variant);
		break;
	case EVENT_case_accepted:
		EVENT_SET(ev->data.case_accepted, severity, CODE_severity_general);
		break;
	case EVENT_case_classified:
		EVENT_SET(ev->data.case_classified, severity, CODE_severity_serious);
		break;
	case EVENT_case_dispatched:
		EVENT_SET(ev->data.case_dispatched, lead_unit, SPAN(HOUSE));
		break;
	case EVENT_case_held:
		EVENT_SET(ev->data.case_held, hold_until, bed->now_us + CIVIL_DAY_US);
		EVENT_SET(ev->data.case_held, approver_unit, span_cstr(unit));
		break;
	case EVENT_case_escalated:
		EVENT_SET(ev->data.case_escalated, cause, CODE_escalate_cause_beyond_competence);
		break;
	case EVENT_case_verified:
		EVENT_SET(ev->data.case_verified, pass, variant == 0);
		if (variant) {
			EVENT_SET(ev->data.case_verified, reason, SPAN("未清理"));
		}
		break;
	case EVENT_case_reopened:
		EVENT_SET(ev->data.case_reopened, cause, (uint8_t)variant);
		break;
	default:
		break;
	}
	return case_bed_try(bed);
}

static const char *name_of(uint8_t state)
{
	return codes_get(CODES_case_state, state)->name;
}

/* On a fresh bed, with a case brought to a state. */
static void again(struct case_story *s, uint8_t state)
{
	case_bed_done(&s->bed);
	case_story_begin(s);
	case_story_bring(s, state);
}

/* From every state every event leads where the matrix says, and nowhere else. */
static void arrows(struct case_story *s)
{
	for (int i = 0; i < STATES; i++) {
		again(s, states[i]);
		for (int k = 0; k < KINDS; k++) {
			const char *to = kinds[k].to + (ptrdiff_t)2 * i;
			const char *guard =
				case_story_try(s, kinds[k].type, kinds[k].variant, kinds[k].by);

			if (strncmp(to, "--", 2) == 0) {
				ENDS("STATE", guard);
			} else if (strncmp(to, "no", 2) == 0) {
				ENDS(kinds[k].else_, guard);
			} else {
				ENDS("", guard);
				MUST(strncmp(name_of(s->bed.ev.env.to), to, 2) == 0);
				MUST(s->bed.ev.env.from == states[i]);
			}
		}
	}
}

/* For every event every unit may, or may not, as the matrix says. */
static void who(struct case_story *s)
{
	for (int k = 0; k < KINDS; k++) {
		again(s, kinds[k].in);
		for (int u = 0; u < UNITS; u++) {
			static const char *const means[] = {
				['+'] = "", ['w'] = "WHO", ['f'] = "FUNCTION", ['u'] = "UNIT"};
			char letter = kinds[k].who[u];

			ENDS(letter == 'x' ? kinds[k].else_ : means[(int)letter],
			     case_story_try(s, kinds[k].type, kinds[k].variant, units[u]));
			/* Who may instead is named, and as what. */
			MUST(letter != 'w' || strstr(s->bed.needs, kinds[k].by));
			MUST(letter != 'w' || strcmp(kinds[k].by, TOWN) != 0 ||
			     strstr(s->bed.needs, "owner"));
		}
	}
}

/* What a unit that stands right needs besides: with this item of the functions list gone it may no more. */
static const struct required {
	enum event_type type;
	uint8_t variant, in;
	const char *unit, *item;
} needs[] = {
	{EVENT_case_reported, 0, S(RP), TOWN, "4.centre.report"},
	{EVENT_case_reported, 1, S(RP), TOWN, "4.centre.report"},
	{EVENT_case_accepted, 0, S(RP), TOWN, "4.centre.intake"},
	{EVENT_case_rejected, 0, S(RP), TOWN, "4.centre.intake"},
	{EVENT_case_classified, 0, S(IP), COUNTY, "3.centre.intake"},
	{EVENT_case_dispatched, 0, S(AC), TOWN, "4.centre.dispatch"},
	{EVENT_case_signed_for, 0, S(DI), HOUSE, "3.government.handle"},
	{EVENT_case_returned, 0, S(DI), HOUSE, "3.government.handle"},
	{EVENT_case_handling_logged, 0, S(IP), HOUSE, "3.government.handle"},
	{EVENT_case_handling_logged, 0, S(IP), GRID, "6.grid.report"},
	{EVENT_case_held, 0, S(IP), TOWN, "4.centre.dispatch"},
	{EVENT_case_held, 0, S(IP), CITY, "2.centre.dispatch"},
	{EVENT_case_resumed, 0, S(HO), HOUSE, "3.government.handle"},
	{EVENT_case_resumed, 0, S(HO), TOWN, "4.centre.dispatch"},
	{EVENT_case_escalated, 0, S(IP), HOUSE, "3.government.handle"},
	{EVENT_case_escalated, 0, S(IP), CITY, "2.centre.dispatch"},
	{EVENT_case_feedback_submitted, 0, S(IP), HOUSE, "3.government.handle"},
	{EVENT_case_verified, 0, S(FB), TOWN, "4.centre.verify"},
	{EVENT_case_verified, 0, S(FB), GRID, "6.grid.verify"},
	{EVENT_case_verified, 1, S(FB), TOWN, "4.centre.verify"},
	{EVENT_case_verified, 1, S(FB), GRID, "6.grid.verify"},
	{EVENT_case_closed, 0, S(VE), TOWN, "4.centre.dispatch"},
	{EVENT_callback_recorded, 0, S(VE), TOWN, "4.centre.call-back"},
	{EVENT_case_reopened, CODE_reopen_cause_reporter, S(CL), TOWN, "4.centre.report"},
	{EVENT_case_reopened, CODE_reopen_cause_centre, S(CL), TOWN, "4.centre.dispatch"},
	{EVENT_case_reopened, CODE_reopen_cause_callback, S(CL), TOWN, "4.centre.call-back"},
};

void case_stories_table_take_away(struct case_bed *bed, const char *item)
{
	struct event ev = {.type = EVENT_list_item_set};
	char subject[80];

	(void)snprintf(subject, sizeof(subject), "list:FUNCTIONS:%s", item);
	EVENT_SET(ev.data.list_item_set, list, CODE_list_kind_functions);
	EVENT_SET(ev.data.list_item_set, code, span_cstr(item));
	EVENT_SET(ev.data.list_item_set, active, false);
	EVENT_SET(ev.data.list_item_set, effective_from, 1);
	case_bed_fold(bed, &ev, subject);
}

/* Standing right is not enough: each action asks for its function, and for no other. */
static void function_asked(struct case_story *s)
{
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		const struct required *need = &needs[i];
		const char *whole;

		again(s, need->in);
		whole = case_story_try(s, need->type, need->variant, need->unit);
		MUST(strcmp(whole, "FUNCTION") != 0 && strcmp(whole, "WHO") != 0);
		case_stories_table_take_away(&s->bed, need->item);
		ENDS("FUNCTION", case_story_try(s, need->type, need->variant, need->unit));
	}
}

/* An assisting unit needs the function to handle; the report's own source closes what its flow never accepts, if it may report. */
static void function_of_others(struct case_story *s)
{
	struct case_bed *bed = &s->bed;
	struct case_dispatched *data = &bed->ev.data.case_dispatched;

	case_story_bring(s, CODE_case_state_AC);
	case_bed_begin(bed, EVENT_case_dispatched, TOWN);
	EVENT_SET(*data, lead_unit, SPAN(HOUSE));
	data->assist[0] = SPAN(CITY);
	data->n_assist = 1;
	ENDS("", case_bed_post(bed));
	ENDS("", case_bed_simple(bed, EVENT_case_signed_for, HOUSE));
	ENDS("", case_story_try(s, EVENT_case_handling_logged, 0, CITY));
	case_stories_table_take_away(bed, "2.centre.handle");
	ENDS("FUNCTION", case_story_try(s, EVENT_case_handling_logged, 0, CITY));
	bed->source = "/hotline/kunming";
	ENDS("", case_bed_report(bed, TOWN, HERE, "UM01", 0));
	ENDS("", case_story_try(s, EVENT_case_closed, 0, FIRE));
	case_stories_table_take_away(bed, "3.government.report");
	ENDS("FUNCTION", case_story_try(s, EVENT_case_closed, 0, FIRE));
	bed->source = "/hotline/another";
	ENDS("WHO", case_story_try(s, EVENT_case_closed, 0, FIRE));
}

/* Settled or not, a report is about a place and a type that it may be about. */
static void report_refused(struct case_story *s)
{
	static const struct {
		const char *unit, *place, *type, *guard;
	} reports[] = {
		{TOWN, HERE, "SH01", ""},          {TOWN, "5301", "SH01", "PLACE_COARSE"},
		{TOWN, "530199", "SH01", "PLACE"}, {TOWN, "530102009", "SH01", "PLACE_GONE"},
		{TOWN, HERE, "SH88", "TYPE"},      {GRID, HERE, "SH09", "FORBIDDEN"},
		{GRID, HERE, "UM01", "GRID_LIST"},
	};

	for (int settled = 0; settled < 2; settled++) {
		for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
			struct case_bed *bed = &s->bed;

			case_bed_begin(bed, EVENT_case_reported, reports[i].unit);
			set_reported(bed, settled);
			bed->ev.env.place = span_cstr(reports[i].place);
			bed->ev.data.case_reported.type_code = span_cstr(reports[i].type);
			ENDS(reports[i].guard, case_bed_try(bed));
			EVENT_SET(bed->ev.env, subject, SPAN("530102-20230119-000000000000"));
			ENDS("SUBJECT", case_bed_try(bed));
		}
	}
}

/* Each further place must be one where a matter can lie, as the first: else a made-up one would take the case to the province. */
static void further_places(struct case_story *s)
{
	static const struct {
		const char *place, *guard, *needs;
	} further[] = {
		{"530103", "", ""},
		{"530302001001", "", ""},
		{"53", "PLACE_COARSE", "6 digits"},
		{"530300", "PLACE_COARSE", "6 digits"},
		{"539999", "PLACE", "in force"},
		{"110101", "PLACE", "in force"},
		{"530102009", "PLACE_GONE", "530102001"},
	};

	for (int settled = 0; settled < 2; settled++) {
		for (size_t i = 0; i < sizeof(further) / sizeof(further[0]); i++) {
			struct case_bed *bed = &s->bed;
			struct case_reported *data = &bed->ev.data.case_reported;

			case_bed_begin(bed, EVENT_case_reported, TOWN);
			set_reported(bed, settled);
			data->places[0] = SPAN("530103");
			data->places[1] = span_cstr(further[i].place);
			data->n_places = 2;
			ENDS(further[i].guard, case_bed_try(bed));
			MUST(!further[i].guard[0] || (strstr(bed->detail, "data.places[1]") &&
						      strstr(bed->detail, further[i].place) &&
						      strstr(bed->needs, further[i].needs)));
		}
	}
}

static case_story_tell *const stories[] = {
	arrows, who, function_asked, function_of_others, report_refused, further_places};

enum { STORIES = sizeof(stories) / sizeof(stories[0]) };

case_story_tell *case_stories_table_get(int number)
{
	return number < STORIES ? stories[number] : case_stories_places_get(number - STORIES);
}
