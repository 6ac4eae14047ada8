/* case_query_one_test.c: one case by its receipt code, its timeline, the outcome of an action, and whose rows are whose, over one and over many shards. */
#include "projections/case_query.h"

#include <stdio.h>

#include "tests/support/status_bed.h"

enum { SHARDS = 3 };

/* Of three counties, whose partitions are in three shards; refused and never reported. */
#define FIRST   "530102-20230119-7K3M9QXA2B4C"
#define SECOND  "530111-20230119-8K3M9QXA2B4C"
#define THIRD   "533102-20230119-9K3M9QXA2B4C"
#define REFUSED "530102-20230119-AK3M9QXA2B4C"

static struct status_bed beds[SHARDS];
static struct kv_txn txns[SHARDS];
static struct case_query query;

static struct status_bed *bed_of(const char *subject)
{
	int partition = partition_of_key(span_of(subject, 6), LIMIT_CASE_PARTITIONS);

	return &beds[partition % query.shards];
}

static void fold_first(void)
{
	struct event ev;

	status_bed_report(bed_of(FIRST), FIRST, "530102001001", "SH03", CODE_case_state_RP);
	status_bed_refuse(bed_of(FIRST), FIRST);
	ev = status_bed_event(bed_of(FIRST), EVENT_case_accepted, FIRST, 2);
	EVENT_SET(ev.env, id, SPAN("accept"));
	EVENT_SET(ev.env, from, CODE_case_state_RP);
	EVENT_SET(ev.env, to, CODE_case_state_AC);
	EVENT_SET(ev.env, unit, SPAN("centre:530102001"));
	EVENT_SET(ev.env, owner, SPAN("centre:5301"));
	EVENT_SET(ev.env, actor, SPAN("desk-7"));
	EVENT_SET(ev.data.case_accepted, severity, CODE_severity_general);
	ev.data_bytes = SPAN("\x81\xa1x\x07");
	status_bed_apply(bed_of(FIRST), &ev);
	status_bed_refuse(bed_of(FIRST), FIRST);
}

static void open_shards(int shards)
{
	query = (struct case_query){txns, shards};
	for (int i = 0; i < shards; i++) {
		status_bed_init(&beds[i]);
	}
	fold_first();
	status_bed_report(bed_of(SECOND), SECOND, "530111002", "UM01", CODE_case_state_RP);
	status_bed_report(bed_of(THIRD), THIRD, "533102101", "UM01", CODE_case_state_CL);
	status_bed_refuse(bed_of(REFUSED), REFUSED);
	for (int i = 0; i < shards; i++) {
		status_bed_commit(&beds[i]);
		kv_txn_abort(&beds[i].txn);
		assert_int_equal(kv_txn_begin(beds[i].kv, false, &txns[i]), ERR_OK);
	}
}

static void close_shards(void)
{
	for (int i = 0; i < query.shards; i++) {
		kv_txn_abort(&txns[i]);
		status_bed_done(&beds[i]);
	}
	query.shards = 0;
}

static int tear_down(void **state)
{
	(void)state;
	close_shards();
	return 0;
}

static struct case_id id_of(const char *subject)
{
	struct case_id id;

	assert_true(case_id_parse(span_cstr(subject), &id));
	return id;
}

/* Whichever shard has the case, its receipt code finds it, its id and its row; a code that nobody was given finds nothing. */
static void test_receipt(void **state)
{
	static const char *const subjects[] = {FIRST, SECOND, THIRD};
	struct case_row row;
	struct case_id id;

	(void)state;
	for (int shards = 1; shards <= SHARDS; shards++) {
		open_shards(shards);
		for (size_t i = 0; i < 3; i++) {
			struct case_id wanted = id_of(subjects[i]);

			assert_true(
				case_query_receipt(&query, span_cstr(subjects[i] + 16), &id, &row));
			assert_memory_equal(id.key, wanted.key, sizeof id.key);
			assert_memory_equal(row.fixed.receipt, subjects[i] + 16, 12);
		}
		assert_false(case_query_receipt(&query, span_cstr(REFUSED + 16), &id, &row));
		assert_false(case_query_receipt(&query, SPAN("7K3M9QXA2B4"), &id, &row));
		close_shards();
	}
}

/* An index that leads nowhere gives no case. */
static void test_receipt_of_no_case(void **state)
{
	struct case_id gone = id_of(REFUSED), id;
	struct case_row row;

	(void)state;
	open_shards(1);
	kv_txn_abort(&txns[0]);
	assert_int_equal(kv_txn_begin(beds[0].kv, true, &txns[0]), ERR_OK);
	kv_put(&txns[0], CASE_STATUS_KV_BY_RECEIPT, SPAN("000000000000"), SPAN("no id"));
	kv_put(&txns[0], CASE_STATUS_KV_BY_RECEIPT, SPAN("111111111111"),
	       span_of(gone.key, sizeof gone.key));
	assert_false(case_query_receipt(&query, SPAN("000000000000"), &id, &row));
	assert_false(case_query_receipt(&query, SPAN("111111111111"), &id, &row));
	assert_true(case_query_receipt(&query, span_cstr(FIRST + 16), &id, &row));
}

