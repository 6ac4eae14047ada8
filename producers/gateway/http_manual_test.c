/* http_manual_test.c: docs/HTTP.md is what the tables print, and has every parameter of every route. */
#include "producers/gateway/http_manual.h"

#include "producers/gateway/routes.h"
#include "tests/support/page.h"

/* Printed now, the page is the one in docs. */
static void test_page(void **state)
{
	struct buf page = {0};

	(void)state;
	http_manual_print(&page);
	page_is_current("docs/HTTP.md", "http_manual_test", &page);
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
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_page),
					   cmocka_unit_test(parameters)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
