/* case_status_check_test.c: whatever way the tables of case-status are spoilt so that they disagree, the check says so and names it.
 * @wrap calloc */
#include "projections/case_status_check.h"

#include <stdio.h>
#include <stdlib.h>

#include "projections/case_board.h"
#include "projections/case_row.h"
#include "projections/case_timeline.h"
#include "tests/support/status_bed.h"

/* Open, changed once and then refused; closed; refused twice before it was reported; refused, and never reported. */
#define OPEN     "530102-20230119-7K3M9QXA2B4C"
#define CLOSED   "530111-20230119-8K3M9QXA2B4C"
#define LATER    "530102-20230119-9K3M9QXA2B4C"
#define REFUSED  "530102-20230119-AK3M9QXA2B4C"
#define OPEN_AT  "530102001001"
#define A_COUNTY "530102"

enum { VILLAGES = 400 };

static struct status_bed bed;
static struct buf problems;
static int callocs_left = -1; /* before one fails; negative: none does */

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
	if (callocs_left >= 0 && callocs_left-- == 0) {
		return NULL;
	}
	return __real_calloc(n, size);
}

static int set_up(void **state)
{
	struct event ev;

	(void)state;
	status_bed_init(&bed);
	status_bed_report(&bed, OPEN, OPEN_AT, "SH03", CODE_case_state_RP);
	ev = status_bed_event(&bed, EVENT_case_dispatched, OPEN, 2);
	EVENT_SET(ev.env, to, CODE_case_state_DI);
	EVENT_SET(ev.data.case_dispatched, lead_unit, SPAN("house-530102"));
	status_bed_apply(&bed, &ev);
	status_bed_refuse(&bed, OPEN);
	status_bed_report(&bed, CLOSED, "530111002", "UM01", CODE_case_state_CL);
	status_bed_refuse(&bed, LATER);
	status_bed_refuse(&bed, LATER);
	status_bed_report(&bed, LATER, "530102002", "UM01", CODE_case_state_RP);
	status_bed_refuse(&bed, REFUSED);
	status_bed_commit(&bed);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	status_bed_done(&bed);
	buf_done(&problems);
	return 0;
}

/* What was spoilt since the last call is found, and said in these words; it is undone. */
static void finds(const char *words)
{
	buf_reset(&problems);
	assert_false(case_status_check_tables(&bed.txn, &problems));
	assert_int_equal(bed.txn.err, ERR_OK);
	buf_add_byte(&problems, 0);
	if (!strstr((const char *)problems.p, words)) {
		fail_msg("not said: %s\n%s", words, (const char *)problems.p);
	}
	status_bed_undo(&bed);
}

static struct case_id id_of(const char *subject)
{
	struct case_id id;

	assert_true(case_id_parse(span_cstr(subject), &id));
	return id;
}

static void put_line(const char *subject, uint32_t seq, uint32_t ordinal, struct span row)
{
	uint8_t key[CASE_TIMELINE_KEY_BYTES];
	struct case_id id = id_of(subject);

	case_timeline_key(&id, seq, ordinal, key);
	kv_put(&bed.txn, CASE_STATUS_KV_TIMELINE, span_of(key, sizeof key), row);
}

static void add_line(const char *subject, uint32_t seq, uint32_t ordinal)
{
	struct case_timeline_fixed line = {.type = EVENT_action_refused};

	put_line(subject, seq, ordinal, span_of(&line, sizeof line));
}

static void del_line(const char *subject, uint32_t seq, uint32_t ordinal)
{
	uint8_t key[CASE_TIMELINE_KEY_BYTES];
	struct case_id id = id_of(subject);
	struct span line;

	case_timeline_key(&id, seq, ordinal, key);
	assert_true(kv_get(&bed.txn, CASE_STATUS_KV_TIMELINE, span_of(key, sizeof key), &line));
	kv_del(&bed.txn, CASE_STATUS_KV_TIMELINE, span_of(key, sizeof key));
}