/* What was visited, and when to stop. */
struct seen {
	struct line {
		uint32_t seq, ordinal;
		uint16_t type;
		char text[64]; /* from, to, unit, owner, actor */
		struct span data;
	} lines[8];
	int n, stop_at;
};

static bool on_line(void *context, struct case_query_line at, const struct case_timeline_row *row)
{
	struct seen *seen = context;
	struct line *line = &seen->lines[seen->n];

	assert_true(seen->n++ < 8);
	*line = (struct line){
		.seq = at.seq, .ordinal = at.ordinal, .type = row->fixed.type, .data = row->data};
	(void)snprintf(line->text, sizeof line->text, "%s>%s %.*s %.*s %.*s",
		       codes_get(CODES_case_state, row->fixed.from)->name,
		       codes_get(CODES_case_state, row->fixed.to)->name, SPAN_ARGS(row->unit),
		       SPAN_ARGS(row->owner), SPAN_ARGS(row->actor));
	return seen->n != seen->stop_at;
}

static struct seen visit(const char *subject, int stop_at)
{
	struct case_id id = id_of(subject);
	struct seen seen = {.stop_at = stop_at};

	case_query_timeline(&query, &id, NULL, on_line, &seen);
	return seen;
}

static struct seen visit_after(const char *subject, uint32_t seq, uint32_t ordinal)
{
	struct case_query_line after = {seq, ordinal};
	struct case_id id = id_of(subject);
	struct seen seen = {.stop_at = 0};

	case_query_timeline(&query, &id, &after, on_line, &seen);
	return seen;
}

static void check_line(
	const struct line *line, uint32_t seq, uint32_t ordinal, int type, const char *text)
{
	assert_int_equal(line->seq, seq);
	assert_int_equal(line->ordinal, ordinal);
	assert_int_equal(line->type, type);
	assert_string_equal(line->text, text);
}

/* A case's lines come in the order of the log, refusals behind the event that they follow, with who and what; no other case's. */
static void test_timeline(void **state)
{
	(void)state;
	for (int shards = 1; shards <= SHARDS; shards++) {
		open_shards(shards);
		struct seen seen = visit(FIRST, 0);

		assert_int_equal(seen.n, 4);
		check_line(&seen.lines[0], 1, 0, EVENT_case_reported, ">RP  centre:530102 ");
		check_line(&seen.lines[1], 1, 1, EVENT_action_refused, ">   ");
		check_line(&seen.lines[2], 2, 0, EVENT_case_accepted,
			   "RP>AC centre:530102001 centre:5301 desk-7");
		check_line(&seen.lines[3], 2, 1, EVENT_action_refused, ">   ");
		assert_true(span_eq(seen.lines[2].data, SPAN("\x81\xa1x\x07")));
		assert_int_equal(visit(FIRST, 2).n, 2);
		assert_int_equal(visit(SECOND, 0).n, 1);
		assert_int_equal(visit(THIRD, 0).lines[0].type, EVENT_case_reported);
		/* Of a refused report there is no row, and a timeline all the same. */
		seen = visit(REFUSED, 0);
		assert_int_equal(seen.n, 1);
		check_line(&seen.lines[0], 0, 1, EVENT_action_refused, ">   ");
		assert_int_equal(visit("530102-20230119-BK3M9QXA2B4C", 0).n, 0);
		close_shards();
	}
}

/* A page begins after the line where the one before ended; a cursor says which, and fits its own case alone. */
static void test_pages(void **state)
{
	static const struct {
		uint32_t seq, ordinal;
		int left;
	} rows[] = {{0, 0, 4}, {1, 0, 3}, {1, 1, 2}, {1, 7, 2}, {2, 0, 1}, {2, 1, 0}, {9, 9, 0}};
	struct case_id id = id_of(FIRST), other = id_of(REFUSED);
	uint8_t cursor[CASE_QUERY_LINE_CURSOR_BYTES];
	struct case_query_line line;

	(void)state;
	open_shards(1);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct seen seen = visit_after(FIRST, rows[i].seq, rows[i].ordinal);

		assert_int_equal(seen.n, rows[i].left);
		case_query_timeline_cursor(
			&id, (struct case_query_line){rows[i].seq, rows[i].ordinal}, cursor);
		assert_true(case_query_timeline_cursor_read(&id, span_of(cursor, sizeof cursor),
							    &line));
		assert_int_equal(line.seq, rows[i].seq);
		assert_int_equal(line.ordinal, rows[i].ordinal);
		assert_false(case_query_timeline_cursor_read(&other, span_of(cursor, sizeof cursor),
							     &line));
		assert_false(case_query_timeline_cursor_read(
			&id, span_of(cursor, sizeof cursor - 1), &line));
		cursor[3] ^= 1;
		assert_false(case_query_timeline_cursor_read(&id, span_of(cursor, sizeof cursor),
							     &line));
	}
	close_shards();
}

