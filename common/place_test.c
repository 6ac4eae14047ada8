/* place_test.c: levels, prefixes and the traps of place codes. */
#include "tests/support/cmocka_all.h"

#include "common/place.h"

/* A code's level follows from its length alone, and anything else is no code. */
static void test_levels(void **state)
{
	(void)state;
	assert_int_equal(place_level(SPAN("53")), 1);
	assert_int_equal(place_level(SPAN("5301")), 2);
	assert_int_equal(place_level(SPAN("530102")), 3);
	assert_int_equal(place_level(SPAN("530102001")), 4);
	assert_int_equal(place_level(SPAN("530102001001")), 5);
	assert_int_equal(place_level(SPAN("530102001001001")), 6);
	assert_int_equal(place_level(SPAN("53010200100100101")), 7);
	assert_true(place_valid(SPAN("530102001001001")));
	assert_false(place_valid(SPAN("")));
	assert_false(place_valid(SPAN("530")));
	assert_false(place_valid(SPAN("53010a")));
}

/* The place above is the prefix, six times over from a micro-grid to the province. */
static void test_parents(void **state)
{
	struct span code = SPAN("53010200100100101");
	int steps = 0;

	(void)state;
	for (; place_parent(code).p; code = place_parent(code)) {
		steps++;
	}
	assert_int_equal(steps, 6);
	assert_true(span_eq(code, SPAN("53")));
}

/* The nearest common place of two counties is their prefecture; of two provinces there is none. */
static void test_common(void **state)
{
	(void)state;
	assert_true(span_eq(place_common(SPAN("530102"), SPAN("530111")), SPAN("5301")));
	assert_true(span_eq(place_common(SPAN("530102001"), SPAN("530102")), SPAN("530102")));
	assert_true(span_eq(place_common(SPAN("5301"), SPAN("5303")), SPAN("53")));
	assert_null(place_common(SPAN("53"), SPAN("51")).p);
}

/* Levels that are all zeros are none: those that GB/T 2260 and the statistics fill up; no other zero is cut, and none of a grid. */
static void test_normalise(void **state)
{
	(void)state;
	assert_true(span_eq(place_normalise(SPAN("530000")), SPAN("53")));
	assert_true(span_eq(place_normalise(SPAN("530100")), SPAN("5301")));
	assert_true(span_eq(place_normalise(SPAN("530102")), SPAN("530102")));
	assert_true(span_eq(place_normalise(SPAN("530102100")), SPAN("530102100")));
	assert_true(span_eq(place_normalise(SPAN("530102000")), SPAN("530102")));
	assert_true(span_eq(place_normalise(SPAN("530102000000")), SPAN("530102")));
	assert_true(span_eq(place_normalise(SPAN("530100000000")), SPAN("5301")));
	assert_true(span_eq(place_normalise(SPAN("530000000000")), SPAN("53")));
	assert_true(span_eq(place_normalise(SPAN("530102100000")), SPAN("530102100")));
	assert_true(span_eq(place_normalise(SPAN("530102100200")), SPAN("530102100200")));
	assert_true(span_eq(place_normalise(SPAN("530102001001000")), SPAN("530102001001000")));
	assert_true(span_eq(place_normalise(SPAN("00")), SPAN("00")));
	assert_true(span_eq(place_normalise(SPAN("53010")), SPAN("53010")));
	assert_true(span_eq(place_normalise(SPAN("")), SPAN("")));
}

/* The centre of a place is that of its code, however it is written; ids of registered units are no codes, and grids have all digits. */
static void test_normalise_unit(void **state)
{
	(void)state;
	assert_true(span_eq(place_normalise_unit(SPAN("centre:530000")), SPAN("centre:53")));
	assert_true(
		span_eq(place_normalise_unit(SPAN("centre:530102000000")), SPAN("centre:530102")));
	assert_true(span_eq(place_normalise_unit(SPAN("centre:530102")), SPAN("centre:530102")));
	assert_true(span_eq(place_normalise_unit(SPAN("grid:530102001001000")),
			    SPAN("grid:530102001001000")));
	assert_true(span_eq(place_normalise_unit(SPAN("530100")), SPAN("530100")));
	assert_true(span_eq(place_normalise_unit(SPAN("roads-530100")), SPAN("roads-530100")));
	assert_true(span_eq(place_normalise_unit(SPAN("centre:")), SPAN("centre:")));
	assert_true(span_eq(place_normalise_unit(SPAN("")), SPAN("")));
}

/* The id of a centre or grid ends in its place; that of another unit names none, whatever it looks like. */
static void test_of_unit(void **state)
{
	(void)state;
	assert_true(span_eq(place_of_unit(SPAN("centre:5301")), SPAN("5301")));
	assert_true(span_eq(place_of_unit(SPAN("grid:530102001001001")), SPAN("530102001001001")));
	assert_int_equal(place_of_unit(SPAN("centre:")).n, 0);
	assert_int_equal(place_of_unit(SPAN("530102")).n, 0);
	assert_int_equal(place_of_unit(SPAN("roads")).n, 0);
	assert_int_equal(place_of_unit(SPAN("")).n, 0);
}

/* The three digits of a township, a village and a grid are of a kind of it; provinces to counties and micro-grids have no ranges. */
static void test_ranges(void **state)
{
	static const char *const in[] = {"53",
					 "5300",
					 "530199",
					 "530102001",
					 "530102599",
					 "530102001001",
					 "530102001599",
					 "530102001001001",
					 "530102001001799",
					 "530102001001801",
					 "530102001001999",
					 "53010200100100100"};
	static const char *const out[] = {"530102000",       "530102600",      "530102999",
					  "530102001000",    "530102001600",   "530102001800",
					  "530102001001000", "530102001001800"};

	(void)state;
	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
		assert_true(place_in_range(span_cstr(in[i])));
	}
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
		assert_false(place_in_range(span_cstr(out[i])));
	}
}

/* A place covers itself and what lies below, nothing beside it. */
static void test_covers(void **state)
{
	(void)state;
	assert_true(place_covers(SPAN("5301"), SPAN("530102")));
	assert_true(place_covers(SPAN("5301"), SPAN("5301")));
	assert_false(place_covers(SPAN("530102"), SPAN("5301")));
	assert_false(place_covers((struct span){0}, SPAN("5301")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),         cmocka_unit_test(test_parents),
		cmocka_unit_test(test_common),         cmocka_unit_test(test_normalise),
		cmocka_unit_test(test_normalise_unit), cmocka_unit_test(test_of_unit),
		cmocka_unit_test(test_covers),         cmocka_unit_test(test_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
