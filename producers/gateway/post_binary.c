/* post_binary.c: a CloudEvent in binary mode: its attributes stand in ce- headers, percent-encoded where they are not printable ASCII. */
#include "producers/gateway/post_binary.h"

#include <microhttpd.h>
#include <stdio.h>
#include <strings.h>

#include "common/json_text.h"
#include "producers/gateway/json_out.h"
#include "schemas/member.h"

enum { NAME_BYTES = 64, VALUE_BYTES = 1024 };

struct reading {
	struct buf *object;
	struct problem *problem;
	enum err err;
};

/* Letters, of either case, and digits: CloudEvents' names. */
static bool in_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* Undoes percent-encoding, in place. @return false: a % without two hexadecimal digits */
static bool percent_decode(char *text, size_t *ret_n)
{
	size_t n = 0;

	for (const char *from = text; *from; n++) {
		int high, low;

		if (*from != '%') {
			text[n] = *from++;
			continue;
		}
		high = hex_digit(from[1]);
		low = high < 0 ? -1 : hex_digit(from[2]);
		if (low < 0) {
			return false;
		}
		text[n] = (char)(high * 16 + low);
		from += 3;
	}
	text[n] = '\0';
	*ret_n = n;
	return true;
}

static enum MHD_Result refuse(struct reading *reading, const char *name, const char *reason)
{
	reading->err = ERR_MALFORMED;
	(void)snprintf(reading->problem->field, sizeof reading->problem->field, "%.60s", name);
	(void)snprintf(reading->problem->reason, sizeof reading->problem->reason, "%s", reason);
	return MHD_NO;
}

/* Headers know no kinds: a boolean comes as the text that CloudEvents gives it. */
static void add_value(struct buf *object, const char *name, struct span value)
{
	size_t count;
	const struct field *env = event_envelope_fields(&count);
	const struct field *field = member_named(env, count, span_cstr(name));

	if (field && field->kind == KIND_BOOL &&
	    (span_eq(value, SPAN("true")) || span_eq(value, SPAN("false")))) {
		json_out_bool(object, value.n == 4);
	} else {
		json_out_text(object, value);
	}
}

static enum MHD_Result take(void *context,
			    enum MHD_ValueKind kind,
			    const char *header,
			    const char *value)
{
	struct reading *reading = context;
	char name[NAME_BYTES] = "", text[VALUE_BYTES];
	size_t n = 0;

	(void)kind;
	if (strncasecmp(header, "ce-", 3) != 0) {
		return MHD_YES;
	}
	for (header += 3; in_name(*header) && n + 1 < sizeof name; header++) {
		name[n++] = (char)(*header >= 'A' && *header <= 'Z' ? *header + 32 : *header);
	}
	if (*header || !n || strcmp(name, "data") == 0 || strcmp(name, "datacontenttype") == 0) {
		return refuse(reading, name, "is no attribute that a header may hold");
	}
	if (!value || strlen(value) >= sizeof text) {
		return refuse(reading, name, "is too long");
	}
	memcpy(text, value, strlen(value) + 1);
	if (!percent_decode(text, &n)) {
		return refuse(reading, name,
			      "has a % that is not followed by two hexadecimal digits");
	}
	if (memchr(text, '\0', n) || !json_text_is_utf8(span_of(text, n), NULL)) {
		return refuse(reading, name, "is not UTF-8 text");
	}
	json_out_name(reading->object, name);
	add_value(reading->object, name, span_of(text, n));
	return MHD_YES;
}

enum err post_binary_headers(struct http_request *request,
			     struct buf *object,
			     struct problem *ret_problem)
{
	struct reading reading = {.object = object, .problem = ret_problem};

	json_out_open(object, '{');
	(void)MHD_get_connection_values(request->connection, MHD_HEADER_KIND, take, &reading);
	json_out_close(object, '}');
	return reading.err ? reading.err : object->err;
}
