/* import_text.h: a file as text, plain or gzip. */
#ifndef GOVBUS_PRODUCERS_COMMANDS_IMPORT_TEXT_H
#define GOVBUS_PRODUCERS_COMMANDS_IMPORT_TEXT_H

#include "common/buf.h"
#include "common/err.h"
#include "producers/commands/progress.h"

/**
 * Appends a file's text, and says how far it is.
 * @param progress may be NULL
 * @param ret_why  on failure: the file, in which line of the text it ended, and why
 * @return ABSENT, IO (a gzip file that is cut off or damaged, too), NOMEM
 * @thread any
 */
enum err import_text_read(const char *path,
			  struct buf *text,
			  struct progress *progress,
			  struct buf *ret_why);

#endif
