/* buf.h: a growing run of bytes that remembers its first error. */
#ifndef GOVBUS_COMMON_BUF_H
#define GOVBUS_COMMON_BUF_H

#include <stdbool.h>
#include <string.h>

#include "common/err.h"
#include "common/span.h"

/* Zero it to begin (no limit), buf_done frees. After an error nothing more is added; look at err at the end. */
struct buf {
	uint8_t *p;
	size_t n, size;
	size_t limit_bytes; /* 0: none; past it the error is TOO_BIG */
	enum err err;
};

/**
 * Makes room for that many more bytes.
 * @return false: out of memory, or past the limit (buf->err)
 * @thread one at a time, as all here
 */
bool buf_grow(struct buf *buf, size_t more);

/** As buf_grow. Inline: most often there is room. */
static inline bool buf_room(struct buf *buf, size_t more)
{
	return (!buf->err && more <= buf->size - buf->n) || buf_grow(buf, more);
}

/** Appends bytes. Inline: encoders add a few bytes at a time, millions of times a second. */
static inline void buf_add(struct buf *buf, struct span bytes)
{
	if (bytes.n && buf_room(buf, bytes.n)) {
		memcpy(buf->p + buf->n, bytes.p, bytes.n);
		buf->n += bytes.n;
	}
}

/** Appends a C string, its ending zero left out. */
void buf_add_text(struct buf *buf, const char *text);

/** Appends one byte. */
static inline void buf_add_byte(struct buf *buf, uint8_t byte)
{
	if (buf_room(buf, 1)) {
		buf->p[buf->n++] = byte;
	}
}

/** Appends as by printf. */
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Makes it empty and forgets the error; memory is kept. */
void buf_reset(struct buf *buf);

/** Frees; the limit stays. */
void buf_done(struct buf *buf);

/** What it holds, borrowed until the next change. */
static inline struct span buf_span(const struct buf *buf)
{
	return (struct span){buf->p, buf->n};
}

#endif
