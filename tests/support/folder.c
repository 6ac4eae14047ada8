/* folder.c: a scratch folder for one test. */
#include "tests/support/folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool folder_make(const char *name, char *ret_path)
{
	const char *root = getenv("TMPDIR");
	int n = snprintf(ret_path, FOLDER_PATH_BYTES, "%s/govbus-%s-XXXXXX", root ? root : "/tmp",
			 name);

	return n < FOLDER_PATH_BYTES && mkdtemp(ret_path);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status, (void)kind, (void)walk;
	return remove(path);
}

bool folder_remove(const char *path)
{
	return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0;
}
