/* case_naive.c: a second, naive fold of case events, with the invariants of domain.md §3.2. */
#include "tests/support/case_naive.h"

#include <stdio.h>
#include <stdlib.h>

enum { BUCKETS = 16384 };

struct case_naive_all {
	struct case_naive *buckets[BUCKETS];
	size_t open, waiting, count;
};

static bool is_open(uint8_t state)
{
	return state >= CODE_case_state_RP && state <= CODE_case_state_VE;
}

static void copy(char *to, size_t room, struct span text)
{
	size_t n = text.n < room ? text.n : room - 1;

	memset(to, 0, room);
	memcpy(to, text.p, n);
}

static unsigned bucket(struct span subject)
{
	unsigned h = 5381;

	for (size_t i = 0; i < subject.n; i++) {
		h = h * 33 + subject.p[i];
	}
	return h % BUCKETS;
}

struct case_naive_all *case_naive_new(void)
{
	return calloc(1, sizeof(struct case_naive_all));
}

void case_naive_free(struct case_naive_all *all)
{
	for (int i = 0; i < BUCKETS; i++) {
		for (struct case_naive *c = all->buckets[i], *next; c; c = next) {
			next = c->next;
			for (struct case_naive_pair *p = c->pairs, *after; p; p = after) {
				after = p->next;
				free(p);
			}
			free(c);
		}
	}
	free(all);
}

const struct case_naive *case_naive_get(const struct case_naive_all *all, struct span subject)
{
	for (const struct case_naive *c = all->buckets[bucket(subject)]; c; c = c->next) {
		if (span_eq(subject, span_cstr(c->subject))) {
			return c;
		}
	}
	return NULL;
}

size_t case_naive_open(const struct case_naive_all *all)
{
	return all->open;
}

size_t case_naive_waiting(const struct case_naive_all *all)
{
	return all->waiting;
}

size_t case_naive_count(const struct case_naive_all *all)
{
	return all->count;
}

/* docs/PROTOCOL.md 7: an accepted event binds its source and id within its case. @return false: they were bound before */
static bool bind(struct case_naive *c, const struct event *ev)
{
	struct case_naive_pair *pair = calloc(1, sizeof(*pair));
	int n = snprintf(pair->text, sizeof(pair->text), "%.*s %.*s", SPAN_ARGS(ev->env.source),
			 SPAN_ARGS(ev->env.id));
	bool is_new = n > 0 && (size_t)n < sizeof(pair->text);

	for (const struct case_naive_pair *p = c->pairs; p; p = p->next) {
		is_new = is_new && strcmp(p->text, pair->text) != 0;
	}
	pair->next = c->pairs;
	c->pairs = pair;
	return is_new;
}

static struct case_naive *begin(struct case_naive_all *all, const struct event *ev)
{
	struct case_naive *c = calloc(1, sizeof(*c));
	struct case_naive **at = &all->buckets[bucket(ev->env.subject)];

	copy(c->subject, sizeof(c->subject), ev->env.subject);
	copy(c->type_code, sizeof(c->type_code), ev->data.case_reported.type_code);
	c->severity = ev->data.case_reported.has_severity ? ev->data.case_reported.severity : 0;
	c->window_until_us =
		ev->data.case_reported.has_reopen_until ? ev->data.case_reported.reopen_until : 0;
	c->reported_us = c->last_us = ev->env.decidedtime;
	c->next = *at;
	*at = c;
	all->count++;
	return c;
}

/* Time since the last event belongs to the step that ran, to the hold, or to nothing. */
static void pass_time(struct case_naive *c, int64_t now_us)
{
	int64_t passed_us = now_us - c->last_us;

	if (c->state == CODE_case_state_HO) {
		c->held_us += passed_us;
	} else if (is_open(c->state)) {
		c->step_us[c->step] += passed_us;
	} else if (c->state) {
		c->stopped_us += passed_us;
	}
	c->last_us = now_us;
}

/* domain.md §2.6: a limit in working days ends at the closing of one, a limit in days at midnight. */
static bool ends_with_its_day(int64_t due_us, uint8_t unit)
{
	int64_t second = (due_us / 1000000 + 8 * 3600) % 86400;

	return unit == CODE_time_unit_working_day ? second == 18 * 3600
	       : unit == CODE_time_unit_calendar_day || unit == CODE_time_unit_same_day
		       ? second == 0
		       : true;
}

/* Deadline and step, as each type carries them. */
static void take_dues(struct case_naive *c, const struct event *ev)
{
	switch ((int)ev->type) {
#define TAKE(type_)                                                                      \
	case EVENT_##type_:                                                              \
		c->due_us = ev->data.type_.has_due_at ? ev->data.type_.due_at : 0;       \
		c->step = ev->data.type_.has_step ? ev->data.type_.step : 0;             \
		c->due_unit = ev->data.type_.has_due_unit ? ev->data.type_.due_unit : 0; \
		break
		TAKE(case_reported);
		TAKE(case_accepted);
		TAKE(case_classified);
		TAKE(case_dispatched);
		TAKE(case_signed_for);
		TAKE(case_returned);
		TAKE(case_handling_logged);
		TAKE(case_resumed);
		TAKE(case_escalated);
		TAKE(case_feedback_submitted);
		TAKE(case_verified);
		TAKE(case_reopened);
		TAKE(callback_recorded);
		TAKE(case_dues_restated);
#undef TAKE
	default:
		break;
	}
}

static const char *check_closed(const struct case_naive *c, const struct event *ev)
{
	int64_t steps_us = 0;

	for (int i = 0; i < CODE_step_COUNT; i++) {
		steps_us += c->step_us[i];
	}
	if (ev->data.case_closed.held_us != (uint64_t)c->held_us) {
		return "held time is not that of the holds";
	}
	if (ev->data.case_closed.work_us != (uint64_t)steps_us) {
		return "work time is not the sum of the steps";
	}
	if (steps_us + c->held_us + c->stopped_us != c->last_us - c->reported_us) {
		return "steps, holds and stops do not add up to the case's time";
	}
	return NULL;
}

