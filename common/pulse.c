/* pulse.c: whether a thread's loop still makes progress. */
#include "common/pulse.h"

bool pulse_well(const struct pulse *pulse, int64_t seconds, const char *what, struct buf *reasons)
{
	int64_t turned_us = atomic_load_explicit(&pulse->turned_us, memory_order_relaxed);
	int64_t still_us = clock_steady_us() - turned_us;

	if (!turned_us || still_us <= seconds * 1000000) {
		return true;
	}
	buf_printf(
		reasons,
		"%s has made no progress for %lld s; cure: check the disk and the log, then restart the program\n",
		what, (long long)(still_us / 1000000));
	return false;
}