/* As they were folded the tables agree, and nothing is said. */
static void test_agree(void **state)
{
	(void)state;
	assert_true(case_status_check_tables(&bed.txn, &problems));
	assert_int_equal(problems.n, 0);
}

/* Each index: an entry that is missing, one too many, and one that leads to another case. */
static void test_indexes(void **state)
{
	const struct index *indexes = case_status_tables[CASE_STATUS_CASE].indexes;
	struct case_id other = id_of(REFUSED);

	(void)state;
	for (int i = 0; indexes[i].name; i++) {
		int table = CASE_STATUS_KV_BY_PLACE + i;
		struct kv_cursor cursor = {0};
		uint8_t bytes[LIMIT_KEY_BYTES];
		char count[80];

		(void)snprintf(count, sizeof count, "index %s has other entries than its rows give",
			       indexes[i].name);
		kv_cursor_open(&bed.txn, table, &cursor);
		assert_true(kv_cursor_seek(&cursor, SPAN("")));
		struct span key = span_of(bytes, cursor.key.n);

		memcpy(bytes, cursor.key.p, cursor.key.n);
		kv_cursor_close(&cursor);
		kv_del(&bed.txn, table, key);
		finds(indexes[i].name);
		kv_del(&bed.txn, table, key);
		finds(count);
		kv_put(&bed.txn, table, SPAN("none's"), span_of(other.key, sizeof other.key));
		finds(count);
		kv_put(&bed.txn, table, key, span_of(other.key, sizeof other.key));
		finds(indexes[i].name);
	}
}

/* A case that is gone, that cannot be read, that is closed in its row alone, or that has another seq than its timeline. */
static void test_cases(void **state)
{
	struct case_id id = id_of(OPEN);
	struct span key = span_of(id.key, sizeof id.key), stored;
	uint8_t bytes[CASE_ROW_MAX_BYTES];
	struct case_row_fixed row;

	(void)state;
	assert_true(kv_get(&bed.txn, CASE_STATUS_KV_CASE, key, &stored));
	struct span copy = span_of(bytes, stored.n);

	memcpy(bytes, stored.p, stored.n);
	memcpy(&row, bytes, sizeof row);
	kv_del(&bed.txn, CASE_STATUS_KV_CASE, key);
	finds("timeline is ahead of its case");
	kv_put(&bed.txn, CASE_STATUS_KV_CASE, key, span_first(copy, copy.n - 1));
	finds("case row cannot be read");
	kv_put(&bed.txn, CASE_STATUS_KV_CASE, SPAN("short"), copy);
	finds("case row cannot be read");
	row.state = CODE_case_state_CL;
	memcpy(bytes, &row, sizeof row);
	kv_put(&bed.txn, CASE_STATUS_KV_CASE, key, copy);
	finds("place " A_COUNTY ", family SH: 0 open cases, the board has 1");
	row.state = CODE_case_state_DI;
	row.seq++;
	memcpy(bytes, &row, sizeof row);
	kv_put(&bed.txn, CASE_STATUS_KV_CASE, key, copy);
	finds("timeline ends before its case");
}

