/* kafka_decider.c: the decider's handles and its loop: one thread, five handles, every partition in turn. */
#include "producers/decider/kafka_decider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "producers/decider/kafka_decider_parts.h"

enum { DECIDER_PATH_BYTES = 512, DECIDER_FLUSH_MS = 3000 };

/* ---- the group */

static struct decider_partition *part_of(struct decider *decider,
					 const char *topic,
					 int32_t partition)
{
	for (int i = 0; topic && i < decider->n_partitions; i++) {
		struct decider_partition *part = &decider->partitions[i];

		if (part->reg.partition == partition &&
		    (strcmp(part->actions, topic) == 0 || strcmp(part->events, topic) == 0)) {
			return part;
		}
	}
	return NULL;
}

static void on_owned(void *context, const char *topic, int32_t partition, bool ours)
{
	struct decider_partition *part = part_of(context, topic, partition);

	if (!part) {
		return;
	}
	part->owned = ours;
	if (ours) {
		kafka_decider_partition_restart(part, 0);
	} else {
		kafka_decider_partition_leave(part);
	}
}

static void on_answered(void *context, const char *topic, int32_t partition, enum err err)
{
	struct decider_partition *part = part_of(context, topic, partition);

	if (!part || part->phase != PHASE_ASKING || err) {
		return; /* asked again after a while */
	}
	kafka_decider_partition_enter(part, PHASE_CLAIMING);
	kafka_decider_write_claim(part);
}

/* ---- opening */

static enum err open_writer(struct decider *decider)
{
	struct kafka_writer_config config = {
		.settings = decider->config.settings,
		.name = decider->writer_name,
		.content_type = "application/cloudevents+msgpack",
		.gapless = true,
		.linger_ms = 0,
		.delivered = kafka_decider_write_delivered,
		.context = decider,
	};
	enum err err = kafka_writer_open(&config, &decider->writer);

	for (int i = 0; !err && i < decider->n_partitions; i++) {
		decider->partitions[i].topic =
			kafka_writer_topic(decider->writer, decider->partitions[i].events);
	}
	return err;
}

static enum err open_member(struct decider *decider)
{
	static const char *topics[DECIDER_STORE_REGISTERS + 1];
	char group[KAFKA_TOPIC_NAME_BYTES];
	int n = 0;

	for (int i = 0; i < decider->n_partitions; i++) {
		if (decider->partitions[i].reg.partition == 0) {
			topics[n++] = decider->partitions[i].actions;
		}
	}
	topics[n] = NULL;
	snprintf(group, sizeof group, "%sgovbus-decider", decider->config.prefix);
	struct kafka_member_config config = {
		.settings = decider->config.settings,
		.group = group,
		.instance = decider->writer_name,
		.topics = topics,
		.session_timeout_ms = decider->config.session_timeout_ms,
		.owned = on_owned,
		.answered = on_answered,
		.context = decider,
	};

	return kafka_member_open(&config, &decider->member);
}

static enum err open_part(struct decider *decider, int reg, int partition, int partitions)
{
	struct decider_partition *part = &decider->partitions[decider->n_partitions];

	part->decider = decider;
	part->index = decider->n_partitions;
	part->actions = decider->names[2 * reg];
	part->events = decider->names[2 * reg + 1];
	part->rows = decider_store_rows(decider->store, reg, partition, partitions);
	part->ring = calloc(PARTS_RING, sizeof *part->ring);
	part->wanted_refoffset = -1;
	if (!part->rows || !part->ring) {
		return ERR_NOMEM;
	}
	part->reg = (struct reg){
		.ops = decider->config.registers[reg],
		.view = decider_store_view(part->rows),
		.reference = decider->reference,
		.partition = partition,
	};
	part->core = (struct deciding){
		.reg = &part->reg,
		.partitions = partitions,
		.emit = kafka_decider_write_record,
		.context = part,
	};
	deciding_position_init(&part->core.position);
	decider->n_partitions++;
	return ERR_OK;
}

static enum err open_register(struct decider *decider, int reg)
{
	const struct register_ops *ops = decider->config.registers[reg];
	const struct topic_row *events = schema_topic(ops->events);
	const struct topic_row *actions = schema_topic(schema_topic_actions(ops->events));
	enum err err = ERR_OK;

	snprintf(decider->names[2 * reg], KAFKA_TOPIC_NAME_BYTES, "%s%s", decider->config.prefix,
		 actions->name);
	snprintf(decider->names[2 * reg + 1], KAFKA_TOPIC_NAME_BYTES, "%s%s",
		 decider->config.prefix, events->name);
	for (int i = 0; !err && i < events->partitions; i++) {
		bool wanted = !decider->config.repair || (decider->config.repair == ops &&
							  decider->config.repair_partition == i);

		if (wanted) {
			err = open_part(decider, reg, i, events->partitions);
		}
	}
	return err;
}

static enum err open_store(struct decider *decider)
{
	char dir[DECIDER_PATH_BYTES];

