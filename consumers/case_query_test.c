/* case_query_test.c: lists, cursors and boards over one and over many shards. */
#include "tests/support/cmocka_all.h"

#include <stdio.h>

#include "common/civil.h"
#include "common/partition.h"
#include "consumers/overlay.h"
#include "projections/case_query.h"
#include "projections/case_status.h"
#include "projections/case_status_check.h"
#include "projections/case_status_tables.h"
#include "tests/support/folder.h"

enum { CASES = 120, MAX_SHARDS = 3 };

static const char *const PLACES[] = {"530102001001", "530111002", "532323101001", "530102001002"};

struct fixture {
	char folder[FOLDER_PATH_BYTES];
	struct kv *kv[MAX_SHARDS];
	struct kv_txn txns[MAX_SHARDS];
	struct case_query query;
};

static int64_t start_us(void)
{
	int64_t at = 0;

	assert_true(civil_parse(SPAN("2023-01-19T09:00:00+08:00"), &at));
	return at;
}

/* Case number i: its place and its deadline follow from i; every third is closed. */
static void fold_case(struct view *view, int i, int partition)
{
	const char *place = PLACES[i % 4];
	char id_text[16], subject[CASE_ID_TEXT_BYTES + 1];
	int64_t at = start_us() + i * CIVIL_MINUTE_US;
	struct event ev = {.type = EVENT_case_reported, .data_bytes = SPAN("\x80")};
	struct place_in_log in_log = {.partition = partition};

	snprintf(id_text, sizeof id_text, "n-%d", i);
	struct case_id id =
		case_id_of_report(span_cstr(place), at, SPAN("/test"), span_cstr(id_text));

	case_id_format(&id, subject);
	EVENT_SET(ev.env, id, span_cstr(id_text));
	EVENT_SET(ev.env, source, SPAN("/test"));
	EVENT_SET(ev.env, subject, span_cstr(subject));
	EVENT_SET(ev.env, time, at);
	EVENT_SET(ev.env, decidedtime, at);
	EVENT_SET(ev.env, place, span_cstr(place));
	EVENT_SET(ev.env, owner, SPAN("centre:53"));
	EVENT_SET(ev.env, seq, 1);
	EVENT_SET(ev.env, to, i % 3 ? CODE_case_state_RP : CODE_case_state_CL);
	EVENT_SET(ev.data.case_reported, type_code, SPAN("UM01"));
	EVENT_SET(ev.data.case_reported, title, SPAN("t"));
	EVENT_SET(ev.data.case_reported, due_at, at + (CASES - i) * CIVIL_HOUR_US);
	assert_int_equal(case_status.handlers[0].type, EVENT_case_reported);
	assert_int_equal(case_status.handlers[0].apply(view, &ev, &in_log), ERR_OK);
}

static int county_partition(int i)
{
	return partition_of_key(span_first(span_cstr(PLACES[i % 4]), 6), LIMIT_CASE_PARTITIONS);
}

static void fill(struct fixture *fixture, int shard, int shards)
{
	const char *names[LIMIT_KV_TABLES + 1] = {0};
	char dir[FOLDER_PATH_BYTES + 16];
	struct kv_txn txn = {0};
	struct overlay *overlay;

	overlay_kv_names(case_status_tables, names, LIMIT_KV_TABLES);
	snprintf(dir, sizeof dir, "%s/%d", fixture->folder, shard);
	struct kv_config config = {
		.dir = dir, .mode = KV_WRITE, .names = names, .map_bytes = 64 << 20};

	assert_int_equal(kv_open(&config, &fixture->kv[shard]), ERR_OK);
	assert_int_equal(overlay_new(case_status_tables, fixture->kv[shard], 0, &overlay), ERR_OK);
	for (int i = 0; i < CASES; i++) {
		if (county_partition(i) % shards == shard) {
			fold_case(overlay_view(overlay), i, county_partition(i));
		}
	}
	overlay_freeze(overlay);
	assert_int_equal(kv_txn_begin(fixture->kv[shard], true, &txn), ERR_OK);
	overlay_write(overlay, overlay_closed(overlay), &txn);
	assert_int_equal(kv_txn_commit(&txn), ERR_OK);
	overlay_committed(overlay);
	overlay_free(overlay);
	assert_int_equal(kv_txn_begin(fixture->kv[shard], false, &fixture->txns[shard]), ERR_OK);
}

