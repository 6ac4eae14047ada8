/* lifecycles.c: prints docs/LIFECYCLES.md: what may happen to a case, from the table that decides it. */
#include "projections/lifecycles.h"

#include <stdio.h>
#include <string.h>

#include "projections/case_limits.h"
#include "projections/case_transitions.h"

static const char *const who_texts[CASE_WHO_COUNT] = {
	[CASE_WHO_ANY] = "any unit",
	[CASE_WHO_OWNER] = "the owner",
	[CASE_WHO_CENTRE] = "the owner or a centre above it",
	[CASE_WHO_LEAD] = "the lead unit",
	[CASE_WHO_ASSIST] = "an assisting unit",
	[CASE_WHO_GRID] = "a grid of the place",
	[CASE_WHO_AREA] = "a unit whose area covers the case",
	[CASE_WHO_SOURCE] = "the report's source, in a flow without acceptance",
	[CASE_WHO_STAND_IN] = "the owner, where the lead unit is gone",
	[CASE_WHO_NOBODY] = "the decider",
};

static const char *const when_texts[] = {
	[CASE_WHEN_ALWAYS] = "",
	[CASE_WHEN_SETTLED] = " (settled on the spot)",
	[CASE_WHEN_PASSED] = " (it holds)",
	[CASE_WHEN_CENTRE] = " (cause centre)",
	[CASE_WHEN_CALLBACK] = " (cause callback: owed, never posted)",
};

static void print_states(struct buf *out)
{
	buf_add_text(
		out,
		"## States\n\n| state | 中文 | meaning | step that runs |\n| --- | --- | --- | --- |\n");
	for (int state = 1; state < CODE_case_state_COUNT; state++) {
		const struct code *code = codes_get(CODES_case_state, (uint8_t)state);
		enum code_step step =
			case_transitions_open((uint8_t)state) && state != CODE_case_state_HO
				? case_transitions_step((uint8_t)state, false, 0xffff)
				: CODE_step_NONE;

		buf_printf(out, "| `%s` | %s | %s | %s |\n", code->name, code->zh, code->en,
			   codes_get(CODES_step, (uint8_t)step)->name);
	}
	buf_add_text(
		out,
		"\nThe open states are `RP AC DI IP HO FB VE`. On hold (`HO`) both clocks stop. In `IP` the step is "
		"`first` until something has been done, then `handle`, whose deadline is that of the case.\n\n");
}

static void print_from(struct buf *out, uint16_t from)
{
	const char *between = "";

	if (from & 1u) {
		buf_add_text(out, "none");
		between = " ";
	}
	for (int state = 1; state < CODE_case_state_COUNT; state++) {
		if (((unsigned)from >> state) & 1u) {
			buf_printf(out, "%s%s", between,
				   codes_get(CODES_case_state, (uint8_t)state)->name);
			between = " ";
		}
	}
}

static void print_row(struct buf *out, const struct case_transition *row)
{
	buf_printf(out, "| %s | `%s`%s | ", row->number,
		   event_schema((enum event_type)row->event)->type, when_texts[row->when]);
	print_from(out, row->from);
	buf_printf(out, " | %s | ",
		   row->to == CASE_TO_SAME ? "same" : codes_get(CODES_case_state, row->to)->name);
	for (int i = 0; i < CASE_ROLES_MAX && row->roles[i].function; i++) {
		buf_printf(out, "%s%s: %s", i ? "; " : "", who_texts[row->roles[i].who],
			   codes_get(CODES_function, row->roles[i].function)->name);
	}
	if (!row->roles[0].function) {
		buf_add_text(out, who_texts[CASE_WHO_NOBODY]);
	}
	buf_add_text(out, " |");
	for (int i = 0; i < CASE_GUARDS_MAX && row->guards[i]; i++) {
		buf_printf(out, " `%s`", guards_get((enum guard)row->guards[i])->id);
	}
	buf_add_text(out, " |\n");
}

static void print_transitions(struct buf *out)
{
	size_t count;
	const struct case_transition *rows = case_transitions_all(&count);

	buf_add_text(
		out,
		"## What may happen\n\n"
		"Of an event's rows the first that fits applies. Every action must pass the guards `NO_CASE` (a report: "
		"`EXISTS`), `EXPECTED_SEQ`, `STATE`, `TIME_AHEAD`, `UNIT`, `WHO` and `FUNCTION`, then those of "
		"its row, in this order. The refusal names the first guard that refuses "
		"([EVENTS.md](EVENTS.md) says what to do about it). The column *who* gives the relation of the unit to the case, and the "
		"function that it needs. The owner is the centre that the last event names; once its place is no longer "
		"in force, its one successor of the same level, else the centre above.\n\n"
		"| | event | from | to | who: function | guards |\n| --- | --- | --- | --- | --- | --- |\n");
	for (size_t i = 0; i < count; i++) {
		print_row(out, &rows[i]);
	}
	buf_add_text(
		out,
		"\nA flow profile may lack steps. An event that otherwise starts from exactly one state may then also start from an "
		"earlier one, if the profile has none of the steps in between; these are recorded as skipped. In a flow without "
		"signature, dispatch leads straight to `IP`; without verification, feedback leads straight to `VE`; and "
		"logging the handling of a case that nobody dispatched brings it to `IP`.\n\n");
}

