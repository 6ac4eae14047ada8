/* table_names.h: names of index tables, made once and kept. */
#ifndef GOVBUS_CONSUMERS_TABLE_NAMES_H
#define GOVBUS_CONSUMERS_TABLE_NAMES_H

/** "table.index"; the same pointer for the same name, alive for ever. Ends the process when out of memory. @thread any */
const char *table_names_of_index(const char *table, const char *index);

#endif
