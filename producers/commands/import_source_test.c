/* import_source_test.c: what an import makes of files: order, mapping, duplicates, and lines that give nothing. */
#include "tests/support/cmocka_all.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "producers/commands/import_source.h"
#include "tests/support/folder.h"

static char folder[FOLDER_PATH_BYTES];

static int set_up(void **state)
{
	(void)state;
	return folder_make("import", folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return folder_remove(folder) ? 0 : -1;
}

static const char *file_of(const char *name, const char *text)
{
	static char paths[2][FOLDER_PATH_BYTES + 32];
	static int which;
	char *path = paths[which ^= 1];

	snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	return path;
}

static const char MAPPING[] =
	"{\"lookups\": {\"place\": {\"A\": \"530102\", \"B\": \"530111\"}},"
	" \"events\": ["
	"  {\"type\": \"gov.case.reported.v1\", \"source\": \"/t\", \"id\": {\"column\": \"key\"},"
	"   \"time\": {\"column\": \"opened\", \"after\": \"T09:00:00+08:00\"},"
	"   \"place\": {\"first\": [{\"column\": \"area\", \"lookup\": \"place\"}, {\"column\": \"zip\", \"lookup\": \"place\"}],"
	"             \"needed\": \"is missing\"},"
	"   \"data\": {\"type_code\": \"UM01\", \"title\": {\"join\": [{\"column\": \"what\"}, {\"column\": \"more\"}], \"with\": \": \", \"chars\": 8}}},"
	"  {\"when\": {\"column\": \"closed\"}, \"type\": \"gov.case.closed.v1\", \"source\": \"/t\","
	"   \"id\": {\"column\": \"key\", \"after\": \"-closed\"}, \"time\": {\"column\": \"closed\", \"after\": \"T17:00:00+08:00\"},"
	"   \"subject\": {\"case\": true}, \"data\": {\"outcome\": \"resolved\"}}]}";

static const char ROWS[] = "key,opened,closed,area,zip,what,more\n"
			   "\"k2\",2023-01-20,2023-01-25,A,,\"灯坏了, 两盏\",x\n"
			   "k1,2023-01-19,2023-01-21,,B,road,broken\n"
			   "k3,2023-01-22,,C,,none,\n"
			   "k2,2023-01-20,,A,,again,\n"
			   "k4,2023-02-30,,A,,bad date,\n"
			   "k5,2023-01-23,,A,,\"two\nlines\",\n";

static struct import_source *open_rows(bool by_time)
{
	struct import_config config = {.by_time = by_time};
	struct import_source *source;
	struct buf why = {0};

	config.path = file_of("rows.csv", ROWS);
	config.mapping = file_of("mapping.json", MAPPING);
	assert_int_equal(import_source_open(&config, &source, &why), ERR_OK);
	buf_done(&why);
	return source;
}

static void check_event(struct import_source *source, size_t i, const char *id, long line)
{
	struct buf out = {0};

	import_source_event(source, i, &out);
	assert_int_equal(import_source_which(source, i).line, line);
	json_t *json = json_loadb((char *)out.p, out.n, 0, NULL);

	assert_string_equal(json_string_value(json_object_get(json, "id")), id);
	json_decref(json);
	buf_done(&out);
}

/* History is posted in the order of time, whatever the order of the rows; ties in the order of lines and steps. */
static void test_order(void **state)
{
	struct import_source *source = open_rows(true);

	(void)state;
	assert_int_equal(import_source_count(source), 8);
	check_event(source, 1, "k1", 3);
	check_event(source, 3, "k2", 2);
	check_event(source, 5, "k1-closed", 3);
	check_event(source, 7, "k2-closed", 2);
	import_source_close(source);
}

/* In history each day's first event comes after its midnight, for whose source it speaks; days without events have none. */
static void test_midnights(void **state)
{
	static const char *const ids[] = {
		"midnight-2023-01-19T00:00:00.000000+08:00", NULL,
		"midnight-2023-01-20T00:00:00.000000+08:00", NULL,
		"midnight-2023-01-21T00:00:00.000000+08:00", NULL,
		"midnight-2023-01-25T00:00:00.000000+08:00", NULL,
	};
	struct import_source *source = open_rows(true);
	struct buf out = {0};

	(void)state;
	assert_int_equal(import_source_midnights(source), 4);
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(import_source_which(source, i).step == IMPORT_MIDNIGHT,
				 ids[i] != NULL);
		if (ids[i]) {
			check_event(source, i, ids[i], i == 0 || i == 4 ? 3 : 2);
		}
	}
	import_source_event(source, 6, &out);
	json_t *json = json_loadb((char *)out.p, out.n, 0, NULL);

	assert_string_equal(json_string_value(json_object_get(json, "type")),
			    "gov.clock.advanced.v1");
	assert_string_equal(json_string_value(json_object_get(json, "source")), "/t");
	assert_string_equal(json_string_value(json_object_get(json_object_get(json, "data"), "to")),
			    "2023-01-25T00:00:00.000000+08:00");
	json_decref(json);
	buf_done(&out);
	import_source_close(source);
	source = open_rows(false);
	assert_int_equal(import_source_midnights(source), 0);
	assert_int_equal(import_source_count(source), 4);
	import_source_close(source);
}

