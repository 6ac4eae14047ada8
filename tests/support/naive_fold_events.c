/* naive_fold_events.c: what each event means to a case, by the names of its members. */
#include "tests/support/naive_fold_events.h"

#include <stdlib.h>
#include <string.h>

enum { CL = 8 };

/* Codes by their place in their list, from 1. */
static const char *const SEVERITIES[] = {"urgent", "major", "serious", "general", "minor", NULL};
static const char *const STEPS[] = {"report",   "accept", "dispatch", "sign",  "first", "handle",
				    "feedback", "verify", "callback", "close", NULL};
static const char *const CHANNELS[] = {"grid",      "hotline", "app",      "public", "department",
				       "mediation", "sensor",  "platform", NULL};
static const char *const OUTCOMES[] = {"resolved", "partly",   "unresolved",
				       "not_true", "unstated", NULL};
static const char *const REJECT_REASONS[] = {"not_ours",     "duplicate",      "referred",
					     "no_substance", "forbidden_type", NULL};
static const char *const HOLD_REASONS[] = {"season", "engineering", "court", "third_party", NULL};

uint8_t naive_fold_events_code(const char *const *list, const msgpack_object *member)
{
	for (uint8_t i = 0; list[i]; i++) {
		if (naive_record_is(naive_record_text(member), list[i])) {
			return (uint8_t)(i + 1);
		}
	}
	return 0;
}

/* ---- members of data, by name */

static const msgpack_object *datum(const struct naive_folding *f, const char *name)
{
	return naive_record_datum(f->record, name);
}

static int64_t number(const struct naive_folding *f, const char *name)
{
	return naive_record_number(datum(f, name));
}

static uint8_t small(const struct naive_folding *f, const char *name)
{
	return (uint8_t)number(f, name);
}

void naive_fold_events_own(struct naive_bytes *to, struct naive_bytes text)
{
	char *copy = malloc(text.n + 1);

	if (!copy) {
		abort();
	}
	if (text.n) {
		memcpy(copy, text.p, text.n);
	}
	free((char *)(uintptr_t)to->p);
	to->p = copy;
	to->n = text.n;
}

static void own_datum(struct naive_folding *f, enum naive_text which, const char *name)
{
	naive_fold_events_own(&f->c->texts[which], naive_record_text(datum(f, name)));
}

static void take_type(struct naive_folding *f)
{
	struct naive_bytes type = naive_record_text(datum(f, "type_code"));

	memcpy(f->c->type_code, type.p, type.n < 4 ? type.n : 4);
}

static void take_dues(struct naive_folding *f)
{
	f->c->due = (struct naive_due){number(f, "due_at"), number(f, "yellow_at"),
				       number(f, "red_at")};
	f->c->step_due = (struct naive_due){number(f, "step_due_at"), number(f, "step_yellow_at"),
					    number(f, "step_red_at")};
	f->c->step = naive_fold_events_code(STEPS, datum(f, "step"));
	f->c->provisional = small(f, "provisional");
	if (f->c->orig_due_us == 0) {
		f->c->orig_due_us = f->c->due.due_us;
	}
}

static void no_units(struct naive_folding *f)
{
	naive_fold_events_own(&f->c->texts[NAIVE_HANDLER], (struct naive_bytes){NULL, 0});
	naive_fold_events_own(&f->c->texts[NAIVE_LEAD], (struct naive_bytes){NULL, 0});
	f->c->n_assist = 0;
}

/* ---- what each event means */

/* How much of two codes agrees, cut to where a level ends. */
static size_t agree(const char *code, struct naive_bytes other)
{
	static const size_t ends[] = {2, 4, 6, 9, 12, 15, 17};
	size_t same = 0, n = 0;

	while (same < strlen(code) && same < other.n && code[same] == (char)other.p[same]) {
		same++;
	}
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		n = ends[i] <= same ? ends[i] : n;
	}
	return n;
}

/* The deepest place that covers all that the report names. */
static void find_common(struct naive_folding *f)
{
	const msgpack_object *places = datum(f, "places");
	char *common = f->c->common;

	memset(common, 0, sizeof f->c->common);
	memcpy(common, f->c->place.p, f->c->place.n < 17 ? f->c->place.n : 17);
	for (uint32_t i = 0;
	     places && places->type == MSGPACK_OBJECT_ARRAY && i < places->via.array.size; i++) {
		size_t n = agree(common, naive_record_text(&places->via.array.ptr[i]));

		memset(common + n, 0, sizeof f->c->common - n);
	}
}

/* The level of a unit that names its place: a grid, a centre. */
static uint8_t level_of(struct naive_bytes unit)
{
	static const size_t ends[] = {2, 4, 6, 9, 12, 15, 17};
	size_t head = unit.n > 5 && memcmp(unit.p, "grid:", 5) == 0     ? 5
		      : unit.n > 7 && memcmp(unit.p, "centre:", 7) == 0 ? 7
									: unit.n;

	for (uint8_t level = 1; level <= 7; level++) {
		if (unit.n - head == ends[level - 1]) {
			return level;
		}
	}
	return 0;
}

