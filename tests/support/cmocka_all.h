/* cmocka_all.h: cmocka with the standard headers it asks for. */
#ifndef GOVBUS_TESTS_SUPPORT_CMOCKA_ALL_H
#define GOVBUS_TESTS_SUPPORT_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
