/* batch.c: what one POST brought, from its body to its answer. */
#include "producers/gateway/batch.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/limits.h"
#include "producers/gateway/answer.h"
#include "producers/gateway/disclosure.h"
#include "producers/gateway/door_reject.h"
#include "producers/gateway/json_out.h"
#include "schemas/json_in.h"
#include "schemas/mp.h"

/* What taking a body through the door needs. */
struct entry {
	struct batch *batch;
	const struct door *door;
	struct key_store_txn *keys;
	int64_t refknown;
};

struct batch *batch_new(const struct token *token, enum batch_form form)
{
	struct batch *batch = calloc(1, sizeof *batch);

	if (batch) {
		batch->refs = 1;
		batch->token = *token;
		batch->form = form;
		batch->many = form == BATCH_JSON_MANY || form == BATCH_MSGPACK_MANY;
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
	buf_done(&batch->attributes);
	buf_done(&batch->scratch);
	free(batch->items);
	free(batch);
}

/* ---- settling */

/* What was written into scratch; absent without memory. */
static struct span written(struct batch *batch)
{
	json_out_close(&batch->scratch, '}');
	return batch->scratch.err ? (struct span){0}
				  : arena_copy(&batch->arena, buf_span(&batch->scratch));
}

static void settle(struct batch_item *item, int status)
{
	item->answer = written(item->batch);
	item->status = status;
	item->batch->unsettled--;
}

static struct buf *settle_begin(struct batch_item *item)
{
	struct buf *out = &item->batch->scratch;

	buf_reset(out);
	json_out_open(out, '{');
	return out;
}

/* A repeat's record does not hold the receipt code; the door has made it anew. */
static void receipt_add(struct buf *out, const struct batch_item *item, bool told)
{
	if (item->receipt.n && !told) {
		json_out_member(out, "receipt", item->receipt);
	}
}

static void outcome_write(struct batch_item *item,
			  const struct event *outcome,
			  int partition,
			  int64_t offset)
{
	struct buf *out = settle_begin(item);

	answer_members(out, outcome, partition, offset);
	receipt_add(out, item, outcome->type != EVENT_action_repeated || outcome->env.has_receipt);
}

void batch_settle_outcome(struct batch_item *item,
			  const struct event *outcome,
			  int partition,
			  int64_t offset)
{
	struct event bare;

	if (item->status) {
		return;
	}
	if (disclosure_concerns(outcome)) {
		outcome_write(item, outcome, partition, offset);
		item->whole = written(item->batch);
		item->outcome_offset = offset;
		disclosure_bare(outcome, &bare);
		outcome = &bare;
	}
	outcome_write(item, outcome, partition, offset);
	settle(item, answer_status(outcome));
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
		receipt_add(&item->batch->scratch, item, item->batch->dryrun);
		settle(item, 202);
	}
}

/* ---- entering */

/* Items may move while the body is read: nobody points to one before it is sent. @return NULL: the whole is refused */
static struct batch_item *item_new(struct batch *batch)
{
	struct batch_item *item;

	if (batch->n_items == batch->room_items) {
		int room = batch->room_items ? batch->room_items * 2 : batch->many ? 16 : 1;
		void *more = realloc(batch->items, (size_t)room * sizeof *batch->items);

		if (!more) {
			batch->kind = PROBLEM_FAILED;
			return NULL;
		}
		batch->items = more;
		batch->room_items = room;
	}
	item = &batch->items[batch->n_items++];
	*item = (struct batch_item){.batch = batch, .partition = -1};
	batch->unsettled++;
	return item;
}

static struct batch_item *item_add(struct batch *batch)
{
	struct batch_item *item;

	if (batch->n_events == (batch->many ? LIMIT_BATCH_EVENTS : 1)) {
		batch->kind = PROBLEM_TOO_BIG;
		(void)snprintf(batch->problem.reason, sizeof batch->problem.reason,
			       "more than %d events in one batch", LIMIT_BATCH_EVENTS);
		return NULL;
	}
	item = item_new(batch);
	if (item) {
		item->parts = 1;
		batch->n_events++;
	}
	return item;
}

