/* case_decide.h: judging one action about a case: common guards, the row's own guards, then what follows. */
#ifndef GOVBUS_PROJECTIONS_CASE_DECIDE_H
#define GOVBUS_PROJECTIONS_CASE_DECIDE_H

#include "projections/case_dues.h"
#include "projections/case_transitions.h"
#include "projections/register.h"

/* One decision in the making. Lives in the arena: what the event borrows from it lives as long. */
struct case_decision {
	struct event *ev;
	const struct moment *moment;
	struct arena *arena;
	struct refusal *refusal;
	const struct case_transition *row;
	struct case_rules rules;
	/* Zero before a report, except for what the report itself says (type, severity, place); its owner is one in force */
	struct case_state was;
	bool found;     /* the case is there */
	bool explain;   /* a guard has refused: this time, fill in why */
	bool automatic; /* an event of the decider's own: nobody asks who may do it */
	struct case_id id;
	int64_t judged_us;    /* the time by which windows are judged */
	struct ref_unit unit; /* the acting unit */
	uint16_t skipped;     /* steps passed over */
	uint8_t to;           /* the state that the case goes to */
	uint8_t who;          /* enum case_who that let it act */
	uint8_t owned_level; /* of the owner by the last event; above that of `was`, if a centre above acts for it */
};

/** register_ops.decide of the case register. */
enum verdict case_decide(struct reg *reg,
			 struct event *ev,
			 const struct moment *moment,
			 struct arena *arena,
			 struct refusal *ret_refusal);

/**
 * Makes an event of the decider's own: a timer's or an owed one. Its data's posted members must be set.
 * @param ev in: type and posted data, all else zero; out: whole, less what the caller adds
 * @return false when out of memory, or when the table has no such row
 */
bool case_decide_automatic(struct reg *reg,
			   const struct case_id *id,
			   const struct case_state *state,
			   const struct moment *moment,
			   struct arena *arena,
			   struct event *ev);

/**
 * Whether a unit stands to a case as one of a row's roles asks, and has its function.
 * @param same_source the unit speaks from the report's source
 * @param ret_role    set on success; else the last role that fits but for the function, or NULL
 */
bool case_decide_may(const struct case_rules *rules,
		     const struct case_state *state,
		     const struct case_transition *row,
		     const struct ref_unit *unit,
		     bool same_source,
		     const struct case_role **ret_role);

/** The profile of a case, or of a report still to come; `full` where reference data know none. */
struct ref_profile case_decide_profile(const struct reference *reference,
				       struct as_of as_of,
				       const struct case_state *state,
				       struct span source);

/** Asks one guard of the row. @return true: it lets pass; else detail and needs of the refusal are set */
bool case_decide_guards_pass(struct case_decision *d, enum guard guard);

/** As case_decide_guards_pass, without filling the refusal: refusal and arena may be absent. */
bool case_decide_guards_ask(struct case_decision *d, enum guard guard);

/** Sets the decided members: env seq, from, to, owner, and those of the type. */
void case_decide_effects_apply(struct case_decision *d);

/** The place in force to which a case goes when escalated for a cause; absent: nowhere. */
struct span case_decide_effects_target(const struct case_rules *rules,
				       const struct case_state *state,
				       enum code_escalate_cause cause);

#endif
