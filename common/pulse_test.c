/* pulse_test.c: a thread that stands still is found, one that rests or turns is not. */
#include "common/pulse.h"

#include "tests/support/cmocka_all.h"

static bool well(const struct pulse *pulse, const char *wanted)
{
	struct buf reasons = {0};
	bool is = pulse_well(pulse, 10, "the loop", &reasons);

	buf_add_byte(&reasons, 0);
	assert_true(is ? reasons.n == 1 : strstr((const char *)reasons.p, wanted) != NULL);
	buf_done(&reasons);
	return is;
}

static void stands_still(void **state)
{
	/* Not begun, turned now, at rest: well. Ten seconds ago: not, and it says for how long and what to do. */
	struct pulse pulse = {0};

	(void)state;
	assert_true(well(&pulse, ""));
	pulse_beat(&pulse);
	assert_true(well(&pulse, ""));
	pulse.turned_us = clock_steady_us() - 12 * 1000000;
	assert_false(well(&pulse, "the loop has made no progress for 12 s; cure: "));
	pulse_rest(&pulse);
	assert_true(well(&pulse, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(stands_still)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
