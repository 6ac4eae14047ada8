/* kafka_decider_partition.c: the life of a partition: folding, asking, claiming, deciding (kafka_decider_parts.h tells it whole). */
#include "producers/decider/kafka_decider_parts.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/civil.h"
#include "common/clock.h"
#include "common/log.h"

const char *const kafka_decider_partition_phases[PHASE_COUNT] = {
	"away", "waiting", "folding", "asking", "claiming", "deciding", "checking", "stopped",
};

/* After a collision both sides wait for a random time: otherwise they could unseat one another for ever. */
int64_t kafka_decider_partition_random_wait_us(struct decider *decider)
{
	(void)decider;
	return 100000 + (int64_t)randombytes_uniform(900000);
}

void kafka_decider_partition_enter(struct decider_partition *part, enum phase phase)
{
	part->phase = phase;
	part->since_us = clock_steady_us();
	LOG(DEBUG, "phase", LOG_TEXT("topic", part->events),
	    LOG_NUMBER("partition", part->reg.partition),
	    LOG_TEXT("phase", kafka_decider_partition_phases[phase]),
	    LOG_NUMBER("next_offset", part->core.position.cursor.next_offset));
}

void kafka_decider_partition_leave(struct decider_partition *part)
{
	struct decider *decider = part->decider;

	part->epoch++; /* reports still to come are of an earlier life */
	kafka_reader_unassign(decider->events, part->events, part->reg.partition);
	kafka_reader_unassign(decider->actions, part->actions, part->reg.partition);
	if (part->opened) {
		deciding_close(&part->core);
		part->opened = false;
	}
	enum err err = decider_store_drop(part->rows);

	if (err && err != ERR_STORE_FULL) {
		decider->err = err;
	}
	kafka_decider_status_unacknowledged(part->acknowledged - part->sent);
	part->failed = part->confirming = false;
	part->sent = part->acknowledged = part->frozen = 0;
	part->wanted_refoffset = -1;
	kafka_decider_partition_enter(part, PHASE_AWAY);
}

void kafka_decider_partition_restart(struct decider_partition *part, int64_t wait_us)
{
	kafka_decider_partition_leave(part);
	kafka_decider_partition_enter(part, PHASE_WAITING);
	part->wake_us = part->since_us + wait_us;
}

void kafka_decider_partition_stop(struct decider_partition *part, enum err err, const char *why)
{
	kafka_decider_partition_leave(part);
	kafka_decider_partition_enter(part, PHASE_STOPPED);
	part->stopped = err;
	snprintf(part->why, sizeof part->why, "%s", why);
	LOG(ERROR, "partition stopped", LOG_TEXT("topic", part->events),
	    LOG_NUMBER("partition", part->reg.partition), LOG_TEXT("error", err_name(err)),
	    LOG_TEXT("why", why), LOG_TEXT("cure", err_cure(err)));
}

/* Everything from the store, then from the log. */
static void begin(struct decider_partition *part)
{
	struct decider *decider = part->decider;
	enum err err = decider_store_position(part->rows, &part->core.position);

	part->core.err = ERR_OK;
	if (!err) {
		err = deciding_open(&part->core);
		part->opened = !err;
	}
	if (!err) {
		err = decider_store_drop(
			part->rows); /* every open case was read, and is not wanted in memory */
	}
	if (!err) {
		err = kafka_reader_assign(decider->events, part->events, part->reg.partition,
					  part->core.position.cursor.next_offset);
	}
	if (err) {
		kafka_decider_partition_stop(part, err, "rows cannot be read");
		return;
	}
	part->verified = part->caught_up = part->reference_end = false;
	part->wanted_refoffset = -1;
	part->actions_end = -1;
	kafka_decider_partition_enter(part, PHASE_FOLDING);
}

/* Only the coordinator knows whether we are still a member: it accepts commits only from members of the current generation. */
static void ask(struct decider_partition *part)
{
	struct decider *decider = part->decider;

	kafka_decider_partition_enter(part, PHASE_ASKING);
	if (!decider->member) {
		kafka_decider_partition_enter(part, PHASE_CLAIMING);
		kafka_decider_write_claim(part);
	} else {
		kafka_member_ask(decider->member, part->actions, part->reg.partition,
				 part->core.position.cursor.cause + 1);
	}
}

