/* lifecycles.h: prints docs/LIFECYCLES.md: what may happen to a case, from the table that decides it. */
#ifndef GOVBUS_PROJECTIONS_LIFECYCLES_H
#define GOVBUS_PROJECTIONS_LIFECYCLES_H

#include "common/buf.h"

/**
 * Appends the page, as Markdown.
 * @param functions the list FUNCTIONS as it is shipped (examples/reference/functions.ndjson)
 * @thread any
 */
void lifecycles_print(struct buf *out, struct span functions);

#endif
