/* case_evolve.h: folding one event into the case it is about; never judges. */
#ifndef GOVBUS_PROJECTIONS_CASE_EVOLVE_H
#define GOVBUS_PROJECTIONS_CASE_EVOLVE_H

#include "projections/case_state.h"
#include "schemas/event.h"

/**
 * The state after an event.
 * @param state in: before (zero before a report); out: after
 * @return LOG_GAP when its seq does not follow, ABSENT when there is no such case, UNKNOWN for a type that cases do not have
 * @thread any
 */
enum err case_evolve(struct case_state *state, const struct event *ev);

#endif
