/* post_binary.c: a CloudEvent in binary mode: its attributes stand in ce- headers, percent-encoded where they are not printable ASCII. */
#include "producers/post_binary.h"

#include <jansson.h>
#include <microhttpd.h>
#include <stdio.h>
#include <strings.h>

#include "schemas/member.h"

enum { NAME_BYTES = 64, VALUE_BYTES = 1024 };

struct reading {
	json_t *object;
	struct problem *problem;
	enum err err;
};

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

bool post_binary_decode(char *text, size_t *ret_n)
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
static json_t *value_of(const char *name, const char *text, size_t n)
{
	size_t count;
	const struct field *env = event_envelope_fields(&count);
	const struct field *field = member_named(env, count, span_cstr(name));
	struct span value = span_of(text, n);

	if (field && field->kind == KIND_BOOL) {
		if (span_eq(value, SPAN("true")) || span_eq(value, SPAN("false"))) {
			return json_boolean(value.n == 4);
		}
	}
	return json_stringn(text, n);
}

static enum MHD_Result take(void *context,
			    enum MHD_ValueKind kind,
			    const char *header,
			    const char *value)
{
	struct reading *reading = context;
	char name[NAME_BYTES] = "", text[VALUE_BYTES];
	size_t n = 0;
	json_t *json;

	(void)kind;
	if (strncasecmp(header, "ce-", 3) != 0) {
		return MHD_YES;
	}
	for (header += 3; *header && n + 1 < sizeof name; header++) {
		name[n++] = (char)(*header >= 'A' && *header <= 'Z' ? *header + 32 : *header);
	}
	if (*header || !n || strcmp(name, "data") == 0 || strcmp(name, "datacontenttype") == 0) {
		return refuse(reading, name, "is no attribute that a header may hold");
	}
	if (!value || strlen(value) >= sizeof text) {
		return refuse(reading, name, "is too long");
	}
	memcpy(text, value, strlen(value) + 1);
	if (!post_binary_decode(text, &n)) {
		return refuse(reading, name,
			      "has a % that is not followed by two hexadecimal digits");
	}
	if (json_object_get(reading->object, name)) {
		return refuse(reading, name, "stands there twice");
	}
	json = memchr(text, '\0', n) ? NULL : value_of(name, text, n);
	if (!json) {
		return refuse(reading, name, "is not UTF-8 text");
	}
	reading->err = json_object_set_new(reading->object, name, json) ? ERR_NOMEM : ERR_OK;
	return reading->err ? MHD_NO : MHD_YES;
}

enum err post_binary_headers(struct http_request *request,
			     void **ret_json,
			     struct problem *ret_problem)
{
	struct reading reading = {.object = json_object(), .problem = ret_problem};

	if (!reading.object) {
		return ERR_NOMEM;
	}
	(void)MHD_get_connection_values(request->connection, MHD_HEADER_KIND, take, &reading);
	if (reading.err) {
		json_decref(reading.object);
		return reading.err;
	}
	*ret_json = reading.object;
	return ERR_OK;
}
