/* clock.h: the clocks of this machine; only programs and the decider's loop look at them. */
#ifndef GOVBUS_COMMON_CLOCK_H
#define GOVBUS_COMMON_CLOCK_H

#include <stdint.h>

/** Microseconds since 1970 UTC. @thread any, as all here */
int64_t clock_wall_us(void);

/** Microseconds since some start, never going back: for durations. */
int64_t clock_steady_us(void);

/** CPU time of this process so far, microseconds. */
int64_t clock_cpu_us(void);

/** Sleeps; returns early on a signal. */
void clock_sleep_us(int64_t us);

#endif
