/* lifecycles_test.c: docs/LIFECYCLES.md is what the tables print. */
#include "projections/lifecycles.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/page.h"

static int count_of(struct span text, const char *part)
{
	int count = 0;

	for (size_t i = 0; i + strlen(part) <= text.n; i++) {
		count += memcmp(text.p + i, part, strlen(part)) == 0;
	}
	return count;
}

/* Printed now, the page is the one in docs. */
static void test_page_is_current(void **state)
{
	static char list[128 * 1024];
	struct buf page = {0};
	FILE *file = fopen("examples/reference/functions.ndjson", "r");
	size_t n;

	(void)state;
	assert_non_null(file);
	n = fread(list, 1, sizeof(list), file);
	assert_true(n > 0 && n < sizeof(list));
	assert_int_equal(fclose(file), 0);
	lifecycles_print(&page, span_of(list, n));
	/* Each item of the list stands in the table. */
	assert_int_equal(count_of(buf_span(&page), " × |"),
			 count_of(span_of(list, n), "\"code\":"));
	page_is_current("docs/LIFECYCLES.md", "lifecycles_test", &page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_page_is_current)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