static void print_clock(struct buf *out)
{
	buf_printf(
		out,
		"## What the clock and the decider do\n\n"
		"| when | event |\n| --- | --- |\n"
		"| `hold_until` of a hold | `case.resumed` by timer; both deadlines move by the length of the hold, and so does the escalation of a red case |\n"
		"| %d sign limits after dispatch, not signed | `case.escalated`, overdue, to the level above |\n"
		"| %d working days past red, then %d past red | `case.escalated`, overdue, one level up each time |\n"
		"| return number %d | `case.escalated`, arbitration; no more returns |\n"
		"| severity is major and the owner is below level %d | `case.escalated`, major, to level %d |\n"
		"| reopening number %d | severity one grade higher (at most major), and `case.escalated`, beyond_competence |\n"
		"| a call-back with a score of %d or less that was owed to the unit | `case.reopened`, callback |\n"
		"| a calendar moves a provisional deadline, escalation or window, or comes to cover it | `case.dues_restated` |\n\n"
		"Nothing goes above level %d unless the case's places lie in two prefectures. A flow without policy has "
		"neither deadlines nor escalation. A report that nobody accepts has a limit for its acceptance but no case "
		"deadline: it turns red and stays where it is. A list with `state=RP` and `due_before=` shows such cases; a centre "
		"above the owner may escalate them, and a case accepted late is as late as its report is old.\n\n"
		"A hold gives back to a limit what that limit is counted in: working time to working hours, wall-clock time to minutes "
		"and hours, and to limits in days the days that ended (at closing time or midnight) during the hold. So a limit in working days always "
		"ends at closing time. What was red before the hold stays red. A reclassified case that is not red counts its new "
		"limit from the report, plus every hold since; if that moment has passed, from the classification. A red case keeps its "
		"deadline, however it is reclassified. When a calendar moves a provisional deadline, or comes to cover it, the deadline is counted again in the "
		"same way: one history has one deadline. The same goes for what the clock will do, and for the window of a case "
		"that is closed or rejected; the end of a hold is a day that people chose, and stays.\n\n",
		case_limits_get(CASE_LIMIT_unsigned_factor),
		case_limits_get(CASE_LIMIT_overdue_first_days),
		case_limits_get(CASE_LIMIT_overdue_second_days),
		case_limits_get(CASE_LIMIT_returns_max), case_limits_get(CASE_LIMIT_grave_level),
		case_limits_get(CASE_LIMIT_grave_level), case_limits_get(CASE_LIMIT_reopens_graver),
		case_limits_get(CASE_LIMIT_callback_low), case_limits_get(CASE_LIMIT_top_level));
}

static void print_limits(struct buf *out)
{
	buf_add_text(
		out,
		"## Numbers\n\n| limit | value | 中文 | meaning |\n| --- | --- | --- | --- |\n");
	for (int i = 0; i < CASE_LIMIT_COUNT; i++) {
		const struct case_limit_row *row = case_limits_row((enum case_limit)i);

		buf_printf(out, "| `%s` | %d | %s | %s |\n", row->name, row->value, row->zh,
			   row->en);
	}
}

/* Whether the shipped list has LEVEL.UNIT_TYPE.FUNCTION, everywhere and in force. */
static bool is_shipped(struct span list, int level, const char *unit_type, const char *function)
{
	char item[96];
	int n = snprintf(item, sizeof(item), "\"code\":\"%d.%s.%s\",\"active\":true,", level,
			 unit_type, function);

	return n > 0 && list.n && memmem(list.p, list.n, item, (size_t)n);
}

static void print_unit(struct buf *out, struct span list, int level, const struct code *unit_type)
{
	struct buf cells = {0};
	bool any = false;

	for (int i = 1; i < CODE_function_COUNT; i++) {
		bool has = is_shipped(list, level, unit_type->name,
				      codes_get(CODES_function, (uint8_t)i)->name);

		buf_add_text(&cells, has ? " × |" : " |");
		any = any || has;
	}
	if (any) {
		buf_printf(out, "| %d | %s %s |%.*s\n", level, unit_type->name, unit_type->zh,
			   SPAN_ARGS(buf_span(&cells)));
	}
	buf_done(&cells);
}

static void print_functions(struct buf *out, struct span list)
{
	buf_add_text(
		out,
		"\n## Who has which function\n\n"
		"As shipped in `examples/reference/functions.ndjson`; the list FUNCTIONS can be edited as any "
		"reference data. Levels: 1 province, 2 prefecture, 3 county, 4 township, 5 village, 6 grid.\n\n"
		"| level | unit type |");
	for (int i = 1; i < CODE_function_COUNT; i++) {
		const struct code *code = codes_get(CODES_function, (uint8_t)i);

		buf_printf(out, " %s %s |", code->name, code->zh);
	}
	buf_add_text(out, "\n| --- | --- |");
	for (int i = 1; i < CODE_function_COUNT; i++) {
		buf_add_text(out, " --- |");
	}
	buf_add_text(out, "\n");
	for (int level = 1; level <= 7; level++) {
		for (int i = 1; i < CODE_unit_type_COUNT; i++) {
			print_unit(out, list, level, codes_get(CODES_unit_type, (uint8_t)i));
		}
	}
}

void lifecycles_print(struct buf *out, struct span functions)
{
	buf_add_text(
		out,
		"# Life cycle of a case\n\n"
		"Printed from `projections/case_transitions.def` and `projections/case_limits.def`, the tables by which "
		"the decider decides; do not edit.\n\n");
	print_states(out);
	print_transitions(out);
	print_clock(out);
	print_limits(out);
	print_functions(out, functions);
}
