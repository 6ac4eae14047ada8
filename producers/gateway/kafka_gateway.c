/* kafka_gateway.c: the gateway as a whole. */
#include "producers/gateway/kafka_gateway.h"

#include <stdlib.h>

#include "common/limits.h"
#include "common/log.h"
#include "producers/gateway/case_reader.h"
#include "producers/gateway/kafka_lanes.h"
#include "producers/gateway/kafka_outcomes.h"
#include "projections/reference_warn.h"

enum { PULSE_S = 30 };

const struct conf_option kafka_gateway_options[] = {
	CONF_COMMON(CONF_LISTEN_GATEWAY),
	{"connections", "1000", NULL, "Maximum number of connections; more wait until one ends",
	 CONF_NUMBER, 1, 100000},
	{"timeout-s", "15", "s",
	 "How long a connection may be silent; a header may take twice as long, a whole request with its answer ten times",
	 CONF_NUMBER, 1, 3600},
	{"http-threads", "1", NULL, "Threads that parse and answer", CONF_NUMBER, 1, 64},
	{"outcome-ms", "2000", "ms",
	 "How long a POST waits for its outcome before it answers 202, or 503 if no broker has confirmed it",
	 CONF_NUMBER, 10, 60000},
	{"linger-ms", "0", "ms", "How long an action waits for others to be sent with it",
	 CONF_NUMBER, 0, 1000},
	{"new-secrets", "false", NULL,
	 "The bus's secrets are lost for good: post with others than its reports were taken with. Leave it set: each start compares only a sample of the reports",
	 CONF_BOOL, 0, 0},
	{0},
};

enum { REQUEST_TIMEOUTS = 10 };

struct kafka_gateway {
	struct gateway gateway;
	struct door door;
	struct key_store *keys;
	struct kafka_posting *posting;
	struct kafka_outcomes *outcomes;
	struct http *http;
};

static void warn(struct gateway *gateway, struct buf *reasons)
{
	pthread_rwlock_rdlock(&gateway->reference_lock);
	(void)reference_warn_calendars(gateway->reference, gateway_today(gateway), reasons);
	pthread_rwlock_unlock(&gateway->reference_lock);
}

/* The thread that answers this is alive; the others may not be. */
static bool healthy(void *context, struct buf *reasons)
{
	struct gateway *gateway = &((struct kafka_gateway *)context)->gateway;
	const struct {
		const struct pulse *pulse;
		const char *what;
	} threads[] = {
		{&gateway->outcomes_pulse, "the thread that reads outcomes"},
		{&gateway->door_pulse, "the thread that takes batches through the door"},
		{&gateway->reports_pulse, "the thread that takes delivery reports"},
		{&gateway->tend_pulse, "the main loop"},
	};
	bool well = true;

	for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
		well &= pulse_well(threads[i].pulse, PULSE_S, threads[i].what, reasons);
	}
	/* A full disk is waited out; after a failed sync only a new process may continue. */
	well &= gateway_keys_say(gateway, reasons) != ERR_STORE;
	warn(gateway, reasons);
	return well;
}

/* While some partitions can be posted to it is ready: elsewhere nobody could do more for the others. */
static bool answered(struct kafka_gateway *all, struct buf *reasons)
{
	int away = kafka_posting_away(all->posting);

	if (away == KAFKA_LANES) {
		buf_add_text(
			reasons,
			"no broker answers; cure: start it (./run broker start), the gateway continues by itself\n");
	} else if (away) {
		buf_printf(
			reasons,
			"%d of %d partitions: their broker does not answer, and posts for them get 503; cure: start it, the gateway continues by itself\n",
			away, KAFKA_LANES);
	}
	return away < KAFKA_LANES;
}

static bool ready(void *context, struct buf *reasons)
{
	struct kafka_gateway *all = context;
	bool well = kafka_outcomes_ready(all->outcomes, reasons);

	well &= answered(all, reasons);
	well &= receipt_check_say(&all->gateway.receipts, reasons);
	well &= !gateway_keys_say(&all->gateway, reasons);
	if (all->gateway.mode == DOOR_HISTORY) {
		buf_add_text(
			reasons,
			"history mode: only tokens with the right history may post; govbus go-live ends it\n");
	} else if (all->gateway.mode == DOOR_GOING_LIVE) {
		buf_add_text(reasons,
			     "going live: posting opens once every partition has gone live\n");
	}
	warn(&all->gateway, reasons);
	return well;
}

static enum err stores_open(struct kafka_gateway *all, const char *home)
{
	enum err err;

	all->gateway.reference = reference_new();
	all->gateway.outcome_log = outcome_log_new();
	pthread_rwlock_init(&all->gateway.reference_lock, NULL);
	all->gateway.healthy = healthy;
	all->gateway.ready = ready;
	all->gateway.health_context = all;
	all->door.seat = gateway_seat;
	all->door.seat_context = &all->gateway;
	err = all->gateway.reference && all->gateway.outcome_log ? door_open(&all->door, home)
								 : ERR_NOMEM;
	err = err ? err : tokens_open(home, &all->gateway.tokens);
	err = err ? err : key_store_open(home, &all->keys);
	err = err ? err : case_reader_open(home, &all->gateway.case_reader);
	if (err) {
		LOG(ERROR, "a store of the gateway could not be opened", LOG_TEXT("home", home),
		    LOG_TEXT("why", err_text(err)), LOG_TEXT("cure", err_cure(err)));
	}
	return err;
}

