/* case_bed.c: a case register over rows in memory, with small reference data and a hand-moved clock, for tests. */
#include "tests/support/case_bed.h"

#include <assert.h>
#include <stdio.h>

#include "common/civil.h"
#include "common/place.h"
#include "projections/case_register.h"

enum { OWED_MAX = 20000 };

static const char *const places[] = {
	"53",
	"5301",
	"530102",
	"530102001",
	"530102001001",
	"530102001001001",
	"53010200100100101",
	"530102001002",
	"530103",
	"530103001",
	"530103001001",
	"5303",
	"530302",
	"530302001",
	"530302001001",
	"5323",
	"532323",
	"532323101",
	"532323101201",
};

/* The limits of domain.md §2.6 that tests count with. */
static const struct limit {
	const char *type;
	uint8_t severity, step;
	uint64_t amount;
	uint8_t unit, close_level;
} limits[] = {
#define L(type, sev, st, n, u, close)                                                   \
	{                                                                               \
		type, CODE_severity_##sev, CODE_step_##st, n, CODE_time_unit_##u, close \
	}
	L("", urgent, accept, 15, minute, 0),
	L("", urgent, dispatch, 15, minute, 0),
	L("", urgent, sign, 30, minute, 0),
	L("", urgent, first, 1, hour, 0),
	L("", urgent, handle, 24, hour, 4),
	L("", urgent, verify, 4, hour, 0),
	L("", urgent, callback, 1, working_day, 0),
	L("", major, accept, 30, minute, 0),
	L("", major, dispatch, 1, hour, 0),
	L("", major, sign, 2, hour, 0),
	L("", major, first, 4, hour, 0),
	L("", major, handle, 7, working_day, 2),
	L("", major, verify, 1, working_day, 0),
	L("", major, callback, 1, working_day, 0),
	L("", serious, accept, 4, working_hour, 0),
	L("", serious, dispatch, 4, working_hour, 0),
	L("", serious, sign, 4, working_hour, 0),
	L("", serious, handle, 7, working_day, 3),
	L("", general, accept, 1, working_day, 0),
	L("", general, dispatch, 4, working_hour, 0),
	L("", general, sign, 1, working_day, 0),
	L("", general, first, 2, working_day, 0),
	L("", general, handle, 7, working_day, 5),
	L("", general, verify, 1, working_day, 0),
	L("", general, callback, 3, working_day, 0),
	L("", minor, handle, 1, same_day, 6),
	L("LS", NONE, accept, 4, working_hour, 0),
	L("LS", NONE, dispatch, 4, working_hour, 0),
	L("LS", NONE, sign, 4, working_hour, 0),
	L("LS", NONE, callback, 3, working_day, 0),
	L("MD", NONE, accept, 1, working_day, 0),
	L("MD", NONE, dispatch, 1, working_day, 0),
	L("MD", NONE, first, 3, working_day, 0),
	L("MD", NONE, verify, 1, working_day, 0),
	L("MD", NONE, callback, 3, working_day, 0),
	L("LS", NONE, handle, 3, working_day, 5),
	L("MD", NONE, handle, 30, calendar_day, 5),
	L("MD", NONE, sign, 1, working_day, 0),
#undef L
};

void case_bed_fold(struct case_bed *bed, struct event *ev, const char *subject)
{
	enum err err;

	EVENT_SET(ev->env, subject, span_cstr(subject));
	err = reference_fold(bed->reference, ev, reference_position(bed->reference));
	assert(err == ERR_OK);
	(void)err;
}

void case_bed_place(struct case_bed *bed, const char *code)
{
	struct event ev = {.type = EVENT_place_registered};
	char subject[40];

	(void)snprintf(subject, sizeof(subject), "place:%s", code);
	EVENT_SET(ev.data.place_registered, level, (uint64_t)place_level(span_cstr(code)));
	EVENT_SET(ev.data.place_registered, name, SPAN("地"));
	EVENT_SET(ev.data.place_registered, effective_from, 0);
	case_bed_fold(bed, &ev, subject);
}

void case_bed_end_place(
	struct case_bed *bed, const char *code, int change, const char *next, int64_t from_us)
{
	struct event ev = {.type = EVENT_place_changed};
	struct place_changed *data = &ev.data.place_changed;
	char subject[40];

	for (size_t n; *next; next += n + (next[n] == ' ')) {
		n = strcspn(next, " ");
		data->successor[data->n_successor++] = span_of(next, n);
	}
	EVENT_SET(*data, change, (uint8_t)change);
	EVENT_SET(*data, effective_from, from_us);
	(void)snprintf(subject, sizeof(subject), "place:%s", code);
	case_bed_fold(bed, &ev, subject);
}

