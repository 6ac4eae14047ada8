/* kafka_decider_status.c: the decider's metrics, and its answers to /healthz and /readyz. */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/metrics.h"
#include "producers/decider/kafka_decider_parts.h"
#include "projections/reference_warn.h"

enum { STATUS_EVERY_US = 250000 };

static struct metric outcomes = {.name = "govbus_decider_outcomes",
				 .help = "Actions that were given their outcome",
				 .kind = METRIC_COUNTER};
static struct metric refused = {
	.name = "govbus_decider_refused", .help = "Of these refused", .kind = METRIC_COUNTER};
static struct metric followed = {.name = "govbus_decider_followed",
				 .help = "Events that timers brought or state owed",
				 .kind = METRIC_COUNTER};
static struct metric ticks = {
	.name = "govbus_decider_ticks", .help = "Ticks written", .kind = METRIC_COUNTER};
static struct metric unacknowledged = {.name = "govbus_decider_unacknowledged_records",
				       .help = "Records written and not yet known to be in the log",
				       .kind = METRIC_GAUGE};
static struct metric lag = {
	.name = "govbus_decider_lag_seconds",
	.help = "Lag of the partition that is furthest behind, 0 when all are caught up",
	.kind = METRIC_GAUGE};
static struct metric deciding = {.name = "govbus_decider_partitions_deciding",
				 .help = "Partitions that decide",
				 .kind = METRIC_GAUGE};
static struct metric owned = {.name = "govbus_decider_partitions_owned",
			      .help = "Partitions that the group gave us",
			      .kind = METRIC_GAUGE};
static struct metric skew = {.name = "govbus_decider_clock_off_seconds",
			     .help = "Our clock minus the broker's, when that stops us",
			     .kind = METRIC_GAUGE};

/* Counted by name: rare things. */
static struct metric counted[] = {
	{.name = "govbus_decider_claims", .help = "Claims written", .kind = METRIC_COUNTER},
	{.name = "govbus_decider_void_claims",
	 .help = "Claims of ours that were void",
	 .kind = METRIC_COUNTER},
	{.name = "govbus_decider_void", .help = "Void records read", .kind = METRIC_COUNTER},
	{.name = "govbus_decider_gaps",
	 .help = "Gaps in the offsets of our records",
	 .kind = METRIC_COUNTER},
	{.name = "govbus_decider_unseated",
	 .help = "Claims of others read while deciding",
	 .kind = METRIC_COUNTER},
	{.name = "govbus_decider_fatal", .help = "Producers that failed", .kind = METRIC_COUNTER},
	{.name = "govbus_decider_undecodable",
	 .help = "Event records that cannot be decoded",
	 .kind = METRIC_COUNTER},
};

void kafka_decider_status_open(void)
{
	static struct metric *const all[] = {&outcomes, &refused,        &followed,
					     &ticks,    &unacknowledged, &lag,
					     &deciding, &owned,          &skew};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		metrics_add(all[i]);
	}
	for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
		metrics_add(&counted[i]);
	}
}

void kafka_decider_status_count(const char *what)
{
	for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
		if (strcmp(counted[i].name + strlen("govbus_decider_"), what) == 0) {
			metric_count(&counted[i], 1);
		}
	}
}

void kafka_decider_status_unacknowledged(int64_t by)
{
	metric_count(&unacknowledged, by);
}

void kafka_decider_status_decided(const struct event *ev)
{
	if (ev->env.has_cause) {
		metric_count(&outcomes, 1);
		metric_count(&refused, ev->type == EVENT_action_refused);
	} else if (ev->type == EVENT_clock_ticked) {
		metric_count(&ticks, 1);
	} else {
		metric_count(&followed, 1);
	}
}

static void say_part(const struct decider_partition *part, struct buf *reasons)
{
	if (part->phase == PHASE_STOPPED) {
		buf_printf(reasons, "%s %d: %s: %s; cure: %s\n", part->events, part->reg.partition,
			   err_name(part->stopped), part->why, err_cure(part->stopped));
	} else if (part->confirming) {
		buf_printf(
			reasons,
			"%s %d: more than %d days since its last tick: govbus clock confirm, if the clock is right\n",
			part->events, part->reg.partition, DECIDING_CONFIRM_DAYS);
	} else if (part->phase != PHASE_DECIDING) {
		buf_printf(reasons, "%s %d: %s\n", part->events, part->reg.partition,
			   kafka_decider_partition_phases[part->phase]);
	} else if (part->wanted_refoffset >= 0) {
		buf_printf(reasons, "%s %d: waits for reference data up to %lld\n", part->events,
			   part->reg.partition, (long long)part->wanted_refoffset);
	}
}