static void count_closing(struct naive_folding *f)
{
	struct naive_case *c = f->c;

	c->closed_us = f->decided_us;
	c->closed_day = (int32_t)naive_board_day(f->day_us);
	f->count[NAIVE_CLOSED] = 1;
	if (c->due.due_us) {
		f->count[NAIVE_CLOSED_WITH_DUE] = 1;
		f->count[NAIVE_CLOSED_LATE] = c->late;
	}
	if (c->close_level && c->close_level_expected) {
		f->count[NAIVE_CLOSED_WITH_LEVEL] = 1;
		f->count[NAIVE_CLOSED_LOW] = c->close_level >= c->close_level_expected;
	}
}

/* Who posted it handled it. */
static void handled(struct naive_folding *f)
{
	naive_fold_events_own(&f->c->texts[NAIVE_HANDLER],
			      naive_record_text(naive_record_member(f->record, "unit")));
}

static void reported(struct naive_folding *f)
{
	const struct naive_record *record = f->record;
	struct naive_case *c = f->c;

	take_type(f);
	naive_fold_events_own(&c->place, naive_record_text(naive_record_member(record, "place")));
	naive_fold_events_own(&c->receipt,
			      naive_record_text(naive_record_member(record, "receipt")));
	naive_fold_events_own(&c->texts[NAIVE_SOURCE],
			      naive_record_text(naive_record_member(record, "source")));
	naive_fold_events_own(&c->texts[NAIVE_ID],
			      naive_record_text(naive_record_member(record, "id")));
	own_datum(f, NAIVE_TITLE, "title");
	own_datum(f, NAIVE_PROFILE, "profile");
	own_datum(f, NAIVE_CAMPAIGN, "campaign");
	own_datum(f, NAIVE_PRIOR_CASE, "prior_case");
	own_datum(f, NAIVE_POINT_ID, "point_id");
	c->reported_us = naive_record_number(naive_record_member(record, "time"));
	c->channel = naive_fold_events_code(CHANNELS, datum(f, "channel"));
	c->severity = naive_fold_events_code(SEVERITIES, datum(f, "severity"));
	c->outcome = naive_fold_events_code(OUTCOMES, datum(f, "resolution"));
	c->close_level_expected = small(f, "close_level_expected");
	c->window_until_us = number(f, "reopen_until");
	find_common(f);
	take_dues(f);
	f->count[NAIVE_REPORTED] = 1;
	if (c->state == CL) {
		handled(f);
		c->close_level = level_of(naive_record_text(naive_record_member(record, "unit")));
		f->count[NAIVE_SETTLED] = 1;
		count_closing(f);
	}
}

static void accepted(struct naive_folding *f)
{
	f->c->severity = naive_fold_events_code(SEVERITIES, datum(f, "severity"));
	take_dues(f);
	f->count[NAIVE_ACCEPTED] = 1;
}

static void rejected(struct naive_folding *f)
{
	f->c->reason = naive_fold_events_code(REJECT_REASONS, datum(f, "reason"));
	f->c->window_until_us = number(f, "objection_until");
	f->c->provisional = small(f, "provisional");
	f->c->closed_us = f->decided_us;
	f->count[NAIVE_REJECTED] = 1;
}

static void classified(struct naive_folding *f)
{
	if (datum(f, "severity")) {
		f->c->severity = naive_fold_events_code(SEVERITIES, datum(f, "severity"));
	}
	if (datum(f, "type_code")) {
		take_type(f);
	}
	take_dues(f);
}

static void dispatched(struct naive_folding *f)
{
	const msgpack_object *assist = datum(f, "assist");

	no_units(f);
	own_datum(f, NAIVE_LEAD, "lead_unit");
	if (assist && assist->type == MSGPACK_OBJECT_ARRAY) {
		for (uint32_t i = 0; i < assist->via.array.size && i < NAIVE_FOLD_ASSIST_MAX; i++) {
			naive_fold_events_own(&f->c->texts[NAIVE_ASSIST + i],
					      naive_record_text(&assist->via.array.ptr[i]));
			f->c->n_assist++;
		}
	}
	take_dues(f);
	f->count[NAIVE_DISPATCHED] = 1;
}

static void returned(struct naive_folding *f)
{
	f->count[NAIVE_RETURNED] = small(f, "n") > f->c->returns;
	f->c->returns = small(f, "n");
	no_units(f);
	take_dues(f);
}

static void held(struct naive_folding *f)
{
	f->c->reason = naive_fold_events_code(HOLD_REASONS, datum(f, "reason"));
	f->c->held_since_us = f->decided_us;
	f->c->hold_until_us = number(f, "hold_until");
	f->c->holds = small(f, "n");
}