/* An event is its action's outcome whatever came before or after it; without one the last line is; another action's never. */
static void test_outcome(void **state)
{
	struct case_id first = id_of(FIRST), refused = id_of(REFUSED), third = id_of(THIRD);
	uint8_t origin[CASE_ROW_ORIGIN_BYTES];
	struct case_query_line line;
	struct case_timeline_row row;

	(void)state;
	query = (struct case_query){txns, 1};
	status_bed_init(&beds[0]);
	for (int i = 0; i < 300; i++) {
		status_bed_refuse(&beds[0], FIRST);
		status_bed_refuse(&beds[0], REFUSED);
	}
	fold_first();
	status_bed_report(&beds[0], THIRD, "533102101", "UM01", CODE_case_state_CL);
	status_bed_commit(&beds[0]);
	kv_txn_abort(&beds[0].txn);
	assert_int_equal(kv_txn_begin(beds[0].kv, false, &txns[0]), ERR_OK);
	case_row_origin(SPAN("/test"), SPAN(FIRST), origin);
	assert_true(case_query_timeline_outcome(&query, &first, origin, &line, &row));
	assert_int_equal(row.fixed.type, EVENT_case_reported);
	assert_true(line.seq == 1 && line.ordinal == 0);
	case_row_origin(SPAN("/test"), SPAN("accept"), origin);
	assert_true(case_query_timeline_outcome(&query, &first, origin, &line, &row));
	assert_int_equal(row.fixed.type, EVENT_case_accepted);
	assert_true(line.seq == 2 && line.ordinal == 0);
	assert_false(case_query_timeline_outcome(&query, &third, origin, &line, &row));
	case_row_origin(SPAN("/test"), SPAN(REFUSED), origin);
	assert_true(case_query_timeline_outcome(&query, &refused, origin, &line, &row));
	assert_int_equal(row.fixed.type, EVENT_action_refused);
	assert_true(line.seq == 0 && line.ordinal == 300);
	assert_false(case_query_timeline_outcome(&query, &first, origin, &line, &row));
	memset(origin, 0xff, sizeof origin);
	assert_false(case_query_timeline_outcome(&query, &third, origin, &line, &row));
	close_shards();
}

/* Which partition fed a row follows from its key alone: by that a shard drops the rows of one partition, and keeps the others. */
static void test_partition_of(void **state)
{
	int kv_table = 0;

	(void)state;
	open_shards(SHARDS);
	for (int shard = 0; shard < SHARDS; shard++) {
		assert_true(kv_count(&txns[shard], CASE_STATUS_KV_CASE) > 0);
	}
	for (int table = 0; table < CASE_STATUS_TABLES; table++) {
		for (int shard = 0; shard < SHARDS; shard++) {
			struct kv_cursor cursor = {0};

			kv_cursor_open(&txns[shard], kv_table, &cursor);
			while (kv_cursor_next(&cursor)) {
				int partition = case_status_tables[table].partition_of(
					cursor.key, LIMIT_CASE_PARTITIONS);

				assert_true(partition >= 0 && partition < LIMIT_CASE_PARTITIONS);
				assert_int_equal(partition % SHARDS, shard);
			}
			kv_cursor_close(&cursor);
		}
		kv_table++;
		for (const struct index *x = case_status_tables[table].indexes; x && x->name; x++) {
			kv_table++;
		}
	}
	struct case_id id = id_of(THIRD);

	assert_int_equal(case_status_tables[CASE_STATUS_CASE].partition_of(
				 span_of(id.key, sizeof id.key), LIMIT_CASE_PARTITIONS),
			 partition_of_key(SPAN("533102"), LIMIT_CASE_PARTITIONS));
}

/* An answer has room for 32 families; what is of another is counted with the last, and in the total. */
static void test_many_families(void **state)
{
	struct case_query_board board;
	struct case_board_row row = {.open = 1, .reported = 1}, sum = {0};
	uint8_t key[CASE_BOARD_KEY_MAX_BYTES];

	(void)state;
	open_shards(1);
	kv_txn_abort(&txns[0]);
	assert_int_equal(kv_txn_begin(beds[0].kv, true, &txns[0]), ERR_OK);
	for (int last = 'A'; last <= 'Z'; last++) {
		for (int first = 'A'; first <= 'B'; first++) {
			const char family[2] = {(char)first, (char)last};
			size_t n = case_board_key(SPAN("530102"), 0, family, 0, key);

			kv_put(&txns[0], CASE_STATUS_KV_BOARD, span_of(key, n),
			       span_of(&row, sizeof row));
		}
	}
	case_query_board(&query, SPAN("530102"), 0, 0, &board);
	assert_int_equal(board.n_families, 32);
	for (int i = 0; i < board.n_families; i++) {
		case_board_sum(&sum, &board.families[i].row);
	}
	assert_int_equal(board.total.reported, 52);
	assert_memory_equal(&sum, &board.total, sizeof sum);
	assert_string_equal(board.families[31].family, "BF");
	assert_int_equal(board.families[31].row.open, 21);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_receipt),       TEST(test_receipt_of_no_case),
		TEST(test_timeline),      TEST(test_pages),
		TEST(test_outcome),       TEST(test_partition_of),
		TEST(test_many_families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
