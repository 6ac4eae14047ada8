/* kafka_posting.c: from a POST's body to its outcomes.
 *
 * The door's thread takes all batches that wait, makes their keys in one durable transaction, and only then sends. The race to
 * prevent: an outcome may be read before the report of its action (pending.h), and a request that was answered because its time was
 * up may be gone when its report comes: so a batch lives until both its request and its records have let go of it. */
#include "producers/gateway/kafka_posting.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/kafka_topics.h"
#include "common/log.h"
#include "common/metrics.h"
#include "producers/gateway/kafka_lanes.h"
#include "producers/gateway/kafka_rejects.h"

enum { QUEUE_BATCHES = 512, TAKE_BATCHES = 64, REPORTS_MS = 20, REOPEN_US = 500000 };

static struct metric m_taken = {"govbus_door_events",
				"result=\"taken\"",
				"Events that came to the door",
				METRIC_COUNTER,
				0,
				NULL};
static struct metric m_refused = {"govbus_door_events",
				  "result=\"refused\"",
				  "Events that came to the door",
				  METRIC_COUNTER,
				  0,
				  NULL};
static struct metric m_late = {
	"govbus_outcomes_late", NULL, "Events whose outcome did not come in time",
	METRIC_COUNTER,         0,    NULL};
static struct metric m_waiting = {"govbus_posts_waiting", NULL, "Batches under way",
				  METRIC_GAUGE,           0,    NULL};

struct kafka_posting {
	struct gateway_posting gateway; /* first */
	struct kafka_posting_config config;
	pthread_mutex_t lock; /* all below, and every batch that was submitted */
	pthread_cond_t queued;
	struct batch *queue[QUEUE_BATCHES];
	int n_queue;
	struct batch *under_way;
	struct pending *pending;
	struct kafka_rejects rejects;
	bool stopping;
	struct kafka_lanes lanes; /* counted with every poll */
	pthread_t door_thread, report_thread;
	bool door_runs, reports_run;
	/* The producer. Sent to by the door's thread, polled by the other (librdkafka allows it); `serving` keeps them apart when it is replaced. */
	pthread_mutex_t serving;
	struct kafka_writer *writer;
	int topics[TOPIC_COUNT];
};

/* ---- batches under way; with the lock held */

static void link_batch(struct kafka_posting *posting, struct batch *batch)
{
	batch->refs++;
	batch->previous = NULL;
	batch->next = posting->under_way;
	if (batch->next) {
		batch->next->previous = batch;
	}
	posting->under_way = batch;
	metric_count(&m_waiting, 1);
}

static void unlink_batch(struct kafka_posting *posting, struct batch *batch)
{
	if (batch->next) {
		batch->next->previous = batch->previous;
	}
	if (batch->previous) {
		batch->previous->next = batch->next;
	} else {
		posting->under_way = batch->next;
	}
	metric_count(&m_waiting, -1);
	batch_release(batch);
}

/* Answers its request once all is settled; lets go once all is reported. The batch may be gone afterwards. */
static void advance(struct kafka_posting *posting, struct batch *batch)
{
	if (!batch->unsettled && batch->waiting) {
		struct http_request *request = batch->waiting;

		batch->waiting = NULL;
		http_resume(request);
	}
	if (!batch->unsettled && !batch->owed) {
		unlink_batch(posting, batch);
	}
}

static void on_outcome(struct pending_wait *wait, const struct pending_outcome *outcome)
{
	struct batch_item *item = (struct batch_item *)wait;
	const struct event *ev = outcome->ev;
	struct event decoded;

	if (!ev && event_decode(outcome->bytes, &decoded, NULL) == ERR_OK) {
		ev = &decoded;
	}
	if (ev) {
		batch_settle_outcome(item, ev, wait->lane % LIMIT_CASE_PARTITIONS, outcome->offset);
	}
}

static void on_report(void *context, void *opaque, const struct kafka_report *report)
{
	struct kafka_posting *posting = context;
	struct batch_item *item = opaque;
	struct batch *batch;

	pthread_mutex_lock(&posting->lock);
	if (!item) {
		kafka_rejects_reported(&posting->rejects, report);
		pthread_mutex_unlock(&posting->lock);
		return;
	}
	batch = item->batch;
	item->sent = false;
	item->reported = !report->err;
	batch->owed--;
	if (report->err) {
		batch_settle_problem(item, PROBLEM_UNCERTAIN, NULL);
	} else if (batch->async) {
		batch_settle_pending(item);
	} else if (!item->status && report->offset >= 0) {
		pending_add(posting->pending, &item->wait, kafka_lanes_of(item, report->partition),
			    report->offset);
	}
	advance(posting, batch);
	pthread_mutex_unlock(&posting->lock);
}

