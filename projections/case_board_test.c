/* case_board_test.c: what a board counts of cases whose numbers were worked out by hand, and its rates. */
#include "projections/case_board.h"

#include <stdio.h>

#include "common/civil.h"
#include "projections/case_status.h"
#include "projections/case_status_tables.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/memory_view.h"

static const struct place_in_log AT = {.partition = 3};
static const char PLACE[] = "530102001001";

static struct memory_view *memory;
static struct view *view;
static int64_t now; /* 9 o'clock of the day at hand */
static int32_t first_day;
static uint64_t seqs[10];

static int set_up(void **state)
{
	(void)state;
	memory = memory_view_new(case_status_tables);
	view = memory ? memory_view_view(memory) : NULL;
	assert_true(civil_parse(SPAN("2023-01-19T09:00:00+08:00"), &now));
	first_day = civil_day(now);
	memset(seqs, 0, sizeof seqs);
	return view ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	memory_view_free(memory);
	return 0;
}

static void apply(struct event *ev)
{
	const struct handler *handler = case_status.handlers;

	while (handler->type != ev->type) {
		assert_true(handler->type);
		handler++;
	}
	assert_int_equal(handler->apply(view, ev, &AT), ERR_OK);
}

/* An event of case number n that leads it from one state to another. */
static struct event event_of(enum event_type type, int n, uint8_t from, uint8_t to)
{
	static char subject[64];
	struct event ev = {.type = type, .data_bytes = SPAN("\x80")};

	(void)snprintf(subject, sizeof subject, "530102-20230119-7K3M9QXA2B4%d", n);
	EVENT_SET(ev.env, id, SPAN("id"));
	EVENT_SET(ev.env, source, SPAN("/test"));
	EVENT_SET(ev.env, subject, span_cstr(subject));
	EVENT_SET(ev.env, time, now);
	EVENT_SET(ev.env, decidedtime, now);
	EVENT_SET(ev.env, place, span_cstr(PLACE));
	EVENT_SET(ev.env, unit, SPAN("centre:530102001"));
	EVENT_SET(ev.env, from, from);
	EVENT_SET(ev.env, to, to);
	EVENT_SET(ev.env, seq, ++seqs[n]);
	return ev;
}

static void report(int n)
{
	struct event ev = event_of(EVENT_case_reported, n, 0, CODE_case_state_RP);

	EVENT_SET(ev.data.case_reported, type_code, SPAN("SH03"));
	apply(&ev);
}

/* @param due_us 0: its profile has no policy row */
static void accept(int n, int64_t due_us)
{
	struct event ev = event_of(EVENT_case_accepted, n, CODE_case_state_RP, CODE_case_state_AC);

	EVENT_SET(ev.data.case_accepted, due_at, due_us);
	apply(&ev);
}

static void close_it(int n, uint64_t level, uint64_t expected, bool late)
{
	struct event ev = event_of(EVENT_case_closed, n, CODE_case_state_VE, CODE_case_state_CL);

	EVENT_SET(ev.data.case_closed, close_level, level);
	EVENT_SET(ev.data.case_closed, close_level_expected, expected);
	EVENT_SET(ev.data.case_closed, late, late);
	apply(&ev);
}

static void settle(int n, const char *unit, uint64_t expected)
{
	struct event ev = event_of(EVENT_case_reported, n, 0, CODE_case_state_CL);

	EVENT_SET(ev.env, unit, span_cstr(unit));
	EVENT_SET(ev.data.case_reported, type_code, SPAN("SH03"));
	EVENT_SET(ev.data.case_reported, settled, true);
	EVENT_SET(ev.data.case_reported, close_level_expected, expected);
	apply(&ev);
}

static void reopen(int n, uint8_t from)
{
	struct event ev = event_of(EVENT_case_reopened, n, from, CODE_case_state_AC);

	apply(&ev);
}

static void score(int n, uint64_t given)
{
	struct event ev =
		event_of(EVENT_callback_recorded, n, CODE_case_state_CL, CODE_case_state_CL);

	if (given) {
		EVENT_SET(ev.data.callback_recorded, score, given);
	}
	apply(&ev);
}

/* What is counted of days from..to, the first day being 0; open and overdue at the end of the last. */
static struct case_board_row board_of(const char *family, int from, int to)
{
	struct case_board_row total = {0}, row;
	uint8_t key[CASE_BOARD_KEY_MAX_BYTES];
	struct span stored;

	for (int day = -9; day <= to; day++) {
		size_t n =
			case_board_key(SPAN("530102"), AT.partition, family, first_day + day, key);

		if (view_get(view, CASE_STATUS_BOARD, span_of(key, n), &stored)) {
			assert_true(case_board_read(stored, &row));
			if (day < from) {
				row = (struct case_board_row){.open = row.open,
							      .overdue = row.overdue};
			}
			case_board_sum(&total, &row);
		}
	}
	return total;
}

