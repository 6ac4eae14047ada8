/* case_register_fault_test.c: whichever allocation fails while the case register opens on its rows: NOMEM, nothing kept, and the next try
 * has every timer.
 * @wrap malloc calloc realloc */
#include "projections/case_register.h"

#include "projections/case_register_rows.h"
#include "tests/support/fault.h"

FAULT_ALLOCATIONS

enum { CASES = 1500 }; /* more than the first room for ids and for timers */

/* Rows that are not stored but said: case i is in progress, is escalated at i + 1, turns yellow before, and its deadline is provisional. */
static struct case_state state_of(uint32_t i)
{
	return (struct case_state){.state = CODE_case_state_IP,
				   .escalate_us = 10 * (int64_t)(i + 1),
				   .yellow_us = 10 * (int64_t)(i + 1) - 5,
				   .provisional = true,
				   .owed = CASE_OWED_UP};
}

static bool get(struct view *view, int table, struct span key, struct span *ret_value)
{
	static struct case_state state;
	uint32_t i;

	(void)view;
	(void)table;
	memcpy(&i, key.p, sizeof(i));
	state = state_of(i);
	*ret_value = span_of(&state, sizeof(state));
	return true;
}

static void scan(struct view *view, int table, struct span prefix, view_visit *visit, void *context)
{
	uint8_t key[CASE_ID_KEY_BYTES] = {0};

	(void)view;
	(void)prefix;
	assert_int_equal(table, CASE_REGISTER_ROWS_OPEN);
	for (uint32_t i = CASES; i-- > 0;) {
		memcpy(key, &i, sizeof(i));
		if (!visit(context, span_of(key, sizeof(key)), (struct span){0})) {
			return;
		}
	}
}

static enum err open_and_close(void *context)
{
	static const struct view_ops ops = {.get = get, .scan = scan};
	struct view view = {.ops = &ops};
	struct reg reg = {.ops = &case_register, .view = &view, .partition = -1};
	enum err err = case_register.open(&reg);

	(void)context;
	if (err) {
		assert_null(reg.state);
	} else {
		assert_int_equal(case_register.next_timer(&reg), 10);
		assert_int_equal(case_register.next_moment(&reg, 0), 5);
		assert_int_equal(case_register.next_moment(&reg, 10 * (CASES - 1)), 10 * CASES - 5);
	}
	assert_int_equal(view.err, ERR_OK);
	case_register.close(&reg);
	return err;
}

static void test_open(void **state)
{
	(void)state;
	assert_true(fault_each(FAULT_MEMORY, open_and_close, NULL) > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_open)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
