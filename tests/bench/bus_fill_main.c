/* bus_fill_main.c: fills an empty gov.case of a scratch bus with the record of made-up cases, as a decider would have written it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/case_id.h"
#include "common/civil.h"
#include "common/kafka_writer.h"
#include "common/partition.h"
#include "schemas/event.h"
#include "schemas/random_event.h"
#include "schemas/seal.h"

enum {
	PREFECTURES = 16,
	COUNTIES = PREFECTURES * 8,
	STEPS = 8,
	WINDOW = 20000,       /* cases that are open at once, so that a case's events lie apart */
	BETWEEN_US = 4000000, /* between two cases: some eight million reports a year */
	FLUSH_MS = 60000
};

/* The life of each case: types, states it leads to, step that then runs. */
static const struct {
	enum event_type type;
	uint8_t to, step;
} LIFE[STEPS] = {
	{EVENT_case_reported, CODE_case_state_RP, CODE_step_accept},
	{EVENT_case_accepted, CODE_case_state_AC, CODE_step_dispatch},
	{EVENT_case_dispatched, CODE_case_state_DI, CODE_step_sign},
	{EVENT_case_signed_for, CODE_case_state_IP, CODE_step_first},
	{EVENT_case_handling_logged, CODE_case_state_IP, CODE_step_feedback},
	{EVENT_case_feedback_submitted, CODE_case_state_FB, CODE_step_verify},
	{EVENT_case_verified, CODE_case_state_VE, CODE_step_verify},
	{EVENT_case_closed, CODE_case_state_CL, 0},
};

static const char *const TYPES[] = {"MD02", "MD05", "SH01", "SH05", "PS02", "LS01", "LS06", "MD04"};

struct fill {
	struct kafka_writer *writer;
	int topic;
	struct arena arena;
	struct buf bytes;
	int64_t cause[LIMIT_PARTITIONS];
	int64_t reported_us; /* of the case at hand */
	int64_t decided_us, written, value_bytes, failed;
	int partitions, steps;
	bool list; /* print the first cases' ids */
};

static void on_delivered(void *context, void *opaque, const struct kafka_report *report)
{
	struct fill *fill = context;

	(void)opaque;
	fill->failed += report->err != ERR_OK;
}

static enum err send(struct fill *fill, int partition, const struct event *ev)
{
	enum err err;

	buf_reset(&fill->bytes);
	err = event_encode(ev, &fill->bytes);
	while (!err) {
		err = kafka_writer_send(fill->writer, fill->topic, partition,
					span_first(ev->env.subject, 6), buf_span(&fill->bytes),
					NULL);
		if (err != ERR_BUSY) {
			break;
		}
		kafka_writer_poll(fill->writer, 10);
		err = ERR_OK;
	}
	fill->written += !err;
	fill->value_bytes += (int64_t)fill->bytes.n;
	return err;
}

/* The first record of each partition; the topic is empty, so its offset is 0. */
static enum err claim(struct fill *fill)
{
	enum err err = ERR_OK;

	for (int p = 0; p < fill->partitions && !err; p++) {
		struct event ev = {.type = EVENT_writer_claimed};

		EVENT_SET(ev.env, id, SPAN("claim-1"));
		EVENT_SET(ev.env, source, SPAN("/govbus/decider"));
		EVENT_SET(ev.env, subject, SPAN("clock"));
		EVENT_SET(ev.env, time, fill->decided_us);
		EVENT_SET(ev.data.writer_claimed, replaces, -1);
		EVENT_SET(ev.data.writer_claimed, nonce, 1);
		EVENT_SET(ev.data.writer_claimed, writer, SPAN("bus-fill"));
		err = send(fill, p, &ev);
	}
	return err;
}

/* One tick to every partition. */
static enum err tick(struct fill *fill)
{
	enum err err = ERR_OK;
	uint64_t minute = (uint64_t)(fill->decided_us / 60000000);

