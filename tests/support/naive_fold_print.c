/* naive_fold_print.c: the rows that the naive fold ends in, laid out as case-status lays out its own. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/naive_fold.h"

enum { RP = 1, HO = 5, VE = 7, TOWN_DIGITS = 9 };

static struct naive_bytes bytes_of(const void *p, size_t n)
{
	return (struct naive_bytes){p, n};
}

static void put_due(struct naive_out *out, const struct naive_due *due)
{
	naive_rows_put_little(out, (uint64_t)due->due_us, 8);
	naive_rows_put_little(out, (uint64_t)due->yellow_us, 8);
	naive_rows_put_little(out, (uint64_t)due->red_us, 8);
}

static void put_small(const struct naive_case *c, struct naive_out *out)
{
	const uint8_t small[] = {
		c->state,   c->severity,    c->step,        c->channel,
		c->outcome, c->reason,      c->returns,     c->reopens,
		c->holds,   c->reworks,     c->escalations, c->score,
		c->late,    c->provisional, c->close_level, c->close_level_expected,
	};

	naive_rows_put_little(out, c->seq, 4);
	naive_rows_put_little(out, c->ordinal, 4);
	naive_rows_put_little(out, c->skipped, 2);
	naive_rows_put(out, small, sizeof small);
}

static void put_case(const struct naive_case *c, struct naive_out *out)
{
	const int64_t moments[] = {
		c->reported_us,   c->updated_us,      c->closed_us, c->held_since_us,
		c->hold_until_us, c->window_until_us, c->held_us,   c->orig_due_us,
	};

	put_small(c, out);
	naive_rows_put(out, c->type_code, sizeof c->type_code);
	naive_rows_put_wide(out, c->place, 20);
	naive_rows_put(out, c->common, sizeof c->common);
	naive_rows_put_wide(out, c->receipt, 12);
	naive_fold_put_origin(out, c->texts[NAIVE_SOURCE], c->texts[NAIVE_ID]);
	naive_rows_put_little(out, 0, 2);
	naive_rows_put_little(out, (uint64_t)(int64_t)c->closed_day, 4);
	for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
		naive_rows_put_little(out, (uint64_t)moments[i], 8);
	}
	put_due(out, &c->due);
	put_due(out, &c->step_due);
	naive_rows_put_little(out, c->n_assist, 1);
	for (int i = 0; i < NAIVE_ASSIST + c->n_assist; i++) {
		naive_rows_put_little(out, c->texts[i].n, 1);
		naive_rows_put(out, c->texts[i].p, c->texts[i].n);
	}
}

static bool is_open(const struct naive_case *c)
{
	return c->state >= RP && c->state <= VE;
}

/* Deadlines sort by their moment, those before 1970 first and no deadline last. */
static void put_moment(struct naive_out *out, int64_t due_us)
{
	naive_rows_put_big(out, due_us ? (uint64_t)due_us ^ UINT64_C(1) << 63 : UINT64_MAX, 8);
}

static int64_t nearer(const struct naive_case *c)
{
	int64_t whole = c->due.due_us, step = c->step_due.due_us;

	if (c->state == HO) {
		return c->hold_until_us;
	}
	if (whole && step) {
		return whole < step ? whole : step;
	}
	return whole ? whole : step;
}

/* An entry of an index: what comes first, a zero and a byte, a moment; then the case, to which it leads. */
struct entry {
	enum naive_table table;
	struct naive_bytes first;
	uint8_t byte;
	int64_t due_us;
};

static void add_entry(struct naive_rows *rows,
		      const struct entry *entry,
		      const struct naive_out *id)
{
	static struct naive_out key;

	key.n = 0;
	if (entry->first.n) {
		naive_rows_put(&key, entry->first.p, entry->first.n);
		naive_rows_put_big(&key, entry->byte, 2);
	}
	put_moment(&key, entry->due_us);
	naive_rows_put(&key, id->p, id->n);
	naive_rows_add(rows, entry->table, &key, id);
}

static bool same(struct naive_bytes a, struct naive_bytes b)
{
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

/* Whoever owns, leads or assists has the case once, whatever else they do in it. */
static void add_unit(const struct naive_case *c,
		     struct naive_rows *rows,
		     const struct naive_out *id,
		     int which)
{
	struct naive_bytes unit = c->texts[which];

	if (!unit.n || (which != NAIVE_OWNER && same(unit, c->texts[NAIVE_OWNER])) ||
	    (which != NAIVE_LEAD && which != NAIVE_OWNER && same(unit, c->texts[NAIVE_LEAD]))) {
		return;
	}
	for (int i = NAIVE_ASSIST; i < which; i++) {
		if (same(unit, c->texts[i])) {
			return;
		}
	}
	add_entry(rows, &(struct entry){NAIVE_BY_UNIT, unit, !is_open(c), nearer(c)}, id);
}

static void add_entries(const struct naive_case *c,
			struct naive_rows *rows,
			const struct naive_out *id)
{
	static struct naive_out key;

	struct naive_bytes town =
		bytes_of(c->place.p, c->place.n < TOWN_DIGITS ? c->place.n : TOWN_DIGITS);

	add_entry(rows, &(struct entry){NAIVE_BY_PLACE, town, c->state, nearer(c)}, id);
	add_unit(c, rows, id, NAIVE_OWNER);
	add_unit(c, rows, id, NAIVE_LEAD);
	for (int i = 0; i < c->n_assist; i++) {
		add_unit(c, rows, id, NAIVE_ASSIST + i);
	}
	if (is_open(c)) {
		add_entry(rows, &(struct entry){NAIVE_BY_DEADLINE, bytes_of(NULL, 0), 0, nearer(c)},
			  id);
	}
	key.n = 0;
	naive_fold_put_origin(&key, c->texts[NAIVE_SOURCE], c->texts[NAIVE_ID]);
	naive_rows_put(&key, id->p, id->n);
	naive_rows_add(rows, NAIVE_BY_ORIGIN, &key, id);
	if (c->receipt.n) {
		key.n = 0;
		naive_rows_put_wide(&key, c->receipt, 12);
		naive_rows_add(rows, NAIVE_BY_RECEIPT, &key, id);
	}
}

static void add_case(const struct naive_case *c, struct naive_rows *rows)
{
	static struct naive_out id, value;

	id.n = value.n = 0;
	naive_fold_put_id(&id, bytes_of(c->subject, sizeof c->subject));
	if (c->asked) {
		naive_rows_put_little(&value, c->asked, 4);
		naive_rows_add(rows, NAIVE_ASKED, &id, &value);
	}
	if (c->seq) {
		value.n = 0;
		put_case(c, &value);
		naive_rows_add(rows, NAIVE_CASE, &id, &value);
		add_entries(c, rows, &id);
	}
}

void naive_fold_print(struct naive_fold *fold, FILE *out)
{
	for (int i = 0; i < NAIVE_FOLD_BUCKETS; i++) {
		for (const struct naive_case *c = fold->buckets[i]; c; c = c->next) {
			add_case(c, &fold->rows);
		}
	}
	naive_board_print(&fold->board, &fold->rows);
	naive_rows_print(&fold->rows, out);
}