/* A clock's action goes to every partition of every register; its answer is that of the partition that did worst. */
static void item_spread(struct batch *batch, int first)
{
	static const enum topic EVENTS[] = {TOPIC_CASE, TOPIC_REFERENCE};
	struct batch_item *item = &batch->items[first];
	int parts = 0;

	for (size_t i = 0; i < sizeof EVENTS / sizeof EVENTS[0]; i++) {
		for (int p = 0; p < schema_topic(EVENTS[i])->partitions; p++) {
			item = parts ? item_new(batch) : item;
			if (!item) {
				return; /* the whole is refused */
			}
			if (parts++) {
				*item = batch->items[first];
				item->parts = 0;
			}
			item->topic = schema_topic_actions(EVENTS[i]);
			item->partition = p;
		}
	}
	batch->items[first].parts = parts;
}

/* What the door refuses is noted, except what was only tried; without memory it is not. */
static void note(const struct entry *entry, struct door_reject *reject, struct batch_reject *ret)
{
	struct batch *batch = entry->batch;

	reject->token = &batch->token;
	reject->now_us = clock_wall_us();
	if (!batch->dryrun &&
	    door_reject(entry->door, reject, &batch->arena, &ret->key, &ret->bytes)) {
		*ret = (struct batch_reject){0};
	}
}

static void item_refuse(const struct entry *entry,
			struct batch_item *item,
			struct door_reject *reject)
{
	batch_settle_problem(item, reject->kind, reject->problem);
	note(entry, reject, &item->reject);
}

static void item_enter(const struct entry *entry, struct batch_item *item, struct event *ev)
{
	struct batch *batch = entry->batch;
	struct door_pass pass = {.refknown = entry->refknown};
	struct door_reject reject = {.type = ev->type, .digest = pass.digest};

	if (batch->dryrun) {
		EVENT_SET(ev->env, dryrun, true);
	}
	if (batch->trace[0] && !ev->env.has_traceparent) {
		EVENT_SET(ev->env, traceparent, span_cstr(batch->trace));
	}
	/* Copied first: what stands in the event lives only until the next one is read. */
	item->source = arena_copy(&batch->arena, ev->env.source);
	item->id = arena_copy(&batch->arena, ev->env.id);
	if (door_enter(entry->door, &batch->token, ev, entry->keys, &batch->arena, &pass)) {
		reject.kind = pass.kind;
		reject.problem = &pass.problem;
		reject.source = item->source;
		reject.id = item->id;
		item_refuse(entry, item, &reject);
		return;
	}
	item->topic = pass.topic;
	item->bytes = pass.bytes;
	item->subject = arena_copy(&batch->arena, span_cstr(pass.subject));
	item->key = arena_copy(&batch->arena, span_cstr(pass.key));
	item->receipt = pass.receipt[0] ? arena_copy(&batch->arena, span_cstr(pass.receipt))
					: (struct span){0};
	if (item->topic == TOPIC_COUNT) {
		item_spread(batch, (int)(item - batch->items));
	}
}

static struct span text_in(yyjson_val *json, const char *name)
{
	yyjson_val *text = yyjson_obj_get(json, name);

	return yyjson_is_str(text) ? span_of(yyjson_get_str(text), yyjson_get_len(text))
				   : (struct span){0};
}

/* The event points into the tree and the arena; all that outlives this is copied by then. @param data as by event_from_json_tree */
static void json_enter(const struct entry *entry,
		       yyjson_val *json,
		       yyjson_val *data,
		       struct span bytes)
{
	struct batch_item *item = item_add(entry->batch);
	struct problem problem = {0};
	struct event ev;
	enum err err;

	if (!item) {
		return;
	}
	err = event_from_json_tree(json, data, &entry->batch->arena, &ev, &problem);
	if (err) {
		struct door_reject reject = {.kind = problem_of_err(err),
					     .problem = &problem,
					     .type = event_type_named(text_in(json, "type")),
					     .source = text_in(json, "source"),
					     .id = text_in(json, "id"),
					     .bytes = bytes};

		item_refuse(entry, item, &reject);
	} else {
		item_enter(entry, item, &ev);
	}
}

static void malformed(struct batch *batch, const char *reason)
{
	batch->kind = PROBLEM_MALFORMED;
	(void)snprintf(batch->problem.reason, sizeof batch->problem.reason, "%s", reason);
}

/* One tree at a time, in the same memory, which stays small and warm. */
static enum err json_next_enter(const struct entry *entry, struct json_in *in, struct arena *tree)
{
	size_t from = json_in_skip(in);
	yyjson_val *json;
	enum err err;

	arena_reset(tree);
	err = json_in_next(in, tree, &json, &entry->batch->problem);
	if (!err) {
		json_enter(entry, json, NULL, span_of(entry->batch->body.p + from, in->at - from));
	}
	return err;
}

