/* case_reader_test.c: the gateway's reader goes over to another number of shards by itself, and never reads some of both. */
#include "producers/gateway/case_reader.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "consumers/shard.h"
#include "projections/case_status.h"
#include "projections/deciding.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"

static char home[FOLDER_PATH_BYTES];

static int make_home(void **state)
{
	(void)state;
	return folder_make("reader", home) ? 0 : -1;
}

static int remove_home(void **state)
{
	(void)state;
	return folder_remove(home) ? 0 : -1;
}

/* As case-status does it: the older one is moved out of the way, and a new one is made. */
static void make(int number, int shards)
{
	char path[FOLDER_PATH_BYTES + 64], aside[FOLDER_PATH_BYTES + 96];
	struct shard *shard = NULL;
	struct shard_config config = {.dir = path,
				      .projection = &case_status,
				      .build = "a",
				      .partitions = LIMIT_CASE_PARTITIONS,
				      .shard = number,
				      .shards = shards,
				      .map_bytes = 64 << 20};

	snprintf(path, sizeof path, "%s/case-status/shard-%d", home, number);
	snprintf(aside, sizeof aside, "%s.aside-of-%d", path, shards);
	(void)rename(path, aside);
	assert_int_equal(shard_open(&config, &shard), ERR_OK);
	shard_close(shard);
}

/* What a reading begun now would read. @return how many shards; 0: none, and ret_why says why */
static int readable(struct case_reader *reader, enum err *ret_why)
{
	CLEANUP(case_reader_end) struct case_reader_snapshot snapshot = {0};
	CLEANUP(case_reader_end) struct case_reader_snapshot one = {0};
	const struct case_id id = {0};
	bool begun = case_reader_begin(reader, &snapshot);

	assert_int_equal(case_reader_begin_case(reader, &id, &one), begun);
	*ret_why = begun ? ERR_OK : case_reader_why_not(&snapshot);
	return begun ? snapshot.query.shards : 0;
}

static void expect(struct case_reader *reader, int shards, enum err why)
{
	enum err told;

	case_reader_refresh(reader);
	assert_int_equal(readable(reader, &told), shards);
	assert_int_equal(told, why);
}

static void test_another_number(void **state)
{
	struct case_reader *reader = NULL;

	(void)state;
	assert_int_equal(case_reader_open(home, &reader), ERR_OK);
	expect(reader, 0, ERR_ABSENT);
	make(0, 1);
	expect(reader, 1, ERR_OK);
	make(0, 3);
	expect(reader, 0, ERR_STORE_MIXED);
	make(1, 3);
	expect(reader, 0, ERR_STORE_MIXED);
	make(2, 3);
	expect(reader, 3, ERR_OK);
	make(0, 2);
	expect(reader, 0, ERR_STORE_MIXED);
	make(1, 2);
	expect(reader, 2, ERR_OK); /* shard-2 is still there, and nobody's */
	make(0, 1);
	expect(reader, 1, ERR_OK);
	case_reader_close(reader);
}

/* As case-status started again folds a record of partition 0, and commits; a process of its own, as LMDB wants it. */
static void fold_here(int64_t offset)
{
	char path[FOLDER_PATH_BYTES + 64], id[40];
	struct deciding core = {.position = {.cursor = {.claim = -1}}};
	struct shard *shard = NULL;
	struct buf bytes = {0};
	struct event ev;
	struct shard_config config = {.dir = path,
				      .projection = &case_status,
				      .build = "a",
				      .partitions = LIMIT_CASE_PARTITIONS,
				      .shard = 0,
				      .shards = 1,
				      .map_bytes = 64 << 20};

	snprintf(path, sizeof path, "%s/case-status/shard-0", home);
	deciding_claim(&core, 7, "test", 1, id, &ev);
	assert_int_equal(event_encode(&ev, &bytes), ERR_OK);
	assert_int_equal(shard_open(&config, &shard), ERR_OK);
	struct shard_record record = {.offset = offset, .bytes = buf_span(&bytes)};

	assert_int_equal(shard_take(shard, &record), ERR_OK);
	assert_int_equal(shard_commit(shard), ERR_OK);
	shard_close(shard);
	buf_done(&bytes);
}

static void fold(int64_t offset)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		fold_here(offset);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void expect_folded(struct case_reader *reader, int64_t offset)
{
	CLEANUP(case_reader_end) struct case_reader_snapshot snapshot = {0};
	struct log_cursor cursor;

	case_reader_refresh(reader);
	assert_true(case_reader_begin(reader, &snapshot));
	assert_true(case_reader_cursor(&snapshot, 0, &cursor));
	assert_int_equal(cursor.next_offset, offset + 1);
}

/* Another lock.mdb is another number of readers: with the old one the reader would see one state for ever. */
static void test_another_lock(void **state)
{
	char lock[FOLDER_PATH_BYTES + 64];
	struct case_reader *reader = NULL;

	(void)state;
	make(0, 1);
	assert_int_equal(case_reader_open(home, &reader), ERR_OK);
	snprintf(lock, sizeof lock, "%s/case-status/shard-0/lock.mdb", home);
	assert_int_equal(unlink(lock), 0);
	expect(reader, 1, ERR_OK);
	fold(7);
	expect_folded(reader, 7);
	fold(8);
	expect_folded(reader, 8);
	case_reader_close(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_another_number, make_home, remove_home),
		cmocka_unit_test_setup_teardown(test_another_lock, make_home, remove_home)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
