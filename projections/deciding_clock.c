/* deciding_clock.c: what the passing of time brings: timers in order of due time, and the ticks that pass them (protocol 9). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/civil.h"
#include "projections/deciding.h"

static int64_t refoffset_of(const struct deciding *d)
{
	/* In history mode the known reference position is stamped on the actions; live, it is what has been read. */
	return d->position.cursor.live ? d->refposition : d->position.cursor.refoffset;
}

/* The first midnight, opening or closing hour after a moment, every day (answers 14). */
static int64_t find_boundary(const struct deciding *d, int64_t after_us)
{
	struct as_of as_of = {.refoffset = refoffset_of(d), .at_us = after_us};
	int64_t midnight_us = civil_midnight_us(civil_day(after_us) + 1);
	int64_t hour_us = d->reg->reference ? reference_calendar_boundary(d->reg->reference, as_of)
					    : INT64_MAX;

	if (hour_us == INT64_MAX) {
		struct calendar usual;

		calendar_init(&usual);
		hour_us = calendar_next_boundary(&usual, after_us);
	}
	return hour_us < midnight_us ? hour_us : midnight_us;
}

/* Reference data below a position never change, so the answer holds as long as position and moment are the same. */
static int64_t next_boundary(struct deciding *d, int64_t after_us)
{
	int64_t refoffset = refoffset_of(d);

	if (!d->boundary_us || d->boundary_after_us != after_us ||
	    d->boundary_refoffset != refoffset) {
		d->boundary_us = find_boundary(d, after_us);
		d->boundary_after_us = after_us;
		d->boundary_refoffset = refoffset;
	}
	return d->boundary_us;
}

/* The next minute that must have its tick: the first at or after each boundary and each moment held. */
static int64_t next_tick_us(struct deciding *d)
{
	int64_t after_us = d->position.barred_minute * CIVIL_MINUTE_US;
	int64_t boundary_us = next_boundary(d, after_us);
	int64_t moment_us = d->reg->ops->next_moment(d->reg, after_us);

	if (d->position.tick_wanted) {
		return after_us + CIVIL_MINUTE_US;
	}
	int64_t first_us = moment_us < boundary_us ? moment_us : boundary_us;

	return (first_us + CIVIL_MINUTE_US - 1) / CIVIL_MINUTE_US * CIVIL_MINUTE_US;
}

static void write_tick(struct deciding *d, int64_t at_us)
{
	struct event ev;
	char id[64];
	int64_t minute = at_us / CIVIL_MINUTE_US;

	memset(&ev, 0, sizeof ev);
	snprintf(id, sizeof id, "tick-%" PRId64 "-%d", minute, d->reg->partition);
	ev.type = EVENT_clock_ticked;
	EVENT_SET(ev.env, id, span_cstr(id));
	EVENT_SET(ev.env, source, DECIDING_SOURCE);
	EVENT_SET(ev.env, subject, SPAN("clock"));
	EVENT_SET(ev.env, time, at_us);
	EVENT_SET(ev.data.clock_ticked, tick, (uint64_t)minute);
	EVENT_SET(ev.data.clock_ticked, at, at_us);
	deciding_write(d, &ev, at_us, refoffset_of(d));
}

/* A timer's event is decided at its due, or at the last moment if that is later. */
static void write_timer(struct deciding *d, int64_t due_us)
{
	struct deciding_position *position = &d->position;
	int64_t at_us = due_us > position->cursor.decided_us ? due_us : position->cursor.decided_us;
	int64_t refoffset = refoffset_of(d);
	struct moment moment = {at_us,
				refoffset > position->cursor.refoffset ? refoffset
								       : position->cursor.refoffset,
				position->cursor.live};
	struct event ev;
	char parent[48];

	arena_reset(&d->arena);
	memset(&ev, 0, sizeof ev);
	bool fires = d->reg->ops->timer(d->reg, &moment, &d->arena, &ev);

	d->err = deciding_register_err(d);
	if (d->err || !fires) {
		return; /* it had lapsed */
	}
	int64_t minute = civil_minute(at_us);

	snprintf(parent, sizeof parent, "t%" PRId64 ".%" PRId64, minute,
		 position->timer_minute == minute ? position->timer_n + 1 : 1);
	ev.env.has_cause = false;
	EVENT_SET(ev.env, parent, span_cstr(parent));
	EVENT_SET(ev.env, id, span_cstr(parent));
	EVENT_SET(ev.env, source, DECIDING_SOURCE);
	if (!ev.env.has_time) {
		EVENT_SET(ev.env, time, at_us);
	}
	deciding_write(d, &ev, at_us, refoffset);
	deciding_write_owed(d);
}

enum err deciding_clock_advance(struct deciding *d, int64_t upto_us, bool every_minute)
{
	struct deciding_position *position = &d->position;

	if (!position->barred_minute && !position->cursor.decided_us) {
		/* Nothing happened yet: the partition's time begins here, not in 1970. */
		position->barred_minute = civil_minute(upto_us) - 1;
	}
	while (!d->err) {
		int64_t tick_us = next_tick_us(d);
		int64_t due_us = d->reg->ops->next_timer(d->reg);
		int64_t now_tick_us = civil_minute(upto_us) * CIVIL_MINUTE_US;

		if (every_minute && now_tick_us < tick_us &&
		    now_tick_us > position->barred_minute * CIVIL_MINUTE_US) {
			tick_us = now_tick_us;
		}
		if (due_us <= upto_us && due_us <= tick_us) {
			write_timer(d, due_us);
		} else if (tick_us <= upto_us) {
			write_tick(d, tick_us);
		} else {
			break;
		}
	}
	return d->err;
}

bool deciding_clock_must_confirm(const struct deciding *d, int64_t wall_us)
{
	const struct deciding_position *position = &d->position;
	int64_t ticked_us = position->cursor.tick * CIVIL_MINUTE_US;

	return position->cursor.live && position->cursor.tick && wall_us > position->confirmed_us &&
	       wall_us - ticked_us > DECIDING_CONFIRM_DAYS * CIVIL_DAY_US;
}
