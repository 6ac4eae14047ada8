/* json_in.h: JSON texts as they are posted, read one after the other into trees (yyjson). */
#ifndef GOVBUS_SCHEMAS_JSON_IN_H
#define GOVBUS_SCHEMAS_JSON_IN_H

#include <yyjson.h>

#include "common/arena.h"
#include "schemas/event.h"

/* A copy of the text, in which yyjson decodes strings in place. Bytes ahead of `at` are still as they came. */
struct json_in {
	char *text;
	size_t n, at;
};

/**
 * Begins to read.
 * @param text   copied
 * @param arena  for the copy, into which all strings of the trees will point
 * @return ERR_OK or ERR_NOMEM
 * @thread one at a time, as all here
 */
enum err json_in_open(struct json_in *in, struct span text, struct arena *arena);

/**
 * Reads one value and moves behind it: RFC 8259, strictly, except that names in an object may repeat.
 * @param arena        for the tree: up to 48 bytes for each byte of text
 * @param ret_json     set on success
 * @param ret_problem  otherwise its reason says what is wrong at which byte, counted from 1
 * @return ERR_OK, ERR_MALFORMED or ERR_NOMEM
 */
enum err json_in_next(struct json_in *in,
		      struct arena *arena,
		      yyjson_val **ret_json,
		      struct problem *ret_problem);

/** As json_in_next, for a text that holds one value and no more. */
enum err json_in_only(struct json_in *in,
		      struct arena *arena,
		      yyjson_val **ret_json,
		      struct problem *ret_problem);

/**
 * As event_from_json, of a tree.
 * @param data  the event's data if it stands apart, else NULL: data is an attribute like others
 */
enum err event_from_json_tree(yyjson_val *json,
			      yyjson_val *data,
			      struct arena *arena,
			      struct event *ret_ev,
			      struct problem *ret_problem);

/** Moves over white space. @return where it stands then */
size_t json_in_skip(struct json_in *in);

/** Takes a byte that stands there next, white space before it apart. @return whether it did */
bool json_in_take(struct json_in *in, char byte);

/** Whether nothing is left but white space. */
bool json_in_ended(struct json_in *in);

#endif
