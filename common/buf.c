/* buf.c: a growing run of bytes that remembers its first error. */
#include "common/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool buf_grow(struct buf *buf, size_t more)
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
	/* Room is never more than the limit, so that whoever finds room need not ask for it. */
	if (buf->limit_bytes && size > buf->limit_bytes) {
		size = buf->limit_bytes;
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

void buf_add_text(struct buf *buf, const char *text)
{
	buf_add(buf, span_cstr(text));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list list;
	size_t room = buf->err ? 0 : buf->size - buf->n;

	va_start(list, format);
	int n = vsnprintf(room ? (char *)buf->p + buf->n : NULL, room, format, list);
	va_end(list);
	if (n >= 0 && (size_t)n >= room) {
		if (!buf_grow(buf, (size_t)n + 1)) {
			return;
		}
		va_start(list, format);
		vsnprintf((char *)buf->p + buf->n, (size_t)n + 1, format, list);
		va_end(list);
	}
	buf->n += n > 0 ? (size_t)n : 0;
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
