/* batch.h: what one POST brought: one event or many, each with an outcome of its own. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_BATCH_H
#define GOVBUS_PRODUCERS_GATEWAY_BATCH_H

#include "producers/gateway/door.h"
#include "producers/gateway/pending.h"

/* How the events stand in the body. */
enum batch_form {
#define FORM(form, type, help) BATCH_##form,
#include "producers/gateway/forms.def"
#undef FORM
};

/* A record for gov.rejected; bytes absent: there is none. In the batch's arena. */
struct batch_reject {
	struct span key, bytes;
};

/* One event of a batch. Settled once status is not 0. */
struct batch_item {
	struct pending_wait wait; /* first: pending hands it back */
	struct batch *batch;
	struct span subject, source, id, key, bytes; /* in the batch's arena */
	struct span receipt;                         /* of a report, else absent */
	struct span answer;                          /* members of its answer, an object */
	/* The full answer, where `answer` is reduced since it reveals something about a case (disclosure.h); else absent */
	struct span whole;
	int64_t outcome_offset; /* offset of the outcome, if it reveals something about a case */
	struct batch_reject reject; /* what is noted if the door refused it */
	enum topic topic;           /* of actions; TOPIC_COUNT: of all registers */
	int partition;              /* -1: by its key */
	int parts; /* it and those after it that are the same action for other partitions; 0: one of those */
	int status;
	bool sent;     /* handed to the producer, which owes a report */
	bool reported; /* it stands in the log */
};

struct batch {
	struct batch *next, *previous; /* of those under way */
	void *waiting;                 /* whose request waits; NULL once answered */
	struct token token;
	enum batch_form form;
	bool async, dryrun, many;
	bool keyed; /* keys were requested: nothing of the batch may leave before they are committed */
	int64_t deadline_us; /* steady */
	int64_t open_until_us; /* steady; how long its answers wait for the fold, 0: they do not yet */
	int refs;              /* its request, and the posting while it is under way */
	int unsettled;         /* events without an answer */
	int owed;              /* records without a report */
	struct buf body;
	struct buf attributes; /* of BATCH_BINARY, a JSON object */
	/* The request's traceparent, for events without one of their own; "" if absent or malformed */
	char trace[64];
	struct batch_item *items;
	int n_items, room_items;
	int n_events;           /* items without the copies for other partitions */
	enum problem_kind kind; /* the whole is refused */
	struct problem problem;
	struct batch_reject reject; /* the door cannot read it as a whole */
	struct arena arena;
	struct buf scratch;
};

/** A batch with one reference. @return NULL when memory is exhausted */
struct batch *batch_new(const struct token *token, enum batch_form form);

/** Gives one reference back; frees with the last. NULL is fine. */
void batch_release(struct batch *batch);

/**
 * Reads the body and takes each event through the door: items are settled with a problem or have bytes to be sent.
 * If the body cannot be read as a whole, kind says why and there is nothing to send.
 * @param keys  committed by the caller before anything is sent
 */
void batch_enter(struct batch *batch,
		 const struct door *door,
		 struct key_store_txn *keys,
		 int64_t refknown);

/**
 * Settles an item with its outcome, written out at once; if it reveals something about a case, once reduced and once in
 * full. An item that is settled stays as it is, as with the next two.
 */
void batch_settle_outcome(struct batch_item *item,
			  const struct event *outcome,
			  int partition,
			  int64_t offset);

/** As batch_settle_outcome, with a problem. @param where its field and detail; written out at once, so borrowed for the call */
void batch_settle_problem(struct batch_item *item,
			  enum problem_kind kind,
			  const struct problem *where);

/** As batch_settle_outcome, with 202 and the URL at which to ask. */
void batch_settle_pending(struct batch_item *item);

/** Writes the answer of the whole. @return its HTTP status */
int batch_answer(const struct batch *batch, struct buf *out);

#endif
