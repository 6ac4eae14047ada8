/* kafka_outcomes.c: follows gov.case and gov.reference. Void records are skipped; what breaks the log's order stops that partition, typed. */
#include "producers/gateway/kafka_outcomes.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/kafka_reader.h"
#include "common/kafka_topics.h"
#include "common/log.h"
#include "common/metrics.h"

enum { POLL_MS = 200, LANES = LIMIT_CASE_PARTITIONS + 1, REFERENCE_LANE = LIMIT_CASE_PARTITIONS };
_Static_assert(LANES <= (int)PENDING_LANES, "each partition has its lane");

static struct metric m_read = {"govbus_outcomes_read", NULL, "Outcomes read from the event topics",
			       METRIC_COUNTER,         0,    NULL};
static struct metric m_void = {
	"govbus_records_void", NULL, "Void records: their writer's claim had ended",
	METRIC_COUNTER,        0,    NULL};

struct kafka_outcomes {
	struct kafka_outcomes_config config;
	struct kafka_reader *reader;
	struct log_cursor cursors[LANES];
	bool caught_up[LANES];
	enum err broken[LANES];
	char case_topic[KAFKA_TOPIC_NAME_BYTES], reference_topic[KAFKA_TOPIC_NAME_BYTES];
	pthread_t thread;
	pthread_mutex_t lock; /* caught_up and broken, for whoever asks */
	_Atomic bool stopping;
	bool runs;
};

static int lane_of(const struct kafka_outcomes *outcomes, const struct kafka_record *record)
{
	return strcmp(record->topic, outcomes->reference_topic) == 0 ? REFERENCE_LANE
								     : record->partition;
}

/* History until the first partition goes live, live once the last has; in between nobody posts (protocol 12). */
static enum door_mode mode_of(const struct kafka_outcomes *outcomes)
{
	int live = 0;

	for (int i = 0; i < LANES; i++) {
		if (!outcomes->caught_up[i]) {
			return DOOR_STARTING;
		}
		live += outcomes->cursors[i].live ? 1 : 0;
	}
	return live == LANES ? DOOR_LIVE : live ? DOOR_GOING_LIVE : DOOR_HISTORY;
}

static void mode_set(struct kafka_outcomes *outcomes)
{
	enum door_mode mode = mode_of(outcomes);

	if (atomic_exchange(&outcomes->config.gateway->mode, (int)mode) != (int)mode) {
		LOG(INFO, "posting",
		    LOG_TEXT("mode", mode == DOOR_LIVE      ? "live"
				     : mode == DOOR_HISTORY ? "history"
							    : "not open"));
	}
}

static void break_lane(struct kafka_outcomes *outcomes, int lane, enum err err)
{
	pthread_mutex_lock(&outcomes->lock);
	if (!outcomes->broken[lane]) {
		LOG(ERROR, "reading of a partition stopped", LOG_TEXT("why", err_text(err)),
		    LOG_NUMBER("lane", lane), LOG_TEXT("cure", err_cure(err)));
	}
	outcomes->broken[lane] = err;
	pthread_mutex_unlock(&outcomes->lock);
}

/* It is a claim, with a random number in it: no other log begins with these bytes, not one of the same name made later either. */
static void know_bus(struct gateway *gateway, struct span first)
{
	uint8_t hash[16];
	uint64_t bus;

	crypto_generichash(hash, sizeof hash, first.p, first.n, NULL, 0);
	memcpy(&bus, hash, sizeof bus);
	atomic_store(&gateway->bus, bus ? bus : 1);
}

