/* partition_test.c: keys go to the partition where Kafka's Java client puts them. */
#include "common/partition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The hash must be Java's, by the vectors of Kafka's own UtilsTest. */
static void test_murmur2_is_that_of_java(void **state)
{
	static const struct {
		const char *key;
		int32_t hash;
	} known[] = {
		{"21", -973932308},
		{"foobar", -790332482},
		{"a-little-bit-long-string", -985981536},
		{"a-little-bit-longer-string", -1486304829},
		{"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
	};

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		assert_int_equal(partition_murmur2(span_cstr(known[i].key)), known[i].hash);
	}
	assert_int_equal(partition_murmur2(span_of("abc", 3)), 479470107);
}

/* A partition is never negative, whatever the sign of the hash. */
static void test_partition_is_in_range(void **state)
{
	char key[7] = "530102";

	(void)state;
	for (int county = 0; county < 1000; county++) {
		key[3] = (char)('0' + county / 100);
		key[4] = (char)('0' + county / 10 % 10);
		key[5] = (char)('0' + county % 10);
		int partition = partition_of_key(span_cstr(key), 16);

		assert_in_range(partition, 0, 15);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_murmur2_is_that_of_java),
		cmocka_unit_test(test_partition_is_in_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
