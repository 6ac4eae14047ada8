/* folder.h: a scratch folder for one test. */
#ifndef GOVBUS_TESTS_SUPPORT_FOLDER_H
#define GOVBUS_TESTS_SUPPORT_FOLDER_H

#include <stdbool.h>

enum { FOLDER_PATH_BYTES = 64 };

/** Makes a new empty folder below $TMPDIR or /tmp. @param ret_path FOLDER_PATH_BYTES */
bool folder_make(const char *name, char *ret_path);

/** Removes a folder that folder_make made, with all in it. */
bool folder_remove(const char *path);

#endif
