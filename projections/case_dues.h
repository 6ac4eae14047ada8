/* case_dues.h: the deadlines of a case and of the step it is in, as they stand in events, and how they are computed. */
#ifndef GOVBUS_PROJECTIONS_CASE_DUES_H
#define GOVBUS_PROJECTIONS_CASE_DUES_H

#include "projections/case_state.h"
#include "projections/reference.h"

/* The members of schemas/dues.def, which stand alike in many events. */
struct case_dues {
#define FIELD(name, kind, need, bound, help) \
	KIND_TYPE_##kind name;               \
	bool has_##name;
#include "schemas/dues.def"
#undef FIELD
};

/* All that deadlines are computed from. */
struct case_rules {
	const struct reference *reference;
	struct as_of as_of;
	struct as_of
		policy; /* policy is asked as of this instead, where at_us is not 0: what is counted again is counted by what was known then */
	struct ref_profile profile;
};

/** Sets the dues of an event; one whose type carries none stays as it is. @thread any, as all here */
void case_dues_put(struct event *ev, const struct case_dues *dues);

/** Reads the dues of an event. @return false when its type carries none */
bool case_dues_get(const struct event *ev, struct case_dues *ret_dues);

/** The dues that a case has now. Texts borrow from the state. */
void case_dues_of(const struct case_state *state, struct case_dues *ret_dues);

/** Counts the case deadline anew from a moment, by type and severity of the state; none without policy. */
void case_dues_count_case(const struct case_rules *rules,
			  const struct case_state *state,
			  int64_t from_us,
			  struct case_dues *dues);

/** Sets the step and counts its deadline from a moment; that of `handle` is the case's. */
void case_dues_count_step(const struct case_rules *rules,
			  const struct case_state *state,
			  enum code_step step,
			  int64_t from_us,
			  struct case_dues *dues);

/**
 * Counts everything again from where it began, both deadlines and what the clock will do: by today's calendar and by the
 * policy that was in force, and known, then.
 * @return whether anything but the calendar's version differs from the state
 */
bool case_dues_restate(const struct case_rules *rules,
		       const struct case_state *state,
		       struct case_dues *ret_dues);

/**
 * Moves both deadlines by a hold, each counted in its own unit. Counting everything again gives the same result, since it
 * adds every hold in turn.
 */
void case_dues_shift(const struct case_rules *rules,
		     const struct case_state *state,
		     int64_t from_us,
		     int64_t to_us,
		     struct case_dues *dues);

/** Notes in the state that its hold has ended. */
void case_dues_end_hold(struct case_state *state, int64_t at_us);

/** The time of the case clock, which stands still while the case is on hold. */
int64_t case_dues_clock(const struct case_state *state, int64_t now_us);

/** Sets when the clock will escalate the case for being overdue; never, at the highest level it may reach (domain.md §3.5). */
void case_dues_escalation(const struct case_rules *rules,
			  const struct case_state *state,
			  struct case_dues *dues);

/** Whether the next escalation by the clock is for being unsigned, and not for being overdue: whichever timer fires first. */
bool case_dues_unsigned_first(const struct case_state *state);

/**
 * Marks the dues as provisional if any of their moments was counted over a year that the calendar does not know, just now or before.
 * @param state says from when they count: counted_us and step_started_us are those of these dues
 */
void case_dues_mark(const struct case_rules *rules,
		    const struct case_state *state,
		    struct case_dues *dues);

/** The place above the owner to which a case may go up by one level; absent: it may not (never above L2 unless two prefectures). */
struct span case_dues_above(const struct case_state *state);

/**
 * Until when a window that opens at a moment stays open: hold, reopen or object, by policy; by case_limits.def where policy has no row.
 * @param ret_provisional whether the end was counted over a year that the calendar does not know
 */
int64_t case_dues_window(const struct case_rules *rules,
			 const struct case_state *state,
			 enum code_step window,
			 int64_t from_us,
			 bool *ret_provisional);

/**
 * Counts the window of a closed or rejected case anew from where it opened, as case_dues_restate does deadlines.
 * @return whether its end, or whether it is provisional, differs from the state
 */
bool case_dues_restate_window(const struct case_rules *rules,
			      const struct case_state *state,
			      int64_t *ret_until_us,
			      bool *ret_provisional);

/** The level that policy says for a case: the first owner's (owner true) or that which should close it; 0: not said. */
uint8_t case_dues_level(const struct case_rules *rules, const struct case_state *state, bool owner);

#endif