static void start_deciding(struct decider_partition *part)
{
	struct decider *decider = part->decider;
	int64_t cause = part->core.position.cursor.cause;

	kafka_reader_unassign(decider->events, part->events, part->reg.partition);
	part->base = part->core.position.cursor.claim;
	part->frozen = -1;
	part->verified = cause < 0 || !part->core.position.outcome_hash;
	kafka_decider_partition_enter(part, PHASE_DECIDING);
	LOG(INFO, "partition claimed", LOG_TEXT("topic", part->events),
	    LOG_NUMBER("partition", part->reg.partition), LOG_NUMBER("claim", part->base),
	    LOG_NUMBER("next_action", cause + 1));
	/* Starts one action early, to check that the log still holds the last action we decided. */
	part->failed |= kafka_reader_assign(decider->actions, part->actions, part->reg.partition,
					    part->verified ? cause + 1 : cause) != ERR_OK;
}

static void fold(struct decider_partition *part, const struct kafka_record *record)
{
	struct deciding *core = &part->core;
	struct event *ev = &part->decider->ev;
	bool own = ev->type == EVENT_writer_claimed &&
		   ev->data.writer_claimed.nonce == part->nonce && part->phase == PHASE_CLAIMING;
	enum log_cursor_verdict verdict = deciding_fold(core, ev, record->offset);

	if (core->err) {
		kafka_decider_partition_stop(part, core->err, "a valid record cannot be folded");
	} else if (verdict == LOG_CURSOR_GAP) {
		kafka_decider_partition_stop(part, ERR_LOG_GAP,
					     "an outcome is missing in the event log");
	} else if (verdict == LOG_CURSOR_VOID) {
		kafka_decider_status_count("void");
		if (own) {
			kafka_decider_status_count("void_claims");
			kafka_decider_partition_restart(
				part, kafka_decider_partition_random_wait_us(part->decider));
		}
	} else if (own && verdict == LOG_CURSOR_VALID) {
		start_deciding(part);
	}
}

/* During a long catch-up, what was folded is committed along the way. */
static void freeze_folded(struct decider_partition *part, int64_t offset)
{
	if (offset % PARTS_FREEZE_ROWS == 0 && part->phase == PHASE_FOLDING &&
	    decider_store_freeze(part->rows, &part->core.position, 0)) {
		decider_store_acknowledge(part->rows, 0,
					  part->core.position.cursor.next_offset - 1);
	}
}

void kafka_decider_partition_on_event(struct decider_partition *part,
				      const struct kafka_record *record)
{
	struct event *ev = &part->decider->ev;

	if (part->phase != PHASE_FOLDING && part->phase != PHASE_ASKING &&
	    part->phase != PHASE_CLAIMING && part->phase != PHASE_CHECKING) {
		return;
	}
	if (record->what == KAFKA_READ_END) {
		part->caught_up = true;
		return;
	}
	if (record->what == KAFKA_READ_ERROR) {
		if (record->err == ERR_LOG_TRIMMED || record->err == ERR_LOG_LOST_TAIL) {
			kafka_decider_partition_stop(
				part, record->err,
				"the event log is not the one the rows were folded from: remove the decider's folder to fold it again");
		}
		return;
	}
	if (part->phase == PHASE_CHECKING) {
		if (record->offset > part->base + part->acknowledged &&
		    !event_decode(record->value, ev, NULL)) {
			kafka_decider_write_check(part, ev, record->offset);
		}
		return;
	}
	if (record->offset < part->core.position.cursor.next_offset) {
		return;
	}
	if (event_decode(record->value, ev, NULL)) {
		log_cursor_skip(&part->core.position.cursor, record->offset);
		kafka_decider_status_count("undecodable");
		return;
	}
	fold(part, record);
	freeze_folded(part, record->offset);
}

/* ---- actions */

