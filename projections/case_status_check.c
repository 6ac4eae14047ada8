/* case_status_check.c: proves that the tables of case-status agree with one another. */
#include "projections/case_status_check.h"

#include <stdlib.h>

#include "common/place.h"
#include "projections/case_board.h"
#include "projections/case_row.h"
#include "projections/case_status_tables.h"
#include "projections/case_timeline.h"

enum { MAX_PROBLEMS = 100, MAX_COUNTIES = 4096 };

/* Open cases of one county, as rows and as the board have them. */
struct county {
	uint32_t code;
	int64_t rows, board;
};

struct check {
	struct kv_txn *txn;
	struct buf *problems;
	int count;
	struct county *counties;
	int n_counties;
};

static void complain(struct check *check, const char *what, struct span key)
{
	if (check->count++ >= MAX_PROBLEMS) {
		return;
	}
	buf_printf(check->problems, "%s: key ", what);
	for (size_t i = 0; i < key.n; i++) {
		buf_printf(check->problems, "%02x", key.p[i]);
	}
	buf_add_text(check->problems, "\n");
}

static struct county *county_of(struct check *check, struct span place)
{
	uint32_t code = 0;

	for (size_t i = 0; i < PLACE_COUNTY_BYTES && i < place.n; i++) {
		code = code * 10 + (place.p[i] - '0');
	}
	for (int i = 0; i < check->n_counties; i++) {
		if (check->counties[i].code == code) {
			return &check->counties[i];
		}
	}
	if (check->n_counties == MAX_COUNTIES) {
		return NULL;
	}
	check->counties[check->n_counties] = (struct county){.code = code};
	return &check->counties[check->n_counties++];
}

/* Each index has the entry that the row gives, leading back to it. */
static void check_entries(struct check *check, struct span key, struct span row, uint64_t *entries)
{
	uint8_t entry[LIMIT_KEY_BYTES];
	struct span back;

	for (int i = 0; case_status_tables[CASE_STATUS_CASE].indexes[i].name; i++) {
		size_t n = case_status_tables[CASE_STATUS_CASE].indexes[i].key_of(key, row, entry);

		if (!n) {
			continue;
		}
		entries[i]++;
		if (!kv_get(check->txn, CASE_STATUS_KV_BY_PLACE + i, span_of(entry, n), &back) ||
		    !span_eq(back, key)) {
			complain(check, case_status_tables[CASE_STATUS_CASE].indexes[i].name, key);
		}
	}
}

static void check_cases(struct check *check, uint64_t *entries)
{
	struct kv_cursor cursor = {0};
	struct case_row row;

	kv_cursor_open(check->txn, CASE_STATUS_KV_CASE, &cursor);
	for (bool more = kv_cursor_seek(&cursor, SPAN("")); more; more = kv_cursor_next(&cursor)) {
		if (!case_row_read(cursor.value, &row)) {
			complain(check, "case row cannot be read", cursor.key);
			continue;
		}
		check_entries(check, cursor.key, cursor.value, entries);
		struct county *county =
			county_of(check, span_of(row.fixed.place, PLACE_COUNTY_BYTES));

		if (county) {
			county->rows += case_row_is_open(&row.fixed);
		}
	}
	kv_cursor_close(&cursor);
}

/* Timelines: seq rises by one from 1 to that of the case; ordinals by one behind each. */
static void check_timelines(struct check *check)
{
	struct kv_cursor cursor = {0};
	uint8_t last[CASE_TIMELINE_KEY_BYTES] = {0};
	uint32_t seq = 0, now_seq;
	uint32_t ordinal = 0, now_ordinal;
	struct span row;

	kv_cursor_open(check->txn, CASE_STATUS_KV_TIMELINE, &cursor);
	for (bool more = kv_cursor_seek(&cursor, SPAN("")); more; more = kv_cursor_next(&cursor)) {
		bool same = memcmp(last, cursor.key.p, CASE_ID_KEY_BYTES) == 0;

		case_timeline_key_parse(cursor.key, &now_seq, &now_ordinal);
		seq = same ? seq : 0;
		ordinal = same ? ordinal : 0;
		if (now_ordinal ? now_seq != seq || now_ordinal != ordinal + 1
				: now_seq != seq + 1) {
			complain(check, "timeline has a gap", cursor.key);
		}
		seq = now_seq;
		ordinal = now_ordinal;
		memcpy(last, cursor.key.p, sizeof last);
		struct span id = span_of(last, CASE_ID_KEY_BYTES);
		uint32_t case_seq = 0;

		if (kv_get(check->txn, CASE_STATUS_KV_CASE, id, &row)) {
			memcpy(&case_seq, row.p, sizeof case_seq);
		}
		if (seq > case_seq) {
			complain(check, "timeline is ahead of its case", cursor.key);
		}
	}
	kv_cursor_close(&cursor);
}

static void check_board(struct check *check)
{
	struct kv_cursor cursor = {0};
	struct case_board_row row;
	struct span place, family;
	int32_t day;

	kv_cursor_open(check->txn, CASE_STATUS_KV_BOARD, &cursor);
	for (bool more = kv_cursor_seek(&cursor, SPAN("")); more; more = kv_cursor_next(&cursor)) {
		if (!case_board_key_parse(cursor.key, &place, &family, &day) ||
		    !case_board_read(cursor.value, &row)) {
			complain(check, "board row cannot be read", cursor.key);
		} else if (place.n == PLACE_COUNTY_BYTES) {
			struct county *county = county_of(check, place);

			if (county) {
				county->board += row.open;
			}
		}
	}
	kv_cursor_close(&cursor);
	for (int i = 0; i < check->n_counties; i++) {
		if (check->counties[i].rows != check->counties[i].board &&
		    check->count++ < MAX_PROBLEMS) {
			buf_printf(check->problems,
				   "county %06u: %lld open cases, the board has %lld\n",
				   check->counties[i].code, (long long)check->counties[i].rows,
				   (long long)check->counties[i].board);
		}
	}
}

bool case_status_check_tables(struct kv_txn *txn, struct buf *ret_problems)
{
	struct check check = {.txn = txn, .problems = ret_problems};
	uint64_t entries[CASE_STATUS_KV_TIMELINE] = {0};

	check.counties = calloc(MAX_COUNTIES, sizeof *check.counties);
	if (!check.counties) {
		buf_add_text(ret_problems, "out of memory\n");
		return false;
	}
	check_cases(&check, entries);
	for (int i = 0; case_status_tables[CASE_STATUS_CASE].indexes[i].name; i++) {
		if (kv_count(txn, CASE_STATUS_KV_BY_PLACE + i) != entries[i]) {
			complain(&check, "index has other entries than its rows give", SPAN(""));
		}
	}
	check_timelines(&check);
	check_board(&check);
	free(check.counties);
	return check.count == 0 && !txn->err;
}
