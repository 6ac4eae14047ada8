/* lifecycles_test.c: docs/LIFECYCLES.md is what the tables print. */
#include "projections/lifecycles.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/cmocka_all.h"

static const char path[] = "docs/LIFECYCLES.md";

/* Printed now, the page is the one in docs; GOVBUS_UPDATE=1 writes it anew. */
static void test_page_is_current(void **state)
{
	static char text[64 * 1024];
	struct buf page = {0};
	FILE *file;
	size_t n;

	(void)state;
	lifecycles_print(&page);
	assert_int_equal(page.err, ERR_OK);
	if (getenv("GOVBUS_UPDATE")) {
		file = fopen(path, "w");
		assert_non_null(file);
		assert_int_equal(fwrite(page.p, 1, page.n, file), page.n);
		assert_int_equal(fclose(file), 0);
	}
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(text, 1, sizeof(text), file);
	assert_int_equal(fclose(file), 0);
	if (!span_eq(span_of(text, n), buf_span(&page))) {
		fail_msg(
			"%s is not current: GOVBUS_UPDATE=1 build/dev/tests/lifecycles_test writes it",
			path);
	}
	buf_done(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_page_is_current)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
