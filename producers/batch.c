/* batch.c: what one POST brought, from its body to its answer. */
#include "producers/batch.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/limits.h"
#include "producers/answer.h"
#include "producers/json_out.h"

struct batch *batch_new(const struct token *token, enum batch_form form)
{
	struct batch *batch = calloc(1, sizeof *batch);

	if (batch) {
		batch->refs = 1;
		batch->token = *token;
		batch->form = form;
		batch->many = form == BATCH_JSON_MANY;
	}
	return batch;
}

void batch_release(struct batch *batch)
{
	if (!batch || --batch->refs) {
		return;
	}
	arena_done(&batch->arena);
	buf_done(&batch->body);
	buf_done(&batch->scratch);
	json_decref(batch->headers);
	free(batch->items);
	free(batch);
}

/* ---- settling */

static void settle(struct batch_item *item, int status)
{
	struct batch *batch = item->batch;

	json_out_close(&batch->scratch, '}');
	item->status = status;
	item->answer = (struct span){0};
	if (!batch->scratch.err) {
		item->answer = arena_copy(&batch->arena, buf_span(&batch->scratch));
	}
	batch->unsettled--;
}

static struct buf *settle_begin(struct batch_item *item)
{
	struct buf *out = &item->batch->scratch;

	buf_reset(out);
	json_out_open(out, '{');
	return out;
}

void batch_settle_outcome(struct batch_item *item,
			  const struct event *outcome,
			  int partition,
			  int64_t offset)
{
	int status = answer_status(outcome);

	if (!item->status) {
		answer_members(settle_begin(item), outcome, partition, offset);
		settle(item, status);
	}
}

void batch_settle_problem(struct batch_item *item,
			  enum problem_kind kind,
			  const struct problem *where)
{
	if (!item->status) {
		problem_members(settle_begin(item), kind, where);
		settle(item, problem_status(kind));
	}
}

void batch_settle_pending(struct batch_item *item)
{
	if (!item->status) {
		answer_pending(settle_begin(item), item->subject, item->source, item->id);
		settle(item, 202);
	}
}

/* ---- entering */

static struct batch_item *item_add(struct batch *batch)
{
	struct batch_item *item;

	if (!batch->items) {
		batch->items = calloc(batch->many ? LIMIT_BATCH_EVENTS : 1, sizeof *batch->items);
	}
	if (!batch->items) {
		batch->kind = PROBLEM_FAILED;
		return NULL;
	}
	if (batch->n_items == (batch->many ? LIMIT_BATCH_EVENTS : 1)) {
		batch->kind = PROBLEM_TOO_BIG;
		(void)snprintf(batch->problem.reason, sizeof batch->problem.reason,
			       "more than %d events in one batch", LIMIT_BATCH_EVENTS);
		return NULL;
	}
	item = &batch->items[batch->n_items++];
	item->batch = batch;
	batch->unsettled++;
	return item;
}

static void item_enter(struct batch_item *item,
		       struct event *ev,
		       const struct door *door,
		       struct key_store_txn *keys,
		       int64_t refknown)
{
	struct batch *batch = item->batch;
	struct door_pass pass = {.refknown = refknown};

	if (batch->dryrun) {
		EVENT_SET(ev->env, dryrun, true);
	}
	if (door_enter(door, &batch->token, ev, keys, &batch->arena, &pass)) {
		batch_settle_problem(item, pass.kind, &pass.problem);
		return;
	}
	item->topic = pass.topic;
	item->bytes = pass.bytes;
	item->subject = arena_copy(&batch->arena, span_cstr(pass.subject));
	item->key = arena_copy(&batch->arena, span_cstr(pass.key));
	item->source = arena_copy(&batch->arena, ev->env.source);
	item->id = arena_copy(&batch->arena, ev->env.id);
}

/* The event points into the JSON and the arena; all that outlives this is copied by then. */
static void json_enter(struct batch *batch,
		       const json_t *json,
		       const struct door *door,
		       struct key_store_txn *keys,
		       int64_t refknown)
{
	struct batch_item *item = item_add(batch);
	struct problem problem = {0};
	struct event ev;
	enum err err;

	if (!item) {
		return;
	}
	err = event_from_json(json, &batch->arena, &ev, &problem);
	if (err) {
		batch_settle_problem(item, problem_of_err(err), &problem);
	} else {
		item_enter(item, &ev, door, keys, refknown);
	}
}

