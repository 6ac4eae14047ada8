/* case_status_check.c: proves that the tables of case-status agree with one another. */
#include "projections/case_status_check.h"

#include <stdlib.h>

#include "common/place.h"
#include "projections/case_board.h"
#include "projections/case_row.h"
#include "projections/case_status_tables.h"
#include "projections/case_timeline.h"

enum { MAX_PROBLEMS = 100, FAMILY_BYTES = 2, TALLIES_AT_FIRST = 1024 };

/* What is counted of a place: all its cases; those of a type family that are open, and that have a deadline. */
enum tallied { REPORTED, OPEN, WITH_DEADLINE };

/* One place and type family (REPORTED: any), as rows and as the board have it. */
struct tally {
	char place[PLACE_MAX_BYTES + 1], family[FAMILY_BYTES + 1];
	uint8_t what; /* enum tallied */
	int64_t rows, board;
};

struct check {
	struct kv_txn *txn;
	struct buf *problems;
	int count;
	struct tally *tallies; /* a hash table; a slot without a place is free */
	size_t n_tallies, size;
	bool no_memory;
};

/* Counts one more problem. @return whether it is still written down */
static bool counts(struct check *check)
{
	return check->count++ < MAX_PROBLEMS;
}

static void complain(struct check *check, const char *what, struct span key)
{
	if (!counts(check)) {
		return;
	}
	buf_printf(check->problems, "%s: key ", what);
	for (size_t i = 0; i < key.n; i++) {
		buf_printf(check->problems, "%02x", key.p[i]);
	}
	buf_add_text(check->problems, "\n");
}

static struct tally *slot(struct tally *tallies, size_t size, const struct tally *wanted)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	const size_t n = offsetof(struct tally, what) + sizeof wanted->what;

	for (size_t i = 0; i < n; i++) {
		hash = (hash ^ ((const uint8_t *)wanted)[i]) * UINT64_C(1099511628211);
	}
	for (size_t i = hash & (size - 1);; i = (i + 1) & (size - 1)) {
		if (!tallies[i].place[0] || memcmp(&tallies[i], wanted, n) == 0) {
			return &tallies[i];
		}
	}
}

/* At most half of the slots are used, so that searches stay short. */
static bool grow(struct check *check)
{
	size_t size = check->size ? check->size * 2 : TALLIES_AT_FIRST;
	struct tally *tallies;

	if (check->n_tallies * 2 < check->size) {
		return true;
	}
	tallies = calloc(size, sizeof *tallies);
	if (!tallies) {
		check->no_memory = true;
		return false;
	}
	for (size_t i = 0; i < check->size; i++) {
		if (check->tallies[i].place[0]) {
			*slot(tallies, size, &check->tallies[i]) = check->tallies[i];
		}
	}
	free(check->tallies);
	check->tallies = tallies;
	check->size = size;
	return true;
}

static void tally(struct check *check,
		  enum tallied what,
		  struct span place,
		  struct span family,
		  int64_t rows,
		  int64_t board)
{
	struct tally wanted, *found;

	if (!grow(check)) {
		return;
	}
	memset(&wanted, 0, sizeof wanted);
	memcpy(wanted.place, place.p, place.n);
	memcpy(wanted.family, family.p, family.n);
	wanted.what = (uint8_t)what;
	found = slot(check->tallies, check->size, &wanted);
	if (!found->place[0]) {
		*found = wanted;
		check->n_tallies++;
	}
	found->rows += rows;
	found->board += board;
}

/* Each index has the entries that the row gives, leading back to it. */
static void check_entries(struct check *check, struct span key, struct span row, uint64_t *entries)
{
	const struct index *index = case_status_tables[CASE_STATUS_CASE].indexes;
	struct index_keys keys;
	struct span back;

	for (int i = 0; index[i].name; i++) {
		projection_keys(&index[i], key, row, &keys);
		entries[i] += (uint64_t)keys.n;
		for (int k = 0; k < keys.n; k++) {
			if (!kv_get(check->txn, CASE_STATUS_KV_BY_PLACE + i,
				    projection_key(&keys, k), &back) ||
			    !span_eq(back, key)) {
				complain(check, index[i].name, key);
			}
		}
	}
}