static void end_hold(struct naive_folding *f)
{
	f->c->held_us += f->decided_us - f->c->held_since_us;
	f->c->reason = 0;
	f->c->held_since_us = f->c->hold_until_us = 0;
}

static void resumed(struct naive_folding *f)
{
	end_hold(f);
	take_dues(f);
}

static void escalated(struct naive_folding *f)
{
	if (datum(f, "severity")) {
		f->c->severity = naive_fold_events_code(SEVERITIES, datum(f, "severity"));
	}
	if (f->c->held_since_us) {
		end_hold(f);
	}
	f->c->escalations++;
	no_units(f);
	take_dues(f);
	f->count[NAIVE_ESCALATED] = 1;
	f->count[NAIVE_OVERDUE] = naive_record_is(naive_record_text(datum(f, "cause")), "overdue");
}

static void feedback_submitted(struct naive_folding *f)
{
	handled(f);
	f->c->outcome = naive_fold_events_code(OUTCOMES, datum(f, "result"));
	take_dues(f);
}

static void verified(struct naive_folding *f)
{
	f->c->reworks = small(f, "rework");
	take_dues(f);
	f->count[NAIVE_REWORKED] = !number(f, "pass");
}

static void closed(struct naive_folding *f)
{
	const msgpack_object *skipped = datum(f, "skipped");
	struct naive_case *c = f->c;

	if (!c->texts[NAIVE_LEAD].n && !c->texts[NAIVE_HANDLER].n) {
		handled(f);
	}
	c->outcome = naive_fold_events_code(OUTCOMES, datum(f, "outcome"));
	c->close_level = small(f, "close_level");
	c->close_level_expected = small(f, "close_level_expected");
	c->late = small(f, "late");
	c->held_us = number(f, "held_us");
	c->window_until_us = number(f, "reopen_until");
	c->provisional = small(f, "provisional");
	if (skipped && skipped->type == MSGPACK_OBJECT_ARRAY) {
		for (uint32_t i = 0; i < skipped->via.array.size; i++) {
			c->skipped |= (uint16_t)(1u << naive_fold_events_code(
							 STEPS, &skipped->via.array.ptr[i]));
		}
	}
	count_closing(f);
}

static void reopened(struct naive_folding *f)
{
	const msgpack_object *from = naive_record_member(f->record, "from");

	f->undone = naive_record_is(naive_record_text(from), "CL");
	f->c->reopens = small(f, "n");
	f->c->severity = naive_fold_events_code(SEVERITIES, datum(f, "severity"));
	f->c->closed_us = f->c->window_until_us = 0;
	f->c->reason = 0;
	no_units(f);
	take_dues(f);
	f->count[NAIVE_REOPENED] = 1;
}

/* Either the deadlines of a case that runs, or the window of one that does not. */
static void restated(struct naive_folding *f)
{
	if (!datum(f, "window_until")) {
		take_dues(f);
		return;
	}
	f->c->window_until_us = number(f, "window_until");
	f->c->provisional = small(f, "provisional");
}

static void called_back(struct naive_folding *f)
{
	if (datum(f, "step") || datum(f, "due_at")) {
		take_dues(f);
	}
	if (datum(f, "score")) {
		f->c->score = small(f, "score");
		f->count[NAIVE_CALLBACKS] = 1;
		f->count[NAIVE_SCORE_SUM] = f->c->score;
	}
}

/* Types by their numbers, which rows of the timeline hold. */
static const struct naive_kind KINDS[] = {
	{"gov.case.reported.v1", 1, reported},
	{"gov.case.accepted.v1", 2, accepted},
	{"gov.case.rejected.v1", 3, rejected},
	{"gov.case.classified.v1", 4, classified},
	{"gov.case.dispatched.v1", 5, dispatched},
	{"gov.case.signed_for.v1", 6, take_dues},
	{"gov.case.returned.v1", 7, returned},
	{"gov.case.handling_logged.v1", 8, take_dues},
	{"gov.case.held.v1", 9, held},
	{"gov.case.resumed.v1", 10, resumed},
	{"gov.case.escalated.v1", 11, escalated},
	{"gov.case.feedback_submitted.v1", 12, feedback_submitted},
	{"gov.case.verified.v1", 13, verified},
	{"gov.case.closed.v1", 14, closed},
	{"gov.case.reopened.v1", 15, reopened},
	{"gov.callback.recorded.v1", 16, called_back},
	{"gov.case.dues_restated.v1", 17, restated},
	{"gov.action.refused.v1", 25, NULL},
	{"gov.action.repeated.v1", 26, NULL},
	{"gov.action.tried.v1", 27, NULL},
};

const struct naive_kind *naive_fold_events_kind(struct naive_bytes type)
{
	for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
		if (naive_record_is(type, KINDS[i].name)) {
			return &KINDS[i];
		}
	}
	return NULL;
}