/* Lines are the file's own: a row of two lines moves those after it on; a byte order mark is none of the first column. */
static void test_lines(void **state)
{
	static const char rows[] = "\xef\xbb\xbfkey,opened,closed,area,zip,what,more\n"
				   "k1,2023-01-19,,A,,\"two\nlines\",\n"
				   "k2,2023-01-19,,C,,again,\n";
	struct import_config config = {.path = file_of("bom.csv", rows),
				       .mapping = file_of("mapping.json", MAPPING)};
	const struct import_problem *problems;
	struct import_source *source;
	struct buf why = {0};

	(void)state;
	assert_int_equal(import_source_open(&config, &source, &why), ERR_OK);
	assert_int_equal(import_source_problems(source, &problems), 2);
	assert_int_equal(problems[0].line, 2);
	assert_int_equal(problems[1].line, 4);
	assert_int_equal(import_source_lines(source), 4);
	import_source_close(source);
}

/* A column or look-up that is not there is said before anything is posted: it would be empty in every row. */
static void test_names(void **state)
{
	static const char *const bad[][2] = {
		{"{\"events\": [{\"id\": {\"column\": \"nokey\"}}]}", "nokey"},
		{"{\"events\": [{\"data\": {\"title\": {\"first\": [{\"column\": \"key\", \"lookup\": \"nolook\"}]}}}]}",
		 "nolook"},
		{"{\"events\": [{\"when\": {\"join\": [{\"column\": \"nowhen\"}]}}]}", "nowhen"},
	};
	struct import_source *source;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct import_config config = {.path = file_of("rows.csv", ROWS),
					       .mapping = file_of("bad.json", bad[i][0])};
		struct buf why = {0};

		assert_int_equal(import_source_open(&config, &source, &why), ERR_USAGE);
		assert_non_null(memmem(why.p, why.n, bad[i][1], strlen(bad[i][1])));
		buf_done(&why);
	}
}

/* A line of blanks is as empty as one without: neither is an event, nor an error; both are counted. */
static void test_blank(void **state)
{
	struct import_config config = {.path = file_of("blank.ndjson", " \t\n\n  \r\n{}\n \n")};
	const struct import_problem *problems;
	struct import_source *source;
	struct buf why = {0};

	(void)state;
	assert_int_equal(import_source_open(&config, &source, &why), ERR_OK);
	assert_int_equal(import_source_problems(source, &problems), 1);
	assert_int_equal(problems[0].line, 4);
	assert_int_equal(import_source_lines(source), 5);
	import_source_close(source);
}

