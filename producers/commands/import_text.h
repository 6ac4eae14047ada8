/* import_text.h: a file as text, plain or gzip. */
#ifndef GOVBUS_PRODUCERS_COMMANDS_IMPORT_TEXT_H
#define GOVBUS_PRODUCERS_COMMANDS_IMPORT_TEXT_H

#include "common/buf.h"
#include "common/err.h"
#include "producers/commands/progress.h"

/** Appends a file's text, and says how far it is. @param progress may be NULL @return ABSENT, IO (a gzip file that was cut off, too), NOMEM @thread any */
enum err import_text_read(const char *path, struct buf *text, struct progress *progress);

#endif
