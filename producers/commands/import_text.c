/* import_text.c: a file as text, plain or gzip (zlib). */
#include "producers/commands/import_text.h"

#include <zlib.h>

enum err import_text_read(const char *path, struct buf *text, struct progress *progress)
{
	uint8_t block[65536];
	gzFile file = gzopen(path, "rb");
	int n;

	if (!file) {
		return ERR_ABSENT;
	}
	while ((n = gzread(file, block, sizeof block)) > 0 && !text->err) {
		buf_add(text, span_of(block, (size_t)n));
		if (progress_due(progress)) {
			progress_say(progress, "%.1f MB read", (double)text->n / 1e6);
		}
	}
	/* A file that was cut off ends without an error from gzread; closing tells. */
	bool whole = gzclose(file) == Z_OK && n == 0;

	return text->err ? text->err : whole ? ERR_OK : ERR_IO;
}