/* An import goes on only with the same events: bytes that are the same, read as rows or as events, are not. */
static void test_hash(void **state)
{
	struct import_source *rows = open_rows(false), *again = open_rows(false),
			     *by_time = open_rows(true), *lines;
	char both[sizeof ROWS + sizeof MAPPING];
	struct import_config config = {0};
	struct buf why = {0};

	(void)state;
	snprintf(both, sizeof both, "%s%s", ROWS, MAPPING);
	config.path = file_of("both.ndjson", both);
	assert_int_equal(import_source_open(&config, &lines, &why), ERR_OK);
	assert_true(import_source_hash(rows) == import_source_hash(again));
	assert_true(import_source_hash(rows) != import_source_hash(by_time));
	assert_true(import_source_hash(rows) != import_source_hash(lines));
	import_source_close(rows);
	import_source_close(again);
	import_source_close(by_time);
	import_source_close(lines);
}

/* A row without a place, a second row with the same id, a date that is none: each is refused with its line and reason. */
static void test_problems(void **state)
{
	struct import_source *source = open_rows(false);
	const struct import_problem *problems;
	size_t n = import_source_problems(source, &problems);

	(void)state;
	assert_int_equal(n, 4);
	assert_int_equal(problems[0].line, 4);
	assert_string_equal(problems[0].reason, "place: is missing");
	assert_int_equal(problems[1].line, 5);
	assert_non_null(strstr(problems[1].reason, "same source and id"));
	assert_int_equal(problems[2].line, 6);
	assert_non_null(strstr(problems[2].reason, "time"));
	assert_int_equal(problems[3].line, 7);
	assert_non_null(strstr(problems[3].reason, "title"));
	import_source_close(source);
}

/* Opens rows under a header of four columns: id, day, title, description. */
static struct import_source *open_four(const char *rows)
{
	static const char mapping[] =
		"{\"events\": [{\"type\": \"gov.case.reported.v1\", \"source\": \"/t\", \"id\": {\"column\": \"key\"},"
		" \"time\": {\"column\": \"at\", \"after\": \"T09:00:00+08:00\"}, \"place\": \"530102\","
		" \"data\": {\"type_code\": \"UM01\", \"title\": {\"column\": \"name\", \"chars\": 20}, \"description\": {\"column\": \"what\"}}}]}";
	static char text[65536];
	struct import_config config = {.mapping = file_of("four.json", mapping)};
	struct import_source *source;
	struct buf why = {0};

	snprintf(text, sizeof text, "key,at,name,what\n%s", rows);
	config.path = file_of("four.csv", text);
	assert_int_equal(import_source_open(&config, &source, &why), ERR_OK);
	buf_done(&why);
	return source;
}

static void check_problem(const struct import_source *source, size_t i, long line, const char *part)
{
	const struct import_problem *problems;

	assert_true(i < import_source_problems(source, &problems));
	assert_int_equal(problems[i].line, line);
	assert_non_null(strstr(problems[i].reason, part));
}

static void check_ids(struct import_source *source, const char *ids)
{
	assert_int_equal(import_source_count(source), strlen(ids));
	for (size_t i = 0; ids[i]; i++) {
		char id[2] = {ids[i], 0};
		struct buf out = {0};

		import_source_event(source, i, &out);
		json_t *json = json_loadb((char *)out.p, out.n, 0, NULL);

		assert_string_equal(json_string_value(json_object_get(json, "id")), id);
		json_decref(json);
		buf_done(&out);
	}
}

/* A quote that is not closed, or stands inside a cell, costs its own line and no other: not those that it would take into its cell, not
 * the row that is read after it. */
