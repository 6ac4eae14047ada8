/* post_events.c: POST /v1/events: which format the events are in, and what is asked of them; kafka_posting does the rest. */
#include <microhttpd.h>
#include <stdio.h>

#include "producers/gateway/answer.h"
#include "producers/gateway/content_type.h"
#include "producers/gateway/disclosure.h"
#include "producers/gateway/gateway.h"
#include "producers/gateway/post_binary.h"
#include "producers/gateway/prefer.h"

static const char *const TYPES[] = {
#define FORM(form, type, help) [BATCH_##form] = type,
#include "producers/gateway/forms.def"
#undef FORM
};

static bool form_of(struct http_request *request, enum batch_form *ret_form)
{
	struct span type = http_header(request, MHD_HTTP_HEADER_CONTENT_TYPE);

	if (http_header(request, MHD_HTTP_HEADER_CONTENT_ENCODING).p) {
		return false;
	}
	for (unsigned form = 0; form < sizeof TYPES / sizeof TYPES[0]; form++) {
		if (content_type_is(type, TYPES[form])) {
			*ret_form = (enum batch_form)form;
			return form != BATCH_BINARY || http_header(request, "ce-specversion").p;
		}
	}
	return false;
}

/* Text in another charset would be read as UTF-8, and where it happens to be valid nobody would notice. */
static bool charset_refused(struct http_request *request)
{
	char name[CONTENT_TYPE_CHARSET_BYTES], reason[120];

	if (!content_type_foreign_charset(http_header(request, MHD_HTTP_HEADER_CONTENT_TYPE),
					  name)) {
		return false;
	}
	(void)snprintf(reason, sizeof reason,
		       "charset %s: events come in UTF-8; convert them and leave the charset out",
		       name);
	http_problem(request, PROBLEM_MEDIA_TYPE, NULL, reason);
	return true;
}

#define ASYNC "respond-async"

static enum MHD_Result on_header(void *context,
				 enum MHD_ValueKind kind,
				 const char *name,
				 const char *value)
{
	(void)kind;
	*(bool *)context |= strcasecmp(name, "Prefer") == 0 && prefer_has(span_cstr(value), ASYNC);
	return MHD_YES;
}

/* A list may come in several headers. */
static bool async_wanted(struct http_request *request)
{
	bool wanted = false;

	(void)MHD_get_connection_values(request->connection, MHD_HEADER_KIND, on_header, &wanted);
	return wanted;
}

/* A misspelt dry run must not become a real post. */
static bool dry_run_read(struct http_request *request, bool *ret_dry)
{
	struct span text = http_query(request, "dry_run");

	*ret_dry = span_eq(text, SPAN("1")) || span_eq(text, SPAN("true"));
	if (!text.p || *ret_dry || span_eq(text, SPAN("0")) || span_eq(text, SPAN("false"))) {
		return true;
	}
	http_problem(request, PROBLEM_BAD_QUERY, "dry_run", "1 or 0");
	return false;
}

static void batch_free(struct http_request *request)
{
	request->gateway->posting->release(request->gateway->posting, request->work);
}

static struct batch *batch_of(struct http_request *request, enum batch_form form)
{
	struct batch *batch = batch_new(&request->token, form);
	struct span trace = http_header(request, "traceparent");

	if (!batch) {
		return NULL;
	}
	batch->body = request->body;
	request->body = (struct buf){0};
	batch->async = async_wanted(request);
	if (trace.n < sizeof batch->trace && door_trace_formed(trace)) {
		memcpy(batch->trace, trace.p, trace.n);
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
	if (batch->async && (request->status == 202 || (batch->many && !batch->kind))) {
		request->preference = ASYNC;
	}
	if (request->status == 201 || request->status == 202) {
		struct buf url = {0};

		answer_url(&url, batch->items[0].subject, batch->items[0].source,
			   batch->items[0].id);
		(void)snprintf(request->location, sizeof request->location, "%.*s",
			       SPAN_ARGS(buf_span(&url)));
		buf_done(&url);
	}
}

/* The posted events, with the attributes that headers gave. @return NULL: a problem is answered */
static struct batch *read_batch(struct http_request *request, enum batch_form form)
{
	struct problem problem = {0};
	struct batch *batch = batch_of(request, form);

	if (!batch) {
		http_problem(request, PROBLEM_FAILED, NULL, NULL);
		return NULL;
	}
	enum err err = form == BATCH_BINARY
			       ? post_binary_headers(request, &batch->attributes, &problem)
			       : ERR_OK;

	if (err) {
		http_problem(request, problem_of_err(err), problem.field, problem.reason);
		batch_release(batch);
		return NULL;
	}
	return batch;
}

/* The request waits until the batch has its outcomes. */
static void submit(struct http_request *request, struct batch *batch)
{
	request->work = batch;
	request->work_free = batch_free;
	batch->waiting = request;
	http_suspend(request);
	if (!request->gateway->posting->submit(request->gateway->posting, batch)) {
		batch->kind = PROBLEM_BUSY;
		http_resume(request);
	}
}

static void begin(struct http_request *request)
{
	enum problem_kind kind =
		door_mode_check((enum door_mode)request->gateway->mode, &request->token);
	enum batch_form form;
	bool dryrun;

	if (!kind && receipt_check_foreign(&request->gateway->receipts)) {
		kind = PROBLEM_OTHER_SECRETS;
	}
	if (kind || !form_of(request, &form)) {
		http_problem(
			request, kind ? kind : PROBLEM_MEDIA_TYPE, NULL,
			kind ? NULL
			     : "application/cloudevents+json, +msgpack, -batch+json, -batch+msgpack, or application/json with ce- headers; not compressed");
		return;
	}
	if (charset_refused(request) || !dry_run_read(request, &dryrun)) {
		return;
	}
	struct batch *batch = read_batch(request, form);

	if (batch) {
		batch->dryrun = dryrun;
		submit(request, batch);
	}
}

/* Called with the body, again once the outcome is there, and again while it waits for the fold. */
route_handler post_events;
void post_events(struct http_request *request)
{
	if (!request->work) {
		begin(request);
	} else if (disclosure_open(request, request->work)) {
		answer(request);
	}
}
