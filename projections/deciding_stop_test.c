/* deciding_stop_test.c: a register that owes without end stops its decider, typed, instead of filling the log. */
#include "projections/deciding.h"

#include "tests/support/cmocka_all.h"
#include "tests/support/memory_view.h"
#include "tests/support/toy_register.h"

static int written;

static enum err count_record(void *context, const struct event *ev)
{
	(void)context;
	(void)ev;
	assert_true(++written < 1000);
	return ERR_OK;
}

/* How many subjects owe, and whether what was written pays the debt. */
static int subjects = 1;
static bool pays;

static bool owes(struct reg *reg,
		 const struct moment *moment,
		 struct arena *arena,
		 struct event *ret_ev)
{
	static const struct event nothing;

	(void)reg;
	(void)moment;
	if (pays && written == 3 * subjects) {
		return false;
	}
	*ret_ev = nothing;
	ret_ev->type = EVENT_case_reopened;
	EVENT_SET(ret_ev->env, subject,
		  arena_printf(arena, "530102-20230119-7K3M9QXA%04d", pays ? written / 3 : 0));
	EVENT_SET(ret_ev->env, seq, (uint64_t)(pays ? written % 3 : written) + 1);
	return true;
}

static enum err write_owed(void)
{
	struct register_ops ops = toy_register;
	struct memory_view *rows = memory_view_new(ops.tables);
	struct reg reg = {.ops = &ops, .view = memory_view_view(rows)};
	struct deciding d = {.reg = &reg, .partitions = 1, .emit = count_record};
	struct event claim;
	enum err err;
	char id[40];

	ops.owed = owes;
	written = 0;
	deciding_position_init(&d.position);
	assert_int_equal(deciding_open(&d), ERR_OK);
	deciding_claim(&d, 7, "test", 5, id, &claim);
	assert_int_equal(deciding_fold(&d, &claim, 0), LOG_CURSOR_VALID);
	err = deciding_write_owed(&d);
	deciding_close(&d);
	memory_view_free(rows);
	return err;
}

/* One subject that owes again after every event: a bug, and at most so many records. */
static void test_endless(void **state)
{
	(void)state;
	pays = false;
	assert_int_equal(write_owed(), ERR_BUG);
	assert_int_equal(written, DECIDING_OWED_IN_A_ROW);
}

/* Many subjects that owe a few each are none. */
static void test_many(void **state)
{
	(void)state;
	pays = true;
	subjects = 40;
	assert_int_equal(write_owed(), ERR_OK);
	assert_int_equal(written, 3 * 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_endless),
					   cmocka_unit_test(test_many)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