/* Rule 5: the action behind the last outcome must be the one that was decided. */
static bool verify(struct decider_partition *part, const struct kafka_record *record)
{
	const struct deciding_position *position = &part->core.position;

	if (record->offset > position->cursor.cause) {
		kafka_decider_partition_stop(
			part, ERR_LOG_TRIMMED,
			"the action log was trimmed: govbus repair restates the position");
		return false;
	}
	if (!deciding_act_was(record->value, record->offset, position->outcome_hash)) {
		kafka_decider_partition_stop(
			part, ERR_ACTIONS_LOST_TAIL,
			"the action log lost its tail and was written again, or these rows are of another bus: with the decider's folder moved aside they are folded again; if it stops here all the same, govbus repair restates the position");
		return false;
	}
	part->verified = true;
	return true;
}

static void end_of_actions(struct decider_partition *part, int64_t offset)
{
	if (!part->verified && offset <= part->core.position.cursor.cause) {
		kafka_decider_partition_stop(
			part, ERR_ACTIONS_LOST_TAIL,
			"the action log ends before the last outcome: govbus repair restates the position");
		return;
	}
	part->caught_up = true;
	part->lag_us = 0;
	part->actions_end = offset;
}

/* While the clock waits for confirmation, actions are only searched for that confirmation. */
static void look_for_confirmation(struct decider_partition *part, const struct kafka_record *record)
{
	struct event *ev = &part->decider->ev;

	if (event_decode(record->value, ev, NULL) || ev->type != EVENT_clock_confirmed ||
	    !ev->data.clock_confirmed.has_upto || ev->data.clock_confirmed.upto < clock_wall_us()) {
		return;
	}
	part->core.position.confirmed_us = ev->data.clock_confirmed.upto;
	part->confirming = false;
	part->failed |=
		kafka_reader_assign(part->decider->actions, part->actions, part->reg.partition,
				    part->core.position.cursor.cause + 1) != ERR_OK;
}

static void decide(struct decider_partition *part, const struct kafka_record *record)
{
	struct decider *decider = part->decider;
	char incident[40];
	struct deciding_action action = {
		.bytes = record->value,
		.offset = record->offset,
		.broker_us = record->broker_us,
		.wall_us = clock_wall_us(),
		.reference_end = part->reference_end,
	};
	int64_t wanted = 0;

	if (decider->poison && decider_poison_enter(decider->poison, part->index, record->offset)) {
		snprintf(incident, sizeof incident, "F-%d-%" PRId64, part->index, record->offset);
		action.fault = incident;
		LOG(ERROR, "action refused as FAULT: it crashed the decider three times",
		    LOG_TEXT("incident", action.fault), LOG_TEXT("topic", part->actions),
		    LOG_NUMBER("partition", part->reg.partition),
		    LOG_NUMBER("offset", record->offset));
	}
	part->core.refposition = reference_position(decider->reference);
	enum deciding_result result = deciding_act(&part->core, &action, &wanted);

	if (decider->poison) {
		decider_poison_leave(decider->poison, part->index);
	}
	part->reference_end = false;
	if (result == DECIDING_REFERENCE) {
		part->wanted_refoffset = wanted;
		part->wanted_us = clock_steady_us();
		kafka_reader_unassign(decider->actions, part->actions, part->reg.partition);
	} else if (result == DECIDING_CONFIRM) {
		part->confirming = true;
	} else if (result == DECIDING_FAILED) {
		part->failed = true;
	} else if (!part->core.position.cursor.live &&
		   record->broker_us - part->core.position.cursor.decided_us < CIVIL_DAY_US) {
		decider->today = true;
	}
}

void kafka_decider_partition_on_action(struct decider_partition *part,
				       const struct kafka_record *record)
{
	int64_t next = part->core.position.cursor.cause + 1;

	if (part->phase != PHASE_DECIDING || part->failed || part->wanted_refoffset >= 0 ||
	    part->decider->config.repair) {
		return;
	}
	if (record->what == KAFKA_READ_END) {
		end_of_actions(part, record->offset);
		return;
	}
	if (record->what == KAFKA_READ_ERROR) {
		if (record->err == ERR_LOG_LOST_TAIL || record->err == ERR_LOG_TRIMMED) {
			kafka_decider_partition_stop(
				part,
				record->err == ERR_LOG_LOST_TAIL ? ERR_ACTIONS_LOST_TAIL
								 : record->err,
				"the action log does not hold the next action: govbus repair restates the position");
		}
		return;
	}
	if (!part->verified && (record->offset < next - 1 || !verify(part, record))) {
		return;
	}
	if (record->offset < next) {
		return;
	}
	if (part->confirming) {
		look_for_confirmation(part, record);
	} else if (record->offset > next) {
		kafka_decider_partition_stop(part, ERR_LOG_GAP,
					     "an action is missing in the action log");
	} else if (!part->decider->clock_off) {
		part->caught_up = record->offset + 1 == part->actions_end;
		part->lag_us = record->broker_us ? clock_wall_us() - record->broker_us : 0;
		decide(part, record);
	}
}