void kafka_posting_outcome(struct kafka_posting *posting,
			   int lane,
			   const struct pending_outcome *outcome)
{
	struct batch_item *item;

	pthread_mutex_lock(&posting->lock);
	item = (struct batch_item *)pending_take(posting->pending, lane, outcome);
	if (item) {
		advance(posting, item->batch);
	}
	pthread_mutex_unlock(&posting->lock);
}

/* Time is up: what stands in the log is pending, what nobody confirmed may still land. */
static void give_up(struct kafka_posting *posting, struct batch *batch)
{
	for (int i = 0; i < batch->n_items; i++) {
		struct batch_item *item = &batch->items[i];

		if (item->status) {
			continue;
		}
		metric_count(&m_late, 1);
		pending_remove(posting->pending, &item->wait);
		if (item->reported) {
			batch_settle_pending(item);
		} else {
			batch_settle_problem(item, PROBLEM_UNCERTAIN, NULL);
		}
	}
	advance(posting, batch);
}

static void give_up_late(struct kafka_posting *posting, int64_t now_us)
{
	struct batch *next;

	for (struct batch *batch = posting->under_way; batch; batch = next) {
		next = batch->next;
		if (batch->unsettled && now_us >= batch->deadline_us) {
			give_up(posting, batch);
		}
	}
}

/* ---- sending */

int kafka_posting_away(struct kafka_posting *posting)
{
	return posting->lanes.away;
}

void kafka_posting_heard(struct kafka_posting *posting, int lane, bool away)
{
	pthread_mutex_lock(&posting->lock);
	posting->lanes.unread[lane] = away;
	pthread_mutex_unlock(&posting->lock);
}

static void send_item(struct kafka_posting *posting, struct batch_item *item)
{
	if (kafka_lanes_item_away(&posting->lanes, posting->writer, item)) {
		batch_settle_problem(item, PROBLEM_AWAY, NULL);
		return;
	}
	enum err err = kafka_writer_send(posting->writer, posting->topics[item->topic],
					 item->partition, item->key, item->bytes, item);

	if (!err) {
		item->sent = true;
		item->batch->owed++;
		metric_count(&m_taken, 1);
	} else {
		batch_settle_problem(item,
				     err == ERR_BUSY      ? PROBLEM_BUSY
				     : err == ERR_TOO_BIG ? PROBLEM_TOO_BIG
							  : PROBLEM_AWAY,
				     NULL);
	}
}

static void send_reject(struct kafka_posting *posting, const struct batch_reject *reject)
{
	kafka_rejects_send(&posting->rejects,
			   posting->lanes.away == KAFKA_LANES ? NULL : posting->writer,
			   posting->topics[TOPIC_REJECTED], reject);
}

static void send_batch(struct kafka_posting *posting, struct batch *batch, enum err keys_err)
{
	if (keys_err && batch->keyed && !batch->kind) {
		batch->kind = keys_err == ERR_STORE_FULL ? PROBLEM_FULL : PROBLEM_FAILED;
		(void)snprintf(batch->problem.reason, sizeof batch->problem.reason,
			       "the key store: %s", err_text(keys_err));
	}
	/* None of it can be accepted: one answer for the whole batch, which says when to try again. */
	if (!batch->kind && batch->unsettled &&
	    kafka_lanes_batch_away(&posting->lanes, posting->writer, batch)) {
		batch->kind = PROBLEM_AWAY;
	}
	send_reject(posting, &batch->reject);
	for (int i = 0; i < batch->n_items; i++) {
		struct batch_item *item = &batch->items[i];

		if (batch->kind && !item->status) {
			batch_settle_problem(item, batch->kind, &batch->problem);
		} else if (!item->status) {
			send_item(posting, item);
		} else {
			metric_count(&m_refused, 1);
			send_reject(posting, &item->reject);
		}
	}
	advance(posting, batch);
}

