/* prefetch.h: asks for memory that is wanted soon, so that it is at hand when it is read. */
#ifndef GOVBUS_COMMON_PREFETCH_H
#define GOVBUS_COMMON_PREFETCH_H

#include <stddef.h>
#include <stdint.h>

enum { PREFETCH_LINE_BYTES = 64 }; /* what comes from memory together */

/**
 * Asks the processor for n bytes; any address will do. Without the empty asm, gcc takes this function, and any that does nothing but call
 * it, for one without effect and drops the calls.
 * @thread any
 */
static inline void prefetch_range(const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	for (size_t at = 0; at < n; at += PREFETCH_LINE_BYTES) {
		__builtin_prefetch(p + at);
	}
	__asm__ volatile("");
}

#endif
