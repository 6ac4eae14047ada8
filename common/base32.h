/* base32.h: 60 bits as twelve letters and digits of Crockford's alphabet (no I, L, O, U). */
#ifndef GOVBUS_COMMON_BASE32_H
#define GOVBUS_COMMON_BASE32_H

#include <stdbool.h>
#include <stdint.h>

#include "common/span.h"

enum { BASE32_TEXT_BYTES = 12 };

/** Twelve upper-case characters, no ending zero. @param value below 2^60 @thread any */
void base32_format(uint64_t value, char *ret_text);

/**
 * Reads twelve characters, in either case, I and L as 1, O as 0, as Crockford asks of readers.
 * @return false if the length or a character is wrong
 */
bool base32_parse(struct span text, uint64_t *ret_value);

#endif