static enum err writer_open(struct kafka_posting *posting)
{
	struct kafka_writer_config config = {.settings = posting->config.settings,
					     .name = "govbus-gateway",
					     .content_type = "application/cloudevents+msgpack",
					     .gapless = false,
					     .linger_ms = posting->config.linger_ms,
					     .delivered = on_report,
					     .context = posting};
	static const enum topic TOPICS[] = {TOPIC_CASE_ACTION, TOPIC_REFERENCE_ACTION,
					    TOPIC_REJECTED};
	char name[KAFKA_TOPIC_NAME_BYTES];
	struct kafka_writer *writer = NULL;
	enum err err = kafka_writer_open(&config, &writer);

	for (size_t i = 0; !err && i < sizeof TOPICS / sizeof TOPICS[0]; i++) {
		(void)snprintf(name, sizeof name, "%s%s", posting->config.topic_prefix,
			       schema_topic(TOPICS[i])->name);
		posting->topics[TOPICS[i]] = kafka_writer_topic(writer, name);
		err = posting->topics[TOPICS[i]] < 0 ? ERR_KAFKA : ERR_OK;
	}
	err = err ? err : kafka_lanes_probe(writer, posting->topics);
	if (err) {
		kafka_writer_close(writer);
		return err;
	}
	posting->writer = writer;
	return ERR_OK;
}

/* A producer that failed for good owes reports that never come: waiting requests learn that the action may still be recorded. */
static void writer_replace(struct kafka_posting *posting)
{
	struct batch *next;

	LOG(WARN, "the producer failed; opening another",
	    LOG_TEXT("why", posting->writer ? kafka_writer_handle(posting->writer)->fatal_text
					    : "the last one could not be opened"));
	pthread_mutex_lock(&posting->serving);
	kafka_writer_close(posting->writer);
	posting->writer = NULL;
	pthread_mutex_lock(&posting->lock);
	kafka_rejects_reset(&posting->rejects);
	for (struct batch *batch = posting->under_way; batch; batch = next) {
		next = batch->next;
		for (int i = 0; i < batch->n_items; i++) {
			struct batch_item *item = &batch->items[i];

			if (item->sent) {
				item->sent = false;
				batch->owed--;
				batch_settle_problem(item, PROBLEM_UNCERTAIN, NULL);
			}
		}
		advance(posting, batch);
	}
	pthread_mutex_unlock(&posting->lock);
	if (writer_open(posting)) {
		clock_sleep_us(REOPEN_US);
	}
	pthread_mutex_unlock(&posting->serving);
}

static int take(struct kafka_posting *posting, struct batch *ret_batches[TAKE_BATCHES])
{
	int n;

	pthread_mutex_lock(&posting->lock);
	while (!posting->n_queue && !posting->stopping) {
		pthread_cond_wait(&posting->queued, &posting->lock);
	}
	n = posting->n_queue < TAKE_BATCHES ? posting->n_queue : TAKE_BATCHES;
	memcpy(ret_batches, posting->queue, (size_t)n * sizeof *ret_batches);
	posting->n_queue -= n;
	memmove(posting->queue, posting->queue + n,
		(size_t)posting->n_queue * sizeof posting->queue[0]);
	pthread_mutex_unlock(&posting->lock);
	return n;
}

static void *door_run(void *context)
{
	struct kafka_posting *posting = context;
	struct batch *batches[TAKE_BATCHES];
	int n;

	while ((n = take(posting, batches)) > 0) {
		pulse_beat(&posting->config.gateway->door_pulse);
		struct key_store_txn keys;
		enum err err;

		if (!posting->writer || kafka_writer_handle(posting->writer)->fatal) {
			writer_replace(posting);
		}
		key_store_begin(posting->config.keys, &keys);
		for (int i = 0; i < n; i++) {
			batch_enter(batches[i], posting->config.door, &keys,
				    gateway_reference_known(posting->config.gateway));
		}
		err = key_store_commit(&keys);
		gateway_keys_heard(posting->config.gateway, err);
		pthread_mutex_lock(&posting->lock);
		for (int i = 0; i < n; i++) {
			link_batch(posting, batches[i]);
			send_batch(posting, batches[i], err);
		}
		pthread_mutex_unlock(&posting->lock);
		pulse_rest(&posting->config.gateway->door_pulse);
	}
	return NULL;
}

