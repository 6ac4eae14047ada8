/* replay.c: feeds files, and the files of folders, to a fuzz target, so that the corpus is a unit test in builds without libFuzzer. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/fuzz.h"

static size_t replayed;

static int replay(const char *path, const struct stat *st, int kind)
{
	size_t size = (size_t)st->st_size;
	uint8_t *bytes;
	FILE *f;

	if (kind != FTW_F) {
		return 0;
	}
	bytes = malloc(size ? size : 1);
	f = fopen(path, "rb");
	if (!bytes || !f || fread(bytes, 1, size, f) != size) {
		perror(path);
		exit(2);
	}
	(void)fclose(f);
	LLVMFuzzerTestOneInput(bytes, size);
	free(bytes);
	replayed++;
	return 0;
}

int main(int argc, char **argv)
{
	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	for (int i = 1; i < argc; i++) {
		if (ftw(argv[i], replay, 16) != 0) {
			perror(argv[i]);
			return 2;
		}
	}
	printf("%zu inputs replayed\n", replayed);
	return replayed ? 0 : 2;
}
