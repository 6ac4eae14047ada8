/* import_mapping_check.h: whether a mapping says what import_mapping.h knows: a misspelt name would leave a member out of every event, without anybody noticing. */
#ifndef GOVBUS_PRODUCERS_COMMANDS_IMPORT_MAPPING_CHECK_H
#define GOVBUS_PRODUCERS_COMMANDS_IMPORT_MAPPING_CHECK_H

#include <jansson.h>

#include "common/buf.h"
#include "common/err.h"

/**
 * Checks the form of a whole mapping: its lists, the names in it and what they hold. Whether columns and look-ups that it names are
 * there is not asked here.
 * @param ret_why  with USAGE: where, and what is wrong, for people
 * @thread any
 */
enum err import_mapping_check(const json_t *root, struct buf *ret_why);

#endif