static void *reports_run(void *context)
{
	struct kafka_posting *posting = context;
	bool stopping = false;

	while (!stopping) {
		pulse_beat(&posting->config.gateway->reports_pulse);
		pthread_mutex_lock(&posting->serving);
		if (posting->writer) {
			(void)kafka_writer_poll(posting->writer, REPORTS_MS);
		}
		pthread_mutex_lock(&posting->lock);
		kafka_lanes_count(&posting->lanes, posting->writer);
		give_up_late(posting, clock_steady_us());
		stopping = posting->stopping;
		pthread_mutex_unlock(&posting->lock);
		pthread_mutex_unlock(&posting->serving);
	}
	return NULL;
}

/* ---- what the gateway calls */

static bool submit(struct gateway_posting *gateway, struct batch *batch)
{
	struct kafka_posting *posting = (struct kafka_posting *)gateway;
	bool taken;

	batch->deadline_us = clock_steady_us() + (int64_t)posting->config.outcome_ms * 1000;
	pthread_mutex_lock(&posting->lock);
	taken = posting->n_queue < QUEUE_BATCHES && !posting->stopping;
	if (taken) {
		posting->queue[posting->n_queue++] = batch;
		pthread_cond_signal(&posting->queued);
	}
	pthread_mutex_unlock(&posting->lock);
	return taken;
}

static void release(struct gateway_posting *gateway, struct batch *batch)
{
	struct kafka_posting *posting = (struct kafka_posting *)gateway;

	pthread_mutex_lock(&posting->lock);
	batch->waiting = NULL;
	batch_release(batch);
	pthread_mutex_unlock(&posting->lock);
}

struct gateway_posting *kafka_posting_gateway(struct kafka_posting *posting)
{
	return &posting->gateway;
}

static void metrics_show(void)
{
	metrics_add(&m_taken);
	metrics_add(&m_refused);
	metrics_add(&m_late);
	metrics_add(&m_waiting);
	kafka_rejects_show();
}

enum err kafka_posting_start(const struct kafka_posting_config *config,
			     struct kafka_posting **ret_posting)
{
	struct kafka_posting *posting = calloc(1, sizeof *posting);
	enum err err;

	if (!posting) {
		return ERR_NOMEM;
	}
	posting->config = *config;
	posting->gateway = (struct gateway_posting){submit, release};
	pthread_mutex_init(&posting->lock, NULL);
	pthread_mutex_init(&posting->serving, NULL);
	pthread_cond_init(&posting->queued, NULL);
	err = pending_new(on_outcome, &posting->pending);
	err = err ? err : writer_open(posting);
	if (!err) {
		posting->door_runs =
			!pthread_create(&posting->door_thread, NULL, door_run, posting);
		posting->reports_run =
			!pthread_create(&posting->report_thread, NULL, reports_run, posting);
		err = posting->door_runs && posting->reports_run ? ERR_OK : ERR_NOMEM;
	}
	if (err) {
		kafka_posting_stop(posting);
		kafka_posting_free(posting);
		return err;
	}
	metrics_show();
	*ret_posting = posting;
	return ERR_OK;
}

void kafka_posting_stop(struct kafka_posting *posting)
{
	pthread_mutex_lock(&posting->lock);
	posting->stopping = true;
	pthread_cond_broadcast(&posting->queued);
	pthread_mutex_unlock(&posting->lock);
	if (posting->door_runs) {
		pthread_join(posting->door_thread, NULL);
	}
	if (posting->reports_run) {
		pthread_join(posting->report_thread, NULL);
	}
	/* What was sent gets its chance; requests that still wait are told that their actions may be recorded. */
	if (posting->writer) {
		(void)kafka_writer_flush(posting->writer, posting->config.outcome_ms);
	}
	pthread_mutex_lock(&posting->lock);
	give_up_late(posting, INT64_MAX);
	pthread_mutex_unlock(&posting->lock);
	kafka_writer_close(posting->writer);
	posting->writer = NULL;
}

void kafka_posting_free(struct kafka_posting *posting)
{
	if (posting) {
		pending_free(posting->pending);
		pthread_mutex_destroy(&posting->lock);
		pthread_mutex_destroy(&posting->serving);
		pthread_cond_destroy(&posting->queued);
		free(posting);
	}
}
