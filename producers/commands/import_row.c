/* import_row.c: a row of a CSV file as cells (libcsv). */
#include "producers/commands/import_row.h"

struct splitting {
	struct import_row *row;
	int ended; /* rows that libcsv has seen the end of */
};

static void on_cell(void *bytes, size_t n, void *context)
{
	struct import_row *row = ((struct splitting *)context)->row;

	if (row->n < IMPORT_ROW_CELLS) {
		row->from[row->n] = row->cells.n;
		buf_add(&row->cells, span_of(bytes, n));
		row->from[row->n + 1] = row->cells.n;
	}
	row->n++;
}

static void on_end(int last, void *context)
{
	(void)last;
	((struct splitting *)context)->ended++;
}

/* After an error libcsv would continue in the middle of a cell: only a new parser starts afresh. */
static enum err begin(struct import_row *row)
{
	if (!row->parser_made && csv_init(&row->parser, CSV_STRICT | CSV_STRICT_FINI)) {
		return ERR_NOMEM;
	}
	row->parser_made = true;
	buf_reset(&row->cells);
	row->n = 0;
	return ERR_OK;
}

enum err import_row_split(struct import_row *row, struct span text)
{
	struct splitting splitting = {row, 0};
	enum err err = begin(row);

	if (err) {
		return err;
	}
	bool whole =
		csv_parse(&row->parser, text.p, text.n, on_cell, on_end, &splitting) == text.n &&
		csv_fini(&row->parser, on_cell, on_end, &splitting) == 0;

	if (!whole) {
		csv_free(&row->parser);
		row->parser_made = false;
	}
	return row->cells.err                  ? row->cells.err
	       : whole && splitting.ended == 1 ? ERR_OK
					       : ERR_MALFORMED;
}

struct span import_row_cell(const struct import_row *row, int i)
{
	return i < row->n && i < IMPORT_ROW_CELLS
		       ? span_of(row->cells.p + row->from[i], row->from[i + 1] - row->from[i])
		       : SPAN("");
}

void import_row_done(struct import_row *row)
{
	if (row->parser_made) {
		csv_free(&row->parser);
	}
	buf_done(&row->cells);
}
