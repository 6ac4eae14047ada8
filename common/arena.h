/* arena.h: memory for one batch or one request, given back all at once. */
#ifndef GOVBUS_COMMON_ARENA_H
#define GOVBUS_COMMON_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/span.h"

struct arena_block;

/* Zero it to begin; arena_done frees. Grows by blocks, so what it gave out never moves. */
struct arena {
	struct arena_block *first, *now;
	size_t used_bytes;  /* given out since the last reset */
	size_t limit_bytes; /* 0: none */
	bool failed; /* an allocation has failed since the last reset, so what was built since may be incomplete */
};

/**
 * Bytes aligned to 8, not zeroed, alive until the next reset.
 * @return NULL when memory or the limit is exhausted
 * @thread one at a time
 */
void *arena_alloc(struct arena *arena, size_t n);

/** As arena_alloc, zeroed. */
void *arena_zalloc(struct arena *arena, size_t n);

/** A copy of bytes; a span with p == NULL when memory is exhausted (or the source was absent). */
struct span arena_copy(struct arena *arena, struct span bytes);

/** Text as by printf, in the arena; absent when memory is exhausted. A zero follows it, not counted. */
struct span arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** Takes everything back; blocks are kept for the next use. */
void arena_reset(struct arena *arena);

/** Frees all. The arena may be used again, as after zeroing. */
void arena_done(struct arena *arena);

#endif