	if (!decider->config.home) {
		return decider_store_open(NULL, decider->config.registers, &decider->store);
	}
	mkdir(decider->config.home, 0755);
	snprintf(dir, sizeof dir, "%s/decider", decider->config.home);
	mkdir(dir, 0755);
	enum err err = decider_store_open(dir, decider->config.registers, &decider->store);

	return err ? err : decider_poison_open(dir, &decider->poison);
}

static enum err open_readers(struct decider *decider)
{
	char name[96];
	static const char *const what[] = {"actions", "events", "reference"};
	struct kafka_reader **readers[] = {&decider->actions, &decider->events,
					   &decider->refreader};
	enum err err = ERR_OK;

	for (int i = 0; !err && i < 3; i++) {
		snprintf(name, sizeof name, "%s-%s", decider->writer_name, what[i]);
		err = kafka_reader_open(decider->config.settings, name, readers[i]);
	}
	err = err ? err : kafka_reader_probe(decider->refreader, decider->reftopic, 0);
	return err ? err : kafka_reader_assign(decider->refreader, decider->reftopic, 0, 0);
}

static enum err open_all(struct decider *decider)
{
	enum err err = open_store(decider);

	decider->reference = reference_new();
	decider->held = calloc(PARTS_HELD, sizeof *decider->held);
	log_cursor_init(&decider->refcursor);
	if (!err && (!decider->reference || !decider->held)) {
		err = ERR_NOMEM;
	}
	for (int i = 0; !err && decider->config.registers[i]; i++) {
		err = open_register(decider, i);
	}
	/* Getting the producer's id takes half a second: it is requested before the group gives us work. */
	if (!err) {
		err = open_writer(decider);
	}
	if (!err) {
		err = open_readers(decider);
	}
	if (!err && !decider->config.alone && !decider->config.repair) {
		err = open_member(decider);
	}
	for (int i = 0; !err && !decider->member && i < decider->n_partitions; i++) {
		decider->partitions[i].owned = true;
		kafka_decider_partition_restart(&decider->partitions[i], 0);
	}
	return err;
}

enum err kafka_decider_open(const struct decider_config *config, struct decider **ret_decider)
{
	struct decider *decider = calloc(1, sizeof *decider);

	if (!decider) {
		return ERR_NOMEM;
	}
	decider->config = *config;
	pthread_mutex_init(&decider->lock, NULL);
	snprintf(decider->writer_name, sizeof decider->writer_name, "govbus-decider-%s",
		 config->instance);
	snprintf(decider->reftopic, sizeof decider->reftopic, "%s%s", config->prefix,
		 schema_topic(TOPIC_REFERENCE)->name);
	enum err err = open_all(decider);

	if (err) {
		kafka_decider_close(decider);
		return err;
	}
	*ret_decider = decider;
	return ERR_OK;
}

void kafka_decider_close(struct decider *decider)
{
	if (!decider) {
		return;
	}
	if (decider->writer && !decider->err) {
		kafka_decider_write_held(decider);
		kafka_writer_flush(decider->writer, DECIDER_FLUSH_MS);
		for (int i = 0; i < decider->n_partitions; i++) {
			kafka_decider_write_freeze(&decider->partitions[i]);
		}
		decider_store_commit_all(decider->store);
	}
	kafka_member_close(decider->member);
	for (int i = 0; i < decider->n_partitions; i++) {
		struct decider_partition *part = &decider->partitions[i];

		part->epoch++;
		if (part->opened) {
			deciding_close(&part->core);
		}
	}
	kafka_writer_close(decider->writer);
	kafka_reader_close(decider->actions);
	kafka_reader_close(decider->events);
	kafka_reader_close(decider->refreader);
	for (int i = 0; i < decider->n_partitions; i++) {
		decider_store_rows_free(decider->partitions[i].rows);
		free(decider->partitions[i].ring);
	}
	decider_store_close(decider->store);
	decider_poison_close(decider->poison);
	reference_free(decider->reference);
	buf_done(&decider->held_bytes);
	free(decider->held);
	buf_done(&decider->reasons);
	buf_done(&decider->warnings);
	pthread_mutex_destroy(&decider->lock);
	free(decider);
}

/* ---- the loop */

/* A producer that failed fatally may have written more than it reports: a new one, and a new claim everywhere. */
static enum err renew_writer(struct decider *decider)
{
	LOG(WARN, "producer failed: claiming again",
	    LOG_TEXT("why", kafka_writer_handle(decider->writer)->fatal_text));
	kafka_decider_status_count("fatal");
	for (int i = 0; i < decider->n_partitions; i++) {
		if (decider->partitions[i].owned && decider->partitions[i].phase != PHASE_STOPPED) {
			kafka_decider_partition_restart(
				&decider->partitions[i],
				kafka_decider_partition_random_wait_us(decider));
		}
	}
	kafka_writer_close(decider->writer);
	decider->writer = NULL;
	return open_writer(decider);
}

