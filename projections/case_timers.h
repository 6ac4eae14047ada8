/* case_timers.h: the clock of one partition's cases: timers, colour moments, what is owed; all of it rebuilt from rows. */
#ifndef GOVBUS_PROJECTIONS_CASE_TIMERS_H
#define GOVBUS_PROJECTIONS_CASE_TIMERS_H

#include "projections/case_state.h"
#include "projections/view.h"

struct case_timers;

/** @return NULL when out of memory @thread one at a time, as all here */
struct case_timers *case_timers_new(void);

/** Frees; NULL is fine. */
void case_timers_free(struct case_timers *timers);

/**
 * Notes a case's new state. Moments that have not changed already have their entries. Entries are never taken out of the
 * heaps: one that its case's row no longer agrees with is passed over (lazy deletion).
 * @param was  what was noted of it last; NULL: nothing
 * @return NOMEM
 */
enum err case_timers_note(struct case_timers *timers,
			  const struct case_id *id,
			  const struct case_state *was,
			  const struct case_state *is);

/** When the clock will act on a case: end of a hold, or an escalation; INT64_MAX: never. */
int64_t case_timers_at(const struct case_state *state);

/** When the timer that is due first is due; INT64_MAX: there is none. The row of its case is read once, and again after the next note of that case. */
int64_t case_timers_next(struct case_timers *timers, struct view *view);

/** The timer that is due first. @return false: none. @param ret_state its case */
bool case_timers_first(struct case_timers *timers,
		       struct view *view,
		       struct case_id *ret_id,
		       struct case_state *ret_state);

/** The first yellow, red or due moment after a moment; INT64_MAX: none. The moments asked with must not decrease. */
int64_t case_timers_moment(struct case_timers *timers, struct view *view, int64_t after_us);

/** A case that owes an event. @return false: none does */
bool case_timers_owing(struct case_timers *timers,
		       struct view *view,
		       struct case_id *ret_id,
		       struct case_state *ret_state);

/* Visits a case with a provisional deadline or window. @return false to stop */
typedef bool case_timers_visit(void *context,
			       const struct case_id *id,
			       const struct case_state *state);

/** Visits the cases with provisional deadlines or windows that are not on hold; after a stop it goes on with the case that it stopped at. */
void case_timers_provisional(struct case_timers *timers,
			     struct view *view,
			     case_timers_visit *visit,
			     void *context);

/** The next search visits all again. */
void case_timers_provisional_again(struct case_timers *timers);

#endif