/* A line that is missing, at the beginning, in the middle or at the end; one too many; one that cannot be read. */
static void test_timelines(void **state)
{
	static const struct {
		void (*change)(const char *subject, uint32_t seq, uint32_t ordinal);
		const char *subject;
		uint32_t seq, ordinal;
		const char *words;
	} CHANGES[] = {
		{del_line, OPEN, 1, 0, "timeline has a gap"},
		{del_line, OPEN, 2, 0, "timeline has a gap"},
		{del_line, OPEN, 2, 1, "timeline ends before its case"},
		{del_line, CLOSED, 1, 0, "timeline ends before its case"},
		{del_line, LATER, 0, 1, "timeline has a gap"},
		{del_line, LATER, 0, 2, "timeline ends before what was asked"},
		{add_line, OPEN, 2, 2, "timeline is ahead of its case"},
		{add_line, OPEN, 3, 0, "timeline is ahead of its case"},
		{add_line, CLOSED, 1, 1, "timeline is ahead of its case"},
		{add_line, LATER, 0, 3, "timeline is ahead of its case"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof CHANGES / sizeof *CHANGES; i++) {
		CHANGES[i].change(CHANGES[i].subject, CHANGES[i].seq, CHANGES[i].ordinal);
		finds(CHANGES[i].words);
	}
	put_line(OPEN, 1, 0, SPAN("cut"));
	finds("timeline row cannot be read");
	kv_put(&bed.txn, CASE_STATUS_KV_TIMELINE, SPAN("short"), SPAN("cut"));
	finds("timeline row cannot be read");
}

/* Each line that is no event is found by its action, and nothing else is. */
static void test_outcomes(void **state)
{
	static const char LOST[] = "timeline row is not found by its action";
	static const char MORE[] = "actions lead to other lines than there are";
	uint8_t key[CASE_TIMELINE_OUTCOME_BYTES], origin[CASE_ROW_ORIGIN_BYTES];
	struct case_id id = id_of(OPEN);
	struct span entry = span_of(key, sizeof key), value;

	(void)state;
	case_row_origin(SPAN("/test"), SPAN(OPEN), origin);
	case_timeline_outcome_key(&id, origin, 2, 1, key);
	assert_true(kv_get(&bed.txn, CASE_STATUS_KV_OUTCOME, entry, &value));
	kv_del(&bed.txn, CASE_STATUS_KV_OUTCOME, entry);
	finds(LOST);
	case_timeline_outcome_key(&id, origin, 2, 2, key);
	kv_put(&bed.txn, CASE_STATUS_KV_OUTCOME, entry, SPAN(""));
	finds(MORE);
}

/* What was asked of a case that is not there yet is counted beside its timeline: neither says more than the other. */
static void test_asked(void **state)
{
	struct case_id id = id_of(REFUSED);
	struct span key = span_of(id.key, sizeof id.key);
	uint32_t two = 2;

	(void)state;
	kv_del(&bed.txn, CASE_STATUS_KV_ASKED, key);
	finds("timeline is ahead of its case");
	kv_put(&bed.txn, CASE_STATUS_KV_ASKED, key, span_of(&two, sizeof two));
	finds("timeline ends before what was asked");
	kv_put(&bed.txn, CASE_STATUS_KV_ASKED, key, SPAN("cut"));
	finds("asked row cannot be read");
}

/* Adds to the board's row of a place for the open case's family, or makes one. */
static void change_counts(const char *place, int open, int reported, int overdue)
{
	uint8_t key[CASE_BOARD_KEY_MAX_BYTES];
	int partition = partition_of_key(SPAN(A_COUNTY), LIMIT_CASE_PARTITIONS);
	size_t n = case_board_key(span_cstr(place), partition, "SH", civil_day(bed.now_us), key);
	struct case_board_row row = {0};
	struct span stored;

	if (kv_get(&bed.txn, CASE_STATUS_KV_BOARD, span_of(key, n), &stored)) {
		assert_true(case_board_read(stored, &row));
	}
	row.open += open;
	row.overdue += overdue;
	row.reported += (uint32_t)reported;
	kv_put(&bed.txn, CASE_STATUS_KV_BOARD, span_of(key, n), span_of(&row, sizeof row));
}

static void change_board(const char *place, int open, int reported)
{
	change_counts(place, open, reported, 0);
}

/* A count that is off by one, at any level of the place's code; a row of a place without cases; one that cannot be read. */
static void test_board(void **state)
{
	static const char *const places[] = {"53", "5301", A_COUNTY, "530102001", OPEN_AT};
	char words[80];

	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		(void)snprintf(words, sizeof words,
			       "place %s, family SH: 1 open cases, the board has 2\n", places[i]);
		change_board(places[i], 1, 0);
		finds(words);
		(void)snprintf(words, sizeof words,
			       "place %s, family SH: 1 open cases, the board has 0\n", places[i]);
		change_board(places[i], -1, 0);
		finds(words);
		(void)snprintf(words, sizeof words, "place %s: ", places[i]);
		change_board(places[i], 0, 1);
		finds(words);
	}
	change_counts(A_COUNTY, 0, 0, 1);
	finds("place " A_COUNTY ", family SH: 0 open cases with a deadline, the board has 1\n");
	change_board("530199", 0, 1);
	finds("place 530199: 0 reported cases, the board has 1\n");
	kv_put(&bed.txn, CASE_STATUS_KV_BOARD, SPAN("short"), SPAN("cut"));
	finds("board row cannot be read");
	change_board("5301x9", 0, 0);
	finds("board row cannot be read");
}