/* What the partitions that are ours add up to. */
struct tally {
	int owned, deciding, history;
	int64_t lag_us;
};

static struct tally say_parts(struct decider *decider)
{
	struct tally sum = {0};

	for (int i = 0; i < decider->n_partitions; i++) {
		const struct decider_partition *part = &decider->partitions[i];

		if (!part->owned) {
			continue;
		}
		sum.owned++;
		sum.deciding += part->phase == PHASE_DECIDING && !part->confirming;
		sum.history += part->phase == PHASE_DECIDING && !part->core.position.cursor.live;
		sum.lag_us = part->lag_us > sum.lag_us ? part->lag_us : sum.lag_us;
		say_part(part, &decider->reasons);
	}
	return sum;
}

/* What holds up all partitions alike. @return whether anything does */
static bool say_obstacles(struct decider *decider)
{
	/* This reader is never without a partition, so it always hears whether a broker answers. */
	bool away = kafka_reader_handle(decider->refreader)->away;

	if (decider->clock_off) {
		buf_printf(&decider->reasons,
			   "clock is %lld s off the broker's: correct it (NTP)\n",
			   (long long)(decider->clock_off_us / 1000000));
	}
	if (decider->full_us) {
		buf_printf(&decider->reasons,
			   "%s; free some disk space; the program continues by itself\n",
			   err_text(ERR_STORE_FULL));
	}
	if (away) {
		buf_printf(&decider->reasons, "%s. Cure: %s\n", err_text(ERR_KAFKA_AWAY),
			   err_cure(ERR_KAFKA_AWAY));
	}
	return away || decider->clock_off || decider->full_us;
}

static void say_modes(struct decider *decider, const struct tally *sum)
{
	if (!sum->owned) {
		buf_add_text(&decider->reasons, "no partition is assigned yet\n");
	}
	if (sum->history) {
		buf_printf(&decider->reasons, "history mode: %d partitions%s\n", sum->history,
			   decider->today ? "; actions carry today's time: govbus go-live" : "");
	}
}

void kafka_decider_status_say(struct decider *decider, int64_t now_us)
{
	if (now_us - decider->said_us < STATUS_EVERY_US) {
		return;
	}
	pthread_mutex_lock(&decider->lock);
	decider->said_us = now_us;
	buf_reset(&decider->reasons);
	struct tally sum = say_parts(decider);
	bool held_up = say_obstacles(decider);

	say_modes(decider, &sum);
	decider->ready = sum.owned > 0 && sum.deciding == sum.owned && !held_up &&
			 !(sum.history && decider->today);
	buf_reset(&decider->warnings);
	(void)reference_warn_calendars(
		decider->reference,
		(struct as_of){reference_position(decider->reference), clock_wall_us()},
		&decider->warnings);
	pthread_mutex_unlock(&decider->lock);
	metric_set(&owned, sum.owned);
	metric_set(&deciding, sum.deciding);
	metric_set(&skew, decider->clock_off ? decider->clock_off_us / 1000000 : 0);
	metric_set(&lag, sum.lag_us / 1000000);
}

bool kafka_decider_status_ready(void *context, struct buf *reasons)
{
	struct decider *decider = context;

	pthread_mutex_lock(&decider->lock);
	bool ready = decider->ready;

	buf_add(reasons, buf_span(&decider->reasons));
	buf_add(reasons, buf_span(&decider->warnings));
	pthread_mutex_unlock(&decider->lock);
	return ready;
}

bool kafka_decider_status_healthy(void *context, struct buf *reasons)
{
	struct decider *decider = context;

	pthread_mutex_lock(&decider->lock);
	bool fresh = !decider->said_us || clock_steady_us() - decider->said_us < 10 * 1000000;

	buf_add(reasons, buf_span(&decider->warnings));
	pthread_mutex_unlock(&decider->lock);
	if (!fresh) {
		buf_add_text(
			reasons,
			"the loop has made no progress for 10 s; cure: check the disk and the log, then restart govbus-decider\n");
	}
	return fresh;
}