static enum err json_many_enter(const struct entry *entry, struct json_in *in, struct arena *tree)
{
	struct batch *batch = entry->batch;
	enum err err = ERR_OK;

	if (!json_in_take(in, '[')) {
		malformed(batch, "not a JSON array");
		return ERR_OK;
	}
	if (!json_in_take(in, ']')) {
		do {
			err = json_next_enter(entry, in, tree);
		} while (!err && !batch->kind && json_in_take(in, ','));
		if (err || batch->kind) {
			return err;
		}
		if (!json_in_take(in, ']')) {
			malformed(batch, "not a JSON array of objects");
			return ERR_OK;
		}
	}
	if (!json_in_ended(in)) {
		malformed(batch, "has bytes after its end");
	}
	return ERR_OK;
}

static enum err json_one_enter(const struct entry *entry, struct json_in *in, struct arena *tree)
{
	struct batch *batch = entry->batch;
	yyjson_val *json, *data = NULL;
	enum err err;

	if (!batch->body.n) {
		malformed(batch, "the body is empty");
		return ERR_OK;
	}
	err = json_in_only(in, tree, &json, &batch->problem);
	if (!err && batch->form == BATCH_BINARY) {
		struct json_in attributes;

		data = json;
		err = json_in_open(&attributes, buf_span(&batch->attributes), tree);
		err = err ? err : json_in_only(&attributes, tree, &json, &batch->problem);
	}
	if (!err) {
		json_enter(entry, json, data, buf_span(&batch->body));
	}
	return err;
}

static void json_body_enter(const struct entry *entry)
{
	struct arena text = {0}, tree = {0};
	struct json_in in;
	enum err err = json_in_open(&in, buf_span(&entry->batch->body), &text);

	if (!err) {
		err = entry->batch->form == BATCH_JSON_MANY ? json_many_enter(entry, &in, &tree)
							    : json_one_enter(entry, &in, &tree);
	}
	if (err) {
		entry->batch->kind = problem_of_err(err);
	}
	arena_done(&tree);
	arena_done(&text);
}

static void msgpack_enter(const struct entry *entry, struct span bytes)
{
	struct batch_item *item = item_add(entry->batch);
	struct problem problem = {0};
	struct event ev;
	enum err err;

	if (!item) {
		return;
	}
	err = event_decode_posted(bytes, &ev, &problem);
	if (err) {
		struct door_reject reject = {.kind = problem_of_err(err),
					     .problem = &problem,
					     .type = ev.type,
					     .source = ev.env.source,
					     .id = ev.env.id,
					     .bytes = bytes};

		item_refuse(entry, item, &reject);
	} else {
		item_enter(entry, item, &ev);
	}
}

/* Where each ends is known without reading it: one that is no event spoils no other. */
static void msgpack_many_enter(const struct entry *entry)
{
	struct batch *batch = entry->batch;
	struct mp mp = mp_over(buf_span(&batch->body));
	uint32_t count;

	if (!mp_array(&mp, &count)) {
		malformed(batch, "not a MessagePack array");
		return;
	}
	for (uint32_t i = 0; i < count && !batch->kind; i++) {
		const uint8_t *start = mp.at;

		if (!mp_skip_any(&mp, LIMIT_DEPTH)) {
			malformed(batch, "not a MessagePack array of events");
			return;
		}
		msgpack_enter(entry, span_of(start, (size_t)(mp.at - start)));
	}
	if (!batch->kind && mp_left(&mp)) {
		malformed(batch, "has bytes after its end");
	}
}

static void body_enter(const struct entry *entry)
{
	switch (entry->batch->form) {
	case BATCH_MSGPACK:
		msgpack_enter(entry, buf_span(&entry->batch->body));
		break;
	case BATCH_MSGPACK_MANY:
		msgpack_many_enter(entry);
		break;
	default:
		json_body_enter(entry);
	}
}

void batch_enter(struct batch *batch,
		 const struct door *door,
		 struct key_store_txn *keys,
		 int64_t refknown)
{
	struct entry entry = {batch, door, keys, refknown};
	int taken = keys->taken;

	body_enter(&entry);
	batch->keyed = keys->taken > taken;
	if (batch->kind == PROBLEM_MALFORMED || batch->kind == PROBLEM_TOO_BIG) {
		struct door_reject reject = {.kind = batch->kind,
					     .problem = &batch->problem,
					     .bytes = buf_span(&batch->body)};

		note(&entry, &reject, &batch->reject);
	}
	/* All that is needed of it was copied, and reports may be long in coming. */
	buf_done(&batch->body);
}
