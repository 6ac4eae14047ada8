/* import_mapping.h: from a row of a CSV file to CloudEvents, as a mapping file says: columns, constants, look-ups. */
#ifndef GOVBUS_PRODUCERS_IMPORT_MAPPING_H
#define GOVBUS_PRODUCERS_IMPORT_MAPPING_H

#include <jansson.h>

#include "common/buf.h"
#include "common/err.h"

/* A mapping is a JSON object:
 *   "lookups": { NAME: { "from": "to", … } }
 *   "events":  [ { "when": VALUE, MEMBER: VALUE, …, "data": { MEMBER: VALUE, … } } ]   one per event that a row makes, in order
 * An event is left out where its "when" is empty. A VALUE is text (itself), a number, true or false, or an object:
 *   { "column": NAME }              the row's value of that column
 *   …, "lookup": NAME               led through a look-up; not found: empty
 *   …, "after": TEXT, "before": TEXT  put around it unless it is empty: a date becomes a time
 *   …, "chars": N                   cut off after N characters
 *   …, "otherwise": TEXT            where it is empty
 *   …, "needed": REASON             where it is empty the row is refused with this reason
 *   { "first": [VALUE, …] }         the first that is not empty
 *   { "join": [VALUE, …], "with": TEXT }  those that are not empty, joined
 *   { "case": true }                the case id of the row's first event, a report
 * A member whose value is empty is left out. docs/CONFIGURATION.md and examples/nyc/mapping.json show one in use. */
struct import_mapping;

/** Reads a mapping file. @return ABSENT, USAGE; why, for people, in ret_why @thread one, as all here */
enum err import_mapping_open(const char *path,
			     struct import_mapping **ret_mapping,
			     struct buf *ret_why);

/** Frees; NULL is fine. */
void import_mapping_close(struct import_mapping *mapping);

/** Takes the file's first row: the names of its columns. @return USAGE when a column or a look-up that the mapping names is not there; ret_why says which */
enum err import_mapping_header(struct import_mapping *mapping,
			       struct span row,
			       struct buf *ret_why);

/** How many events a row makes at most. */
int import_mapping_steps(const struct import_mapping *mapping);

/**
 * Makes one event of a row.
 * @param ret_json  a new reference; NULL where the event is left out
 * @param ret_reason why the row is refused, with INVALID
 */
enum err import_mapping_event(struct import_mapping *mapping,
			      struct span row,
			      int step,
			      json_t **ret_json,
			      char *ret_reason,
			      size_t reason_bytes);

/** The mapping's text as read. Borrowed. */
struct span import_mapping_text(const struct import_mapping *mapping);

#endif