static void check_rate(const struct case_board_row *row, enum case_board_rated rated, int wanted)
{
	assert_int_equal(case_board_rate(row, rated), wanted);
}

/* Nothing counted, nothing rated: not 0 of 100, and not 100 either. */
static void test_nothing(void **state)
{
	struct case_board_row row = {0};

	(void)state;
	for (int i = 0; i < CASE_BOARD_RATES; i++) {
		check_rate(&row, (enum case_board_rated)i, -1);
	}
}

/* Of four closings three had a deadline, one of which had passed: 2 of 3 in time. */
static void test_on_time(void **state)
{
	(void)state;
	for (int n = 1; n <= 4; n++) {
		report(n);
		accept(n, n == 4 ? 0 : now + CIVIL_HOUR_US);
		close_it(n, 4, 0, n == 3);
	}
	struct case_board_row row = board_of("SH", 0, 0);

	assert_int_equal(row.closed, 4);
	assert_int_equal(row.closed_with_due, 3);
	assert_int_equal(row.closed_late, 1);
	check_rate(&row, CASE_BOARD_ON_TIME, 6666);
	check_rate(&row, CASE_BOARD_CLOSED, 10000);
}

/* A flow of report and close has no deadline and no level that should close: it is in neither rate, though all of it is closed. */
static void test_simple_profile(void **state)
{
	(void)state;
	report(1);
	close_it(1, 4, 0, false);
	struct case_board_row row = board_of("SH", 0, 0);

	check_rate(&row, CASE_BOARD_ON_TIME, -1);
	check_rate(&row, CASE_BOARD_LOW, -1);
	check_rate(&row, CASE_BOARD_CLOSED, 10000);
}

/* Settled on the spot by a grid (level 6) and a village (5), where 5 is expected: both low; by a county: not; by a department,
 * of which nobody knows the level: not counted. One closed at 4 where 5 was expected. 2 of 4. */
static void test_low(void **state)
{
	(void)state;
	settle(1, "grid:530102001001001", 5);
	settle(2, "centre:530102001001", 5);
	settle(3, "centre:530102", 5);
	settle(4, "roads", 5);
	settle(5, "grid:530102001001001", 0);
	report(6);
	close_it(6, 4, 5, false);
	struct case_board_row row = board_of("SH", 0, 0);

	assert_int_equal(row.settled, 5);
	assert_int_equal(row.closed, 6);
	assert_int_equal(row.closed_with_level, 4);
	assert_int_equal(row.closed_low, 2);
	check_rate(&row, CASE_BOARD_LOW, 5000);
}

/* Two closings and a rejection; the rejected case and one closed one are reopened two days later: 1 of 2, told of the day of the closing. */
static void test_reopened(void **state)
{
	struct event ev;

	(void)state;
	for (int n = 1; n <= 3; n++) {
		report(n);
	}
	close_it(1, 4, 4, false);
	close_it(2, 4, 4, false);
	ev = event_of(EVENT_case_rejected, 3, CODE_case_state_RP, CODE_case_state_RJ);
	apply(&ev);
	now += 2 * CIVIL_DAY_US;
	reopen(1, CODE_case_state_CL);
	reopen(3, CODE_case_state_RJ);
	struct case_board_row first = board_of("SH", 0, 0), later = board_of("SH", 1, 2);

	assert_int_equal(first.closed_reopened, 1);
	check_rate(&first, CASE_BOARD_REOPENED, 5000);
	assert_int_equal(later.reopened, 2);
	assert_int_equal(later.closed_reopened, 0);
	check_rate(&later, CASE_BOARD_REOPENED, -1);
	now += CIVIL_DAY_US;
	close_it(1, 4, 4, false);
	reopen(1, CODE_case_state_CL);
	reopen(1, CODE_case_state_VE); /* before it was closed: nothing is undone */
	struct case_board_row again = board_of("SH", 3, 3);

	check_rate(&again, CASE_BOARD_REOPENED, 10000);
	assert_int_equal(again.reopened, 2);
}

/* Scores 4 and 1 of at most 5 each: 5 of 10; whom nobody reached gave none. */
static void test_score(void **state)
{
	(void)state;
	report(1);
	close_it(1, 4, 4, false);
	score(1, 4);
	struct case_board_row row = board_of("SH", 0, 0);

	check_rate(&row, CASE_BOARD_SCORE, 8000);
	score(1, 1);
	score(1, 0);
	row = board_of("SH", 0, 0);
	assert_int_equal(row.callbacks, 2);
	assert_int_equal(row.score_sum, 5);
	check_rate(&row, CASE_BOARD_SCORE, 5000);
}

