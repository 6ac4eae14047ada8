/* radix_test.c: the sort orders by both numbers and keeps the order of equal ones. */
#include "consumers/radix.h"

#include "tests/support/cmocka_all.h"

enum { ITEMS = 5000 };

/* Whatever bytes vary and however many are equal: in order, stable, nothing lost. */
static void test_sorts(void **state)
{
	static struct radix_item items[ITEMS], spare[ITEMS];
	uint64_t seed = 1;

	(void)state;
	for (int run = 0; run < 20; run++) {
		size_t n = run < 3 ? (size_t)run : ITEMS;
		uint64_t sum = 0;

		for (size_t i = 0; i < n; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			uint64_t word = seed ^ seed >> 29;

			items[i] = (struct radix_item){
				.high = run % 4 ? word >> (run * 3) << run : 7,
				.low = run % 3 ? word * 31 & 0xff00ff : word % 5,
				.change = (uint32_t)i};
		}
		radix_sort(items, spare, n);
		for (size_t i = 0; i < n; i++) {
			sum += items[i].change;
			if (i == 0) {
				continue;
			}
			const struct radix_item *a = &items[i - 1], *b = &items[i];

			assert_true(a->high <= b->high);
			assert_true(a->high < b->high || a->low <= b->low);
			assert_true(a->high < b->high || a->low < b->low || a->change < b->change);
		}
		assert_int_equal(sum, n ? n * (n - 1) / 2 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_sorts)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
