/* http_queries.c: a request's query parameters against those that its route takes. */
#include "producers/gateway/http_queries.h"

#include <microhttpd.h>

#include "schemas/member.h"

/* What is wrong with the first parameter that does not fit. */
struct fitting {
	struct http_request *request;
	const char *name, *why;
};

/* If a parameter is given twice, a look-up by name finds the first. One without a value looks as if it were not there. */
static bool is_first(struct http_request *request, const char *name, const char *value)
{
	return (const char *)http_query(request, name).p == value;
}

static enum MHD_Result on_query(void *context,
				enum MHD_ValueKind kind,
				const char *name,
				const char *value)
{
	struct fitting *fitting = context;

	(void)kind;
	if (!routes_knows(fitting->request->route, span_cstr(name))) {
		/* Both end with a zero. */
		fitting->name = (const char *)member_unknown_name(span_cstr(name)).p;
		fitting->why = "not a parameter of this path";
	} else if (fitting->request->route->queries && !is_first(fitting->request, name, value)) {
		fitting->name = name;
		fitting->why = "given more than once";
	} else if (fitting->request->route->queries && !value) {
		fitting->name = name;
		fitting->why = "has no value";
	} else {
		return MHD_YES;
	}
	return MHD_NO;
}

bool http_queries_fit(struct http_request *request)
{
	struct fitting fitting = {.request = request};

	(void)MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, on_query,
					&fitting);
	if (fitting.why) {
		http_problem(request, PROBLEM_BAD_QUERY, fitting.name, fitting.why);
	}
	return !fitting.why;
}
