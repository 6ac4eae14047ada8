/* shard_fold.c: folds one record: judged, applied or parked. */
#include "consumers/shard_parts.h"

#include <assert.h>
#include <string.h>

bool shard_fold_is_fatal(enum err err)
{
	return err == ERR_STORE || err == ERR_STORE_FULL || err == ERR_NOMEM || err == ERR_BUSY ||
	       err == ERR_BUG;
}

/* Whether the event is the next one of its subject. @return OK and *ret_done: it was folded before */
static enum err judge_seq(struct shard *shard, const struct event *ev, bool *ret_done)
{
	*ret_done = false;
	if (!ev->env.has_seq || !shard->projection->seq_of) {
		return ERR_OK;
	}
	int64_t held = shard->projection->seq_of(shard->view, ev);

	if (shard->view->err) {
		return shard->view->err;
	}
	if ((int64_t)ev->env.seq <= held) {
		*ret_done = true;
		return ERR_OK;
	}
	return (int64_t)ev->env.seq == held + 1 ? ERR_OK : ERR_LOG_GAP;
}

enum err shard_fold_apply(struct shard *shard,
			  const struct event *ev,
			  const struct place_in_log *at,
			  bool *ret_done)
{
	handler_apply *apply = shard->handlers[ev->type];

	*ret_done = true;
	if (!apply) {
		return ERR_OK;
	}
	overlay_mark(shard->overlay);
	enum err err = judge_seq(shard, ev, ret_done);

	if (!err && *ret_done) {
		shard->counts.repeated++;
		return ERR_OK;
	}
	if (!err) {
		err = apply(shard->view, ev, at);
	}
	if (shard->view->err) {
		err = shard->view->err;
	}
	*ret_done = !err;
	if (err && !shard_fold_is_fatal(err)) {
		overlay_undo(shard->overlay);
	}
	shard->counts.applied += !err;
	return err;
}

static enum err park(struct shard *shard,
		     const struct shard_record *record,
		     struct span subject,
		     enum err why)
{
	const struct log_cursor *cursor = &shard->at[record->partition].position.cursor;
	struct parked_event event = {.row = {.offset = record->offset,
					     .tick = cursor->tick,
					     .claim = cursor->claim,
					     .err = (int32_t)why},
				     .partition = record->partition,
				     .subject = subject,
				     .bytes = record->bytes};

	overlay_mark(shard->overlay);
	shard->counts.parked++;
	shard->counts.waiting += parked_add(shard->view, shard->n_tables, &event);
	return shard->view->err;
}

static enum err fold_valid(struct shard *shard,
			   const struct shard_record *record,
			   const struct event *ev)
{
	struct span subject = ev->env.has_subject ? ev->env.subject : (struct span){0};
	struct place_in_log at = {.offset = record->offset,
				  .tick = shard->at[record->partition].position.cursor.tick,
				  .partition = record->partition};
	bool done = false;

	if (subject.n && shard->counts.waiting &&
	    parked_waits(shard->view, shard->n_tables, record->partition, subject)) {
		return park(shard, record, subject, ERR_OK);
	}
	if (shard->view->err) {
		return shard->view->err;
	}
	enum err err = shard_fold_apply(shard, ev, &at, &done);

	return !err || shard_fold_is_fatal(err) ? err : park(shard, record, subject, err);
}

/* The record is behind us: it becomes part of the position. */
static enum err pass(struct shard *shard, const struct shard_record *record)
{
	struct shard_partition *at = &shard->at[record->partition];

	if (at->position.first_offset < 0) {
		at->position.first_offset = record->offset;
		position_hash(record->bytes, at->position.first_hash);
	}
	at->position.last_offset = record->offset;
	at->position.leader_epoch = record->leader_epoch;
	at->touched = true;
	buf_reset(&at->last);
	buf_add(&at->last, record->bytes);
	shard->pending++;
	return at->last.err;
}

enum err shard_fold(struct shard *shard,
		    const struct shard_record *record,
		    const struct event *ev,
		    enum err decoded)
{
	assert(record->partition >= 0 && record->partition < shard->partitions && !shard->frozen);
	struct log_cursor *cursor = &shard->at[record->partition].position.cursor;
	enum err err = ERR_OK;

	if (record->offset < cursor->next_offset) {
		return ERR_OK;
	}
	if (decoded) {
		shard->counts.unread++;
		err = park(shard, record, (struct span){0}, decoded);
		log_cursor_skip(cursor, record->offset);
	} else {
		switch (log_cursor_take(cursor, ev, record->offset)) {
		case LOG_CURSOR_VALID:
			err = fold_valid(shard, record, ev);
			break;
		case LOG_CURSOR_VOID:
			shard->counts.void_records++;
			break;
		case LOG_CURSOR_AGAIN:
			break;
		case LOG_CURSOR_GAP:
			return ERR_LOG_GAP;
		}
	}
	return err ? err : pass(shard, record);
}
