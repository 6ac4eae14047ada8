/* prefer_test.c: a preference is found wherever RFC 7240 lets it stand, and nowhere else. */
#include "producers/gateway/prefer.h"

#include "tests/support/cmocka_all.h"

static void found(void **state)
{
	static const char *const LISTS[] = {
		"respond-async",
		"Respond-ASYNC",
		"respond-async;foo",
		"respond-async ; foo=\"a, b\" ; bar",
		"wait=10, respond-async",
		"respond-async, wait=10",
		" ,, respond-async\t,",
		"handling=\"x\\\", y\", respond-async",
		"respond-async=",
		"respond-async = \"\"",
		"return=minimal; a=b,respond-async",
	};

	(void)state;
	for (size_t i = 0; i < sizeof LISTS / sizeof LISTS[0]; i++) {
		if (!prefer_has(span_cstr(LISTS[i]), "respond-async")) {
			fail_msg("not found in: %s", LISTS[i]);
		}
	}
}

static void not_found(void **state)
{
	static const char *const LISTS[] = {
		"",
		",",
		"respond",
		"respond-asynchronously",
		"no-respond-async",
		"wait=\"respond-async\"",
		"handling=\"x, respond-async\"",
		"handling=\"x\\\", respond-async",
		"wait=5; respond-async",
		"respond-async=never",
	};

	(void)state;
	for (size_t i = 0; i < sizeof LISTS / sizeof LISTS[0]; i++) {
		if (prefer_has(span_cstr(LISTS[i]), "respond-async")) {
			fail_msg("found in: %s", LISTS[i]);
		}
	}
	assert_false(prefer_has((struct span){0}, "respond-async"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(found), cmocka_unit_test(not_found)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
