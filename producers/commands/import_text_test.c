/* import_text_test.c: gzip is read as it is; one that was cut off or damaged on its way is an error that says where, not a shorter file. */
#include "producers/commands/import_text.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"

static const char TEXT[] = "a line\nanother, with words of its own\nand a third\n";
static char folder[FOLDER_PATH_BYTES];

static const char *gzip_of(const char *text, long cut_bytes)
{
	static char path[FOLDER_PATH_BYTES + 32];
	struct stat size;
	gzFile file;

	snprintf(path, sizeof path, "%s/text.gz", folder);
	file = gzopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(gzputs(file, text), (int)strlen(text));
	assert_int_equal(gzclose(file), Z_OK);
	assert_int_equal(stat(path, &size), 0);
	assert_int_equal(truncate(path, size.st_size - cut_bytes), 0);
	return path;
}

static void check(const char *path, enum err wanted, const char *where, const char *what)
{
	struct buf text = {0}, why = {0};

	assert_int_equal(import_text_read(path, &text, NULL, &why), wanted);
	buf_add_byte(&why, 0);
	if (!strstr((const char *)why.p, where) || !strstr((const char *)why.p, what)) {
		fail_msg("%s", (const char *)why.p);
	}
	if (!wanted) {
		assert_true(span_eq(buf_span(&text), span_cstr(TEXT)));
	}
	buf_done(&text);
	buf_done(&why);
}

static void whole(void **state)
{
	(void)state;
	check(gzip_of(TEXT, 0), ERR_OK, "", "");
}

/* However much is missing. All of the text may have come: then its check sum has not. */
static void cut_off(void **state)
{
	(void)state;
	for (long cut = 1; cut < 30; cut++) {
		check(gzip_of(TEXT, cut), ERR_IO, "text.gz: line ", "cut off");
	}
}

static void damaged(void **state)
{
	const char *path = gzip_of(TEXT, 0);
	FILE *file = fopen(path, "r+");

	(void)state;
	assert_non_null(file);
	assert_int_equal(fseek(file, 10, SEEK_SET), 0); /* after the header */
	assert_int_equal(fwrite("\xff\xff\xff\xff", 1, 4, file), 4);
	assert_int_equal(fclose(file), 0);
	check(path, ERR_IO, "text.gz: line 1: ", "damaged");
}

/* What the system says of a file that is none. */
static void unreadable(void **state)
{
	(void)state;
	check(folder, ERR_IO, folder, "directory");
	check("/nowhere/at/all", ERR_ABSENT, "/nowhere/at/all: ", "not found");
}

static int setup(void **state)
{
	(void)state;
	return folder_make("import_text", folder) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return folder_remove(folder) ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(whole), cmocka_unit_test(cut_off),
					   cmocka_unit_test(damaged), cmocka_unit_test(unreadable)};

	return cmocka_run_group_tests(tests, setup, teardown);
}
