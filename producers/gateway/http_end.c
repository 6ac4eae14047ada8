/* http_end.c: whether a request says in one way only where it ends. */
#include "producers/gateway/http_end.h"

#include <microhttpd.h>
#include <string.h>

struct end {
	int statements; /* of where the body ends */
	const char *why;
};

static enum MHD_Result on_header(void *context,
				 enum MHD_ValueKind kind,
				 const char *name,
				 const char *value)
{
	struct end *end = context;

	(void)kind;
	if (strpbrk(name, " \t")) {
		end->why = "a header's name has a space in it";
	} else if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) {
		end->statements++;
	} else if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
		end->statements++;
		if (!value || strcasecmp(value, "chunked") != 0) {
			end->why = "a Transfer-Encoding other than chunked";
		}
	}
	if (end->statements > 1) {
		end->why = "more than one of Content-Length and Transfer-Encoding";
	}
	return end->why ? MHD_NO : MHD_YES;
}

bool http_end_clear(struct http_request *request)
{
	struct end end = {0};

	(void)MHD_get_connection_values(request->connection, MHD_HEADER_KIND, on_header, &end);
	if (end.why) {
		request->closing = true;
		http_problem(request, PROBLEM_MALFORMED, NULL, end.why);
	}
	return !end.why;
}
