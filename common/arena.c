/* arena.c: memory for one batch or one request, given back all at once. */
#include "common/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK_BYTES = 64 * 1024, ARENA_BLOCK_MAX_BYTES = 4 << 20 };

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	_Alignas(16) uint8_t bytes[];
};

/* Blocks grow with what is in use: a large batch asks the kernel for megabytes at a time. */
static struct arena_block *block_new(size_t least, size_t used_bytes)
{
	size_t size = used_bytes / 8;

	if (size < ARENA_BLOCK_BYTES) {
		size = ARENA_BLOCK_BYTES;
	} else if (size > ARENA_BLOCK_MAX_BYTES) {
		size = ARENA_BLOCK_MAX_BYTES;
	}
	if (size < least) {
		size = least;
	}
	struct arena_block *block = malloc(sizeof *block + size);

	if (block) {
		*block = (struct arena_block){.size = size};
	}
	return block;
}

/* Moves on to a block that has room: an old one that is large enough, or a new one after the current. */
static struct arena_block *block_with_room(struct arena *arena, size_t n)
{
	while (arena->now && arena->now->next) {
		arena->now = arena->now->next;
		arena->now->used = 0;
		if (arena->now->size >= n) {
			return arena->now;
		}
	}
	struct arena_block *block = block_new(n, arena->used_bytes);

	if (!block) {
		return NULL;
	}
	if (arena->now) {
		arena->now->next = block;
	} else {
		arena->first = block;
	}
	arena->now = block;
	return block;
}

static void *take(struct arena *arena, size_t n)
{
	size_t need = (n + 7) & ~(size_t)7;
	struct arena_block *block = arena->now;

	if (need < n || (arena->limit_bytes && arena->used_bytes + need > arena->limit_bytes)) {
		return NULL;
	}
	if (!block || block->size - block->used < need) {
		block = block_with_room(arena, need);
	}
	if (!block) {
		return NULL;
	}
	void *p = block->bytes + block->used;

	block->used += need;
	arena->used_bytes += need;
	return p;
}

void *arena_alloc(struct arena *arena, size_t n)
{
	void *p = take(arena, n);

	arena->failed = arena->failed || !p;
	return p;
}

void *arena_zalloc(struct arena *arena, size_t n)
{
	void *p = arena_alloc(arena, n);

	return p ? memset(p, 0, n) : NULL;
}

struct span arena_copy(struct arena *arena, struct span bytes)
{
	uint8_t *p = bytes.p ? arena_alloc(arena, bytes.n ? bytes.n : 1) : NULL;

	if (p && bytes.n) {
		memcpy(p, bytes.p, bytes.n);
	}
	return (struct span){p, p ? bytes.n : 0};
}

struct span arena_printf(struct arena *arena, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	int n = vsnprintf(NULL, 0, format, list);
	va_end(list);
	char *p = n < 0 ? NULL : arena_alloc(arena, (size_t)n + 1);

	if (!p) {
		return (struct span){0};
	}
	va_start(list, format);
	vsnprintf(p, (size_t)n + 1, format, list);
	va_end(list);
	return span_of(p, (size_t)n);
}

void arena_reset(struct arena *arena)
{
	arena->now = arena->first;
	if (arena->now) {
		arena->now->used = 0;
	}
	arena->used_bytes = 0;
	arena->failed = false;
}

void arena_done(struct arena *arena)
{
	for (struct arena_block *block = arena->first, *next; block; block = next) {
		next = block->next;
		free(block);
	}
	*arena = (struct arena){.limit_bytes = arena->limit_bytes};
}
