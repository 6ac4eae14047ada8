/* case_shelf_test.c: the gateway's shelf goes over to another number of shards by itself, and never reads some of both. */
#include "producers/gateway/case_shelf.h"

#include <stdio.h>

#include "consumers/shard.h"
#include "projections/case_status.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"

static char home[FOLDER_PATH_BYTES];

static int make_home(void **state)
{
	(void)state;
	return folder_make("shelf", home) ? 0 : -1;
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
static int readable(struct case_shelf *shelf, enum err *ret_why)
{
	CLEANUP(case_shelf_end) struct case_shelf_read read = {0};
	CLEANUP(case_shelf_end) struct case_shelf_read one = {0};
	const struct case_id id = {0};
	bool begun = case_shelf_begin(shelf, &read);

	assert_int_equal(case_shelf_begin_case(shelf, &id, &one), begun);
	*ret_why = begun ? ERR_OK : case_shelf_why_not(&read);
	return begun ? read.query.shards : 0;
}

static void expect(struct case_shelf *shelf, int shards, enum err why)
{
	enum err told;

	case_shelf_refresh(shelf);
	assert_int_equal(readable(shelf, &told), shards);
	assert_int_equal(told, why);
}

static void test_another_number(void **state)
{
	struct case_shelf *shelf = NULL;

	(void)state;
	assert_int_equal(case_shelf_open(home, &shelf), ERR_OK);
	expect(shelf, 0, ERR_ABSENT);
	make(0, 1);
	expect(shelf, 1, ERR_OK);
	make(0, 3);
	expect(shelf, 0, ERR_STORE_MIXED);
	make(1, 3);
	expect(shelf, 0, ERR_STORE_MIXED);
	make(2, 3);
	expect(shelf, 3, ERR_OK);
	make(0, 2);
	expect(shelf, 0, ERR_STORE_MIXED);
	make(1, 2);
	expect(shelf, 2, ERR_OK); /* shard-2 is still there, and nobody's */
	make(0, 1);
	expect(shelf, 1, ERR_OK);
	case_shelf_close(shelf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_another_number, make_home, remove_home)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