	for (int p = 0; p < fill->partitions && !err; p++) {
		struct event ev = {.type = EVENT_clock_ticked};

		EVENT_SET(ev.env, id, arena_printf(&fill->arena, "tick-%" PRIu64, minute));
		EVENT_SET(ev.env, source, SPAN("/govbus/decider"));
		EVENT_SET(ev.env, subject, SPAN("clock"));
		EVENT_SET(ev.env, time, (int64_t)minute * 60000000);
		EVENT_SET(ev.env, claim, 0);
		EVENT_SET(ev.env, decidedtime, (int64_t)minute * 60000000);
		EVENT_SET(ev.env, refoffset, 15234);
		EVENT_SET(ev.data.clock_ticked, tick, minute);
		EVENT_SET(ev.data.clock_ticked, at, (int64_t)minute * 60000000);
		err = send(fill, p, &ev);
	}
	return err;
}

static struct span seal(struct fill *fill, struct span event_id, struct span clear)
{
	static const uint8_t bytes[SEAL_KEY_BYTES] = {7};
	struct seal_key key = {1, bytes};
	struct seal_place place = {event_id, 2};
	struct span sealed = {0};

	if (seal_close(&key, &place, clear, &fill->arena, &sealed)) {
		abort();
	}
	return sealed;
}

/* The step's deadline, as every decided event but the last carries it. */
#define SET_STEP(data, now, running)                                    \
	do {                                                            \
		EVENT_SET(data, step, running);                         \
		EVENT_SET(data, step_due_at, (now) + CIVIL_DAY_US);     \
		EVENT_SET(data, step_yellow_at, (now) + CIVIL_HOUR_US); \
		EVENT_SET(data, step_red_at, (now) + CIVIL_DAY_US);     \
		EVENT_SET(data, cal_id, SPAN("cn"));                    \
		EVENT_SET(data, cal_ver, 2);                            \
		EVENT_SET(data, policy_ver, 3);                         \
	} while (0)

/* The case's, from its acceptance on: it counts from the report and stays, whatever step the case takes. */
#define SET_DUE(data, reported)                                            \
	do {                                                               \
		EVENT_SET(data, due_at, (reported) + 5 * CIVIL_DAY_US);    \
		EVENT_SET(data, yellow_at, (reported) + 4 * CIVIL_DAY_US); \
		EVENT_SET(data, red_at, (reported) + 5 * CIVIL_DAY_US);    \
	} while (0)

static void set_report(struct fill *fill, struct event *ev, int64_t number, bool sealed)
{
	struct case_reported *data = &ev->data.case_reported;

	EVENT_SET(ev->env, receipt, span_first(span_of(ev->env.subject.p + 16, 12), 12));
	EVENT_SET(*data, type_code,
		  span_cstr(TYPES[(size_t)number % (sizeof TYPES / sizeof *TYPES)]));
	EVENT_SET(*data, title, SPAN("三单元楼道堆物占用消防通道，多次劝导无效"));
	EVENT_SET(*data, channel, CODE_channel_hotline);
	EVENT_SET(*data, lon_e6, 102712251 + number % 10000);
	EVENT_SET(*data, lat_e6, 25040609 + number % 10000);
	EVENT_SET(*data, profile, SPAN("standard"));
	if (sealed) {
		EVENT_SET(*data, description,
			  seal(fill, ev->env.id,
			       SPAN("居民反映三单元楼道长期堆放杂物，占用消防通道，请协调处理。")));
		EVENT_SET(*data, reporter, seal(fill, ev->env.id, SPAN("某居民")));
		EVENT_SET(*data, reporter_phone, seal(fill, ev->env.id, SPAN("00000000000")));
	}
}

static void set_particulars(struct event *ev, int64_t reported_us)
{
	if (ev->type == EVENT_case_accepted) {
		EVENT_SET(ev->data.case_accepted, severity, CODE_severity_general);
		EVENT_SET(ev->data.case_accepted, orig_due_at, reported_us + 5 * CIVIL_DAY_US);
	} else if (ev->type == EVENT_case_handling_logged) {
		EVENT_SET(ev->data.case_handling_logged, action, CODE_handling_action_site_visit);
		EVENT_SET(ev->data.case_handling_logged, first, true);
	} else if (ev->type == EVENT_case_feedback_submitted) {
		EVENT_SET(ev->data.case_feedback_submitted, result, CODE_outcome_resolved);
	}
}

