/* ahead.h: asks for memory that is wanted soon, so that it is at hand when it is read. */
#ifndef GOVBUS_COMMON_AHEAD_H
#define GOVBUS_COMMON_AHEAD_H

#include <stddef.h>
#include <stdint.h>

enum { AHEAD_LINE_BYTES = 64 }; /* what comes from memory together */

/**
 * Asks for n bytes; any address will do. The empty asm stays where gcc would take this, and whatever does nothing but call it, for a
 * function without effect, and drop it: as it did to ours, unnoticed.
 * @thread any
 */
static inline void ahead_ask(const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	for (size_t at = 0; at < n; at += AHEAD_LINE_BYTES) {
		__builtin_prefetch(p + at);
	}
	__asm__ volatile("");
}

#endif
