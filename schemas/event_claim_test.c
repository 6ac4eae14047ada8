/* event_claim_test.c: a record that cannot be decoded is a writer's if and only if it is a whole map that names a claim. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "schemas/event.h"

/* A record of a type to come, cut off anywhere, names nothing. */
static void test_whole_maps_only(void **state)
{
	const struct span record = SPAN("\x84\xa4type\xac"
					"gov.future.1\xa5"
					"claim\xcd\x01\x02\xa4"
					"data\x82\xa1x\xc0\xa1y\xcb\0\0\0\0\0\0\0\0\xa2id\xa1z");
	static uint8_t longer[128];
	int64_t claim = 0;

	(void)state;
	assert_true(event_claim(record, &claim));
	assert_int_equal(claim, 0x102);
	for (size_t n = 0; n < record.n; n++) {
		assert_false(event_claim(span_of(record.p, n), &claim));
	}
	memcpy(longer, record.p, record.n);
	assert_false(event_claim(span_of(longer, record.n + 1), &claim));
}

/* Whatever is no offset is no claim. */
static void test_no_claim(void **state)
{
	const struct span none[] = {
		SPAN(""),
		SPAN("\xc1"),
		SPAN("\x80"),
		SPAN("\x01"),
		SPAN("{\"claim\":1}"),
		SPAN("\x81\xa2id\x01"),
		SPAN("\x81\xa5"
		     "claim\xff"),
		SPAN("\x81\xa5"
		     "claim\xa1"
		     "1"),
		SPAN("\x81\xa5"
		     "claim\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
		SPAN("\x81\xa4"
		     "data\x81\xa5"
		     "claim\x01"),
		SPAN("\x81\x01\x01"),
	};
	int64_t claim = 0;

	(void)state;
	assert_false(event_claim((struct span){0}, &claim));
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		assert_false(event_claim(none[i], &claim));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_maps_only),
		cmocka_unit_test(test_no_claim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