/* A window is what was told when it opened, and is judged by the sender's clock if that is at most a day behind (domain.md §3.4). */
static const char *check_reopened(const struct case_naive *c, const struct event *ev)
{
	int64_t at_us = ev->env.time;

	if (at_us > ev->env.decidedtime || ev->env.decidedtime - at_us > INT64_C(86400000000)) {
		at_us = ev->env.decidedtime;
	}
	return ev->data.case_reopened.cause != CODE_reopen_cause_callback &&
			       at_us > c->window_until_us
		       ? "reopened after its window"
		       : NULL;
}

static const char *check(const struct case_naive *c, const struct event *ev)
{
	switch ((int)ev->type) {
	case EVENT_case_closed:
		return check_closed(c, ev);
	case EVENT_case_reopened:
		return check_reopened(c, ev);
	case EVENT_case_resumed:
		return ev->data.case_resumed.by == CODE_resume_by_timer &&
				       ev->env.decidedtime < c->hold_until_us
			       ? "resumed before the hold had ended"
			       : NULL;
	default:
		return NULL;
	}
}

/* Whether the window of a case that is not open waits for a calendar. */
static bool window_waits(const struct case_naive *c, const struct event *ev)
{
	if (is_open(c->state)) {
		return false;
	}
	switch ((int)ev->type) {
	case EVENT_case_reported:
		return ev->data.case_reported.has_provisional;
	case EVENT_case_rejected:
		return ev->data.case_rejected.has_provisional;
	case EVENT_case_closed:
		return ev->data.case_closed.has_provisional;
	case EVENT_case_dues_restated:
		return ev->data.case_dues_restated.has_provisional;
	default:
		return c->provisional_window;
	}
}

static void take(struct case_naive *c, const struct event *ev)
{
	switch ((int)ev->type) {
	case EVENT_case_accepted:
		c->severity = ev->data.case_accepted.severity;
		break;
	case EVENT_case_classified:
		if (ev->data.case_classified.has_severity) {
			c->severity = ev->data.case_classified.severity;
		}
		if (ev->data.case_classified.has_type_code) {
			copy(c->type_code, sizeof(c->type_code),
			     ev->data.case_classified.type_code);
		}
		break;
	case EVENT_case_dispatched:
		copy(c->lead, sizeof(c->lead), ev->data.case_dispatched.lead_unit);
		break;
	case EVENT_case_returned:
		memset(c->lead, 0, sizeof(c->lead));
		break;
	case EVENT_case_escalated:
		c->severity = ev->data.case_escalated.severity;
		memset(c->lead, 0, sizeof(c->lead));
		break;
	case EVENT_case_reopened:
		c->severity = ev->data.case_reopened.severity;
		memset(c->lead, 0, sizeof(c->lead));
		break;
	case EVENT_case_closed:
		c->window_until_us = ev->data.case_closed.reopen_until;
		break;
	case EVENT_case_rejected:
		c->window_until_us = ev->data.case_rejected.objection_until;
		break;
	case EVENT_case_dues_restated:
		if (ev->data.case_dues_restated.has_window_until) {
			c->window_until_us = ev->data.case_dues_restated.window_until;
		}
		break;
	case EVENT_case_held:
		c->hold_until_us = ev->data.case_held.hold_until;
		break;
	default:
		break;
	}
}

const char *case_naive_fold(struct case_naive_all *all, const struct event *ev)
{
	struct case_naive *c = (struct case_naive *)(uintptr_t)case_naive_get(all, ev->env.subject);
	const char *wrong = NULL;
	bool was_open;
	int64_t was_due_us;

	if (!c && ev->type != EVENT_case_reported) {
		return "the case was never reported";
	}
	if (c && ev->type == EVENT_case_reported) {
		return "the case was reported before";
	}
	c = c ? c : begin(all, ev);
	if (ev->env.seq != c->seq + 1) {
		return "seq is not contiguous";
	}
	if (c->state == CODE_case_state_AR) {
		return "an event after archiving";
	}
	if (c->state != (ev->env.has_from ? ev->env.from : 0)) {
		return "from is not the state the case was in";
	}
	if (ev->env.decidedtime < c->last_us) {
		return "time goes back";
	}
	if (!ev->env.has_owner || !span_starts(ev->env.owner, SPAN("centre:"))) {
		return "not exactly one centre owns the case";
	}
	if (!bind(c, ev)) {
		return "its source and id were bound in this case before";
	}
	was_open = is_open(c->state);
	was_due_us = c->due_us;
	pass_time(c, ev->env.decidedtime);
	wrong = check(c, ev);
	take(c, ev);
	c->seq++;
	c->state = ev->env.to;
	copy(c->owner, sizeof(c->owner), ev->env.owner);
	take_dues(c, ev);
	if (ev->type == EVENT_case_classified && was_due_us && was_due_us <= c->last_us &&
	    c->state != CODE_case_state_HO && c->due_us != was_due_us) {
		wrong = "a red case was made green by an edit";
	}
	if (c->due_us && !ends_with_its_day(c->due_us, c->due_unit)) {
		wrong = "a limit in days does not end with a day";
	}
	if (!is_open(c->state)) {
		c->due_us = 0;
		c->step = 0;
	}
	all->waiting -= c->provisional_window;
	c->provisional_window = window_waits(c, ev);
	all->waiting += c->provisional_window;
	all->open += is_open(c->state);
	all->open -= was_open;
	return wrong;
}
