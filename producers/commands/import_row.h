/* import_row.h: a row of a CSV file as cells (RFC 4180, strictly; libcsv). */
#ifndef GOVBUS_PRODUCERS_COMMANDS_IMPORT_ROW_H
#define GOVBUS_PRODUCERS_COMMANDS_IMPORT_ROW_H

#include <csv.h>

#include "common/buf.h"
#include "common/err.h"

enum { IMPORT_ROW_CELLS = 128 };

/* Zero it to begin; import_row_done frees. */
struct import_row {
	struct csv_parser parser;
	bool parser_made;
	struct buf cells; /* of the row that was split last, one after the other */
	size_t from[IMPORT_ROW_CELLS + 1];
	int n; /* how many; more than IMPORT_ROW_CELLS: the others are left out */
};

/**
 * Splits a row. Nothing is left over from the one before, whatever that was.
 * @return MALFORMED: a quote stands inside a cell or is not closed, or it is more than one row; NOMEM
 * @thread one
 */
enum err import_row_split(struct import_row *row, struct span text);

/** A cell of the row that was split last; absent past its end. Borrowed until the next. */
struct span import_row_cell(const struct import_row *row, int i);

/** Frees. */
void import_row_done(struct import_row *row);

#endif
