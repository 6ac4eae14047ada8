/* case_timers_test.c: the clock of a partition's cases gives out what its rows say now, however often it was asked before.
 * @wrap realloc */
#include "projections/case_timers.h"

#include "projections/case_register_rows.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/memory_view.h"

static int allocations;

void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n)
{
	allocations++;
	return __real_realloc(p, n);
}

static struct memory_view *memory;
static struct view *view;
static struct case_timers *timers;

static int set_up(void **state)
{
	(void)state;
	memory = memory_view_new(case_register_rows_tables);
	view = memory_view_view(memory);
	timers = case_timers_new();
	return timers ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	case_timers_free(timers);
	memory_view_free(memory);
	return 0;
}

/* Stores a case's row and takes note of it, as the register does after an event. */
static void put(uint8_t number, const struct case_state *row)
{
	struct case_id id = {.key = {number}};
	struct case_state was;
	bool found = case_register_rows_get(view, &id, &was);

	case_register_rows_put(view, &id, row);
	assert_int_equal(case_timers_note(timers, &id, found ? &was : NULL, row), ERR_OK);
}

/* A case in progress that is escalated at one moment and turns yellow at another. */
static void note(uint8_t number, uint8_t state, int64_t escalate_us, int64_t yellow_us)
{
	put(number, &(struct case_state){
			    .state = state, .escalate_us = escalate_us, .yellow_us = yellow_us});
}

/* The first timer is asked for three times an action: between two answers its case may move, close, or be overtaken. */
static void test_next_follows_rows(void **state)
{
	(void)state;
	assert_true(case_timers_next(timers, view) == INT64_MAX);
	note(1, CODE_case_state_IP, 100, 0);
	note(2, CODE_case_state_IP, 300, 0);
	assert_int_equal(case_timers_next(timers, view), 100);
	note(1, CODE_case_state_IP, 200, 0);
	assert_int_equal(case_timers_next(timers, view), 200);
	note(3, CODE_case_state_IP, 50, 0);
	assert_int_equal(case_timers_next(timers, view), 50);
	note(3, CODE_case_state_CL, 0, 0);
	assert_int_equal(case_timers_next(timers, view), 200);
	note(1, CODE_case_state_CL, 0, 0);
	note(2, CODE_case_state_CL, 0, 0);
	assert_true(case_timers_next(timers, view) == INT64_MAX);
}

/* A colour moment that no case has any more gets no tick. */
static void test_moment_follows_rows(void **state)
{
	(void)state;
	note(1, CODE_case_state_IP, 0, 100);
	note(2, CODE_case_state_IP, 0, 300);
	assert_int_equal(case_timers_moment(timers, view, 10), 100);
	note(1, CODE_case_state_IP, 0, 200);
	assert_int_equal(case_timers_moment(timers, view, 10), 200);
	note(3, CODE_case_state_IP, 0, 50);
	assert_int_equal(case_timers_moment(timers, view, 10), 50);
	assert_int_equal(case_timers_moment(timers, view, 50), 200);
	note(1, CODE_case_state_CL, 0, 0);
	assert_int_equal(case_timers_moment(timers, view, 60), 300);
	assert_true(case_timers_moment(timers, view, 300) == INT64_MAX);
}

/* Which of the cases 1 to 3 a search for provisional deadlines came by. */
static int visited[4];

static bool visit(void *context, const struct case_id *id, const struct case_state *state)
{
	int stop_at = *(int *)context;

	assert_true(state->provisional);
	visited[id->key[0]]++;
	return id->key[0] != stop_at;
}

static void look_for(int stop_at, int first, int second, int third)
{
	memset(visited, 0, sizeof(visited));
	case_timers_provisional(timers, view, visit, &stop_at);
	assert_int_equal(visited[1], first);
	assert_int_equal(visited[2], second);
	assert_int_equal(visited[3], third);
}

static void note_provisional(uint8_t number, uint8_t state)
{
	put(number,
	    &(struct case_state){.state = state, .provisional = state != CODE_case_state_CL});
}

/* A search for a provisional deadline may stop at any case, pass one over that is on hold, and meet a row that cannot be read: the next
 * search finds all that are still open. */
