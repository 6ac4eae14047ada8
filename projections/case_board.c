/* case_board.c: table "board" of case-status: counts per place, type family and day. */
#include "projections/case_board.h"

enum {
	COUNTS = 16,
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
		to[i] += from[i]; /* `open` too: two's complement */
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
