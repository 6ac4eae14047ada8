/* case_story.h: stories about one case: each a function that counts what did not go as it must, so that planted mutants can be looked for. */
#ifndef GOVBUS_TESTS_SUPPORT_CASE_STORY_H
#define GOVBUS_TESTS_SUPPORT_CASE_STORY_H

#include <stdio.h>

#include "common/civil.h"
#include "projections/case_register_rows.h"
#include "tests/support/case_bed.h"

#define TOWN    "centre:530102001"
#define VILLAGE "centre:530102001001"
#define COUNTY  "centre:530102"
#define CITY    "centre:5301"
#define GRID    "grid:530102001001001"
#define HOUSE   "house-530102"
#define FIRE    "fire-530102"
#define HERE    "530102001001"

/* Who looks on: told of each fresh bed (a story may begin anew), then of every event folded on it. */
struct case_story_watcher {
	void (*begin)(void *context, struct case_bed *bed);
	case_bed_sink *sink;
	void *context;
};

/* What did not go as it must since the last reset; whether each is printed. */
struct case_story {
	struct case_bed bed;
	const struct case_story_watcher *watcher; /* or NULL */
	int misses;
	bool loud;
};

/* What the macros below do. */
static inline void case_story_must(struct case_story *s, bool holds, int line, const char *text)
{
	s->misses += !holds;
	if (!holds && s->loud) {
		(void)printf("line %d: %s\n", line, text);
	}
}

static inline void case_story_ends(struct case_story *s,
				   const char *guard,
				   const char *met,
				   int line)
{
	bool same = strcmp(met, guard) == 0;

	s->misses += !same;
	if (!same && s->loud) {
		(void)printf("line %d: '%s', not '%s'\n", line, met, guard);
	}
}

/* In a story: what must hold. */
#define MUST(expr) case_story_must(s, (expr), __LINE__, #expr)

/* What an action must end in: "" is accepted, else the guard that refuses. */
#define ENDS(guard, post) case_story_ends(s, guard, post, __LINE__)

/* The case as the register holds it. */
static inline struct case_state case_story_state(struct case_story *s)
{
	struct case_state state = {0};
	struct case_id id;

	if (case_id_parse(span_cstr(s->bed.subject), &id)) {
		(void)case_register_rows_get(s->bed.reg.view, &id, &state);
	}
	return state;
}

#define AT(...) case_bed_at(2023, __VA_ARGS__)

typedef void case_story_tell(struct case_story *s);

/* A fresh bed, with the patience of a story: no mutant may run for ever. */
static inline void case_story_begin(struct case_story *s)
{
	case_bed_init(&s->bed);
	s->bed.patience = 1000;
	if (s->watcher) {
		s->bed.sink = s->watcher->sink;
		s->bed.context = s->watcher->context;
		s->watcher->begin(s->watcher->context, &s->bed);
	}
}

/* The story from its beginning, on a fresh bed. @return misses */
static inline int case_story_watch(case_story_tell *tell,
				   bool loud,
				   const struct case_story_watcher *watcher)
{
	static struct case_story story;

	story.misses = 0;
	story.loud = loud;
	story.watcher = watcher;
	case_story_begin(&story);
	tell(&story);
	story.misses += story.bed.broken;
	case_bed_done(&story.bed);
	return story.misses;
}

/* The same, with nobody looking on. */
static inline int case_story_run(case_story_tell *tell, bool loud)
{
	return case_story_watch(tell, loud, NULL);
}

/* Brings a general case of the township, led by the house department, to a state on the way RP AC DI IP FB VE CL. */
static inline void case_story_bring(struct case_story *s, uint8_t state)
{
	struct case_bed *bed = &s->bed;

	ENDS("", case_bed_report(bed, TOWN, HERE, "UM01", 0));
	if (state == CODE_case_state_RJ) {
		ENDS("", case_bed_simple(bed, EVENT_case_rejected, TOWN));
		return;
	}
	if (state > CODE_case_state_RP) {
		ENDS("", case_bed_accept(bed, TOWN, CODE_severity_general));
	}
	if (state > CODE_case_state_AC) {
		ENDS("", case_bed_dispatch(bed, TOWN, HOUSE));
	}
	if (state > CODE_case_state_DI) {
		ENDS("", case_bed_simple(bed, EVENT_case_signed_for, HOUSE));
	}
	if (state == CODE_case_state_HO) {
		ENDS("", case_bed_hold(bed, TOWN, bed->now_us + 10 * CIVIL_DAY_US));
		return;
	}
	if (state > CODE_case_state_IP) {
		ENDS("", case_bed_simple(bed, EVENT_case_feedback_submitted, HOUSE));
	}
	if (state > CODE_case_state_FB) {
		ENDS("", case_bed_verify(bed, TOWN, true));
	}
	if (state > CODE_case_state_VE) {
		ENDS("", case_bed_simple(bed, EVENT_case_closed, TOWN));
	}
}

/* Decides, without folding, an action that lacks nothing. @p variant of a report 1: settled; of a verification 1: failed; of a reopening: its cause */
const char *case_story_try(struct case_story *s,
			   enum event_type type,
			   int variant,
			   const char *unit);

/* Takes an item, such as "4.centre.handle", off the list of functions. */
void case_stories_table_take_away(struct case_bed *bed, const char *item);

/* The story of a number from 0; NULL past the last. Those of the clock, of the end of a year, of the table, of places that change and of edges come last, from
 * files of their own. */
case_story_tell *case_stories_get(int number);
case_story_tell *case_stories_time_get(int number);
case_story_tell *case_stories_year_get(int number);
case_story_tell *case_stories_table_get(int number);
case_story_tell *case_stories_places_get(int number);
case_story_tell *case_stories_edges_get(int number);

#endif