/* ---- turns */

/* An action waits for reference records that its door has seen: they are there, or the log, asked later, ends before them. The
 * reader asks every second anyway. If each partition that waits asked and waited for a broker that hangs, nothing else would be done. */
static void serve_reference(struct decider_partition *part)
{
	struct decider *decider = part->decider;
	int64_t position = reference_position(decider->reference), end = 0;

	if (position < part->wanted_refoffset) {
		if (!kafka_reader_end(decider->refreader, 0, part->wanted_us, &end) ||
		    position < end) {
			return;
		}
		part->reference_end = true;
	}
	part->wanted_refoffset = -1;
	part->failed |= kafka_reader_assign(decider->actions, part->actions, part->reg.partition,
					    part->core.position.cursor.cause + 1) != ERR_OK;
}

static void repair(struct decider_partition *part)
{
	struct decider *decider = part->decider;
	int64_t low = 0, high = 0;
	enum err err = kafka_reader_watermarks(decider->actions, part->actions, part->reg.partition,
					       &low, &high);

	if (!err) {
		err = deciding_repair(&part->core, high, span_cstr(decider->config.repair_reason),
				      clock_wall_us());
	}
	kafka_decider_write_held(decider);
	if (!err) {
		err = kafka_writer_flush(decider->writer, 30000);
	}
	decider->done = !err && part->acknowledged == part->sent && part->sent > 0;
	decider->err = decider->done ? ERR_STOPPED : err ? err : ERR_FENCED;
}

static bool bus_is_live(const struct decider *decider)
{
	return decider->refcursor.live;
}

static void serve_deciding(struct decider_partition *part, int64_t now_us)
{
	struct decider *decider = part->decider;

	if (decider->clock_off) {
		kafka_decider_partition_restart(
			part,
			PARTS_SKEW_WAIT_US); /* the next claim's report shows the clock again */
		return;
	}
	if (decider->config.repair) {
		repair(part);
		return;
	}
	part->core.refposition = reference_position(decider->reference);
	if (part->wanted_refoffset >= 0) {
		serve_reference(part);
	} else if (part->verified && now_us - part->idle_us >= PARTS_IDLE_US) {
		part->idle_us = now_us;
		enum deciding_result result = deciding_idle(&part->core, clock_wall_us(),
							    part->caught_up, bus_is_live(decider));

		part->confirming |= result == DECIDING_CONFIRM;
		part->failed |= result == DECIDING_FAILED;
	}
}

void kafka_decider_partition_serve(struct decider_partition *part, int64_t now_us)
{
	if (!part->owned || part->phase == PHASE_STOPPED) {
		return;
	}
	if (part->failed) {
		LOG(WARN, "partition begins again", LOG_TEXT("topic", part->events),
		    LOG_NUMBER("partition", part->reg.partition),
		    LOG_TEXT("error", err_name(part->core.err)));
		kafka_decider_partition_restart(
			part, kafka_decider_partition_random_wait_us(part->decider));
		return;
	}
	switch (part->phase) {
	case PHASE_WAITING:
		if (now_us >= part->wake_us) {
			begin(part);
		}
		break;
	case PHASE_FOLDING:
		if (part->caught_up && part->decider->ref_ended) {
			part->caught_up = false;
			ask(part);
		}
		break;
	case PHASE_ASKING:
		if (now_us - part->since_us > PARTS_ASK_AGAIN_US) {
			ask(part);
		}
		break;
	case PHASE_DECIDING:
		serve_deciding(part, now_us);
		break;
	default:
		break;
	}
}
