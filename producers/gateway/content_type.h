/* content_type.h: what a Content-Type header says: the media type, and the charset of its text. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_CONTENT_TYPE_H
#define GOVBUS_PRODUCERS_GATEWAY_CONTENT_TYPE_H

#include <stdbool.h>

#include "common/span.h"

enum { CONTENT_TYPE_CHARSET_BYTES = 41 };

/** Whether a content type is this one, whatever its parameters. @param wanted in small letters @thread any, as all here */
bool content_type_is(struct span type, const char *wanted);

/**
 * Whether a content type names a charset, and one whose text is not UTF-8. ASCII is.
 * @param ret_name  its name for people, as far as it is printable; set when true
 */
bool content_type_foreign_charset(struct span type, char ret_name[CONTENT_TYPE_CHARSET_BYTES]);

#endif