/* A hole in a file, as a crash leaves one, reads as zeros: refused, since events are missing there. */
static void test_hole(void **state)
{
	char path[FOLDER_PATH_BYTES + 32];
	const struct import_problem *problems;
	struct import_source *source;
	struct buf why = {0};
	FILE *file;

	(void)state;
	snprintf(path, sizeof path, "%s", file_of("hole.ndjson", ""));
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite("\0\0\0\n", 1, 4, file), 4);
	assert_int_equal(fclose(file), 0);
	struct import_config config = {.path = path};

	assert_int_equal(import_source_open(&config, &source, &why), ERR_OK);
	assert_int_equal(import_source_problems(source, &problems), 1);
	import_source_close(source);
}

static void test_quotes(void **state)
{
	struct import_source *source = open_four("a,2023-01-19,t,one\n"
						 "b,2023-01-19,t,\"never closed\n"
						 "c,2023-01-19,t,\"two\nlines\"\n"
						 "d,2023-01-19,t,a 12\" pipe\n"
						 "e,2023-01-19,t,\"said \"\"so\"\"\"\n"
						 "f,2023-01-19,t,\"x\"y\n"
						 "g,2023-01-19,t,last but one\n"
						 "h,2023-01-19,t,\"never\n"
						 "i,2023-01-19,t,last");

	(void)state;
	check_ids(source, "acegi");
	for (size_t i = 0; i < 4; i++) {
		check_problem(source, i, (const long[]){3, 6, 8, 10}[i],
			      "not a row of CSV: a quote");
	}
	assert_int_equal(import_source_lines(source), 11);
	import_source_close(source);
}

/* With a cell too few or too many all behind it would stand under another's name; neither is empty where it is not UTF-8 or has a zero. */
static void test_cells(void **state)
{
	struct import_source *source = open_four("a,2023-01-19,t\n"
						 "b,2023-01-19,t,one,two\n"
						 "\n"
						 "c,2023-01-19,t,\xb5\xc6\xbb\xb5\n"
						 "d,2023-01-19,,x\n"
						 "e,2023-01-19,t,good\r\n");

	(void)state;
	check_ids(source, "e");
	check_problem(source, 0, 2, "3 cells, where the first line names 4");
	check_problem(source, 1, 3, "5 cells, where the first line names 4");
	check_problem(source, 2, 5,
		      "column what: not UTF-8 text; where the file is GBK: iconv -f GBK -t UTF-8");
	check_problem(source, 3, 6, "data.title: ");
	import_source_close(source);
}

/* Of a file in GBK each line with Chinese text is refused as that, not for what a reader would miss in it; one whose columns have
 * Chinese names is refused whole. */
static void test_gbk(void **state)
{
	static const char lines[] = "{\"id\": \"\xb5\xc6\"}\n{\"id\": \"a\"}\n";
	struct import_config config = {.path = file_of("gbk.csv", "\xb1\xe0\xba\xc5,what\na,b\n"),
				       .mapping = file_of("mapping.json", MAPPING)};
	struct import_source *source;
	struct buf why = {0};

	(void)state;
	assert_int_equal(import_source_open(&config, &source, &why), ERR_USAGE);
	buf_add_byte(&why, 0);
	assert_non_null(strstr((char *)why.p, "the first line"));
	assert_non_null(strstr((char *)why.p, "iconv -f GBK -t UTF-8"));
	buf_done(&why);
	config = (struct import_config){.path = file_of("gbk.ndjson", lines)};
	assert_int_equal(import_source_open(&config, &source, &why), ERR_OK);
	check_problem(source, 0, 1, "iconv -f GBK -t UTF-8");
	check_problem(source, 1, 2, "specversion");
	import_source_close(source);
	source = open_four("a,2023-01-19,,\xb5\xc6\nb,2023-01-19,\xb5\xc6,\n");
	check_problem(source, 0, 2, "column what: not UTF-8");
	check_problem(source, 1, 3, "column name: not UTF-8");
	import_source_close(source);
}

/* A value too long for its member is refused by name, also where it is longer than there is room, which must not leave the member out; one
 * that is shortened may have any length. */