static void fold_reference(struct kafka_outcomes *outcomes,
			   const struct event *ev,
			   const struct kafka_record *record)
{
	struct gateway *gateway = outcomes->config.gateway;
	enum err err;

	pthread_rwlock_wrlock(&gateway->reference_lock);
	err = reference_fold(gateway->reference, ev, record->offset);
	err = err ? err : outcome_log_add(gateway->outcome_log, ev, record->offset, record->value);
	pthread_rwlock_unlock(&gateway->reference_lock);
	if (err) {
		LOG(ERROR, "a reference record could not be folded",
		    LOG_NUMBER("offset", record->offset), LOG_TEXT("why", err_text(err)),
		    LOG_TEXT("cure", err_cure(err)));
	}
}

/* Moves the lane's cursor on. @return whether the record is valid, and then decoded */
static bool is_valid(struct kafka_outcomes *outcomes,
		     int lane,
		     const struct kafka_record *record,
		     struct event *ret_ev)
{
	struct log_cursor *cursor = &outcomes->cursors[lane];

	if (event_decode(record->value, ret_ev, NULL)) {
		log_cursor_skip(cursor, record->offset);
		return false;
	}
	switch (log_cursor_take(cursor, ret_ev, record->offset)) {
	case LOG_CURSOR_VALID:
		return true;
	case LOG_CURSOR_GAP:
		break_lane(outcomes, lane, ERR_LOG_GAP);
		return false;
	case LOG_CURSOR_VOID:
		metric_count(&m_void, 1);
		return false;
	case LOG_CURSOR_AGAIN:
		break;
	}
	return false;
}

static void take_record(struct kafka_outcomes *outcomes,
			int lane,
			const struct kafka_record *record)
{
	bool was_live = outcomes->cursors[lane].live;
	struct event ev;

	if (lane == REFERENCE_LANE && record->offset == 0) {
		know_bus(outcomes->config.gateway, record->value);
	}
	if (!is_valid(outcomes, lane, record, &ev)) {
		return;
	}
	receipt_check_report(&outcomes->config.gateway->receipts, &ev, !outcomes->caught_up[lane]);
	/* Folded before its outcome is handed over: a sender that has read the answer finds the place known. */
	if (lane == REFERENCE_LANE) {
		fold_reference(outcomes, &ev, record);
	}
	if (ev.env.has_cause && outcomes->config.posting) {
		metric_count(&m_read, 1);
		kafka_posting_outcome(outcomes->config.posting, lane,
				      &(struct pending_outcome){.cause = ev.env.cause,
								.offset = record->offset,
								.bytes = record->value,
								.ev = &ev});
	}
	if (outcomes->cursors[lane].live != was_live) {
		mode_set(outcomes);
	}
}

static void caught_up(struct kafka_outcomes *outcomes, int lane)
{
	if (!outcomes->caught_up[lane]) {
		pthread_mutex_lock(&outcomes->lock);
		outcomes->caught_up[lane] = true;
		pthread_mutex_unlock(&outcomes->lock);
		mode_set(outcomes);
	}
}

static void take(struct kafka_outcomes *outcomes, const struct kafka_record *record)
{
	int lane = record->topic ? lane_of(outcomes, record) : -1;

	if (lane < 0 || lane >= LANES || outcomes->broken[lane]) {
		return;
	}
	if (record->what == KAFKA_READ_RECORD) {
		take_record(outcomes, lane, record);
	} else if (record->what == KAFKA_READ_END) {
		caught_up(outcomes, lane);
	} else if (record->err == ERR_LOG_TRIMMED || record->err == ERR_LOG_LOST_TAIL) {
		break_lane(outcomes, lane, record->err);
	}
}

static enum err assign_all(struct kafka_outcomes *outcomes)
{
	enum err err = ERR_OK;

	for (int i = 0; i < LANES && !err; i++) {
		const struct kafka_outcomes_config *config = &outcomes->config;
		bool reference = i == REFERENCE_LANE;
		const char *topic = reference ? outcomes->reference_topic : outcomes->case_topic;

		log_cursor_init(&outcomes->cursors[i]);
		if (!reference && config->start &&
		    !config->start(config->start_context, i, &outcomes->cursors[i])) {
			log_cursor_init(&outcomes->cursors[i]);
		}
		err = kafka_reader_probe(outcomes->reader, topic, reference ? 0 : i);
		err = err ? err
			  : kafka_reader_assign(outcomes->reader, topic, reference ? 0 : i,
						outcomes->cursors[i].next_offset);
	}
	return err;
}