/* The count of a whole place may be gone: its cases say that there was one. */
static void test_board_gone(void **state)
{
	struct kv_cursor cursor = {0};
	uint8_t key[CASE_BOARD_KEY_MAX_BYTES];

	(void)state;
	while (kv_count(&bed.txn, CASE_STATUS_KV_BOARD)) {
		kv_cursor_open(&bed.txn, CASE_STATUS_KV_BOARD, &cursor);
		assert_true(kv_cursor_seek(&cursor, SPAN("")));
		size_t n = cursor.key.n;

		memcpy(key, cursor.key.p, n);
		kv_cursor_close(&cursor);
		kv_del(&bed.txn, CASE_STATUS_KV_BOARD, span_of(key, n));
	}
	finds("place " OPEN_AT ": 1 reported cases, the board has 0\n");
}

/* However much is wrong, a hundred lines are enough. */
static void test_many(void **state)
{
	int lines = 0;

	(void)state;
	for (uint32_t seq = 10; seq < 200; seq++) {
		add_line(OPEN, seq, 7);
	}
	assert_false(case_status_check_tables(&bed.txn, &problems));
	for (size_t i = 0; i < problems.n; i++) {
		lines += problems.p[i] == '\n';
	}
	assert_int_equal(lines, 100);
}

static void fold_villages(void)
{
	char subject[CASE_ID_TEXT_BYTES + 1], place[16];

	for (int i = 0; i < VILLAGES; i++) {
		(void)snprintf(subject, sizeof subject, "530102-20230119-%012d", i);
		(void)snprintf(place, sizeof place, "530102002%03d", i);
		status_bed_report(&bed, subject, place, "UM01", CODE_case_state_RP);
	}
	kv_txn_abort(&bed.txn);
	status_bed_commit(&bed);
}

/* Of many places the one whose count is wrong is named, and no other. */
static void test_many_places(void **state)
{
	static const char said[] = "place 530102002123: 1 reported cases, the board has 2\n"
				   "place 530102002123, family SH: 0 open cases, the board has 1\n";

	(void)state;
	fold_villages();
	test_agree(state);
	change_board("530102002123", 1, 1);
	assert_false(case_status_check_tables(&bed.txn, &problems));
	assert_int_equal(problems.n, sizeof said - 1);
	for (const char *line = said; *line; line = strchr(line, '\n') + 1) {
		struct span wanted = span_of(line, (size_t)(strchr(line, '\n') - line));
		bool there = false;

		for (size_t at = 0; at + wanted.n <= problems.n; at++) {
			there |= memcmp(problems.p + at, wanted.p, wanted.n) == 0;
		}
		assert_true(there);
	}
}

/* Without memory to count in, tables are not called right. */
static void test_memory(void **state)
{
	int failed = 0;

	(void)state;
	fold_villages();
	for (int n = 0; n < 2; n++) {
		callocs_left = n;
		failed += !case_status_check_tables(&bed.txn, &problems);
		assert_int_equal(callocs_left, -1);
		assert_true(span_eq(buf_span(&problems), SPAN("out of memory\n")));
		buf_reset(&problems);
	}
	assert_int_equal(failed, 2);
	test_agree(state);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_agree),       TEST(test_indexes),    TEST(test_cases),
		TEST(test_timelines),   TEST(test_outcomes),   TEST(test_asked),
		TEST(test_board),       TEST(test_board_gone), TEST(test_many),
		TEST(test_many_places), TEST(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