static void fold_unit(struct case_bed *bed, const char *id, const char *seat, bool active)
{
	struct event ev = {.type = EVENT_unit_registered};
	char subject[48];

	(void)snprintf(subject, sizeof(subject), "unit:%s", id);
	EVENT_SET(ev.data.unit_registered, name, SPAN("局"));
	EVENT_SET(ev.data.unit_registered, unit_type, CODE_unit_type_government);
	EVENT_SET(ev.data.unit_registered, level, 3);
	EVENT_SET(ev.data.unit_registered, seat, span_cstr(seat));
	EVENT_SET(ev.data.unit_registered, active, active);
	EVENT_SET(ev.data.unit_registered, effective_from, 0);
	case_bed_fold(bed, &ev, subject);
}

void case_bed_item(struct case_bed *bed,
		   enum code_list_kind list,
		   const char *code,
		   const char *scope)
{
	struct event ev = {.type = EVENT_list_item_set};
	char subject[80];

	(void)snprintf(subject, sizeof(subject), "list:%s:%s%s%s",
		       codes_get(CODES_list_kind, (uint8_t)list)->name, code, scope[0] ? ":" : "",
		       scope);
	EVENT_SET(ev.data.list_item_set, list, (uint8_t)list);
	EVENT_SET(ev.data.list_item_set, code, span_cstr(code));
	if (scope[0]) {
		EVENT_SET(ev.data.list_item_set, scope, span_cstr(scope));
	}
	EVENT_SET(ev.data.list_item_set, active, true);
	EVENT_SET(ev.data.list_item_set, effective_from, 0);
	case_bed_fold(bed, &ev, subject);
}

static void fold_item(struct case_bed *bed, enum code_list_kind list, const char *code)
{
	case_bed_item(bed, list, code, "");
}

static void fold_functions(struct case_bed *bed)
{
	static const char *const centre[] = {"report", "intake", "dispatch",
					     "handle", "verify", "call-back"};
	char code[60];

	for (int level = 1; level <= 5; level++) {
		for (int i = 0; i < 6; i++) {
			(void)snprintf(code, sizeof(code), "%d.centre.%s", level, centre[i]);
			fold_item(bed, CODE_list_kind_functions, code);
		}
	}
	fold_item(bed, CODE_list_kind_functions, "6.grid.report");
	fold_item(bed, CODE_list_kind_functions, "6.grid.verify");
	fold_item(bed, CODE_list_kind_functions, "6.grid.handle");
	fold_item(bed, CODE_list_kind_functions, "3.government.report");
	fold_item(bed, CODE_list_kind_functions, "3.government.handle");
	fold_item(bed, CODE_list_kind_functions, "3.government.call-back");
	fold_item(bed, CODE_list_kind_functions, "3.government.verify");
}

static void fold_policies(struct case_bed *bed)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct limit *limit = &limits[i];
		struct event ev = {.type = EVENT_policy_set};
		struct policy_set *data = &ev.data.policy_set;
		char subject[40];

		(void)snprintf(subject, sizeof(subject), "policy:p%zu", i);
		if (limit->type[0]) {
			EVENT_SET(*data, type_code, span_cstr(limit->type));
		}
		if (limit->severity) {
			EVENT_SET(*data, severity, limit->severity);
		}
		EVENT_SET(*data, step, limit->step);
		EVENT_SET(*data, amount, limit->amount);
		EVENT_SET(*data, unit, limit->unit);
		EVENT_SET(*data, calendar, SPAN("cn"));
		if (limit->close_level) {
			EVENT_SET(*data, close_level, limit->close_level);
		}
		EVENT_SET(*data, owner_level, limit->type[0] == 'M' ? 5 : 4);
		EVENT_SET(*data, version, 1);
		EVENT_SET(*data, effective_from, case_bed_at(2000, 1, 1, 0, 0));
		case_bed_fold(bed, &ev, subject);
	}
}

void case_bed_profile(
	struct case_bed *bed, const char *id, const char *source, uint16_t steps, bool policy)
{
	struct event ev = {.type = EVENT_profile_set};
	struct profile_set *data = &ev.data.profile_set;
	char subject[40];

	(void)snprintf(subject, sizeof(subject), "profile:%s", id);
	EVENT_SET(*data, name, SPAN("流程"));
	if (source) {
		EVENT_SET(*data, source_prefix, span_cstr(source));
	}
	/* The windows, which come behind, are no steps of a flow. */
	for (int step = 1; step <= CODE_step_close; step++) {
		if (((unsigned)steps >> step) & 1u) {
			data->steps[data->n_steps++] = (uint8_t)step;
		}
	}
	EVENT_SET(*data, has_policy, policy);
	EVENT_SET(*data, effective_from, 0);
	case_bed_fold(bed, &ev, subject);
}

