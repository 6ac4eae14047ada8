/* case_next.c: what a unit may post about a case now, by the table and guards of the decider over a row of case-status. */
#include "projections/case_next.h"

#include "projections/case_decide.h"
#include "projections/case_owner.h"
#include "projections/case_register_rows.h"

/* The register's state as far as the row has it: everything that the roles and the guards below read. */
static void state_of(const struct case_row *row, struct case_state *s)
{
	const struct case_row_fixed *fixed = &row->fixed;

	memset(s, 0, sizeof(*s));
	s->seq = fixed->seq;
	s->state = fixed->state;
	s->severity = fixed->severity;
	s->returns = fixed->returns;
	s->reopens = fixed->reopens;
	s->holds = fixed->holds;
	s->window_until_us = fixed->window_until_us;
	memcpy(s->type_code, fixed->type_code, sizeof(fixed->type_code));
	case_register_rows_copy(s->place, sizeof(s->place), span_cstr(fixed->place));
	case_register_rows_copy(s->common, sizeof(s->common), span_cstr(fixed->common));
	case_register_rows_copy(s->owner, sizeof(s->owner), row->owner);
	s->owner_level = (uint8_t)place_level(place_of_unit(span_cstr(s->owner)));
	case_register_rows_copy(s->lead_unit, sizeof(s->lead_unit), row->lead_unit);
	case_register_rows_copy(s->handler_unit, sizeof(s->handler_unit), row->handler_unit);
	case_register_rows_copy(s->profile, sizeof(s->profile), row->profile);
	for (int i = 0; i < row->n_assist; i++) {
		case_register_rows_copy(s->assist[i], sizeof(s->assist[i]), row->assist[i]);
	}
	s->n_assist = row->n_assist;
	s->source_hash = case_register_rows_source_hash(row->source);
}

/* Guards that look only at the case and the unit. */
static bool lets_pass(struct case_decision *d, const struct case_transition *row)
{
	static const uint8_t asked[] = {GUARD_RETURNS,  GUARD_HOLDS,   GUARD_TOP,
					GUARD_VERIFIER, GUARD_CALLER,  GUARD_CLOSE_LEVEL,
					GUARD_WINDOW,   GUARD_REPORTER};

	for (int i = 0; i < CASE_GUARDS_MAX && row->guards[i]; i++) {
		if (memchr(asked, row->guards[i], sizeof(asked)) &&
		    !case_decide_guards_ask(d, (enum guard)row->guards[i])) {
			return false;
		}
	}
	return true;
}

static void fill(const struct case_decision *d, struct case_next *next)
{
	const struct case_transition *row = d->row;
	const struct schema *schema = event_schema((enum event_type)row->event);

	memset(next, 0, sizeof(*next));
	next->type = (enum event_type)row->event;
	next->type_name = schema->type;
	next->to = case_transitions_to(row, d->was.state, d->rules.profile.steps);
	for (int i = 0; i < schema->field_count && next->n_members < CASE_NEXT_MEMBERS; i++) {
		if (schema->fields[i].need == NEED_REQUIRED) {
			next->members[next->n_members++] = &schema->fields[i];
		}
	}
}

/* Whether the unit that asks may take this step now. */
static bool may_take(struct case_decision *d, const struct case_next_asker *asker)
{
	const struct case_transition *row = d->row;
	const struct case_role *role;

	if (row->event == EVENT_case_reported || row->when == CASE_WHEN_CALLBACK) {
		return false;
	}
	return case_transitions_from(row, d->was.state, d->rules.profile.steps, &d->skipped) &&
	       case_decide_may(&d->rules, &d->was, row, &d->unit, asker->same_source, &role) &&
	       lets_pass(d, row);
}

size_t case_next_list(const struct reference *reference,
		      struct as_of as_of,
		      const struct case_row *row,
		      const struct case_next_asker *asker,
		      struct case_next *ret_next)
{
	struct event ev = {0};
	struct case_decision d = {.ev = &ev, .found = true, .judged_us = as_of.at_us};
	const struct case_transition *rows;
	size_t n = 0, count;
	bool provisional;

	state_of(row, &d.was);
	d.rules = (struct case_rules){.reference = reference, .as_of = as_of};
	case_owner_renew(reference, as_of, &d.was);
	d.rules.profile = case_decide_profile(reference, as_of, &d.was, row->source);
	if (!reference_unit(reference, as_of, asker->unit, &d.unit) || !d.unit.active) {
		return 0;
	}
	ev.env.unit = asker->unit;
	ev.env.source = asker->same_source ? row->source : SPAN("");
	ev.data.case_escalated.cause = CODE_escalate_cause_beyond_competence;
	rows = case_transitions_all(&count);
	for (size_t i = 0; i < count && n < CASE_NEXT_MAX; i++) {
		bool listed = n && ret_next[n - 1].type == (enum event_type)rows[i].event;

		d.row = &rows[i];
		if (listed || !may_take(&d, asker)) {
			continue;
		}
		fill(&d, &ret_next[n]);
		if (rows[i].event == EVENT_case_held) {
			ret_next[n].hold_until_max_us = case_dues_window(
				&d.rules, &d.was, CODE_step_hold, as_of.at_us, &provisional);
		}
		n++;
	}
	return n;
}
