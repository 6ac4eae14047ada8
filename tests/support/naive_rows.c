/* naive_rows.c: rows of a dump, collected in any order and printed in that of their tables and keys. */
#include "tests/support/naive_rows.h"

#include <stdlib.h>
#include <string.h>

static const char *const NAMES[NAIVE_TABLES] = {
	"case",           "case.by_place",   "case.by_unit", "case.by_deadline",
	"case.by_origin", "case.by_receipt", "timeline",     "asked",
	"board",          "outcome",
};

void naive_rows_put(struct naive_out *out, const void *bytes, size_t n)
{
	if (n > sizeof out->p - out->n) {
		abort();
	}
	if (n) {
		memcpy(out->p + out->n, bytes, n);
	}
	out->n += n;
}

void naive_rows_put_wide(struct naive_out *out, struct naive_bytes text, size_t width)
{
	size_t n = text.n < width ? text.n : width;

	naive_rows_put(out, text.p, n);
	naive_rows_put_little(out, 0, (int)(width - n));
}

void naive_rows_put_little(struct naive_out *out, uint64_t value, int n)
{
	for (; n > 0; n--, value >>= 8) {
		uint8_t byte = (uint8_t)value;

		naive_rows_put(out, &byte, 1);
	}
}

void naive_rows_put_big(struct naive_out *out, uint64_t value, int n)
{
	for (int shift = (n - 1) * 8; shift >= 0; shift -= 8) {
		uint8_t byte = (uint8_t)(value >> shift);

		naive_rows_put(out, &byte, 1);
	}
}

void naive_rows_add(struct naive_rows *rows,
		    enum naive_table table,
		    const struct naive_out *key,
		    const struct naive_out *value)
{
	if (rows->n == rows->room) {
		rows->room = rows->room ? rows->room * 2 : 1024;
		rows->rows = realloc(rows->rows, rows->room * sizeof *rows->rows);
	}
	struct naive_row row = {
		.table = table,
		.key_n = key->n,
		.value_n = value->n,
		.bytes = malloc(key->n + value->n + 1),
	};

	if (!rows->rows || !row.bytes) {
		abort();
	}
	memcpy(row.bytes, key->p, key->n);
	memcpy(row.bytes + key->n, value->p, value->n);
	rows->rows[rows->n++] = row;
}

static int compare(const void *left, const void *right)
{
	const struct naive_row *a = left, *b = right;

	if (a->table != b->table) {
		return a->table < b->table ? -1 : 1;
	}
	int order = memcmp(a->bytes, b->bytes, a->key_n < b->key_n ? a->key_n : b->key_n);

	return order ? order : (a->key_n > b->key_n) - (a->key_n < b->key_n);
}

void naive_rows_print(struct naive_rows *rows, FILE *out)
{
	if (rows->n) {
		qsort(rows->rows, rows->n, sizeof *rows->rows, compare);
	}
	for (size_t i = 0; i < rows->n; i++) {
		const struct naive_row *row = &rows->rows[i];

		fprintf(out, "%s ", NAMES[row->table]);
		for (size_t at = 0; at < row->key_n + row->value_n; at++) {
			fprintf(out, at == row->key_n ? " %02x" : "%02x", row->bytes[at]);
		}
		fputs(row->value_n ? "\n" : " \n", out);
	}
}

void naive_rows_done(struct naive_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		free(rows->rows[i].bytes);
	}
	free(rows->rows);
}