/* Before anything can be posted: what was folded tells already whether the secrets are the bus's; the log tells the rest. */
static void receipts_start(struct kafka_gateway *all, const struct conf *conf)
{
	CLEANUP(case_reader_end) struct case_reader_snapshot snapshot = {0};

	if (conf_bool(conf, "new-secrets")) {
		return;
	}
	all->gateway.receipts.key = all->door.receipt_key;
	if (case_reader_begin(all->gateway.case_reader, &snapshot)) {
		receipt_check_store(&all->gateway.receipts, &snapshot.query);
	}
}

static enum err kafka_start(struct kafka_gateway *all,
			    const struct conf *conf,
			    const struct kafka_settings *settings)
{
	struct kafka_posting_config posting = {.settings = settings,
					       .topic_prefix = conf_text(conf, "topic-prefix"),
					       .gateway = &all->gateway,
					       .door = &all->door,
					       .keys = all->keys,
					       .outcome_ms = (int)conf_number(conf, "outcome-ms"),
					       .linger_ms = (int)conf_number(conf, "linger-ms")};
	struct kafka_outcomes_config outcomes = {.settings = settings,
						 .topic_prefix = posting.topic_prefix,
						 .gateway = &all->gateway,
						 .start = case_reader_start,
						 .start_context = all->gateway.case_reader};
	enum err err = kafka_posting_start(&posting, &all->posting);

	if (!err) {
		all->gateway.posting = kafka_posting_gateway(all->posting);
		outcomes.posting = all->posting;
		err = kafka_outcomes_start(&outcomes, &all->outcomes);
	}
	if (err) {
		LOG(ERROR, "Kafka could not be reached", LOG_TEXT("brokers", settings->brokers),
		    LOG_TEXT("why", err_text(err)), LOG_TEXT("cure", err_cure(err)));
	}
	return err;
}

enum err kafka_gateway_start(const struct conf *conf,
			     const struct kafka_settings *settings,
			     struct kafka_gateway **ret_gateway)
{
	struct kafka_gateway *all = calloc(1, sizeof *all);
	struct http_config http = {.listen = conf_text(conf, "listen"),
				   .connections = (unsigned)conf_number(conf, "connections"),
				   .timeout_s = (unsigned)conf_number(conf, "timeout-s"),
				   .threads = (unsigned)conf_number(conf, "http-threads"),
				   .body_bytes = LIMIT_BODY_BYTES,
				   .bodies_bytes = LIMIT_BODIES_BYTES};
	enum err err;

	if (!all) {
		return ERR_NOMEM;
	}
	err = stores_open(all, conf_text(conf, "home"));
	err = err ? err : gateway_waiters_start(&all->gateway);
	if (!err) {
		receipts_start(all, conf);
	}
	err = err ? err : kafka_start(all, conf, settings);
	if (!err) {
		http.request_s = http.timeout_s * REQUEST_TIMEOUTS;
		http.gateway = &all->gateway;
		http.tokens = all->gateway.tokens;
		err = http_start(&http, &all->http);
	}
	if (err) {
		kafka_gateway_stop(all);
		return err;
	}
	*ret_gateway = all;
	return ERR_OK;
}

enum err kafka_gateway_tend(struct kafka_gateway *all)
{
	pulse_beat(&all->gateway.tend_pulse);
	case_reader_refresh(all->gateway.case_reader);
	if (all->gateway.keys_err == ERR_STORE_FULL && key_store_has_room(all->keys)) {
		gateway_keys_again(&all->gateway);
	}
	/* By files that nobody writes any more, a token that was revoked would be in force for ever. */
	return tokens_are_replaced(all->gateway.tokens) || key_store_is_replaced(all->keys)
		       ? ERR_STORE_REPLACED
		       : ERR_OK;
}

void kafka_gateway_rest(struct kafka_gateway *all)
{
	case_reader_rest(all->gateway.case_reader);
	tokens_rest(all->gateway.tokens);
}

/* Requests refer to the posting, and the outcomes' reader hands outcomes to it: what others refer to ends last. */
void kafka_gateway_stop(struct kafka_gateway *all)
{
	if (!all) {
		return;
	}
	if (all->http) {
		http_quiesce(all->http);
	}
	kafka_outcomes_stop(all->outcomes);
	if (all->posting) {
		kafka_posting_stop(all->posting);
	}
	gateway_waiters_stop(&all->gateway);
	http_stop(all->http);
	kafka_posting_free(all->posting);
	case_reader_close(all->gateway.case_reader);
	key_store_close(all->keys);
	tokens_close(all->gateway.tokens);
	reference_free(all->gateway.reference);
	outcome_log_free(all->gateway.outcome_log);
	pthread_rwlock_destroy(&all->gateway.reference_lock);
	free(all);
}
