/* kafka_decider_write.c: records on their way: sent, reported, known to stand, frozen into generations and committed. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/case_id.h"
#include "common/clock.h"
#include "common/log.h"
#include "producers/decider/kafka_decider_parts.h"

/* The opaque value of a record: partition, epoch and number in one word, so that nothing is allocated per record. */
static void *opaque_of(const struct decider_partition *part, int64_t number)
{
	return (void *)(uintptr_t)((uint64_t)(part->index + 1) << 56 | (uint64_t)part->epoch << 40 |
				   ((uint64_t)number & 0xffffffffff));
}

/* Records about a case carry its county as key, so that any Kafka client finds them together. */
static struct span key_of(const struct event *ev)
{
	return ev->env.has_subject && ev->env.subject.n == CASE_ID_TEXT_BYTES
		       ? span_first(ev->env.subject, 6)
		       : (struct span){0};
}

/* To the producer; while its queue is full, its reports are served. */
static void hand_over(struct decider *decider, const struct held *held)
{
	struct decider_partition *part = held->part;
	struct span bytes = span_of(decider->held_bytes.p + held->at, held->n);
	struct span key = span_of(held->key, held->key_n);

	/* Of an earlier claim, or after a record that was not sent: a gap must not be written. */
	while (held->epoch == part->epoch && !part->failed) {
		enum err err = kafka_writer_send(decider->writer, part->topic, part->reg.partition,
						 key, bytes, opaque_of(part, held->number));

		if (!err) {
			return;
		}
		part->failed |= err != ERR_BUSY || kafka_writer_handle(decider->writer)->fatal;
		kafka_writer_poll(decider->writer, 5);
	}
}

/* One by one, between two decisions, the producer would send each in a request of its own: twenty times the broker's work. */
void kafka_decider_write_held(struct decider *decider)
{
	for (int i = 0; i < decider->n_held; i++) {
		hand_over(decider, &decider->held[i]);
	}
	decider->n_held = 0;
	buf_reset(&decider->held_bytes);
}

static enum err hold(struct decider_partition *part, const struct event *ev, int64_t number)
{
	struct decider *decider = part->decider;
	struct span key = key_of(ev);
	struct held *held = &decider->held[decider->n_held];

	*held = (struct held){.part = part,
			      .number = number,
			      .at = (uint32_t)decider->held_bytes.n,
			      .epoch = part->epoch,
			      .key_n = (uint8_t)key.n};
	memcpy(held->key, key.n ? key.p : (const uint8_t *)"", key.n);
	enum err err = event_encode(ev, &decider->held_bytes);

	if (err) {
		part->failed = true;
		return err;
	}
	held->n = (uint32_t)(decider->held_bytes.n - held->at);
	decider->n_held++;
	if (decider->n_held == PARTS_HELD || decider->held_bytes.n > PARTS_HELD_BYTES) {
		kafka_decider_write_held(decider);
	}
	return part->failed ? ERR_KAFKA : ERR_OK;
}

/* Nothing that the sender wrote: the offset identifies the action. */
static void log_refused(const struct decider_partition *part, const struct event *ev)
{
	LOG(DEBUG, "action refused", LOG_TEXT("topic", part->actions),
	    LOG_NUMBER("partition", part->reg.partition), LOG_NUMBER("offset", ev->env.cause),
	    LOG_SPAN("reason", ev->data.action_refused.reason),
	    LOG_SPAN("guard", ev->data.action_refused.guard));
}

enum err kafka_decider_write_record(void *context, const struct event *ev)
{
	struct decider_partition *part = context;
	struct decider *decider = part->decider;

	/* A long run of ticks must not overrun the ring: wait until the oldest are acknowledged. */
	while (part->sent - part->acknowledged >= PARTS_RING - 1) {
		kafka_decider_write_held(decider);
		kafka_writer_poll(decider->writer, 5);
		if (part->failed || part->phase != PHASE_DECIDING ||
		    kafka_writer_handle(decider->writer)->fatal || decider->stopping) {
			part->failed = true;
			return ERR_KAFKA;
		}
	}
	part->sent++;
	part->ring[part->sent % PARTS_RING] = (struct sent){
		.cause = ev->env.has_cause ? ev->env.cause : -1,
		.decided_us = ev->env.decidedtime,
		.sent_us = clock_wall_us(),
	};
	kafka_decider_status_decided(ev);
	kafka_decider_status_unacknowledged(1);
	if (ev->type == EVENT_action_refused) {
		log_refused(part, ev);
	}
	return hold(part, ev, part->sent);
}

void kafka_decider_write_claim(struct decider_partition *part)
{
	struct decider *decider = part->decider;
	struct event ev;
	char id[40];
	int64_t now_us = clock_wall_us();

	randombytes_buf(&part->nonce, sizeof part->nonce);
	part->nonce &= INT64_MAX;
	part->epoch++;
	part->sent = part->acknowledged = part->frozen = 0;
	part->ring[0] = (struct sent){.cause = -1, .decided_us = now_us, .sent_us = now_us};
	deciding_claim(&part->core, part->nonce, decider->writer_name, now_us, id, &ev);
	kafka_decider_status_count("claims");
	hold(part, &ev, 0);
}

