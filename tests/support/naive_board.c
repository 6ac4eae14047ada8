/* naive_board.c: counts per place, type family and day, kept a second time in a plain hash table. */
#include "tests/support/naive_board.h"

#include <stdlib.h>
#include <string.h>

/* Digits of a place's code at each level, province to micro-grid. */
static const size_t LEVELS[] = {2, 4, 6, 9, 12, 15, 17};

enum { LEVEL_COUNT = sizeof LEVELS / sizeof *LEVELS };

int64_t naive_board_day(int64_t at_us)
{
	const int64_t day_us = INT64_C(86400000000);
	int64_t local_us = at_us + 8 * INT64_C(3600000000), day = local_us / day_us;

	return local_us % day_us < 0 ? day - 1 : day;
}

static unsigned bucket_of(const struct naive_out *key)
{
	unsigned h = 0;

	for (size_t i = 0; i < key->n; i++) {
		h = h * 31 + key->p[i];
	}
	return h % NAIVE_BOARD_BUCKETS;
}

static struct naive_counts *counts_at(struct naive_board *board, const struct naive_out *key)
{
	struct naive_counts **at = &board->buckets[bucket_of(key)];

	for (; *at; at = &(*at)->next) {
		if ((*at)->key_n == key->n && memcmp((*at)->key, key->p, key->n) == 0) {
			return *at;
		}
	}
	*at = calloc(1, sizeof **at);
	if (!*at || key->n > sizeof(*at)->key) {
		abort();
	}
	(*at)->key_n = key->n;
	memcpy((*at)->key, key->p, key->n);
	return *at;
}

static void add_at(struct naive_board *board,
		   const struct naive_spot *spot,
		   size_t digits,
		   const int64_t by[NAIVE_COUNTED])
{
	static struct naive_out key;

	key.n = 0;
	naive_rows_put(&key, spot->place.p, digits);
	naive_rows_put_big(&key, 0, 1);
	naive_rows_put_big(&key, (uint64_t)spot->partition, 1);
	naive_rows_put(&key, spot->family, 2);
	naive_rows_put_big(&key, (uint64_t)naive_board_day(spot->at_us), 4);
	struct naive_counts *counts = counts_at(board, &key);

	for (int i = 0; i < NAIVE_COUNTED; i++) {
		counts->n[i] += by[i];
	}
}

void naive_board_add(struct naive_board *board,
		     const struct naive_spot *spot,
		     const int64_t by[NAIVE_COUNTED])
{
	for (int i = 0; i < LEVEL_COUNT && LEVELS[i] <= spot->place.n; i++) {
		add_at(board, spot, LEVELS[i], by);
	}
}

void naive_board_print(const struct naive_board *board, struct naive_rows *rows)
{
	static struct naive_out key, value;

	for (int i = 0; i < NAIVE_BOARD_BUCKETS; i++) {
		for (struct naive_counts *at = board->buckets[i]; at; at = at->next) {
			key.n = value.n = 0;
			naive_rows_put(&key, at->key, at->key_n);
			for (int k = 0; k < NAIVE_COUNTED; k++) {
				naive_rows_put_little(&value, (uint64_t)at->n[k], 4);
			}
			naive_rows_add(rows, NAIVE_BOARD, &key, &value);
		}
	}
}

void naive_board_done(struct naive_board *board)
{
	for (int i = 0; i < NAIVE_BOARD_BUCKETS; i++) {
		for (struct naive_counts *at = board->buckets[i], *next; at; at = next) {
			next = at->next;
			free(at);
		}
	}
}