/* The board counts a case at each level of its place. */
static void tally_case(struct check *check, const struct case_row_fixed *row)
{
	struct span place = span_of(row->place, strnlen(row->place, CASE_ROW_PLACE_BYTES));
	struct span family = span_of(row->type_code, FAMILY_BYTES);
	struct case_board_standing standing = case_board_standing(row);

	for (int level = place_level(place); level >= 1; level--) {
		struct span at = place_at_level(place, level);

		tally(check, REPORTED, at, SPAN(""), 1, 0);
		tally(check, OPEN, at, family, standing.open, 0);
		tally(check, WITH_DEADLINE, at, family, standing.has_deadline, 0);
	}
}

static bool has_line(struct check *check, struct span id, uint32_t seq, uint32_t ordinal)
{
	uint8_t key[CASE_TIMELINE_KEY_BYTES];
	struct case_id case_id;
	struct span line;

	memcpy(case_id.key, id.p, CASE_ID_KEY_BYTES);
	case_timeline_key(&case_id, seq, ordinal, key);
	return kv_get(check->txn, CASE_STATUS_KV_TIMELINE, span_of(key, sizeof key), &line);
}

static void check_cases(struct check *check, uint64_t *entries)
{
	struct kv_cursor cursor = {0};
	struct case_row row;

	kv_cursor_open(check->txn, CASE_STATUS_KV_CASE, &cursor);
	for (bool more = kv_cursor_seek(&cursor, SPAN("")); more; more = kv_cursor_next(&cursor)) {
		if (cursor.key.n != CASE_ID_KEY_BYTES || !case_row_read(cursor.value, &row)) {
			complain(check, "case row cannot be read", cursor.key);
			continue;
		}
		check_entries(check, cursor.key, cursor.value, entries);
		tally_case(check, &row.fixed);
		if (!has_line(check, cursor.key, row.fixed.seq, row.fixed.ordinal)) {
			complain(check, "timeline ends before its case", cursor.key);
		}
	}
	kv_cursor_close(&cursor);
}

/* Refused reports without a case: how many lines there are before the first event. */
static void check_asked(struct check *check)
{
	struct kv_cursor cursor = {0};
	uint32_t asked = 0;

	kv_cursor_open(check->txn, CASE_STATUS_KV_ASKED, &cursor);
	for (bool more = kv_cursor_seek(&cursor, SPAN("")); more; more = kv_cursor_next(&cursor)) {
		if (cursor.key.n != CASE_ID_KEY_BYTES || cursor.value.n != sizeof asked) {
			complain(check, "asked row cannot be read", cursor.key);
			continue;
		}
		memcpy(&asked, cursor.value.p, sizeof asked);
		if (!has_line(check, cursor.key, 0, asked)) {
			complain(check, "timeline ends before what was asked", cursor.key);
		}
	}
	kv_cursor_close(&cursor);
}

/* Whether a line comes after the last one that its case knows of or, before there is a case, after the last one counted. */
static bool is_ahead(struct check *check, struct span id, uint32_t seq, uint32_t ordinal)
{
	struct case_row_fixed row = {.seq = 0};
	uint32_t asked = 0;
	struct span stored;

	if (seq == 0) {
		if (kv_get(check->txn, CASE_STATUS_KV_ASKED, id, &stored) &&
		    stored.n == sizeof asked) {
			memcpy(&asked, stored.p, sizeof asked);
		}
		return ordinal > asked;
	}
	if (kv_get(check->txn, CASE_STATUS_KV_CASE, id, &stored) && stored.n >= sizeof row) {
		memcpy(&row, stored.p, sizeof row);
	}
	return seq > row.seq || (seq == row.seq && ordinal > row.ordinal);
}

