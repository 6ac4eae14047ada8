/* pulse.h: whether a thread still turns: it says so each time round, and /healthz looks how long ago that was. */
#ifndef GOVBUS_COMMON_PULSE_H
#define GOVBUS_COMMON_PULSE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/clock.h"

/* One thread's. Zero: it has not begun, which is well. */
struct pulse {
	_Atomic int64_t turned_us; /* steady time */
};

/** The thread goes round; cheap enough for every turn. @thread the one it is about */
static inline void pulse_beat(struct pulse *pulse)
{
	atomic_store_explicit(&pulse->turned_us, clock_steady_us(), memory_order_relaxed);
}

/** The thread waits for work, or has ended: silence is well. @thread the one it is about */
static inline void pulse_rest(struct pulse *pulse)
{
	atomic_store_explicit(&pulse->turned_us, 0, memory_order_relaxed);
}

/**
 * Whether it has turned within so many seconds; a line with the cure if not.
 * @param what  "the thread that …"
 * @thread any
 */
bool pulse_well(const struct pulse *pulse, int64_t seconds, const char *what, struct buf *reasons);

#endif
