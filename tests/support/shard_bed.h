/* shard_bed.h: what the tests of shards share: a toy projection, a random log with all that can stand in one, folding it into a dump. */
#ifndef GOVBUS_TESTS_SUPPORT_SHARD_BED_H
#define GOVBUS_TESTS_SUPPORT_SHARD_BED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumers/dump.h"
#include "consumers/parked.h"
#include "consumers/shard_parts.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/scratch.h"
#include "tests/support/toy_projection.h"

enum { PARTITIONS = 16, RECORDS = 1200, CASES = 40 };

/* The log: claims, void records of a zombie, ticks, events, refusals, repeats, garbage. */
static struct {
	struct shard_record record;
	struct buf bytes;
} records[RECORDS];
static uint32_t seed;

static uint32_t draw(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static struct partition_state {
	int64_t next, claim, cause, tick;
	uint32_t seq[CASES];
} partitions[PARTITIONS];

static void note(int i, int partition, const struct event *ev)
{
	struct partition_state *p = &partitions[partition];

	buf_reset(&records[i].bytes);
	if (ev) {
		assert_int_equal(event_encode(ev, &records[i].bytes), ERR_OK);
	} else {
		buf_add_text(&records[i].bytes, "\xc1 this is no event");
	}
	records[i].record = (struct shard_record){.partition = partition,
						  .leader_epoch = 3,
						  .offset = p->next++,
						  .bytes = buf_span(&records[i].bytes)};
}

/* One record of a partition that has a writer: mostly events, some refused, void, repeated, unreadable; ticks between them. */
static void make_record(int i, int partition)
{
	struct partition_state *p = &partitions[partition];
	char subject[32], id[32];
	uint32_t number = draw(CASES), kind = draw(40);
	struct event ev = {.type = EVENT_case_handling_logged};

	snprintf(subject, sizeof subject, "case%02d-%u", partition, number);
	snprintf(id, sizeof id, "id-%d", i);
	EVENT_SET(ev.env, id, span_cstr(id));
	EVENT_SET(ev.env, source, SPAN("/test"));
	EVENT_SET(ev.env, time, 1);
	EVENT_SET(ev.env, subject, span_cstr(subject));
	EVENT_SET(ev.env, claim, p->claim);
	EVENT_SET(ev.env, decidedtime, i + 1);
	if (p->claim < 0 || kind == 0) {
		ev.type = EVENT_writer_claimed;
		EVENT_SET(ev.data.writer_claimed, replaces, p->claim);
		p->claim = p->next;
	} else if (kind == 1) {
		note(i, partition, NULL);
		return;
	} else if (kind == 2) {
		ev.type = EVENT_clock_ticked;
		EVENT_SET(ev.data.clock_ticked, tick, (uint64_t)++p->tick);
	} else if (kind == 3) {
		EVENT_SET(ev.env, claim, p->claim - 1);
		EVENT_SET(ev.env, seq, 1);
		EVENT_SET(ev.env, cause, p->cause + 1);
	} else {
		EVENT_SET(ev.env, cause, ++p->cause);
		EVENT_SET(ev.env, actor, draw(50) ? SPAN("good") : SPAN("bad"));
		if (kind < 8) {
			ev.type = EVENT_action_refused;
			EVENT_SET(ev.data.action_refused, reason, SPAN("GUARD"));
		} else {
			EVENT_SET(ev.env, seq, ++p->seq[number]);
		}
	}
	note(i, partition, &ev);
}

static void make_log(uint32_t from)
{
	seed = from;
	memset(partitions, 0, sizeof partitions);
	for (int i = 0; i < PARTITIONS; i++) {
		partitions[i].claim = partitions[i].cause = -1;
	}
	for (int i = 0; i < RECORDS; i++) {
		make_record(i, (int)draw(PARTITIONS));
	}
}

static struct shard *open_shard(int number, int shards, const char *build)
{
	struct shard *shard = NULL;
	char path[FOLDER_PATH_BYTES + 32];
	struct shard_config config = {.dir = path,
				      .projection = &toy,
				      .build = build,
				      .partitions = PARTITIONS,
				      .shard = number,
				      .shards = shards,
				      .map_bytes = 16 << 20};

	snprintf(path, sizeof path, "%s/%d-of-%d", dir, number, shards);
	assert_int_equal(shard_open(&config, &shard), ERR_OK);
	return shard;
}

static enum err take(struct shard *shard, int i)
{
	return shard_take(shard, &records[i].record);
}

static char *dump_of(struct shard **shards, int n)
{
	struct kv *kvs[PARTITIONS];
	struct buf problems = {0};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (int i = 0; i < n; i++) {
		kvs[i] = shards[i]->kv;
		assert_int_equal(dump_check(&toy, kvs[i], &problems), ERR_OK);
	}
	assert_int_equal(dump_print(&toy, kvs, n, out), ERR_OK);
	assert_int_equal(fclose(out), 0);
	buf_done(&problems);
	return text;
}

/* Folds the whole log into n shards, cut at random; sometimes a shard is closed with work in flight and opened again. */
static inline char *fold(int n, uint32_t cut_every, bool restarts)
{
	struct shard *shards[PARTITIONS] = {0};

	for (int i = 0; i < n; i++) {
		shards[i] = open_shard(i, n, "a");
	}
	for (int i = 0; i < RECORDS; i++) {
		int at = records[i].record.partition % n;

		assert_int_equal(take(shards[at], i), ERR_OK);
		if (draw(cut_every) == 0) {
			assert_int_equal(shard_commit(shards[at]), ERR_OK);
			assert_int_equal(shard_pending(shards[at]), 0);
		}
		if (restarts && draw(100) == 0) {
			shard_close(shards[at]);
			shards[at] = open_shard(at, n, "a");
			for (int again = 0; again <= i; again++) {
				if (records[again].record.partition % n == at) {
					assert_int_equal(take(shards[at], again), ERR_OK);
				}
			}
		}
	}
	for (int i = 0; i < n; i++) {
		assert_int_equal(shard_commit(shards[i]), ERR_OK);
	}
	char *text = dump_of(shards, n);

	for (int i = 0; i < n; i++) {
		shard_close(shards[i]);
	}
	return text;
}

static int free_records(void **state)
{
	(void)state;
	for (int i = 0; i < RECORDS; i++) {
		buf_done(&records[i].bytes);
	}
	return 0;
}

#endif
