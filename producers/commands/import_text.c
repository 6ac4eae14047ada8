/* import_text.c: a file as text, plain or gzip (zlib). */
#include "producers/commands/import_text.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

/* The line of the text at which reading ended, from 1. */
static long line_of_end(const struct buf *text)
{
	long n = 1;

	for (size_t i = 0; i < text->n; i++) {
		n += text->p[i] == '\n';
	}
	return n;
}

/* What zlib found while it read; of the system's errors it tells file and reason itself. @return whether all is well */
static bool is_whole(gzFile file, const char *path, const struct buf *text, struct buf *ret_why)
{
	int result;
	const char *said = gzerror(file, &result);

	if (result == Z_ERRNO) {
		buf_add_text(ret_why, said);
	} else if (result != Z_OK) {
		buf_printf(ret_why, "%s: line %ld: the gzip file is %s; cure: fetch it again", path,
			   line_of_end(text), result == Z_DATA_ERROR ? "damaged" : "cut off");
	}
	return result == Z_OK;
}

enum err import_text_read(const char *path,
			  struct buf *text,
			  struct progress *progress,
			  struct buf *ret_why)
{
	uint8_t block[65536];
	gzFile file = gzopen(path, "rb");
	enum err err;
	int n;

	if (!file) {
		err = errno == ENOENT ? ERR_ABSENT : ERR_IO;
		buf_printf(ret_why, "%s: %s", path,
			   err == ERR_ABSENT ? err_text(err) : strerrordesc_np(errno));
		return err;
	}
	while ((n = gzread(file, block, sizeof block)) > 0 && !text->err) {
		buf_add(text, span_of(block, (size_t)n));
		if (progress_due(progress)) {
			progress_say(progress, "%.1f MB read", (double)text->n / 1e6);
		}
	}
	/* At the end of a file that was cut off gzread returns no error, but notes one. */
	err = is_whole(file, path, text, ret_why) ? text->err : ERR_IO;
	if (gzclose(file) != Z_OK && !err) {
		err = ERR_IO;
	}
	if (err && !ret_why->n) {
		buf_printf(ret_why, "%s: %s", path, err_text(err));
	}
	return err;
}
