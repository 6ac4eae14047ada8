/* buf.c: a growing run of bytes that remembers its first error. */
#include "common/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static bool make_room(struct buf *buf, size_t more)
{
	size_t need = buf->n + more;

	if (buf->err) {
		return false;
	}
	if (need < more || (buf->limit_bytes && need > buf->limit_bytes)) {
		buf->err = ERR_TOO_BIG;
		return false;
	}
	if (need <= buf->size) {
		return true;
	}
	size_t size = buf->size ? buf->size * 2 : 256;

	while (size < need) {
		size *= 2;
	}
	uint8_t *p = realloc(buf->p, size);

	if (!p) {
		buf->err = ERR_NOMEM;
		return false;
	}
	buf->p = p;
	buf->size = size;
	return true;
}

void buf_add(struct buf *buf, struct span bytes)
{
	if (bytes.n && make_room(buf, bytes.n)) {
		memcpy(buf->p + buf->n, bytes.p, bytes.n);
		buf->n += bytes.n;
	}
}

void buf_add_text(struct buf *buf, const char *text)
{
	buf_add(buf, span_cstr(text));
}

void buf_add_byte(struct buf *buf, uint8_t byte)
{
	buf_add(buf, span_of(&byte, 1));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	int n = vsnprintf(NULL, 0, format, list);
	va_end(list);
	if (n < 0 || !make_room(buf, (size_t)n + 1)) {
		return;
	}
	va_start(list, format);
	vsnprintf((char *)buf->p + buf->n, (size_t)n + 1, format, list);
	va_end(list);
	buf->n += (size_t)n;
}

void buf_reset(struct buf *buf)
{
	buf->n = 0;
	buf->err = ERR_OK;
}

void buf_done(struct buf *buf)
{
	free(buf->p);
	*buf = (struct buf){.limit_bytes = buf->limit_bytes};
}