/* The broker's clock and ours: appended before it was sent, or after it was reported, by more than a minute, is skew. */
static void look_at_clock(struct decider *decider,
			  const struct sent *sent,
			  const struct kafka_report *report)
{
	if (!report->broker_us) {
		return; /* proves nothing */
	}
	int64_t early_us = sent->sent_us - report->broker_us;
	int64_t late_us = report->broker_us - clock_wall_us();
	int64_t off_us = early_us > late_us ? early_us : late_us;

	if (off_us <= PARTS_SKEW_US) {
		decider->clock_off = false;
	} else if (!decider->clock_off) {
		decider->clock_off = true;
		decider->clock_off_us = early_us > late_us ? off_us : -off_us;
		LOG(ERROR,
		    "clock is off the broker's: neither ticks nor decides until it is set right",
		    LOG_NUMBER("off_us", decider->clock_off_us));
	}
}

/* The next record that we sent stands at this offset: reported, or read back. */
static void acknowledge(struct decider_partition *part, int64_t offset)
{
	part->acknowledged++;
	kafka_decider_status_unacknowledged(-1);
	part->base = offset - part->acknowledged;
	decider_store_acknowledge(part->rows, part->acknowledged, offset);
}

/* On a gap or a missing offset the log itself must say which of our records count. */
static void start_checking(struct decider_partition *part)
{
	struct decider *decider = part->decider;

	kafka_decider_status_count("gaps");
	kafka_decider_partition_enter(part, PHASE_CHECKING);
	kafka_reader_unassign(decider->actions, part->actions, part->reg.partition);
	part->failed |= kafka_reader_assign(decider->events, part->events, part->reg.partition,
					    part->base + part->acknowledged + 1) != ERR_OK;
}

void kafka_decider_write_delivered(void *context, void *opaque, const struct kafka_report *report)
{
	struct decider *decider = context;
	uint64_t word = (uint64_t)(uintptr_t)opaque;
	struct decider_partition *part = &decider->partitions[(word >> 56) - 1];
	int64_t number = (int64_t)(word & 0xffffffffff);

	if ((uint16_t)(word >> 40) != part->epoch) {
		return; /* of an earlier life */
	}
	if (report->err) {
		part->failed = true;
		return;
	}
	look_at_clock(decider, &part->ring[number % PARTS_RING], report);
	if (number == 0 || part->phase != PHASE_DECIDING || part->failed) {
		return; /* a claim is found by reading, and so is what comes while checking */
	}
	if (number <= part->acknowledged) {
		return; /* read while checking, before its report came */
	}
	if (number != part->acknowledged + 1 || report->offset != part->base + number) {
		start_checking(part);
		return;
	}
	acknowledge(part, report->offset);
}

void kafka_decider_write_check(struct decider_partition *part,
			       const struct event *ev,
			       int64_t offset)
{
	struct decider *decider = part->decider;
	int64_t claim = part->core.position.cursor.claim;
	const struct sent *sent = &part->ring[(part->acknowledged + 1) % PARTS_RING];

	if (ev->type == EVENT_writer_claimed) {
		if (ev->data.writer_claimed.has_replaces &&
		    ev->data.writer_claimed.replaces == claim && offset != claim) {
			LOG(WARN, "unseated: another's claim is valid",
			    LOG_TEXT("topic", part->events),
			    LOG_NUMBER("partition", part->reg.partition),
			    LOG_NUMBER("offset", offset));
			kafka_decider_status_count("unseated");
			kafka_decider_partition_restart(
				part, kafka_decider_partition_random_wait_us(decider));
		}
		return;
	}
	if (!ev->env.has_claim || ev->env.claim != claim || part->acknowledged == part->sent) {
		return; /* void */
	}
	if ((ev->env.has_cause ? ev->env.cause : -1) != sent->cause ||
	    ev->env.decidedtime != sent->decided_us) {
		kafka_decider_partition_stop(part, ERR_BUG,
					     "a record of our claim that we did not send");
		return;
	}
	acknowledge(part, offset);
	if (part->acknowledged == part->sent) {
		part->core.position.cursor.next_offset = offset + 1;
		kafka_decider_partition_enter(part, PHASE_DECIDING);
		kafka_reader_unassign(decider->events, part->events, part->reg.partition);
		part->failed |=
			kafka_reader_assign(decider->actions, part->actions, part->reg.partition,
					    part->core.position.cursor.cause + 1) != ERR_OK;
	}
}

/* Rows that were folded before the claim, or only read, take memory too: with nothing decided since, they go the same way. */
void kafka_decider_write_freeze(struct decider_partition *part)
{
	if (part->phase == PHASE_DECIDING &&
	    (part->sent > part->frozen || decider_store_holds(part->rows)) &&
	    !decider_store_waits(part->rows) &&
	    decider_store_freeze(part->rows, &part->core.position, part->sent)) {
		part->frozen = part->sent;
		LOG(DEBUG, "rows to be committed", LOG_TEXT("topic", part->events),
		    LOG_NUMBER("partition", part->reg.partition),
		    LOG_NUMBER("upto", part->base + part->sent));
		if (part->acknowledged >= part->sent) {
			decider_store_acknowledge(part->rows, part->acknowledged,
						  part->base + part->acknowledged);
		}
	}
}
