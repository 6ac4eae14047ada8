/* kafka_operate.c: what an operator asks of the deciders: go live, confirm the clock, repair a position. */
#include "producers/commands/kafka_operate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/civil.h"
#include "common/clock.h"
#include "common/kafka_reader.h"
#include "common/kafka_topics.h"
#include "common/kafka_writer.h"
#include "common/secrets.h"
#include "producers/decider/kafka_decider.h"
#include "projections/deciding.h"

enum { OPERATE_FLUSH_MS = 10000 };

/* One round: an action to each partition of a register, and their outcomes. */
struct round {
	const struct kafka_operate_config *config;
	const struct register_ops *ops;
	char actions[KAFKA_TOPIC_NAME_BYTES], events[KAFKA_TOPIC_NAME_BYTES];
	struct buf bytes;
	int partitions;
	int64_t from[LIMIT_CASE_PARTITIONS];   /* event log's end before */
	int64_t offset[LIMIT_CASE_PARTITIONS]; /* of the action; -1: not delivered */
	bool done[LIMIT_CASE_PARTITIONS];
	enum err err;
};

static void on_delivered(void *context, void *opaque, const struct kafka_report *report)
{
	struct round *round = context;

	(void)opaque;
	if (report->err) {
		round->err = report->err;
	} else {
		round->offset[report->partition] = report->offset;
	}
}

/* The same bytes for every partition: subject and key say nothing about a county. */
static enum err encode(struct round *round, struct event *ev)
{
	uint8_t key[SECRETS_BYTES], digest[16];
	char id[64];
	int64_t now_us = clock_wall_us();
	enum err err = secrets_load(round->config->home, "digest", key);

	if (err) {
		return err;
	}
	snprintf(id, sizeof id, "operator-%" PRId64 "-%ld", now_us, (long)getpid());
	EVENT_SET(ev->env, id, span_cstr(id));
	EVENT_SET(ev->env, source, SPAN("/govbus/operator"));
	EVENT_SET(ev->env, subject, SPAN("clock"));
	/* A second back: never later than the broker's clock, which need not be ours to the millisecond. */
	EVENT_SET(ev->env, time, now_us - CIVIL_SECOND_US);
	event_digest(ev, key, digest);
	EVENT_SET(ev->env, digest, span_of(digest, sizeof digest));
	EVENT_SET(ev->env, rights, DECIDING_RIGHT_HISTORY);
	return event_encode(ev, &round->bytes);
}

static enum err post(struct round *round)
{
	struct kafka_writer *writer = NULL;
	struct kafka_writer_config config = {
		.settings = round->config->settings,
		.name = "govbus-operator",
		.content_type = "application/cloudevents+msgpack",
		.delivered = on_delivered,
		.context = round,
	};
	enum err err = kafka_writer_open(&config, &writer);

	if (err) {
		return err;
	}
	int topic = kafka_writer_topic(writer, round->actions);

	for (int p = 0; !err && p < round->partitions; p++) {
		round->offset[p] = -1;
		err = kafka_writer_send(writer, topic, p, (struct span){0}, buf_span(&round->bytes),
					NULL);
	}
	if (!err) {
		err = kafka_writer_flush(writer, OPERATE_FLUSH_MS);
	}
	kafka_writer_close(writer);
	return err ? err : round->err;
}

static void say_outcome(struct round *round, int partition, const struct event *ev)
{
	bool refused = ev->type == EVENT_action_refused;
	struct span guard = refused && ev->data.action_refused.has_guard
				    ? ev->data.action_refused.guard
				    : SPAN("");

	round->done[partition] = true;
	/* A partition that is live already is what was asked for. */
	if (refused && !span_eq(guard, SPAN("LIVE"))) {
		round->err = ERR_DENIED;
	}
	fprintf(round->config->out, "%s %d: %s%s%.*s\n", round->events, partition,
		refused ? "refused" : "done", refused ? " " : "", SPAN_ARGS(guard));
}

