/* fuzz.h: the one function that every *_fuzz.c defines; libFuzzer calls it, and so does fuzz/replay.c in the other builds. */
#ifndef GOVBUS_TESTS_SUPPORT_FUZZ_H
#define GOVBUS_TESTS_SUPPORT_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/** Try one input; abort on a broken property. @return always 0 */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#endif
