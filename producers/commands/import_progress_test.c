/* import_progress_test.c: reading and checking a file says every two seconds how far it is, before a single event is posted.
 * @wrap clock_steady_us */
#include "tests/support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "producers/commands/import_source.h"
#include "tests/support/folder.h"

enum { LINES = 8000, BAD_LINES = 800 };

/* Time goes on with every look at the clock. */
static int64_t now_us, step_us;

int64_t __wrap_clock_steady_us(void);

int64_t __wrap_clock_steady_us(void)
{
	return now_us += step_us;
}

static void write_lines(const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (int i = 0; i < LINES; i++) {
		fprintf(file, i % (LINES / BAD_LINES) ? "{\"id\": \"%d\"}\n" : "not json %d\n", i);
	}
	assert_int_equal(fclose(file), 0);
}

/* What is said while the file is read. The caller frees it. */
static char *said_in_steps_of(int64_t us, bool quiet)
{
	char folder[FOLDER_PATH_BYTES], path[FOLDER_PATH_BYTES + 16], *text = NULL;
	size_t n = 0;
	struct import_source *source;
	struct progress progress;
	struct import_config config = {.path = path, .progress = &progress};
	struct buf why = {0};
	FILE *out = open_memstream(&text, &n);

	assert_non_null(out);
	assert_true(folder_make("progress", folder));
	snprintf(path, sizeof path, "%s/file", folder);
	write_lines(path);
	step_us = us;
	progress_begin(&progress, quiet ? NULL : out, "file");
	assert_int_equal(import_source_open(&config, &source, &why), ERR_OK);
	import_source_close(source);
	assert_true(folder_remove(folder));
	assert_int_equal(fclose(out), 0);
	return text;
}

static int count(const char *text, const char *what)
{
	int n = 0;

	while ((text = strstr(text, what))) {
		n++;
		text += strlen(what);
	}
	return n;
}

/* Each block that is read and each line that is checked is a moment to say it; a line's is followed by one that is taken for saying. */
static void test_says_how_far(void **state)
{
	char *text = said_in_steps_of(2000000, false);

	(void)state;
	assert_true(count(text, " MB read\n") >= 2);
	assert_int_equal(count(text, " of the file\n"), LINES);
	assert_non_null(strstr(text, "file: 0.1 MB read\n"));
	assert_non_null(strstr(text, "file: 4000 lines checked, 50 % of the file\n"));
	assert_non_null(strstr(text, "file: 8000 lines checked, 100 % of the file\n"));
	free(text);
}

/* Not oftener than every two seconds, and not at all for who wants silence or has not waited yet. */
static void test_seldom(void **state)
{
	char *often = said_in_steps_of(2000000 / 100, false);
	char *soon = said_in_steps_of(1, false), *quiet = said_in_steps_of(2000000, true);

	(void)state;
	assert_in_range(count(often, " of the file\n"), LINES / 102, LINES / 99);
	assert_string_equal(soon, "");
	assert_string_equal(quiet, "");
	free(often);
	free(soon);
	free(quiet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_says_how_far),
					   cmocka_unit_test(test_seldom)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