static struct fixture *make(int shards)
{
	static struct fixture fixture;

	fixture = (struct fixture){.query = {fixture.txns, shards}};
	assert_true(folder_make("query", fixture.folder));
	for (int shard = 0; shard < shards; shard++) {
		fill(&fixture, shard, shards);
	}
	return &fixture;
}

static void unmake(struct fixture *fixture)
{
	for (int shard = 0; shard < fixture->query.shards; shard++) {
		kv_txn_abort(&fixture->txns[shard]);
		kv_close(fixture->kv[shard]);
	}
	assert_true(folder_remove(fixture->folder));
}

struct page {
	int count, open;
	int64_t last_due;
	bool sorted;
};

static bool on_case(void *context, const struct case_id *id, const struct case_row *row)
{
	struct page *page = context;

	(void)id;
	page->sorted = page->sorted && row->fixed.case_due.due_us >= page->last_due;
	page->last_due = row->fixed.case_due.due_us;
	page->open += case_row_is_open(&row->fixed);
	page->count++;
	return true;
}

/* Pages of seven, put together, are the whole list, each case once. */
static struct page list_all(const struct case_query *query, struct case_query_filter filter)
{
	uint8_t cursor[CASE_QUERY_CURSOR_BYTES], next[CASE_QUERY_CURSOR_BYTES];
	struct page page = {.sorted = true};
	size_t n;

	filter.limit = 7;
	do {
		int before = page.count;

		n = case_query_list(query, &filter, on_case, &page, next);
		assert_true(page.count - before <= 7);
		memcpy(cursor, next, n);
		filter.cursor = span_of(cursor, n);
	} while (n);
	return page;
}

static void check_lists(int shards)
{
	struct fixture *fixture = make(shards);
	const struct case_query *query = &fixture->query;
	struct buf problems = {0};

	assert_int_equal(list_all(query, (struct case_query_filter){.place = SPAN("53")}).count,
			 CASES);
	assert_int_equal(list_all(query, (struct case_query_filter){.place = SPAN("530102")}).count,
			 CASES / 2);
	assert_int_equal(
		list_all(query, (struct case_query_filter){.place = SPAN("530102001001")}).count,
		CASES / 4);
	assert_int_equal(list_all(query, (struct case_query_filter){.place = SPAN("53"),
								    .state = CODE_case_state_CL})
				 .count,
			 CASES / 3);
	struct page unit = list_all(query, (struct case_query_filter){.unit = SPAN("centre:53")});

	assert_int_equal(unit.count, CASES);
	int64_t limit = start_us() + 60 * CIVIL_HOUR_US;
	struct page due = list_all(query, (struct case_query_filter){.due_before_us = limit});

	assert_true(due.sorted && due.count > 10 && due.count == due.open && due.last_due < limit);
	struct case_query_filter own = {.source = SPAN("/test"), .id = SPAN("n-5")};

	assert_int_equal(list_all(query, own).count, 1);
	assert_int_equal(list_all(query, (struct case_query_filter){.type_code = SPAN("MD")}).count,
			 0);
	for (int shard = 0; shard < shards; shard++) {
		assert_true(case_status_check_tables(&fixture->txns[shard], &problems));
	}
	buf_done(&problems);
	unmake(fixture);
}

/* A list is the same however many shards hold the cases. */
static void test_lists(void **state)
{
	(void)state;
	check_lists(1);
	check_lists(2);
	check_lists(3);
}

/* A board sums what happened in its days, and says what was open at their end; a province sums its counties. */
static void test_board(void **state)
{
	struct fixture *fixture = make(2);
	struct case_query_board board;
	int32_t day = civil_day(start_us());

	(void)state;
	case_query_board(&fixture->query, SPAN("53"), day, day, &board);
	assert_int_equal(board.total.reported, CASES);
	assert_int_equal(board.total.open, CASES - CASES / 3);
	assert_int_equal(board.n_families, 1);
	case_query_board(&fixture->query, SPAN("530102"), day + 1, day + 9, &board);
	assert_int_equal(board.total.reported, 0);
	assert_int_equal(board.total.open, CASES / 2 - CASES / 6);
	case_query_board(&fixture->query, SPAN("53"), day - 9, day - 1, &board);
	assert_int_equal(board.total.open, 0);
	unmake(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_board),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
