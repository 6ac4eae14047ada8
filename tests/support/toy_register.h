/* toy_register.h: a register for tests of the decider: a counter per subject, with timers, owed events, refusals and bindings. */
#ifndef GOVBUS_TESTS_SUPPORT_TOY_REGISTER_H
#define GOVBUS_TESTS_SUPPORT_TOY_REGISTER_H

#include "projections/register.h"

/* An action is a case.resumed (it needs no members). It counts its subject up, and sets its timer 15 min 30 s ahead. Every fifth of
 * a subject owes two case.reopened. A timer is a case.escalated and owes one case.reopened. An id that begins with "no" is refused. */
extern const struct register_ops toy_register;

enum { TOY_REGISTER_TIMER_US = 930 * 1000000, TOY_REGISTER_OWES_EVERY = 5 };

/** Every decide of an id "die" ends the process by SIGKILL while this is set. */
extern int toy_register_dies;

#endif
