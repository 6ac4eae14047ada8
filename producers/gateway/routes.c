/* routes.c: the one table of routes, and who may use each. */
#include "producers/gateway/routes.h"

#include <assert.h>
#include <stdio.h>

#define ROUTE(method, pattern, rule, handler, queries, help) route_handler handler;
#include "producers/gateway/routes.def"
#undef ROUTE

static const struct route ROUTES[] = {
#define ROUTE(method, pattern, rule, handler, queries, help) \
	{#method, pattern, queries, help, handler, ROUTE_##rule},
#include "producers/gateway/routes.def"
#undef ROUTE
};

const struct route *routes_get(int i)
{
	return i >= 0 && i < (int)(sizeof ROUTES / sizeof ROUTES[0]) ? &ROUTES[i] : NULL;
}

/* The first segment of a path that begins with a slash; moves the path on past it. */
static bool segment_take(struct span *path, struct span *ret_segment)
{
	size_t n = 1;

	if (!path->n || path->p[0] != '/') {
		return false;
	}
	while (n < path->n && path->p[n] != '/') {
		n++;
	}
	*ret_segment = span_of(path->p + 1, n - 1);
	*path = span_of(path->p + n, path->n - n);
	return true;
}

static bool matches(const char *pattern, struct span path, struct span parts[ROUTES_PARTS])
{
	struct span rest = span_cstr(pattern), wanted, segment;
	int n = 0;

	while (segment_take(&rest, &wanted)) {
		if (!segment_take(&path, &segment)) {
			return false;
		}
		if (wanted.n && wanted.p[0] == '{') {
			if (!segment.n || n == ROUTES_PARTS) {
				return false;
			}
			parts[n++] = segment;
		} else if (!span_eq(wanted, segment)) {
			return false;
		}
	}
	return path.n == 0;
}

const struct route *routes_find(struct span method,
				struct span path,
				struct span ret_parts[ROUTES_PARTS],
				enum problem_kind *ret_kind)
{
	*ret_kind = PROBLEM_NOT_FOUND;
	if (span_eq(method, SPAN("HEAD"))) {
		method = SPAN("GET");
	}
	for (int i = 0; routes_get(i); i++) {
		if (!matches(ROUTES[i].pattern, path, ret_parts)) {
			continue;
		}
		if (span_eq(method, span_cstr(ROUTES[i].method))) {
			return &ROUTES[i];
		}
		*ret_kind = PROBLEM_METHOD;
	}
	return NULL;
}

void routes_methods(struct span path, char ret_methods[ROUTES_METHODS_BYTES])
{
	struct span parts[ROUTES_PARTS];
	size_t n = 0;

	ret_methods[0] = '\0';
	for (int i = 0; routes_get(i); i++) {
		if (matches(ROUTES[i].pattern, path, parts)) {
			n += (size_t)snprintf(ret_methods + n, ROUTES_METHODS_BYTES - n, "%s%s%s",
					      n ? ", " : "", ROUTES[i].method,
					      strcmp(ROUTES[i].method, "GET") ? "" : ", HEAD");
			assert(n < ROUTES_METHODS_BYTES);
		}
	}
}

bool routes_knows(const struct route *route, struct span query)
{
	struct span rest = span_cstr(route->queries);

	while (rest.n) {
		const uint8_t *space = memchr(rest.p, ' ', rest.n);
		size_t n = space ? (size_t)(space - rest.p) : rest.n;

		if (span_eq(span_first(rest, n), query)) {
			return true;
		}
		rest = span_of(rest.p + n + (space ? 1 : 0), rest.n - n - (space ? 1 : 0));
	}
	return !route->queries;
}

enum problem_kind routes_admit(const struct route *route, const struct token *token)
{
	if (route->rule == ROUTE_OPEN) {
		return PROBLEM_NONE;
	}
	if (!token) {
		return PROBLEM_NO_TOKEN;
	}
	switch (route->rule) {
	case ROUTE_POST:
		return token->functions ? PROBLEM_NONE : PROBLEM_FORBIDDEN;
	case ROUTE_TOKEN:
	case ROUTE_COVERED:
		return PROBLEM_NONE;
	default:
		return PROBLEM_FORBIDDEN;
	}
}