/* Tells the posting whenever a lane's broker goes away, or is there again. */
static void tell(const struct kafka_outcomes *outcomes, bool told[LANES])
{
	bool all = kafka_reader_handle(outcomes->reader)->away;

	for (int i = 0; outcomes->config.posting && i < LANES; i++) {
		bool away = all || kafka_reader_silent(outcomes->reader, i);

		if (away != told[i]) {
			told[i] = away;
			kafka_posting_heard(outcomes->config.posting, i, away);
		}
	}
}

static void *run(void *context)
{
	struct kafka_outcomes *outcomes = context;
	struct kafka_record record = {0};
	bool told[LANES] = {false};

	while (!outcomes->stopping) {
		pulse_beat(&outcomes->config.gateway->outcomes_pulse);
		if (kafka_reader_poll(outcomes->reader, POLL_MS, &record) != KAFKA_READ_NONE) {
			take(outcomes, &record);
		}
		kafka_reader_release(&record);
		tell(outcomes, told);
	}
	return NULL;
}

enum err kafka_outcomes_start(const struct kafka_outcomes_config *config,
			      struct kafka_outcomes **ret_outcomes)
{
	struct kafka_outcomes *outcomes = calloc(1, sizeof *outcomes);
	enum err err;

	if (!outcomes) {
		return ERR_NOMEM;
	}
	outcomes->config = *config;
	pthread_mutex_init(&outcomes->lock, NULL);
	(void)snprintf(outcomes->case_topic, sizeof outcomes->case_topic, "%s%s",
		       config->topic_prefix, schema_topic(TOPIC_CASE)->name);
	(void)snprintf(outcomes->reference_topic, sizeof outcomes->reference_topic, "%s%s",
		       config->topic_prefix, schema_topic(TOPIC_REFERENCE)->name);
	err = kafka_reader_open(config->settings, "govbus-gateway", &outcomes->reader);
	err = err ? err : assign_all(outcomes);
	if (!err) {
		outcomes->runs = !pthread_create(&outcomes->thread, NULL, run, outcomes);
		err = outcomes->runs ? ERR_OK : ERR_NOMEM;
	}
	if (err) {
		kafka_outcomes_stop(outcomes);
		return err;
	}
	metrics_add(&m_read);
	metrics_add(&m_void);
	*ret_outcomes = outcomes;
	return ERR_OK;
}

bool kafka_outcomes_ready(struct kafka_outcomes *outcomes, struct buf *reasons)
{
	int behind = 0;
	bool ready = true;

	pthread_mutex_lock(&outcomes->lock);
	for (int i = 0; i < LANES; i++) {
		behind += outcomes->caught_up[i] ? 0 : 1;
		if (outcomes->broken[i]) {
			buf_printf(
				reasons,
				"partition %d: %s; cure: govbus-case-status names it, then restart the gateway\n",
				i, err_text(outcomes->broken[i]));
			ready = false;
		}
	}
	pthread_mutex_unlock(&outcomes->lock);
	if (behind) {
		buf_printf(
			reasons,
			"%d of %d partitions are not yet read to their end; cure: wait, or check that the broker runs and govbus topics has made them\n",
			behind, LANES);
	}
	return ready && !behind;
}

void kafka_outcomes_stop(struct kafka_outcomes *outcomes)
{
	if (!outcomes) {
		return;
	}
	outcomes->stopping = true;
	if (outcomes->runs) {
		pthread_join(outcomes->thread, NULL);
	}
	kafka_reader_close(outcomes->reader);
	pthread_mutex_destroy(&outcomes->lock);
	free(outcomes);
}