static void malformed(struct batch *batch, const char *reason)
{
	batch->kind = PROBLEM_MALFORMED;
	(void)snprintf(batch->problem.reason, sizeof batch->problem.reason, "%s", reason);
}

static size_t skip_space(struct span text, size_t at)
{
	while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\n' || text.p[at] == '\r' ||
			       text.p[at] == '\t')) {
		at++;
	}
	return at;
}

static bool at_byte(struct span text, size_t at, char byte)
{
	return at < text.n && text.p[at] == (uint8_t)byte;
}

/* One after the other, each tree freed before the next: jansson's memory stays small and warm. */
static void json_many_enter(struct batch *batch,
			    const struct door *door,
			    struct key_store_txn *keys,
			    int64_t refknown)
{
	struct span text = buf_span(&batch->body);
	size_t at = skip_space(text, 0);
	json_error_t why;

	if (!at_byte(text, at, '[')) {
		malformed(batch, "not a JSON array");
		return;
	}
	at = skip_space(text, at + 1);
	if (at_byte(text, at, ']') && skip_space(text, at + 1) == text.n) {
		return;
	}
	while (!batch->kind) {
		json_t *json = json_loadb((const char *)text.p + at, text.n - at,
					  JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &why);

		if (!json) {
			malformed(batch, why.text);
			return;
		}
		json_enter(batch, json, door, keys, refknown);
		json_decref(json);
		at = skip_space(text, at + (size_t)why.position);
		if (at_byte(text, at, ']') && skip_space(text, at + 1) == text.n) {
			return;
		}
		if (!at_byte(text, at, ',')) {
			malformed(batch, "not a JSON array of objects");
			return;
		}
		at = skip_space(text, at + 1);
	}
}

static void json_one_enter(struct batch *batch,
			   const struct door *door,
			   struct key_store_txn *keys,
			   int64_t refknown)
{
	json_error_t why;
	json_t *json = json_loadb((const char *)batch->body.p, batch->body.n,
				  JSON_REJECT_DUPLICATES, &why);

	if (!json) {
		malformed(batch, batch->body.n ? why.text : "the body is empty");
		return;
	}
	if (batch->form == BATCH_BINARY) {
		(void)json_object_set_new(batch->headers, "data", json);
		json = json_incref(batch->headers);
	}
	json_enter(batch, json, door, keys, refknown);
	json_decref(json);
}

static void msgpack_enter(struct batch *batch,
			  const struct door *door,
			  struct key_store_txn *keys,
			  int64_t refknown)
{
	struct batch_item *item = item_add(batch);
	struct problem problem = {0};
	struct event ev;
	enum err err;

	if (!item) {
		return;
	}
	err = event_decode_posted(buf_span(&batch->body), &ev, &problem);
	if (err) {
		batch_settle_problem(item, problem_of_err(err), &problem);
	} else {
		item_enter(item, &ev, door, keys, refknown);
	}
}

void batch_enter(struct batch *batch,
		 const struct door *door,
		 struct key_store_txn *keys,
		 int64_t refknown)
{
	switch (batch->form) {
	case BATCH_JSON_MANY:
		json_many_enter(batch, door, keys, refknown);
		break;
	case BATCH_MSGPACK:
		msgpack_enter(batch, door, keys, refknown);
		break;
	default:
		json_one_enter(batch, door, keys, refknown);
	}
}

/* ---- answering */

int batch_answer(const struct batch *batch, struct buf *out)
{
	if (batch->kind) {
		problem_object(out, batch->kind, &batch->problem);
		return problem_status(batch->kind);
	}
	if (!batch->many) {
		buf_add(out, batch->items[0].answer);
		return batch->items[0].answer.p ? batch->items[0].status
						: problem_status(PROBLEM_FAILED);
	}
	json_out_open(out, '{');
	json_out_name(out, "items");
	json_out_open(out, '[');
	for (int i = 0; i < batch->n_items; i++) {
		if (i) {
			buf_add(out, SPAN(",\n"));
		}
		buf_add(out, batch->items[i].answer);
	}
	json_out_close(out, ']');
	json_out_close(out, '}');
	return 200;
}
