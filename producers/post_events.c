/* post_events.c: POST /v1/events: which form the events come in, and what is asked of them; the rest is the posting's. */
#include <jansson.h>
#include <microhttpd.h>
#include <stdio.h>
#include <strings.h>

#include "producers/answer.h"
#include "producers/gateway.h"

static bool media_is(struct span type, const char *wanted)
{
	size_t n = strlen(wanted);

	return type.n >= n && !strncasecmp((const char *)type.p, wanted, n) &&
	       (type.n == n || type.p[n] == ';' || type.p[n] == ' ');
}

static bool form_of(struct http_request *request, enum batch_form *ret_form)
{
	struct span type = http_header(request, MHD_HTTP_HEADER_CONTENT_TYPE);

	if (media_is(type, "application/cloudevents+json")) {
		*ret_form = BATCH_JSON;
	} else if (media_is(type, "application/cloudevents-batch+json")) {
		*ret_form = BATCH_JSON_MANY;
	} else if (media_is(type, "application/cloudevents+msgpack")) {
		*ret_form = BATCH_MSGPACK;
	} else if (media_is(type, "application/cloudevents-batch+msgpack")) {
		*ret_form = BATCH_MSGPACK_MANY;
	} else if (media_is(type, "application/json") && http_header(request, "ce-specversion").p) {
		*ret_form = BATCH_BINARY;
	} else {
		return false;
	}
	return true;
}

/* CloudEvents' HTTP binding: what is not printable ASCII comes percent-encoded. */
static size_t percent_decode(const char *text, char *ret_text, size_t room)
{
	size_t n = 0;

	while (*text && n + 1 < room) {
		unsigned byte;

		if (text[0] == '%' && sscanf(text + 1, "%2x", &byte) == 1 && text[1] && text[2]) {
			ret_text[n++] = (char)byte;
			text += 3;
		} else {
			ret_text[n++] = *text++;
		}
	}
	ret_text[n] = '\0';
	return n;
}

static enum MHD_Result header_take(void *context,
				   enum MHD_ValueKind kind,
				   const char *name,
				   const char *value)
{
	char text[1024], lower[64];
	size_t n = strlen(name);

	(void)kind;
	if (strncasecmp(name, "ce-", 3) != 0 || n >= sizeof lower || !value) {
		return MHD_YES;
	}
	for (size_t i = 0; i <= n - 3; i++) {
		lower[i] = (char)(name[i + 3] >= 'A' && name[i + 3] <= 'Z' ? name[i + 3] + 32
									   : name[i + 3]);
	}
	n = percent_decode(value, text, sizeof text);
	(void)json_object_set_new(context, lower, json_stringn(text, n));
	return MHD_YES;
}

static bool wanted(struct span text, const char *word)
{
	return text.p && memmem(text.p, text.n, word, strlen(word));
}

static void batch_free(struct http_request *request)
{
	request->gateway->posting->release(request->gateway->posting, request->work);
}

static struct batch *batch_of(struct http_request *request, enum batch_form form)
{
	struct batch *batch = batch_new(&request->token, form);
	struct span dry = http_query(request, "dry_run");
	struct span trace = http_header(request, "traceparent");

	if (!batch) {
		return NULL;
	}
	batch->body = request->body;
	request->body = (struct buf){0};
	batch->dryrun = span_eq(dry, SPAN("1")) || span_eq(dry, SPAN("true"));
	batch->async = wanted(http_header(request, "Prefer"), "respond-async");
	if (trace.n < sizeof batch->trace && door_trace_formed(trace)) {
		memcpy(batch->trace, trace.p, trace.n);
	}
	if (form == BATCH_BINARY) {
		batch->headers = json_object();
		(void)MHD_get_connection_values(request->connection, MHD_HEADER_KIND, header_take,
						batch->headers);
	}
	return batch;
}

static void answer(struct http_request *request)
{
	const struct batch *batch = request->work;

	request->status = batch_answer(batch, &request->answer);
	request->content_type =
		request->status >= 400 ? "application/problem+json" : "application/json";
	request->retry_after_s = request->status == 503 || request->status == 429 ? 2 : 0;
	if (request->status == 202) {
		struct buf url = {0};

		answer_url(&url, batch->items[0].subject, batch->items[0].source,
			   batch->items[0].id);
		(void)snprintf(request->location, sizeof request->location, "%.*s",
			       SPAN_ARGS(buf_span(&url)));
		buf_done(&url);
	}
}

/* Called twice: with the body, and again once the outcome is there. */
route_handler post_events;
void post_events(struct http_request *request)
{
	enum problem_kind kind =
		door_mode_check((enum door_mode)request->gateway->mode, &request->token);
	enum batch_form form;
	struct batch *batch;

	if (request->work) {
		answer(request);
		return;
	}
	if (kind || !form_of(request, &form)) {
		http_problem(
			request, kind ? kind : PROBLEM_MEDIA_TYPE, NULL,
			kind ? NULL
			     : "application/cloudevents+json, +msgpack, -batch+json, -batch+msgpack, or application/json with ce- headers");
		return;
	}
	batch = batch_of(request, form);
	if (!batch) {
		http_problem(request, PROBLEM_FAILED, NULL, NULL);
		return;
	}
	request->work = batch;
	request->work_free = batch_free;
	batch->waiting = request;
	http_suspend(request);
	if (!request->gateway->posting->submit(request->gateway->posting, batch)) {
		batch->kind = PROBLEM_BUSY;
		http_resume(request);
	}
}