#define CASE_NOTE(event, now, running)                           \
	case EVENT_##event:                                      \
		SET_STEP(ev->data.event, now, running);          \
		SET_DUE(ev->data.event, fill->reported_us);      \
		if (sealed) {                                    \
			EVENT_SET(ev->data.event, note, remark); \
		}                                                \
		break

/* The members of data of one step. */
static void set_data(struct fill *fill, struct event *ev, int64_t number, bool sealed)
{
	int64_t now = fill->decided_us;
	int step = (int)ev->env.seq - 1;
	struct span remark = {0};

	if (sealed) {
		remark = seal(fill, ev->env.id,
			      SPAN("已联系当事人，约定明日上午现场处理并拍照留存。"));
	}
	switch (ev->type) {
		CASE_NOTE(case_accepted, now, LIFE[step].step);
		CASE_NOTE(case_handling_logged, now, LIFE[step].step);
		CASE_NOTE(case_feedback_submitted, now, LIFE[step].step);
	case EVENT_case_reported:
		SET_STEP(ev->data.case_reported, now, LIFE[step].step);
		set_report(fill, ev, number, sealed);
		break;
	case EVENT_case_dispatched:
		SET_STEP(ev->data.case_dispatched, now, LIFE[step].step);
		SET_DUE(ev->data.case_dispatched, fill->reported_us);
		EVENT_SET(ev->data.case_dispatched, lead_unit, SPAN("u-530102-housing"));
		break;
	case EVENT_case_signed_for:
		SET_STEP(ev->data.case_signed_for, now, LIFE[step].step);
		SET_DUE(ev->data.case_signed_for, fill->reported_us);
		EVENT_SET(ev->data.case_signed_for, late, false);
		break;
	case EVENT_case_verified:
		SET_STEP(ev->data.case_verified, now, LIFE[step].step);
		SET_DUE(ev->data.case_verified, fill->reported_us);
		EVENT_SET(ev->data.case_verified, pass, true);
		EVENT_SET(ev->data.case_verified, rework, 0);
		break;
	default:
		EVENT_SET(ev->data.case_closed, outcome, CODE_outcome_resolved);
		EVENT_SET(ev->data.case_closed, close_level, 5);
		EVENT_SET(ev->data.case_closed, close_level_expected, 5);
		EVENT_SET(ev->data.case_closed, late, false);
	}
	set_particulars(ev, fill->reported_us);
}

/* County of a case: 128 codes, as many as the province has, two and more to a partition. */
static void place_of(int64_t number, char ret_place[13])
{
	static const char PREFECTURE[PREFECTURES][5] = {
		"5301", "5303", "5304", "5305", "5306", "5307", "5308", "5309",
		"5323", "5325", "5326", "5328", "5329", "5331", "5333", "5334"};
	uint64_t state = (uint64_t)number;
	uint64_t chance = random_event_splitmix(&state);
	unsigned county = (unsigned)(chance % COUNTIES), town = (unsigned)(chance >> 32) % 12;

	snprintf(ret_place, 13, "%s%02u%03u%03u", PREFECTURE[county / 8], 21 + county % 8, town + 1,
		 (unsigned)(chance >> 48) % 10 + 1);
}

