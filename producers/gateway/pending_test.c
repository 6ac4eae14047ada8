/* pending_test.c: an outcome reaches the one who waits for it, whichever comes first. */
#include "producers/gateway/pending.h"

#include <stdio.h>

#include "tests/support/cmocka_all.h"

static char got[64];
static int deliveries;

static void deliver(struct pending_wait *wait, const struct pending_outcome *outcome)
{
	(void)wait;
	deliveries++;
	(void)snprintf(got, sizeof got, "%lld:%.*s", (long long)outcome->offset,
		       SPAN_ARGS(outcome->bytes));
}

static void outcome(
	struct pending *pending, int lane, int64_t cause, int64_t offset, struct span bytes)
{
	pending_take(pending, lane,
		     &(struct pending_outcome){.cause = cause, .offset = offset, .bytes = bytes});
}

static struct pending *fresh(void)
{
	struct pending *pending = NULL;

	assert_int_equal(pending_new(deliver, &pending), ERR_OK);
	got[0] = '\0';
	deliveries = 0;
	return pending;
}

/* The report first, then the outcome: delivered on the outcome, once. */
static void report_first(void **state)
{
	struct pending *pending = fresh();
	struct pending_wait wait = {0}, other = {0};

	(void)state;
	pending_add(pending, &wait, 3, 7);
	pending_add(pending, &other, 4, 7);
	assert_int_equal(deliveries, 0);
	outcome(pending, 3, 7, 100, SPAN("x"));
	assert_string_equal(got, "100:x");
	outcome(pending, 3, 7, 101, SPAN("y"));
	assert_int_equal(deliveries, 1);
	pending_remove(pending, &other);
	pending_free(pending);
}

/* The outcome first, then the report: delivered on the report, from the ring. */
static void outcome_first(void **state)
{
	struct pending *pending = fresh();
	struct pending_wait wait = {0}, none = {0};

	(void)state;
	outcome(pending, 3, 0, 99, SPAN("zero"));
	outcome(pending, 3, 7, 100, SPAN("seven"));
	pending_add(pending, &wait, 3, 7);
	assert_string_equal(got, "100:seven");
	pending_add(pending, &wait, 3, 0);
	assert_string_equal(got, "99:zero");
	pending_add(pending, &none, 2, 7);
	assert_int_equal(deliveries, 2);
	pending_remove(pending, &none);
	pending_free(pending);
}

/* What the ring has overwritten is not delivered as something else. */
static void ring_forgets(void **state)
{
	static uint8_t big[300000];
	struct pending *pending = fresh();
	struct pending_wait wait = {0}, last = {0};

	(void)state;
	for (int i = 0; i < 10; i++) {
		outcome(pending, 0, i, i, span_of(big, sizeof big));
	}
	pending_add(pending, &wait, 0, 1);
	assert_int_equal(deliveries, 0);
	pending_add(pending, &last, 0, 9);
	assert_int_equal(deliveries, 1);
	pending_remove(pending, &wait);
	pending_free(pending);
}

/* One who has given up is not delivered to. */
static void removed(void **state)
{
	struct pending *pending = fresh();
	struct pending_wait wait = {0};

	(void)state;
	pending_add(pending, &wait, 1, 5);
	pending_remove(pending, &wait);
	pending_remove(pending, &wait);
	outcome(pending, 1, 5, 9, SPAN("late"));
	assert_int_equal(deliveries, 0);
	pending_free(pending);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_first),
		cmocka_unit_test(outcome_first),
		cmocka_unit_test(ring_forgets),
		cmocka_unit_test(removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
