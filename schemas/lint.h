/* lint.h: finds personal numbers in text that anyone may read. */
#ifndef GOVBUS_SCHEMAS_LINT_H
#define GOVBUS_SCHEMAS_LINT_H

#include "common/span.h"

/**
 * Looks for an identity number (18 digits with the check digit of GB 11643, or the 15 of before 1999), a mobile number (11 digits, perhaps
 * after +86, 0086 or the trunk's 0), a landline with its area code or a bank card (13 to 19 digits, Luhn), also in full-width, Arabic or
 * Persian digits, with separators between them or what is not seen.
 * What it passes over is in docs/DECISIONS.md.
 * @return what it looks like, in English; NULL: nothing found
 * @thread any
 */
const char *lint_text(struct span text);

#endif