void case_bed_calendar(struct case_bed *bed,
		       unsigned year,
		       const uint32_t *off,
		       const uint32_t *work)
{
	case_bed_calendar_from(bed, year, off, work, 0);
}

void case_bed_calendar_from(struct case_bed *bed,
			    unsigned year,
			    const uint32_t *off,
			    const uint32_t *work,
			    int64_t from_us)
{
	struct event ev = {.type = EVENT_calendar_set};
	struct calendar_set *data = &ev.data.calendar_set;

	EVENT_SET(*data, year, year);
	EVENT_SET(*data, version, year);
	for (int i = 0; off[i]; i++) {
		data->holidays[data->n_holidays++] = off[i];
	}
	for (int i = 0; work[i]; i++) {
		data->workdays[data->n_workdays++] = work[i];
	}
	EVENT_SET(*data, am_open, 510);
	EVENT_SET(*data, am_close, 720);
	EVENT_SET(*data, pm_open, 840);
	EVENT_SET(*data, pm_close, 1080);
	EVENT_SET(*data, effective_from, from_us);
	case_bed_fold(bed, &ev, "calendar:cn");
}

static struct case_bed_window planted;

void case_bed_plant_window(const struct case_bed_window *by)
{
	planted = *by;
}

void case_bed_window(struct case_bed *bed, const struct case_bed_window *window)
{
	struct event ev = {.type = EVENT_policy_set};
	struct policy_set *data = &ev.data.policy_set;
	bool mutant = window->step == planted.step;
	char subject[40];

	(void)snprintf(subject, sizeof(subject), "policy:%d-%s-%d", window->step,
		       window->type ? window->type : "", window->severity);
	if (window->type) {
		EVENT_SET(*data, type_code, span_cstr(window->type));
	}
	if (window->severity) {
		EVENT_SET(*data, severity, (uint8_t)window->severity);
	}
	EVENT_SET(*data, step, (uint8_t)window->step);
	EVENT_SET(*data, amount, window->amount + (mutant ? planted.amount : 0));
	EVENT_SET(*data, unit, (uint8_t)window->unit);
	EVENT_SET(*data, calendar, SPAN("cn"));
	EVENT_SET(*data, version, 1);
	EVENT_SET(*data, effective_from, window->from_us + (mutant ? planted.from_us : 0));
	case_bed_fold(bed, &ev, subject);
}

void case_bed_init(struct case_bed *bed)
{
	static const uint32_t none[] = {0}, work[] = {20230128, 20230129, 0};
	static const uint32_t off[] = {20230121, 20230122, 20230123, 20230124,
				       20230125, 20230126, 20230127, 0};

	memset(bed, 0, sizeof(*bed));
	bed->reference = reference_new();
	bed->memory = memory_view_new(case_register.tables);
	assert(bed->reference && bed->memory);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		case_bed_place(bed, places[i]);
	}
	case_bed_place(bed, "530102009");
	case_bed_end_place(bed, "530102009", CODE_place_change_merge, "530102001", 1);
	fold_unit(bed, "house-530102", "530102", true);
	fold_unit(bed, "fire-530102", "530102", true);
	fold_unit(bed, "gone-530102", "530102", false);
	fold_functions(bed);
	fold_item(bed, CODE_list_kind_basic, "MD");
	fold_item(bed, CODE_list_kind_basic, "SH");
	fold_item(bed, CODE_list_kind_admit, "LS01");
	fold_item(bed, CODE_list_kind_forbid, "SH09");
	fold_policies(bed);
	case_bed_profile(bed, "full", NULL, 0xffff, true);
	case_bed_profile(bed, "simple", "/hotline", 1u << CODE_step_report | 1u << CODE_step_close,
			 false);
	case_bed_profile(bed, "platform", "/platform",
			 1u << CODE_step_report | 1u << CODE_step_dispatch |
				 1u << CODE_step_feedback | 1u << CODE_step_close,
			 true);
	case_bed_calendar(bed, 2022, none, none);
	case_bed_calendar(bed, 2023, off, work);
	bed->reg = (struct reg){.ops = &case_register,
				.view = memory_view_view(bed->memory),
				.reference = bed->reference,
				.partition = -1};
	bed->now_us = case_bed_at(2023, 1, 19, 9, 0);
	bed->source = "/yn/app";
	assert(case_register.open(&bed->reg) == ERR_OK);
}

