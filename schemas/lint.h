/* lint.h: finds personal numbers in text that anyone may read. */
#ifndef GOVBUS_SCHEMAS_LINT_H
#define GOVBUS_SCHEMAS_LINT_H

#include "common/span.h"

/**
 * Looks for an identity number (18 digits, GB 11643 check digit), a mobile number (11 digits) or a bank card (13 to 19 digits, Luhn),
 * also in full-width digits and with separators between them.
 * @return what it looks like, in English; NULL: nothing found
 * @thread any
 */
const char *lint_text(struct span text);

#endif
