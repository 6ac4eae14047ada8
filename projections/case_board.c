/* case_board.c: table "board" of case-status: counts per place, type family and day. */
#include "projections/case_board.h"

#include "common/civil.h"

enum {
	COUNTS = 20,
	BEST_SCORE = 5,
	FAMILY_BYTES = 2,
	DAY_BYTES = 4,
	AFTER_PLACE_BYTES = 1 + 1 + FAMILY_BYTES + DAY_BYTES
};

_Static_assert(sizeof(struct case_board_row) == COUNTS * sizeof(uint32_t),
	       "goes to disk, and is summed as an array");

size_t case_board_key(struct span place,
		      int partition,
		      const char family[2],
		      int32_t day,
		      uint8_t ret_key[CASE_BOARD_KEY_MAX_BYTES])
{
	size_t n = place.n;
	uint32_t number = (uint32_t)day;

	memcpy(ret_key, place.p, n);
	ret_key[n++] = 0;
	ret_key[n++] = (uint8_t)partition;
	ret_key[n++] = (uint8_t)family[0];
	ret_key[n++] = (uint8_t)family[1];
	for (int shift = 24; shift >= 0; shift -= 8) {
		ret_key[n++] = (uint8_t)(number >> shift);
	}
	return n;
}

bool case_board_key_parse(struct span key,
			  struct span *ret_place,
			  struct span *ret_family,
			  int32_t *ret_day)
{
	const uint8_t *end = key.n > AFTER_PLACE_BYTES ? key.p + key.n - AFTER_PLACE_BYTES : NULL;

	if (!end || *end != 0) {
		return false;
	}
	*ret_place = span_of(key.p, key.n - AFTER_PLACE_BYTES);
	*ret_family = span_of(end + 2, FAMILY_BYTES);
	*ret_day = (int32_t)((uint32_t)end[4] << 24 | (uint32_t)end[5] << 16 |
			     (uint32_t)end[6] << 8 | end[7]);
	return true;
}

bool case_board_read(struct span bytes, struct case_board_row *ret_row)
{
	if (bytes.n != sizeof *ret_row) {
		return false;
	}
	memcpy(ret_row, bytes.p, sizeof *ret_row);
	return true;
}

void case_board_sum(struct case_board_row *total, const struct case_board_row *more)
{
	uint32_t to[COUNTS], from[COUNTS];

	memcpy(to, total, sizeof to);
	memcpy(from, more, sizeof from);
	for (int i = 0; i < COUNTS; i++) {
		to[i] += from[i]; /* `open` and `overdue` too: two's complement */
	}
	memcpy(total, to, sizeof to);
}

void case_board_add(struct view *view,
		    int table,
		    const struct case_row_fixed *row,
		    int partition,
		    int32_t day,
		    const struct case_board_row *by)
{
	struct span place = span_of(row->place, strnlen(row->place, CASE_ROW_PLACE_BYTES));

	for (int level = place_level(place); level >= 1; level--) {
		uint8_t key[CASE_BOARD_KEY_MAX_BYTES];
		size_t n = case_board_key(place_at_level(place, level), partition, row->type_code,
					  day, key);
		struct case_board_row total = {0};
		struct span stored;

		if (view_get(view, table, span_of(key, n), &stored)) {
			(void)case_board_read(stored, &total);
		}
		case_board_sum(&total, by);
		view_put(view, table, span_of(key, n), span_of(&total, sizeof total));
	}
}

int case_board_rate(const struct case_board_row *row, enum case_board_rated rated)
{
	/* A case whose times were given out of order may have left before it came. */
	const uint64_t open = row->open > 0 ? (uint64_t)row->open : 0;
	const struct {
		uint64_t part, whole;
	} rates[CASE_BOARD_RATES] = {
		[CASE_BOARD_ON_TIME] = {row->closed_with_due - row->closed_late,
					row->closed_with_due},
		[CASE_BOARD_CLOSED] = {row->closed, row->closed + open},
		[CASE_BOARD_LOW] = {row->closed_low, row->closed_with_level},
		[CASE_BOARD_REOPENED] = {row->closed_reopened, row->closed},
		[CASE_BOARD_SCORE] = {row->score_sum, (uint64_t)row->callbacks * BEST_SCORE},
	};

	if (!rates[rated].whole) {
		return -1;
	}
	return (int)(rates[rated].part * 10000 / rates[rated].whole);
}

/* A deadline at midnight ends the day before it. */
struct case_board_standing case_board_standing(const struct case_row_fixed *row)
{
	int64_t due_us = case_row_shown_due(row, &row->case_due).due_us;
	bool open = case_row_is_open(row);
	struct case_board_standing standing = {.open = open, .has_deadline = open && due_us};

	if (standing.has_deadline) {
		standing.overdue_from = civil_day(due_us - 1) + 1;
	}
	memcpy(standing.family, row->type_code, FAMILY_BYTES);
	return standing;
}

/* What a case weighs, put on the board or taken from it. */
struct weight {
	struct view *view;
	int table, partition;
	struct case_row_fixed row;
};

static void weigh(struct weight *at, const char *family, int32_t day, struct case_board_row by)
{
	memcpy(at->row.type_code, family, FAMILY_BYTES);
	case_board_add(at->view, at->table, &at->row, at->partition, day, &by);
}

static int32_t later(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

void case_board_move(struct view *view,
		     int table,
		     const struct case_row_fixed *row,
		     int partition,
		     int32_t day,
		     const struct case_board_standing *was)
{
	struct weight at = {view, table, partition, *row};
	struct case_board_standing is = case_board_standing(row);
	bool same = memcmp(was->family, is.family, FAMILY_BYTES) == 0;

	if (was->open && !(is.open && same)) {
		weigh(&at, was->family, day, (struct case_board_row){.open = -1});
	}
	if (is.open && !(was->open && same)) {
		weigh(&at, is.family, day, (struct case_board_row){.open = 1});
	}
	if (same && was->has_deadline == is.has_deadline && was->overdue_from == is.overdue_from) {
		return;
	}
	if (was->has_deadline) {
		weigh(&at, was->family, later(was->overdue_from, day),
		      (struct case_board_row){.overdue = -1});
	}
	if (is.has_deadline) {
		weigh(&at, is.family, later(is.overdue_from, day),
		      (struct case_board_row){.overdue = 1});
	}
}
