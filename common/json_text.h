/* json_text.h: text as a JSON string, appended to a buffer: for answers and log lines that are written by hand. */
#ifndef GOVBUS_COMMON_JSON_TEXT_H
#define GOVBUS_COMMON_JSON_TEXT_H

#include "common/buf.h"

/** Appends the text in quotes, escaped as RFC 8259 asks. The text is UTF-8; bytes that are not are written as U+FFFD. @thread any */
void json_text_add(struct buf *out, struct span text);

/** Whether the bytes are well-formed UTF-8 (no surrogates, no overlong forms); counts the characters. @param ret_chars may be NULL */
bool json_text_is_utf8(struct span text, size_t *ret_chars);

#endif
