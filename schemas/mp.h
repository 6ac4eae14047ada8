/* mp.h: a bounded walk over MessagePack bytes from outside: nothing is built, nothing is allocated, every count is checked. */
#ifndef GOVBUS_SCHEMAS_MP_H
#define GOVBUS_SCHEMAS_MP_H

#include "common/span.h"

/* What is left to read. Each function moves on only if it returns true. */
struct mp {
	const uint8_t *at, *end;
};

/* A whole number of any width: below zero, `bits` is its two's complement. */
struct mp_int {
	uint64_t bits;
	bool negative;
};

/** A reader over borrowed bytes. @thread one at a time, as all here */
static inline struct mp mp_over(struct span bytes)
{
	return (struct mp){bytes.p, bytes.p + bytes.n};
}

/** Bytes left. */
static inline size_t mp_left(const struct mp *mp)
{
	return (size_t)(mp->end - mp->at);
}

/** The head of a map. @return false if it is none, or claims more members than there are bytes for */
bool mp_map(struct mp *mp, uint32_t *ret_count);

/** The head of an array. @return false as mp_map */
bool mp_array(struct mp *mp, uint32_t *ret_count);

/** A text of any header; not yet checked for UTF-8 (mp_utf8). */
bool mp_text(struct mp *mp, struct span *ret_text);

/** Bytes (bin) of any header. */
bool mp_bytes(struct mp *mp, struct span *ret_bytes);

/** A whole number of any width. */
bool mp_int(struct mp *mp, struct mp_int *ret_value);

/** True or false. */
bool mp_bool(struct mp *mp, bool *ret_value);

/**
 * Steps over one value: whole numbers, UTF-8 text, bytes, booleans, and arrays and maps of these (keys are texts).
 * Floats, nil and extension types are refused: they never stand in the log.
 * @param depth arrays and maps that may still nest, at most LIMIT_DEPTH
 */
bool mp_skip(struct mp *mp, unsigned depth);

/** As mp_skip, over a value of any kind: where one event of a batch ends is known before it is known to be one. */
bool mp_skip_any(struct mp *mp, unsigned depth);

/**
 * Whether bytes are UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
 * @param ret_chars  characters (code points); may be NULL
 * @param ret_controls  whether a control character other than line feed, carriage return and tab is among them (U+0000 to
 *                   U+001F, U+007F to U+009F); may be NULL
 * @param ret_breaks whether one of those three is; may be NULL
 */
bool mp_utf8(struct span text, size_t *ret_chars, bool *ret_controls, bool *ret_breaks);

#endif