/* Each line that needs a key is found by its action. @return how many entries it has */
static uint64_t check_outcome(struct check *check,
			      struct span key,
			      const struct case_timeline_row *row)
{
	uint8_t entry[CASE_TIMELINE_OUTCOME_BYTES];
	struct case_id id;
	struct span value;
	uint32_t seq, ordinal;

	memcpy(id.key, key.p, CASE_ID_KEY_BYTES);
	case_timeline_key_parse(key, &seq, &ordinal);
	if (!case_timeline_is_keyed(seq, ordinal)) {
		return 0;
	}
	case_timeline_outcome_key(&id, row->fixed.origin, seq, ordinal, entry);
	if (!kv_get(check->txn, CASE_STATUS_KV_OUTCOME, span_of(entry, sizeof entry), &value)) {
		complain(check, "timeline row is not found by its action", key);
	}
	return 1;
}

/* Timelines: seq rises by one from 1 to that of the case; ordinals by one behind each. */
static void check_timelines(struct check *check)
{
	struct kv_cursor cursor = {0};
	uint8_t last[CASE_ID_KEY_BYTES] = {0};
	uint32_t seq = 0, now_seq;
	uint32_t ordinal = 0, now_ordinal;
	struct case_timeline_row row;
	uint64_t entries = 0;

	kv_cursor_open(check->txn, CASE_STATUS_KV_TIMELINE, &cursor);
	for (bool more = kv_cursor_seek(&cursor, SPAN("")); more; more = kv_cursor_next(&cursor)) {
		if (cursor.key.n != CASE_TIMELINE_KEY_BYTES ||
		    !case_timeline_read(cursor.value, &row)) {
			complain(check, "timeline row cannot be read", cursor.key);
			continue;
		}
		bool same = memcmp(last, cursor.key.p, sizeof last) == 0;

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
		if (is_ahead(check, span_of(last, sizeof last), seq, ordinal)) {
			complain(check, "timeline is ahead of its case", cursor.key);
		}
		entries += check_outcome(check, cursor.key, &row);
	}
	kv_cursor_close(&cursor);
	if (kv_count(check->txn, CASE_STATUS_KV_OUTCOME) != entries && counts(check)) {
		buf_add_text(check->problems, "actions lead to other lines than there are\n");
	}
}

static void check_tallies(struct check *check)
{
	static const char *const WORDS[] = {"reported cases", "open cases",
					    "open cases with a deadline"};

	for (size_t i = 0; i < check->size; i++) {
		const struct tally *t = &check->tallies[i];

		if (t->rows != t->board && counts(check)) {
			buf_printf(check->problems, "place %s%s%s: %lld %s, the board has %lld\n",
				   t->place, *t->family ? ", family " : "", t->family,
				   (long long)t->rows, WORDS[t->what], (long long)t->board);
		}
	}
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
		    !place_valid(place) || !case_board_read(cursor.value, &row)) {
			complain(check, "board row cannot be read", cursor.key);
			continue;
		}
		tally(check, REPORTED, place, SPAN(""), 0, row.reported);
		tally(check, OPEN, place, family, 0, row.open);
		tally(check, WITH_DEADLINE, place, family, 0, row.overdue);
	}
	kv_cursor_close(&cursor);
}

bool case_status_check_tables(struct kv_txn *txn, struct buf *ret_problems)
{
	const struct index *indexes = case_status_tables[CASE_STATUS_CASE].indexes;
	struct check check = {.txn = txn, .problems = ret_problems};
	uint64_t entries[CASE_STATUS_KV_TIMELINE] = {0};

	check_cases(&check, entries);
	for (int i = 0; indexes[i].name; i++) {
		if (kv_count(txn, CASE_STATUS_KV_BY_PLACE + i) != entries[i] && counts(&check)) {
			buf_printf(ret_problems, "index %s has other entries than its rows give\n",
				   indexes[i].name);
		}
	}
	check_asked(&check);
	check_timelines(&check);
	check_board(&check);
	if (check.no_memory) {
		buf_add_text(ret_problems, "out of memory\n");
	} else {
		check_tallies(&check);
	}
	free(check.tallies);
	return check.count == 0 && !check.no_memory && !txn->err;
}
