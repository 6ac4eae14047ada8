/* decider_poison.h: which action was being decided when the process died, and how often (protocol 6). */
#ifndef GOVBUS_PRODUCERS_DECIDER_DECIDER_POISON_H
#define GOVBUS_PRODUCERS_DECIDER_DECIDER_POISON_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

enum { DECIDER_POISON_SLOTS = 64, DECIDER_POISON_CRASHES = 3 };

struct decider_poison;

/**
 * Maps DIR/attempts; if its word is still set, that action caused a crash, which is counted durably. A death outside of
 * decide counts nothing.
 * @thread the decider's, as all here
 */
enum err decider_poison_open(const char *dir, struct decider_poison **ret_poison);

/** Unmaps; NULL is fine. A word that is set stays set. */
void decider_poison_close(struct decider_poison *poison);

/** Sets the word before an action is decided. @return true when this action has crashed us three times: refuse it as FAULT */
bool decider_poison_enter(struct decider_poison *poison, int slot, int64_t offset);

/** Clears the word. */
void decider_poison_leave(struct decider_poison *poison, int slot);

#endif