/* What a unit that led gives back is a return; what the owner takes back from one that is gone, with n as it was, is none. */
static void test_returned(void **state)
{
	static const uint64_t ns[] = {1, 1, 2};

	(void)state;
	report(1);
	accept(1, 0);
	for (size_t i = 0; i < sizeof(ns) / sizeof(ns[0]); i++) {
		struct event ev =
			event_of(EVENT_case_returned, 1, CODE_case_state_DI, CODE_case_state_AC);

		EVENT_SET(ev.data.case_returned, n, ns[i]);
		apply(&ev);
		assert_int_equal(board_of("SH", 0, 0).returned, ns[i]);
	}
}

/* More may be closed in a week than was reported in it; of what there was to close it is never more than all: 3 of 4. */
static void test_closed(void **state)
{
	(void)state;
	for (int n = 1; n <= 4; n++) {
		report(n);
	}
	now += CIVIL_DAY_US;
	for (int n = 1; n <= 3; n++) {
		close_it(n, 4, 4, false);
	}
	struct case_board_row row = board_of("SH", 1, 1), early;

	assert_int_equal(row.reported, 0);
	check_rate(&row, CASE_BOARD_CLOSED, 7500);
	early = (struct case_board_row){.open = -1, .closed = 1};
	check_rate(&early, CASE_BOARD_CLOSED, 10000);
}

static void check_overdue(const char *family, const char *wanted)
{
	char found[32] = "";

	for (int day = 0; day < 8; day++) {
		(void)snprintf(found + day, sizeof found - (size_t)day, "%d",
			       board_of(family, day, day).overdue);
	}
	assert_string_equal(found, wanted);
}

/* From the day after that of its deadline, until it is closed; a deadline at midnight is that of the day which it ends. */
static void test_overdue(void **state)
{
	int64_t start = now;

	(void)state;
	report(1);
	accept(1, now + CIVIL_DAY_US); /* due on day 1 */
	report(2);
	accept(2, civil_midnight_us(first_day + 3)); /* at the end of day 2 */
	check_overdue("SH", "00122222");
	now = start + 5 * CIVIL_DAY_US;
	close_it(1, 4, 4, true);
	check_overdue("SH", "00122111");
	close_it(2, 4, 4, true);
	check_overdue("SH", "00122000");
	report(3);
	accept(3, now + CIVIL_DAY_US);
	check_overdue("SH", "00122001");
	close_it(3, 4, 4, false); /* in time: it never was */
	check_overdue("SH", "00122000");
}

/* On hold nothing becomes overdue, and what was stays so; resumed, its new deadline counts. */
static void test_overdue_held(void **state)
{
	struct event ev;

	(void)state;
	report(1);
	accept(1, now + 3 * CIVIL_DAY_US);
	report(2);
	accept(2, now - CIVIL_HOUR_US);
	check_overdue("SH", "01112222");
	for (int n = 1; n <= 2; n++) {
		ev = event_of(EVENT_case_held, n, CODE_case_state_IP, CODE_case_state_HO);
		EVENT_SET(ev.data.case_held, hold_until, now + 4 * CIVIL_DAY_US);
		apply(&ev);
	}
	check_overdue("SH", "01111111");
	now += 4 * CIVIL_DAY_US;
	ev = event_of(EVENT_case_resumed, 1, CODE_case_state_HO, CODE_case_state_IP);
	EVENT_SET(ev.data.case_resumed, due_at, now + CIVIL_DAY_US);
	apply(&ev);
	check_overdue("SH", "01111122");
}

/* A case of another type takes its weight along, from the day of the change on. */
static void test_overdue_family(void **state)
{
	struct event ev;

	(void)state;
	report(1);
	accept(1, now + CIVIL_DAY_US);
	now += 4 * CIVIL_DAY_US;
	ev = event_of(EVENT_case_classified, 1, CODE_case_state_AC, CODE_case_state_AC);
	EVENT_SET(ev.data.case_classified, type_code, SPAN("MD02"));
	EVENT_SET(ev.data.case_classified, due_at, now - 3 * CIVIL_DAY_US);
	apply(&ev);
	check_overdue("SH", "00110000");
	check_overdue("MD", "00001111");
	assert_int_equal(board_of("SH", 4, 4).open, 0);
	assert_int_equal(board_of("MD", 4, 4).open, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_nothing),        TEST(test_on_time),
		TEST(test_simple_profile), TEST(test_low),
		TEST(test_reopened),       TEST(test_score),
		TEST(test_closed),         TEST(test_overdue),
		TEST(test_overdue_held),   TEST(test_overdue_family),
		TEST(test_returned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
