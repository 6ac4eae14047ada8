/* lint_number.h: personal numbers among groups of digits: what lint.c finds in a text is judged here. */
#ifndef GOVBUS_SCHEMAS_LINT_NUMBER_H
#define GOVBUS_SCHEMAS_LINT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LINT_NUMBER_CHUNKS = 40,
	LINT_NUMBER_LEAST = 11 /* digits of the shortest of these numbers */
};

/* A run of digits in the line of symbols that lint.c makes of a text. Between two of a group stand ' ' for spaces and brackets, '-'
 * for hyphens and dashes, ',' for what parts the items of a list and the digits of amounts. */
struct lint_number_chunk {
	const uint8_t *p;
	size_t n;
	uint8_t before; /* the symbol before it; 0: the line begins with it */
};

/* Chunks that stand together, separators between them; x: the last is followed by an X, as an identity number may be. */
struct lint_number_group {
	struct lint_number_chunk chunks[LINT_NUMBER_CHUNKS];
	size_t n;
	bool x;
};

/**
 * Looks for a personal number in a group of chunks, made of any chunks that follow one another in it.
 * @return what it looks like, in English; NULL: nothing found
 * @thread any
 */
const char *lint_number_find(const struct lint_number_group *g);

#endif
