/* log_cursor_test.c: readers skip what is void and stop where something is missing. */
#include "projections/log_cursor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct event claim(int64_t replaces)
{
	struct event ev = {.type = EVENT_writer_claimed};

	EVENT_SET(ev.data.writer_claimed, replaces, replaces);
	EVENT_SET(ev.env, decidedtime, 999);
	return ev;
}

static struct event outcome(int64_t under, int64_t cause, int64_t decided_us)
{
	struct event ev = {.type = EVENT_action_refused};

	EVENT_SET(ev.env, claim, under);
	EVENT_SET(ev.env, cause, cause);
	EVENT_SET(ev.env, decidedtime, decided_us);
	EVENT_SET(ev.env, refoffset, 7);
	return ev;
}

static enum log_cursor_verdict take(struct log_cursor *cursor, struct event ev, int64_t offset)
{
	return log_cursor_take(cursor, &ev, offset);
}

/* A record counts if and only if it names the latest valid claim. */
static void test_claims(void **state)
{
	struct log_cursor t;

	(void)state;
	log_cursor_init(&t);
	assert_int_equal(take(&t, outcome(-1, 0, 1), 0), LOG_CURSOR_VOID);
	assert_int_equal(take(&t, claim(5), 1), LOG_CURSOR_VOID);
	assert_int_equal(t.claim, -1);
	assert_int_equal(take(&t, claim(-1), 2), LOG_CURSOR_VALID);
	assert_int_equal(t.claim, 2);
	assert_int_equal(take(&t, outcome(2, 0, 1), 3), LOG_CURSOR_VALID);
	assert_int_equal(take(&t, claim(-1), 4), LOG_CURSOR_VOID);
	assert_int_equal(t.claim, 2);
	assert_int_equal(take(&t, claim(2), 5), LOG_CURSOR_VALID);
	assert_int_equal(take(&t, outcome(2, 1, 1), 6), LOG_CURSOR_VOID);
	assert_int_equal(take(&t, outcome(5, 1, 1), 7), LOG_CURSOR_VALID);
	assert_int_equal(t.next_offset, 8);
}

/* A void record leaves nothing behind but the offset. */
static void test_void_leaves_nothing(void **state)
{
	struct log_cursor t, before;

	(void)state;
	log_cursor_init(&t);
	take(&t, claim(-1), 0);
	take(&t, outcome(0, 0, 50), 1);
	before = t;
	assert_int_equal(take(&t, outcome(9, 1, 60), 2), LOG_CURSOR_VOID);
	before.next_offset = 3;
	assert_memory_equal(&t, &before, sizeof t);
}

/* Outcomes have contiguous causes: a lower one is skipped, a higher one stops the reader, who does not move. */
static void test_causes(void **state)
{
	struct log_cursor t;

	(void)state;
	log_cursor_init(&t);
	take(&t, claim(-1), 0);
	assert_int_equal(take(&t, outcome(0, 1, 1), 1), LOG_CURSOR_GAP);
	assert_int_equal(t.next_offset, 1);
	assert_int_equal(take(&t, outcome(0, 0, 1), 1), LOG_CURSOR_VALID);
	assert_int_equal(take(&t, outcome(0, 0, 2), 2), LOG_CURSOR_VOID);
	assert_int_equal(t.cause, 0);
	assert_int_equal(t.decided_us, 1);
	assert_int_equal(take(&t, outcome(0, 2, 1), 3), LOG_CURSOR_GAP);
}

/* A record that could not be decoded may have been an outcome: the next cause may be one further, and no more. */
static void test_unread(void **state)
{
	struct log_cursor t;

	(void)state;
	log_cursor_init(&t);
	take(&t, claim(-1), 0);
	log_cursor_skip(&t, 1);
	assert_int_equal(take(&t, outcome(0, 2, 1), 2), LOG_CURSOR_GAP);
	assert_int_equal(take(&t, outcome(0, 1, 1), 2), LOG_CURSOR_VALID);
	assert_int_equal(take(&t, outcome(0, 3, 1), 3), LOG_CURSOR_GAP);
	assert_int_equal(take(&t, outcome(0, 2, 1), 3), LOG_CURSOR_VALID);
}

/* A repair restates where causes go on, forwards or backwards. */
static void test_repair(void **state)
{
	struct log_cursor t;
	struct event repair = {.type = EVENT_position_repaired};

	(void)state;
	log_cursor_init(&t);
	t.cause = 100;
	take(&t, claim(-1), 0);
	EVENT_SET(repair.env, claim, 0);
	EVENT_SET(repair.env, cause, 40);
	EVENT_SET(repair.data.position_repaired, next_action, 41);
	assert_int_equal(take(&t, repair, 1), LOG_CURSOR_VALID);
	assert_int_equal(t.cause, 40);
	assert_int_equal(take(&t, outcome(0, 41, 1), 2), LOG_CURSOR_VALID);
}

/* What was read before is seen as such; a hole between offsets is none (control records). */
static void test_offsets(void **state)
{
	struct log_cursor t;

	(void)state;
	log_cursor_init(&t);
	take(&t, claim(-1), 10);
	assert_int_equal(take(&t, outcome(10, 0, 1), 15), LOG_CURSOR_VALID);
	assert_int_equal(take(&t, outcome(10, 1, 1), 15), LOG_CURSOR_AGAIN);
	log_cursor_skip(&t, 16);
	assert_int_equal(t.next_offset, 17);
	log_cursor_skip(&t, 3);
	assert_int_equal(t.next_offset, 17);
}

/* Ticks, reference position, time and going live are remembered; a claim's time is not. */
static void test_remembers(void **state)
{
	struct log_cursor t;
	struct event tick = {.type = EVENT_clock_ticked}, live = {.type = EVENT_went_live};

	(void)state;
	log_cursor_init(&t);
	take(&t, claim(-1), 0);
	assert_int_equal(t.decided_us, 0);
	take(&t, outcome(0, 0, 50), 1);
	assert_int_equal(t.decided_us, 50);
	assert_int_equal(t.refoffset, 7);
	EVENT_SET(tick.env, claim, 0);
	EVENT_SET(tick.data.clock_ticked, tick, 1234);
	take(&t, tick, 2);
	assert_int_equal(t.tick, 1234);
	EVENT_SET(live.env, claim, 0);
	assert_int_equal(t.live, 0);
	take(&t, live, 3);
	assert_int_equal(t.live, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_claims),    cmocka_unit_test(test_void_leaves_nothing),
		cmocka_unit_test(test_causes),    cmocka_unit_test(test_unread),
		cmocka_unit_test(test_repair),    cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_remembers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
