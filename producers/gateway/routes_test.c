/* routes_test.c: generated from the route table: every route has a rule, and what no rule allows is refused. */
#include "producers/gateway/routes.h"

#include "tests/support/cmocka_all.h"

static struct span parts[ROUTES_PARTS];

/* Every route of the table has a rule, a help text, and is found by its own pattern, with HEAD for GET too. */
static void each_has_a_rule(void **state)
{
	enum problem_kind kind;
	int n = 0;

	(void)state;
	for (const struct route *route; (route = routes_get(n)); n++) {
		assert_int_not_equal(route->rule, ROUTE_DENIED);
		assert_true(route->help[0]);
		assert_ptr_equal(routes_find(span_cstr(route->method), span_cstr(route->pattern),
					     parts, &kind),
				 route);
	}
	assert_true(n >= 13);
	assert_non_null(routes_find(SPAN("HEAD"), SPAN("/v1/cases"), parts, &kind));
}

/* Without a token only open routes answer; these are named here, so that opening one is a decision. */
static void closed_without_token(void **state)
{
	static const char *const OPEN[] = {"/healthz", "/readyz", "/metrics",
					   "/v1/receipts/{code}"};

	(void)state;
	for (int i = 0; routes_get(i); i++) {
		const struct route *route = routes_get(i);
		bool open = false;

		for (size_t o = 0; o < sizeof OPEN / sizeof OPEN[0]; o++) {
			open |= strcmp(route->pattern, OPEN[o]) == 0;
		}
		assert_int_equal(routes_admit(route, NULL), open ? PROBLEM_NONE : PROBLEM_NO_TOKEN);
	}
}

/* A token that only reads posts nothing; a route whose rule was forgotten answers nobody. */
static void denied_by_default(void **state)
{
	struct token reader = {.level = 3, .rights = TOKEN_AUDIT};
	struct route forgotten = {.method = "GET", .pattern = "/v1/new"};

	(void)state;
	for (int i = 0; routes_get(i); i++) {
		const struct route *route = routes_get(i);

		assert_int_equal(routes_admit(route, &reader),
				 route->rule == ROUTE_POST ? PROBLEM_FORBIDDEN : PROBLEM_NONE);
	}
	assert_int_equal(routes_admit(&forgotten, &reader), PROBLEM_FORBIDDEN);
	assert_int_equal(routes_admit(&forgotten, NULL), PROBLEM_NO_TOKEN);
}

/* Paths that are none, have a segment too many or an empty one where a name stands, are not found; another method is said. */
static void not_found(void **state)
{
	static const char *const PATHS[] = {"/",
					    "",
					    "/v1",
					    "/v1/cases/a/b",
					    "/v1/cases/",
					    "/v1/codes/",
					    "/v1/cases/a/timeline/x",
					    "v1/cases"};
	enum problem_kind kind;

	(void)state;
	for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
		assert_null(routes_find(SPAN("GET"), span_cstr(PATHS[i]), parts, &kind));
		assert_int_equal(kind, PROBLEM_NOT_FOUND);
	}
	assert_null(routes_find(SPAN("DELETE"), SPAN("/v1/cases/x"), parts, &kind));
	assert_int_equal(kind, PROBLEM_METHOD);
	assert_non_null(
		routes_find(SPAN("GET"), SPAN("/v1/cases/530102-x/timeline"), parts, &kind));
	assert_true(span_eq(parts[0], SPAN("530102-x")));
}

/* A route takes the parameters that its line names, whole names only; probes of health may add any. */
static void queries_are_named(void **state)
{
	enum problem_kind kind;
	const struct route *cases = routes_find(SPAN("GET"), SPAN("/v1/cases"), parts, &kind),
			   *codes = routes_find(SPAN("GET"), SPAN("/v1/codes/types"), parts, &kind);

	(void)state;
	assert_true(routes_knows(cases, SPAN("place")));
	assert_true(routes_knows(cases, SPAN("id")));
	assert_true(routes_knows(cases, SPAN("limit")));
	assert_false(routes_knows(cases, SPAN("plac")));
	assert_false(routes_knows(cases, SPAN("place state")));
	assert_false(routes_knows(cases, SPAN("limits")));
	assert_false(routes_knows(cases, SPAN("")));
	assert_false(routes_knows(codes, SPAN("name")));
	for (int i = 0; routes_get(i); i++) {
		bool api = strncmp(routes_get(i)->pattern, "/v1/", 4) == 0;

		assert_int_equal(routes_knows(routes_get(i), SPAN("made_up")), !api);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queries_are_named), cmocka_unit_test(each_has_a_rule),
		cmocka_unit_test(closed_without_token), cmocka_unit_test(denied_by_default),
		cmocka_unit_test(not_found)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
