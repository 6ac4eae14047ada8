/* pulse.h: whether a thread's loop still makes progress: the loop notes each turn, and /healthz checks how long ago that was. */
#ifndef GOVBUS_COMMON_PULSE_H
#define GOVBUS_COMMON_PULSE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/clock.h"

/* The pulse of one thread. Zeroed: the thread has not begun, which counts as healthy. */
struct pulse {
	_Atomic int64_t turned_us; /* steady time */
};

/** Notes a turn of the thread's loop; cheap enough for every turn. @thread the one it is about */
static inline void pulse_beat(struct pulse *pulse)
{
	atomic_store_explicit(&pulse->turned_us, clock_steady_us(), memory_order_relaxed);
}

/** Notes that the thread waits for work, or has ended: from here on silence is healthy. @thread the one it is about */
static inline void pulse_rest(struct pulse *pulse)
{
	atomic_store_explicit(&pulse->turned_us, 0, memory_order_relaxed);
}

/**
 * Whether it has turned within that many seconds; if not, appends a line with the cure.
 * @param what  "the thread that …"
 * @thread any
 */
bool pulse_well(const struct pulse *pulse, int64_t seconds, const char *what, struct buf *reasons);

#endif
