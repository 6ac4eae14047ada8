/* shard_retry.c: tries parked events again, in the order of their subjects. */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "consumers/shard_parts.h"

/* The queues as they stand; the view may not be written during a scan. */
struct queue {
	int partition;
	struct span subject;
};

struct queues {
	struct arena arena;
	struct queue *p;
	size_t n, room;
	bool failed;
};

static bool note_queue(void *context, struct span key, struct span value)
{
	struct queues *queues = context;
	struct parked_head head;
	struct queue queue;

	if (!parked_read_queue(key, value, &queue.partition, &queue.subject, &head)) {
		return true;
	}
	if (queues->n == queues->room) {
		size_t room = queues->room ? queues->room * 2 : 64;
		struct queue *p = realloc(queues->p, room * sizeof *p);

		if (!p) {
			queues->failed = true;
			return false;
		}
		queues->p = p;
		queues->room = room;
	}
	queue.subject = arena_copy(&queues->arena, queue.subject);
	queues->failed = !queue.subject.p;
	queues->p[queues->n++] = queue;
	return !queues->failed;
}

/* One parked event. @return why it stays parked; OK: it is done with */
static enum err try_event(struct shard *shard, const struct parked_event *parked, struct buf *bytes)
{
	struct event ev;
	struct place_in_log at = {.offset = parked->row.offset,
				  .tick = parked->row.tick,
				  .partition = parked->partition};
	bool done = false;

	/* The view gives its bytes only until the next write, and applying writes. */
	buf_reset(bytes);
	buf_add(bytes, parked->bytes);
	enum err err = bytes->err ? bytes->err : event_decode(buf_span(bytes), &ev, NULL);

	if (err) {
		return err;
	}
	if (parked->subject.n == 0 && (!ev.env.has_claim || ev.env.claim != parked->row.claim)) {
		return ERR_OK; /* void all along */
	}
	return shard_fold_apply(shard, &ev, &at, &done);
}

/*
 * Retries a subject's events in order, up to the first that stays parked. Records that could not be decoded have no order:
 * each one is tried.
 */
static enum err try_queue(struct shard *shard,
			  const struct queue *queue,
			  struct buf *bytes,
			  bool *ret_progress)
{
	struct view *view = shard->view;
	struct parked_event parked;
	struct parked_head head = {0};
	int table = shard->n_tables, partition = queue->partition;

	if (!parked_range(view, table, partition, queue->subject, &head)) {
		return view->err;
	}
	for (uint32_t number = head.first; number < head.next && !view->err; number++) {
		if (!parked_get(view, table, partition, queue->subject, number, &parked)) {
			continue;
		}
		enum err err = try_event(shard, &parked, bytes);

		if (shard_fold_is_fatal(err)) {
			return err;
		}
		if (err && queue->subject.n) {
			break;
		}
		if (!err) {
			overlay_mark(shard->overlay);
			shard->counts.retried++;
			shard->counts.waiting -=
				parked_drop(view, table, partition, queue->subject, number);
			*ret_progress = true;
		}
	}
	return view->err;
}

static enum err try_all(struct shard *shard, const struct queues *queues, struct buf *bytes)
{
	bool progress = true;
	enum err err = ERR_OK;

	/* A record that can now be decoded may unblock its subject, and the other way round: repeat until nothing changes. */
	while (progress && !err) {
		progress = false;
		for (size_t i = 0; i < queues->n && !err; i++) {
			err = try_queue(shard, &queues->p[i], bytes, &progress);
			if (!err && shard_is_full(shard)) {
				err = shard_commit(shard);
			}
		}
	}
	return err;
}

enum err shard_retry(struct shard *shard)
{
	struct queues queues = {0};
	struct buf bytes = {0};
	enum err err = ERR_OK;

	if (!shard->counts.waiting) {
		return ERR_OK;
	}
	view_scan(shard->view, shard->n_tables + PARKED_QUEUES, (struct span){0}, note_queue,
		  &queues);
	err = queues.failed ? ERR_NOMEM : shard->view->err;
	if (!err) {
		err = try_all(shard, &queues, &bytes);
	}
	free(queues.p);
	arena_done(&queues.arena);
	buf_done(&bytes);
	return err;
}