static bool all_done(const struct round *round)
{
	for (int p = 0; p < round->partitions; p++) {
		if (!round->done[p]) {
			return false;
		}
	}
	return true;
}

/* An outcome of our action is valid or void; either way the decider would say the same about it. */
static void take(struct round *round, const struct kafka_record *record, struct event *ev)
{
	int p = record->partition;

	if (event_decode(record->value, ev, NULL) || !ev->env.has_cause ||
	    ev->env.cause != round->offset[p] || round->done[p]) {
		return;
	}
	say_outcome(round, p, ev);
}

static enum err wait_for_outcomes(struct round *round, struct kafka_reader *reader)
{
	struct kafka_record record = {0};
	struct event *ev = malloc(sizeof *ev);
	int64_t until_us = clock_steady_us() + round->config->wait_ms * INT64_C(1000);
	enum err err = ev ? ERR_OK : ERR_NOMEM;

	for (int p = 0; !err && p < round->partitions; p++) {
		err = kafka_reader_assign(reader, round->events, p, round->from[p]);
	}
	while (!err && !all_done(round) && clock_steady_us() < until_us) {
		if (kafka_reader_poll(reader, 100, &record) == KAFKA_READ_RECORD) {
			take(round, &record, ev);
		}
		kafka_reader_release(&record);
	}
	free(ev);
	if (err) {
		return err;
	}
	return all_done(round) ? round->err : ERR_KAFKA_AWAY;
}

static enum err run_round(const struct kafka_operate_config *config,
			  const struct register_ops *ops,
			  struct event *ev)
{
	struct round round = {.config = config, .ops = ops};
	struct kafka_reader *reader = NULL;
	int64_t low = 0;

	round.partitions = schema_topic(ops->events)->partitions;
	snprintf(round.actions, sizeof round.actions, "%s%s", config->prefix,
		 schema_topic(schema_topic_actions(ops->events))->name);
	snprintf(round.events, sizeof round.events, "%s%s", config->prefix,
		 schema_topic(ops->events)->name);
	enum err err = encode(&round, ev);

	if (!err) {
		err = kafka_reader_open(config->settings, "govbus-operator", &reader);
	}
	for (int p = 0; !err && p < round.partitions; p++) {
		err = kafka_reader_watermarks(reader, round.events, p, &low, &round.from[p]);
	}
	if (!err) {
		err = post(&round);
	}
	if (!err && config->wait_ms) {
		err = wait_for_outcomes(&round, reader);
	}
	kafka_reader_close(reader);
	buf_done(&round.bytes);
	return err;
}

static enum err for_each_register(const struct kafka_operate_config *config, const struct event *ev)
{
	enum err err = ERR_OK;

	for (int i = 0; !err && config->registers[i]; i++) {
		struct event copy = *ev;

		err = run_round(config, config->registers[i], &copy);
	}
	return err;
}

enum err kafka_operate_go_live(const struct kafka_operate_config *config)
{
	struct event ev = {.type = EVENT_went_live};

	return for_each_register(config, &ev);
}

enum err kafka_operate_confirm_clock(const struct kafka_operate_config *config)
{
	struct event ev = {.type = EVENT_clock_confirmed};

	EVENT_SET(ev.data.clock_confirmed, upto, clock_wall_us() + CIVIL_HOUR_US);
	return for_each_register(config, &ev);
}

enum err kafka_operate_repair(const struct kafka_operate_config *config,
			      const struct register_ops *ops,
			      int partition,
			      const char *reason)
{
	struct decider *decider = NULL;
	struct decider_config repair = {
		.settings = config->settings,
		.prefix = config->prefix,
		.instance = "repair",
		.registers = config->registers,
		.repair = ops,
		.repair_partition = partition,
		.repair_reason = reason,
		.repair_wait_ms = config->wait_ms,
	};
	enum err err = kafka_decider_open(&repair, &decider);

	if (!err) {
		err = kafka_decider_run(decider);
		kafka_decider_close(decider);
	}
	if (!err) {
		fprintf(config->out, "%s %d: position restated; start its decider again\n",
			ops->name, partition);
	}
	return err;
}