/* One step of one case. The report's moment follows from its number, so that every step finds the same id. */
static enum err write_step(struct fill *fill, int64_t number, int step, int64_t start_us)
{
	struct event ev = {.type = LIFE[step].type};
	struct arena *arena = &fill->arena;
	char place[13], id[CASE_ID_TEXT_BYTES + 1];
	uint8_t digest[16] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16), 9};
	int64_t reported_us = start_us + number * BETWEEN_US;
	struct span source = SPAN("/yn/kunming/12345");

	fill->reported_us = reported_us;
	place_of(number, place);
	struct span report = arena_printf(arena, "km12345-%09" PRId64, number);
	struct case_id key = case_id_of_report(span_cstr(place), reported_us, source, report);

	case_id_format(&key, id);
	int partition = partition_of_key(span_of(id, 6), fill->partitions);

	EVENT_SET(ev.env, id,
		  step ? arena_printf(arena, "km12345-%09" PRId64 "-%d", number, step) : report);
	EVENT_SET(ev.env, source, source);
	EVENT_SET(ev.env, subject, span_cstr(id));
	EVENT_SET(ev.env, time, step ? fill->decided_us - 1000 : reported_us);
	EVENT_SET(ev.env, place, span_cstr(place));
	EVENT_SET(ev.env, unit, arena_printf(arena, "centre:%.9s", place));
	EVENT_SET(ev.env, actor, SPAN("t-7Q2M9KXA"));
	EVENT_SET(ev.env, digest, span_of(digest, sizeof digest));
	EVENT_SET(ev.env, refknown, 15234);
	EVENT_SET(ev.env, seq, (uint64_t)step + 1);
	if (step) {
		EVENT_SET(ev.env, from, LIFE[step - 1].to);
	}
	EVENT_SET(ev.env, to, LIFE[step].to);
	EVENT_SET(ev.env, owner, ev.env.unit);
	EVENT_SET(ev.env, claim, 0);
	EVENT_SET(ev.env, cause, fill->cause[partition]++);
	EVENT_SET(ev.env, decidedtime, fill->decided_us);
	EVENT_SET(ev.env, refoffset, 15234);
	EVENT_SET(ev.env, rules, 1);
	set_data(fill, &ev, number, number % 2 == 0);
	if (fill->list && step == 0 && number % 97 == 0) {
		printf("case %s\n", id);
	}
	return send(fill, partition, &ev);
}

/* At each moment one case is reported, and others, reported a while ago, take their next step. */
static enum err write_cases(struct fill *fill, int64_t cases)
{
	int64_t start_us = fill->decided_us;
	int64_t window = cases < WINDOW ? cases : WINDOW;
	enum err err = claim(fill);

	for (int64_t now = 0; now < cases + (fill->steps - 1) * window && !err; now++) {
		fill->decided_us = start_us + now * BETWEEN_US + 500000;
		if (now % 900 == 0) { /* an hour */
			err = tick(fill);
		}
		for (int step = 0; step < fill->steps && !err; step++) {
			int64_t number = now - step * window;

			if (number >= 0 && number < cases) {
				err = write_step(fill, number, step, start_us);
			}
		}
		arena_reset(&fill->arena);
		if (now % 1000 == 0) {
			kafka_writer_poll(fill->writer, 0);
		}
	}
	return err;
}

int main(int argc, char **argv)
{
	struct fill fill = {.partitions = schema_topic(TOPIC_CASE)->partitions};
	struct kafka_settings settings = {.brokers = argc > 1 ? argv[1] : NULL};
	struct kafka_writer_config config = {.settings = &settings,
					     .name = "bus-fill",
					     .content_type = "application/cloudevents+msgpack",
					     .gapless = true,
					     .linger_ms = 20,
					     .delivered = on_delivered,
					     .context = &fill};
	char topic[128];

	fill.steps = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 0;
	if (fill.steps < 1 || fill.steps > STEPS) {
		fprintf(stderr, "usage: bus-fill HOST:PORT PREFIX CASES STEPS [list]\n");
		return 64;
	}
	fill.list = argc > 5;
	snprintf(topic, sizeof topic, "%s%s", argv[2], schema_topic(TOPIC_CASE)->name);
	civil_parse(SPAN("2023-01-03T00:00:00+08:00"), &fill.decided_us);
	enum err err = kafka_writer_open(&config, &fill.writer);

	if (!err) {
		fill.topic = kafka_writer_topic(fill.writer, topic);
		err = write_cases(&fill, strtoll(argv[3], NULL, 10));
	}
	if (!err) {
		err = kafka_writer_flush(fill.writer, FLUSH_MS);
	}
	kafka_writer_close(fill.writer);
	printf("records %" PRId64 "\nbytes %" PRId64 "\nfailed %" PRId64 "\n", fill.written,
	       fill.value_bytes, fill.failed);
	arena_done(&fill.arena);
	buf_done(&fill.bytes);
	return err || fill.failed ? 1 : 0;
}
