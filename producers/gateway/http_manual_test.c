/* http_manual_test.c: docs/HTTP.md is what the tables print, and has every parameter of every route. */
#include "producers/gateway/http_manual.h"

#include <stdio.h>
#include <stdlib.h>

#include "producers/gateway/routes.h"
#include "tests/support/cmocka_all.h"

static const char path[] = "docs/HTTP.md";

/* Printed now, the page is the one in docs; GOVBUS_UPDATE=1 writes it anew. */
static void page_is_current(void **state)
{
	static char text[128 * 1024];
	struct buf page = {0};
	FILE *file;
	size_t n;

	(void)state;
	http_manual_print(&page);
	assert_int_equal(page.err, ERR_OK);
	if (getenv("GOVBUS_UPDATE")) {
		file = fopen(path, "w");
		assert_non_null(file);
		assert_int_equal(fwrite(page.p, 1, page.n, file), page.n);
		assert_int_equal(fclose(file), 0);
	}
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(text, 1, sizeof text, file);
	assert_int_equal(fclose(file), 0);
	if (!span_eq(span_of(text, n), buf_span(&page))) {
		fail_msg(
			"%s is not current: GOVBUS_UPDATE=1 build/dev/tests/http_manual_test writes it",
			path);
	}
	buf_done(&page);
}

static void check_described(const struct route *route, const char *name, size_t n)
{
	if (!http_manual_describes(route, span_of(name, n))) {
		fail_msg("%s %s: interface.def does not describe %.*s", route->method,
			 route->pattern, (int)n, name);
	}
}

/* @return how many names in braces a path has, each of which is described */
static int check_path(const struct route *route)
{
	int count = 0;

	for (const char *at = strchr(route->pattern, '{'); at; at = strchr(at + 1, '{')) {
		check_described(route, at + 1, strcspn(at + 1, "}"));
		count++;
	}
	return count;
}

static int check_query(const struct route *route)
{
	int count = 0;

	for (const char *at = route->queries ? route->queries : ""; *at;) {
		size_t n = strcspn(at, " ");

		check_described(route, at, n);
		count++;
		at += n + (at[n] == ' ');
	}
	return count;
}

/* Every parameter that a route takes is described, and none that it does not take. */
static void parameters(void **state)
{
	(void)state;
	for (int i = 0; routes_get(i); i++) {
		const struct route *route = routes_get(i);
		int taken = check_path(route) + check_query(route);

		if (http_manual_parameters(route) != taken) {
			fail_msg("%s %s: interface.def describes a parameter that it does not take",
				 route->method, route->pattern);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(page_is_current),
					   cmocka_unit_test(parameters)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
