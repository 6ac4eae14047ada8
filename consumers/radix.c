/* radix.c: sorts changes by the first sixteen bytes of their keys. */
#include "consumers/radix.h"

#include <string.h>

enum { RADIX_DIGITS = 16, RADIX_VALUES = 256 };

static unsigned digit(const struct radix_item *item, int place)
{
	uint64_t word = place < 8 ? item->low : item->high;

	return (unsigned)(word >> (8 * (place & 7))) & 0xff;
}

/* Moves the items to `to` in the order of one digit. @param starts how many have each value; becomes where they begin */
static void pass(
	const struct radix_item *from, struct radix_item *to, size_t n, int place, uint32_t *starts)
{
	uint32_t at = 0;

	for (int value = 0; value < RADIX_VALUES; value++) {
		uint32_t count = starts[value];

		starts[value] = at;
		at += count;
	}
	for (size_t i = 0; i < n; i++) {
		to[starts[digit(&from[i], place)]++] = from[i];
	}
}

void radix_sort(struct radix_item *items, struct radix_item *spare, size_t n)
{
	uint32_t counts[RADIX_DIGITS][RADIX_VALUES];
	struct radix_item *from = items, *to = spare;

	if (n < 2) {
		return;
	}
	memset(counts, 0, sizeof counts);
	for (size_t i = 0; i < n; i++) {
		for (int place = 0; place < RADIX_DIGITS; place++) {
			counts[place][digit(&items[i], place)]++;
		}
	}
	for (int place = 0; place < RADIX_DIGITS; place++) {
		if (counts[place][digit(&items[0], place)] == n) {
			continue;
		}
		pass(from, to, n, place, counts[place]);
		struct radix_item *swap = from;

		from = to;
		to = swap;
	}
	if (from != items) {
		memcpy(items, from, n * sizeof *items);
	}
}
