/* buf.h: a growing run of bytes that remembers its first error. */
#ifndef GOVBUS_COMMON_BUF_H
#define GOVBUS_COMMON_BUF_H

#include "common/err.h"
#include "common/span.h"

/* Zero it to begin (no limit), buf_done frees. After an error nothing more is added; look at err at the end. */
struct buf {
	uint8_t *p;
	size_t n, size;
	size_t limit_bytes; /* 0: none; past it the error is TOO_BIG */
	enum err err;
};

/** Appends bytes. @thread one at a time */
void buf_add(struct buf *buf, struct span bytes);

/** Appends a C string, its ending zero left out. */
void buf_add_text(struct buf *buf, const char *text);

/** Appends one byte. */
void buf_add_byte(struct buf *buf, uint8_t byte);

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
