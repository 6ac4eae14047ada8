/* naive_rows.h: rows of a dump, collected in any order and printed in that of their tables and keys, as govbus dump prints them. */
#ifndef GOVBUS_TESTS_SUPPORT_NAIVE_ROWS_H
#define GOVBUS_TESTS_SUPPORT_NAIVE_ROWS_H

#include <stdint.h>
#include <stdio.h>

#include "tests/support/naive_record.h"

/* The tables of case-status in the order of its dump. */
enum naive_table {
	NAIVE_CASE,
	NAIVE_BY_PLACE,
	NAIVE_BY_UNIT,
	NAIVE_BY_DEADLINE,
	NAIVE_BY_ORIGIN,
	NAIVE_BY_RECEIPT,
	NAIVE_TIMELINE,
	NAIVE_ASKED,
	NAIVE_BOARD,
	NAIVE_OUTCOME,
	NAIVE_TABLES,
};

/* A key or a value while it is put together. What does not fit ends the program: no row is that long. */
struct naive_out {
	uint8_t p[70000];
	size_t n;
};

void naive_rows_put(struct naive_out *out, const void *bytes, size_t n);

/** Text in a field of fixed width, zeros behind it; longer text is cut. */
void naive_rows_put_wide(struct naive_out *out, struct naive_bytes text, size_t width);

/** The low n bytes of a number, lowest first, as structs lie on disk; or highest first, as keys sort. */
void naive_rows_put_little(struct naive_out *out, uint64_t value, int n);
void naive_rows_put_big(struct naive_out *out, uint64_t value, int n);

struct naive_row {
	enum naive_table table;
	size_t key_n, value_n;
	uint8_t *bytes; /* key, then value */
};

struct naive_rows {
	struct naive_row *rows;
	size_t n, room;
};

/** Adds a copy of a row. */
void naive_rows_add(struct naive_rows *rows,
		    enum naive_table table,
		    const struct naive_out *key,
		    const struct naive_out *value);

/** Sorts, then prints a line for each row: table, key and value in hexadecimal. */
void naive_rows_print(struct naive_rows *rows, FILE *out);

void naive_rows_done(struct naive_rows *rows);

#endif
