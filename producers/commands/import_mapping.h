/* import_mapping.h: from a row of a CSV file to CloudEvents, as a mapping file says: columns, constants, look-ups. */
#ifndef GOVBUS_PRODUCERS_COMMANDS_IMPORT_MAPPING_H
#define GOVBUS_PRODUCERS_COMMANDS_IMPORT_MAPPING_H

#include <jansson.h>

#include "common/buf.h"
#include "common/err.h"
#include "producers/commands/import_problem.h"

/* A mapping is a JSON object:
 *   "lookups": { NAME: { "from": "to", … } }
 *   "events":  [ { "when": VALUE, MEMBER: VALUE, …, "data": { MEMBER: VALUE, … } } ]   one per event that a row makes, in order
 * An event is left out where its "when" is empty. A VALUE is text (itself), a number, true or false, or an object:
 *   { "column": NAME }              the row's value of that column
 *   …, "lookup": NAME               led through a look-up; not found: empty
 *   …, "after": TEXT, "before": TEXT  put around it unless it is empty: a date becomes a time
 *   …, "chars": N                   cut off after N characters
 *   …, "otherwise": TEXT            where it is empty
 *   …, "needed": REASON             where it is empty the row is refused with this reason, after the member's name
 *   { "first": [PART, …] }          the first that is not empty; a PART is text or an object with "column", and what may stand beside that
 *   { "join": [PART, …], "with": TEXT }  those that are not empty, joined
 *   { "case": true }                the case id of the row's first event, a report
 * Beside "first" and "join" may stand what stands beside "column". A "when" is text, or an object with one of these three.
 * A member whose value is empty is left out; one of more than 8191 bytes, where "chars" does not shorten it, refuses the row. A name that is not
 * one of these is a mistake (import_mapping_check.h). examples/nyc/mapping.json shows one in use. */
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
 * Takes a row, of which events are made next.
 * @param ret_problem  its reason is set with the first two
 * @return MALFORMED: no row of CSV, such as with a quote that is not closed; INVALID: more or fewer cells than columns, or no
 *         UTF-8; NOMEM
 */
enum err import_mapping_row(struct import_mapping *mapping,
			    struct span row,
			    struct import_problem *ret_problem);

/**
 * Makes one event from the row that was taken last.
 * @param ret_json     a new reference; NULL where the event is left out
 * @param ret_problem  with INVALID, its reason says for which member the row is refused, and why
 */
enum err import_mapping_event(const struct import_mapping *mapping,
			      int step,
			      json_t **ret_json,
			      struct import_problem *ret_problem);

/** The mapping's text as read. Borrowed. */
struct span import_mapping_text(const struct import_mapping *mapping);

#endif