/* Takes the records that are there, waiting only for the first. @return how many */
static int drain(struct decider *decider, struct kafka_reader *reader, int wait_ms)
{
	struct kafka_record record = {0};
	int n = 0;

	for (; n < PARTS_READ_AT_ONCE; n++) {
		if (kafka_reader_poll(reader, n ? 0 : wait_ms, &record) == KAFKA_READ_NONE) {
			break;
		}
		struct decider_partition *part = part_of(decider, record.topic, record.partition);

		if (reader == decider->refreader) {
			kafka_decider_reference_take(decider, &record);
		} else if (part && reader == decider->events) {
			kafka_decider_partition_on_event(part, &record);
		} else if (part) {
			kafka_decider_partition_on_action(part, &record);
		}
		kafka_reader_release(&record);
	}
	return n;
}

/* State may lag the log as long as there is memory for it: a full store is said, and tried again. */
static enum err commit(struct decider *decider, int64_t now_us)
{
	if (decider->full_us && now_us - decider->tried_us < PARTS_FULL_US) {
		return ERR_OK;
	}
	enum err err = decider_store_commit(decider->store);

	if (err == ERR_STORE_FULL) {
		if (!decider->full_us) {
			LOG(ERROR, err_text(err), LOG_TEXT("error", err_name(err)),
			    LOG_TEXT("cure",
				     "free some disk space; the program continues by itself"));
			decider->full_us = now_us;
		}
		decider->tried_us = now_us;
		return ERR_OK;
	}
	if (!err && decider->full_us && decider_store_committed(decider->store)) {
		LOG(INFO, "the store has room again",
		    LOG_NUMBER("seconds", (now_us - decider->full_us) / 1000000));
		decider->full_us = 0;
	}
	return err;
}

/* Closes what was decided since the last time; a row that was changed repeatedly in between is written once. */
static void freeze(struct decider *decider, int64_t now_us)
{
	if (now_us - decider->frozen_us < PARTS_COMMIT_US &&
	    decider_store_bytes(decider->store) < PARTS_COMMIT_BYTES) {
		return;
	}
	decider->frozen_us = now_us;
	for (int i = 0; i < decider->n_partitions; i++) {
		kafka_decider_write_freeze(&decider->partitions[i]);
	}
}

/* Rows wait for the disk: actions wait in the log. */
static bool memory_full(const struct decider *decider)
{
	return decider_store_bytes(decider->store) > PARTS_STORE_BYTES;
}

enum err kafka_decider_turn(struct decider *decider)
{
	enum err err = decider->member ? kafka_member_poll(decider->member, 0) : ERR_OK;

	if (err) {
		return err;
	}
	int busy = drain(decider, decider->refreader, 0);

	if (decider->err) {
		return decider->err;
	}
	busy += drain(decider, decider->events, 0);
	if (!memory_full(decider)) {
		drain(decider, decider->actions, busy ? 0 : 1);
	} else {
		kafka_writer_poll(decider->writer, 1);
	}
	kafka_decider_write_held(decider);
	kafka_writer_poll(decider->writer, 0);
	if (kafka_writer_handle(decider->writer)->fatal) {
		err = renew_writer(decider);
	}
	if (err) {
		return err; /* there is no producer to serve with */
	}
	/* Waits are measured by the clock that never jumps; only what is decided asks the wall clock. */
	int64_t now_us = clock_steady_us();

	for (int i = 0; i < decider->n_partitions; i++) {
		kafka_decider_partition_serve(&decider->partitions[i], now_us);
	}
	kafka_decider_write_held(decider);
	freeze(decider, now_us);
	err = commit(decider, now_us);
	kafka_decider_status_say(decider, now_us);
	return err ? err : decider->err;
}

/* A decider waits for a broker and for the right time; whoever calls for a repair is told instead. */
static enum err repair_held_up(struct decider *decider)
{
	const struct decider_partition *part = &decider->partitions[0];
	int64_t now_us = clock_steady_us();

	if (part->phase == PHASE_STOPPED) {
		return part->stopped;
	}
	if (decider->clock_off) {
		return ERR_CLOCK;
	}
	if (!decider->moved_us || part->core.position.cursor.next_offset != decider->moved_to) {
		decider->moved_us = now_us;
		decider->moved_to = part->core.position.cursor.next_offset;
	}
	return now_us - decider->moved_us > decider->config.repair_wait_ms * INT64_C(1000)
		       ? ERR_KAFKA_AWAY
		       : ERR_OK;
}

enum err kafka_decider_run(struct decider *decider)
{
	while (!decider->stopping && !decider->err) {
		decider->err = kafka_decider_turn(decider);
		if (!decider->err && decider->config.repair) {
			decider->err = repair_held_up(decider);
		}
	}
	if (decider->err == ERR_STOPPED) {
		return decider->done ? ERR_OK : ERR_STOPPED;
	}
	return decider->err;
}

void kafka_decider_stop(struct decider *decider)
{
	decider->stopping = 1;
}

void kafka_decider_break(struct decider *decider)
{
	kafka_writer_break(decider->writer);
}
