/* case_bed.h: a case register over rows in memory, with small reference data and a hand-moved clock, for tests. */
#ifndef GOVBUS_TESTS_SUPPORT_CASE_BED_H
#define GOVBUS_TESTS_SUPPORT_CASE_BED_H

#include "projections/register.h"
#include "tests/support/memory_view.h"

/* Told of every event in the order of the log. */
typedef void case_bed_sink(void *context, const struct event *ev);

struct case_bed {
	struct reg reg;
	struct memory_view *memory;
	struct reference *reference;
	struct arena arena;
	struct event ev;        /* the last action or event */
	struct refusal refusal; /* of the last action, texts copied */
	char detail[256], needs[256];
	char subject[29]; /* the case that actions are about */
	int64_t now_us, decided_us, cause;
	const char *source; /* of actions */
	int ids;
	int broken; /* events that could not be folded: must stay 0 */
	int patience; /* timers and owed events that may still come; above it the bed is broken. 0: any number */
	bool asks_bound; /* as the deciding core does: what is bound is not decided again */
	case_bed_sink *sink;
	void *context;
};

/** Places of two prefectures, departments, lists, the limits of domain.md §2.6, the calendar of 2022 and 2023; the clock at 2023-01-19 09:00. */
void case_bed_init(struct case_bed *bed);
void case_bed_done(struct case_bed *bed);

/** A moment in Asia/Shanghai. */
int64_t case_bed_at(int year, unsigned month, unsigned day, int hour, int minute);

/** Moves the clock on; timers that fall due happen, each with what it owes. */
void case_bed_go(struct case_bed *bed, int64_t to_us);

/** Begins an action about the bed's case: set its data in bed->ev, then post. */
void case_bed_begin(struct case_bed *bed, enum event_type type, const char *unit);

/** Decides the action and folds its event, and what that owes. @return the guard that refused it, "BOUND", or "" when accepted */
const char *case_bed_post(struct case_bed *bed);

/** Decides without folding. @return as case_bed_post */
const char *case_bed_try(struct case_bed *bed);

/** Folds one record of gov.reference. */
void case_bed_fold(struct case_bed *bed, struct event *ev, const char *subject);

/** Registers a place, in force from the beginning on. */
void case_bed_place(struct case_bed *bed, const char *code);

/** Ends a place at a moment. @param change enum code_place_change @param next its successors, with a blank between them; "" is none */
void case_bed_end_place(
	struct case_bed *bed, const char *code, int change, const char *next, int64_t from_us);

/** Sets a year of the calendar "cn"; holidays and working days on weekends as yyyymmdd, each list ending in 0. */
void case_bed_calendar(struct case_bed *bed,
		       unsigned year,
		       const uint32_t *off,
		       const uint32_t *work);

/** As case_bed_calendar, in force from a moment on. */
void case_bed_calendar_from(struct case_bed *bed,
			    unsigned year,
			    const uint32_t *off,
			    const uint32_t *work,
			    int64_t from_us);

/** Puts an item on a list, in force for a place and what lies in it; "" is everywhere. */
void case_bed_item(struct case_bed *bed,
		   enum code_list_kind list,
		   const char *code,
		   const char *scope);

/** Sets a flow profile for sources that begin so (NULL: for nobody who does not ask for it). @param steps a bit per enum code_step */
void case_bed_profile(
	struct case_bed *bed, const char *id, const char *source, uint16_t steps, bool policy);

/* How long a window (step hold, reopen or object) is for a type (NULL: every type) and a severity (0: every), from a moment on. */
struct case_bed_window {
	const char *type;
	int severity, step;
	uint64_t amount;
	int unit;
	int64_t from_us;
};

/** Sets a window by policy. */
void case_bed_window(struct case_bed *bed, const struct case_bed_window *window);

/** Mutants: from now on windows of this step are set with another amount and moment, by so much; by zeros: all as they are said. */
void case_bed_plant_window(const struct case_bed_window *by);

/* Short forms of the actions. Each returns as case_bed_post. */
const char *case_bed_report(
	struct case_bed *bed, const char *unit, const char *place, const char *type, int severity);
const char *case_bed_accept(struct case_bed *bed, const char *unit, int severity);
const char *case_bed_dispatch(struct case_bed *bed, const char *unit, const char *lead);
const char *case_bed_simple(struct case_bed *bed, enum event_type type, const char *unit);
const char *case_bed_escalate(struct case_bed *bed, const char *unit, int cause);
const char *case_bed_hold(struct case_bed *bed, const char *unit, int64_t until_us);
const char *case_bed_verify(struct case_bed *bed, const char *unit, bool pass);
const char *case_bed_callback(struct case_bed *bed, const char *unit, unsigned score);
const char *case_bed_reopen(struct case_bed *bed, const char *unit, int cause);

#endif