static void test_provisional_follows_rows(void **state)
{
	struct case_id second = {.key = {2}};

	(void)state;
	for (uint8_t number = 1; number <= 3; number++) {
		note_provisional(number, CODE_case_state_IP);
	}
	look_for(0, 1, 1, 1);
	look_for(1, 1, 0, 0);
	note_provisional(1, CODE_case_state_HO);
	look_for(0, 0, 1, 1);
	view_put(view, CASE_REGISTER_ROWS_CASE, span_of(second.key, sizeof(second.key)),
		 SPAN("cut"));
	look_for(0, 0, 0, 0);
	assert_int_equal(view->err, ERR_STORE);
	view->err = ERR_OK;
	view_del(view, CASE_REGISTER_ROWS_CASE, span_of(second.key, sizeof(second.key)));
	note_provisional(1, CODE_case_state_IP);
	look_for(0, 1, 0, 1);
	note_provisional(3, CODE_case_state_CL);
	look_for(0, 1, 0, 0);
}

/* So that restating n cases that stay provisional takes n visits, not n for each: a search goes on where it stopped, until it has come to
 * the end or is to begin again. */
static void test_provisional_goes_on(void **state)
{
	(void)state;
	for (uint8_t number = 1; number <= 3; number++) {
		note_provisional(number, CODE_case_state_IP);
	}
	look_for(1, 1, 0, 0);
	look_for(2, 1, 1, 0);
	look_for(3, 0, 1, 1);
	look_for(0, 0, 0, 1);
	look_for(2, 1, 1, 0);
	note_provisional(2, CODE_case_state_CL);
	look_for(3, 0, 0, 1);
	case_timers_provisional_again(timers);
	look_for(0, 1, 0, 1);
}

/* Events that change nothing of what is to come, as most are, leave nothing behind: deadlines lie weeks ahead, and a province has a
 * thousand events a minute. */
static void test_no_more_entries_than_changes(void **state)
{
	struct case_state row = {.state = CODE_case_state_IP,
				 .escalate_us = 300,
				 .yellow_us = 200,
				 .provisional = true};

	(void)state;
	put(1, &row);
	put(2, &row);
	allocations = 0;
	for (int i = 0; i < 1000; i++) {
		struct case_id id = {.key = {1}};

		row.handled = !row.handled;
		id.key[0] += row.handled;
		assert_int_equal(case_timers_note(timers, &id, &row, &row), ERR_OK);
	}
	assert_int_equal(allocations, 0);
	look_for(0, 1, 1, 0);
	assert_int_equal(case_timers_next(timers, view), 300);
	assert_int_equal(case_timers_moment(timers, view, 100), 200);
	row.yellow_us = 250;
	put(1, &row);
	row.yellow_us = 200;
	put(1, &row);
	assert_int_equal(case_timers_moment(timers, view, 100), 200);
}

/* An owing case whose row cannot be read still owes once it can. */
static void test_owing_follows_rows(void **state)
{
	struct case_id id = {.key = {1}}, found;
	struct case_state row = {.state = CODE_case_state_IP, .owed = CASE_OWED_UP};

	(void)state;
	assert_int_equal(case_timers_note(timers, &id, NULL, &row), ERR_OK);
	view_put(view, CASE_REGISTER_ROWS_CASE, span_of(id.key, sizeof(id.key)), SPAN("cut"));
	assert_false(case_timers_owing(timers, view, &found, &row));
	assert_int_equal(view->err, ERR_STORE);
	view->err = ERR_OK;
	row = (struct case_state){.state = CODE_case_state_IP, .owed = CASE_OWED_UP};
	case_register_rows_put(view, &id, &row);
	assert_true(case_timers_owing(timers, view, &found, &row));
	assert_memory_equal(&found, &id, sizeof(id));
	row.owed = CASE_OWED_NOTHING;
	case_register_rows_put(view, &id, &row);
	assert_false(case_timers_owing(timers, view, &found, &row));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_next_follows_rows),
		TEST(test_moment_follows_rows),
		TEST(test_provisional_follows_rows),
		TEST(test_provisional_goes_on),
		TEST(test_no_more_entries_than_changes),
		TEST(test_owing_follows_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
