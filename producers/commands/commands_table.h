/* commands_table.h: prints a list of JSON objects as a table with aligned columns. */
#ifndef GOVBUS_PRODUCERS_COMMANDS_COMMANDS_TABLE_H
#define GOVBUS_PRODUCERS_COMMANDS_COMMANDS_TABLE_H

#include <jansson.h>

/**
 * A value as the text of one cell, on one line; an object is shown by its Chinese and English texts. The caller frees it.
 * @thread one, as all here
 */
char *commands_table_cell(const json_t *value);

/** Prints objects to standard output: a line of names, and one per object. A column for every member that any of them has, in the order in which they first come. */
void commands_table_print(const json_t *items);

#endif
