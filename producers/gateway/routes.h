/* routes.h: the one table of routes: method, path, who may use it, handler; anything it does not allow is refused. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_ROUTES_H
#define GOVBUS_PRODUCERS_GATEWAY_ROUTES_H

#include "producers/gateway/problem.h"
#include "producers/gateway/tokens.h"

struct http_request;

/* Who may use a route. COVERED: the answer leaves only if the handler has shown, by read_rights_allow, that the token may read it. */
enum route_rule { ROUTE_DENIED, ROUTE_OPEN, ROUTE_TOKEN, ROUTE_POST, ROUTE_COVERED };

enum { ROUTES_PARTS = 2, ROUTES_METHODS_BYTES = 32 };

typedef void route_handler(struct http_request *request);

struct route {
	const char *method, *pattern; /* "{name}" stands for one segment of the path */
	const char *queries; /* names of the parameters it takes, a space between; NULL: any */
	const char *help;
	route_handler *handler;
	enum route_rule rule;
};

/** The i-th route, NULL past the last. @thread any, as all here */
const struct route *routes_get(int i);

/**
 * The route of a method and path.
 * @param ret_parts  the segments that stood for names, borrowed from the path
 * @return NULL; then ret_kind says why: NOT_FOUND or METHOD
 */
const struct route *routes_find(struct span method,
				struct span path,
				struct span ret_parts[ROUTES_PARTS],
				enum problem_kind *ret_kind);

/** The methods that a path takes, as Allow has them: "GET, HEAD"; empty where there is no such path. */
void routes_methods(struct span path, char ret_methods[ROUTES_METHODS_BYTES]);

/** Whether a route takes a query parameter of this name. */
bool routes_knows(const struct route *route, struct span query);

/** Whether a token (NULL: none came) may use a route at all. @return PROBLEM_NONE, NO_TOKEN or FORBIDDEN */
enum problem_kind routes_admit(const struct route *route, const struct token *token);

#endif