void case_bed_done(struct case_bed *bed)
{
	case_register.close(&bed->reg);
	memory_view_free(bed->memory);
	reference_free(bed->reference);
	arena_done(&bed->arena);
}

int64_t case_bed_at(int year, unsigned month, unsigned day, int hour, int minute)
{
	return civil_midnight_us(civil_day_of(year, month, day)) + hour * CIVIL_HOUR_US +
	       minute * CIVIL_MINUTE_US;
}

static struct moment moment_at(const struct case_bed *bed, int64_t at_us)
{
	return (struct moment){
		.now_us = at_us, .refoffset = reference_position(bed->reference), .live = true};
}

static void fold(struct case_bed *bed, struct event *ev, int64_t at_us)
{
	enum err err;

	if (bed->patience && --bed->patience == 0) {
		bed->broken++; /* a mutant may owe for ever */
	}
	EVENT_SET(ev->env, decidedtime, at_us);
	EVENT_SET(ev->env, refoffset, reference_position(bed->reference));
	bed->decided_us = at_us;
	err = case_register.evolve(&bed->reg, ev);
	if (err) {
		bed->broken++;
	} else if (bed->sink) {
		bed->sink(bed->context, ev);
	}
}

static void fold_owed(struct case_bed *bed)
{
	struct moment moment = moment_at(bed, bed->decided_us);
	struct event ev;
	int n = 0;

	while (!bed->broken && case_register.owed(&bed->reg, &moment, &bed->arena, &ev)) {
		fold(bed, &ev, bed->decided_us);
		bed->ev = ev;
		/* What is owed without end is as broken as what cannot be folded. */
		bed->broken += ++n > OWED_MAX;
	}
}

void case_bed_go(struct case_bed *bed, int64_t to_us)
{
	for (;;) {
		int64_t due_us = case_register.next_timer(&bed->reg);
		int64_t at_us = due_us > bed->decided_us ? due_us : bed->decided_us;
		struct moment moment = moment_at(bed, at_us);

		if (due_us > to_us || bed->broken) {
			break;
		}
		if (case_register.timer(&bed->reg, &moment, &bed->arena, &bed->ev)) {
			fold(bed, &bed->ev, at_us);
			fold_owed(bed);
		}
	}
	bed->now_us = to_us;
}

void case_bed_begin(struct case_bed *bed, enum event_type type, const char *unit)
{
	struct event *ev = &bed->ev;

	arena_reset(&bed->arena);
	memset(ev, 0, sizeof(*ev));
	ev->type = type;
	EVENT_SET(ev->env, id, arena_printf(&bed->arena, "a%d", ++bed->ids));
	EVENT_SET(ev->env, source, span_cstr(bed->source));
	EVENT_SET(ev->env, time, bed->now_us);
	EVENT_SET(ev->env, unit, span_cstr(unit));
	EVENT_SET(ev->env, digest, SPAN("0123456789abcdef"));
	if (type != EVENT_case_reported) {
		EVENT_SET(ev->env, subject, span_cstr(bed->subject));
	}
}

static void keep(char *to, size_t room, struct span text)
{
	(void)snprintf(to, room, "%.*s", SPAN_ARGS(text));
}

static bool is_bound(struct case_bed *bed)
{
	uint8_t digest[16], to;
	int64_t seq;

	return case_register.bound(&bed->reg, &bed->ev, digest, &seq, &to);
}

const char *case_bed_try(struct case_bed *bed)
{
	struct moment moment = moment_at(bed, bed->now_us);
	enum verdict verdict;

	if (bed->asks_bound && is_bound(bed)) {
		return "BOUND";
	}
	verdict = case_register.decide(&bed->reg, &bed->ev, &moment, &bed->arena, &bed->refusal);
	if (verdict == VERDICT_ACCEPTED) {
		return "";
	}
	keep(bed->detail, sizeof(bed->detail), bed->refusal.detail);
	keep(bed->needs, sizeof(bed->needs), bed->refusal.needs);
	return bed->refusal.guard[0] ? bed->refusal.guard : reasons_get(bed->refusal.reason)->id;
}

const char *case_bed_post(struct case_bed *bed)
{
	const char *guard = case_bed_try(bed);
	struct event ev;

	if (guard[0]) {
		return guard;
	}
	EVENT_SET(bed->ev.env, cause, bed->cause++);
	if (bed->ev.type == EVENT_case_reported) {
		keep(bed->subject, sizeof(bed->subject), bed->ev.env.subject);
	}
	ev = bed->ev;
	fold(bed, &bed->ev, bed->now_us);
	fold_owed(bed);
	if (bed->ev.type == ev.type) {
		bed->ev = ev;
	}
	return "";
}