static void test_too_long(void **state)
{
	enum { LONG = 9000, TOO_LONG = 2001 };
	char rows[3 * LONG], long_text[LONG + 1] = "", too_long_text[TOO_LONG + 1] = "";
	struct import_source *source;

	(void)state;
	for (size_t i = 0; i < LONG; i += 3) {
		memcpy(long_text + i, "灯", 3);
	}
	memset(too_long_text, 'x', TOO_LONG);
	snprintf(rows, sizeof rows, "a,2023-01-19,t,%s\nb,2023-01-19,t,%s\nc,2023-01-19,%s,fine\n",
		 long_text, too_long_text, long_text);
	source = open_four(rows);
	check_ids(source, "c");
	check_problem(source, 0, 2, "data.description: is too long");
	check_problem(source, 1, 3, "data.description: is too long");
	import_source_close(source);
}

/* Members come from columns, look-ups and joins; the closing names the case that the report will get. */
static void test_members(void **state)
{
	struct import_source *source = open_rows(false);
	struct buf out = {0};

	(void)state;
	import_source_event(source, 0, &out);
	json_t *json = json_loadb((char *)out.p, out.n, 0, NULL),
	       *data = json_object_get(json, "data");

	assert_string_equal(json_string_value(json_object_get(json, "place")), "530102");
	assert_string_equal(json_string_value(json_object_get(data, "title")), "灯坏了, 两盏:");
	json_decref(json);
	buf_reset(&out);
	import_source_event(source, 1, &out);
	json = json_loadb((char *)out.p, out.n, 0, NULL);
	assert_memory_equal(json_string_value(json_object_get(json, "subject")), "530102-20230120-",
			    16);
	json_decref(json);
	buf_done(&out);
	import_source_close(source);
}

/* A file of CloudEvents goes as it is; a line that is no JSON is a problem. */
static void test_ndjson(void **state)
{
	static const char lines[] =
		"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/t\",\"type\":\"gov.place.registered.v1\",\"subject\":\"place:53\","
		"\"time\":\"2004-01-01T00:00:00+08:00\",\"data\":{\"level\":1,\"name\":\"云南省\",\"effective_from\":\"2004-01-01T00:00:00+08:00\"}}\n"
		"not json\n"
		"\n";
	struct import_config config = {.path = file_of("a.ndjson", lines)};
	const struct import_problem *problems;
	struct import_source *source;
	struct buf why = {0};

	(void)state;
	assert_int_equal(import_source_open(&config, &source, &why), ERR_OK);
	assert_int_equal(import_source_count(source), 1);
	assert_int_equal(import_source_problems(source, &problems), 1);
	assert_int_equal(problems[0].line, 2);
	import_source_close(source);
}

/* A missing file and a mapping that is no mapping are said, not guessed. */
static void test_failures(void **state)
{
	struct import_config config = {.path = "/nonexistent/file"};
	struct import_source *source;
	struct buf why = {0};

	(void)state;
	assert_int_equal(import_source_open(&config, &source, &why), ERR_ABSENT);
	config.path = file_of("rows.csv", ROWS);
	config.mapping = file_of("mapping.json", "{\"events\": []}");
	assert_int_equal(import_source_open(&config, &source, &why), ERR_USAGE);
	assert_true(why.n > 0);
	buf_done(&why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),    cmocka_unit_test(test_problems),
		cmocka_unit_test(test_members),  cmocka_unit_test(test_ndjson),
		cmocka_unit_test(test_failures), cmocka_unit_test(test_midnights),
		cmocka_unit_test(test_lines),    cmocka_unit_test(test_names),
		cmocka_unit_test(test_blank),    cmocka_unit_test(test_hole),
		cmocka_unit_test(test_quotes),   cmocka_unit_test(test_cells),
		cmocka_unit_test(test_too_long), cmocka_unit_test(test_gbk),
		cmocka_unit_test(test_hash),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
