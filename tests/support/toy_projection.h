/* toy_projection.h: a small projection with an index, a table of additions and counters, for the tests of shards and of the runtime. */
#ifndef GOVBUS_TESTS_SUPPORT_TOY_PROJECTION_H
#define GOVBUS_TESTS_SUPPORT_TOY_PROJECTION_H

#include <string.h>

#include "projections/projection.h"

enum { T_CASE, T_LINE, T_BOARD };

/* A toy projection: a row and a line per event, a count per partition and tick; an event whose actor is "bad" cannot be applied. */
struct toy_case {
	uint32_t seq, refused, partition, lines;
};

static bool bad_fails = true;

static void put_be(uint8_t *p, uint64_t v, int n)
{
	for (int i = n - 1; i >= 0; i--, v >>= 8) {
		p[i] = (uint8_t)v;
	}
}

static size_t toy_key(uint8_t *room, int partition, struct span subject)
{
	put_be(room, (uint64_t)partition, 2);
	memcpy(room + 2, subject.p, subject.n);
	return 2 + subject.n;
}

static size_t by_seq(struct span key, struct span row, uint8_t *ret_key)
{
	struct toy_case c;

	memcpy(&c, row.p, sizeof c);
	put_be(ret_key, c.seq, 4);
	memcpy(ret_key + 4, key.p, key.n);
	return c.seq % 5 ? 4 + key.n : 0;
}

static int toy_partition(struct span key, int partitions)
{
	(void)partitions;
	return key.p[0] << 8 | key.p[1];
}

static const struct index toy_indexes[] = {{.name = "seq", .key_of = by_seq}, {0}};
static const struct table toy_tables[] = {{"case", toy_indexes, toy_partition},
					  {"line", NULL, toy_partition},
					  {"board", NULL, toy_partition},
					  {0}};

/* A case's partition is its number modulo 16, so that seq_of can tell. */
static int partition_of_subject(struct span subject)
{
	return (subject.p[4] - '0') * 10 + (subject.p[5] - '0');
}

static int64_t toy_seq(struct view *view, const struct event *ev)
{
	uint8_t key[100];
	struct span row;
	struct toy_case c = {0};

	if (view_get(view, T_CASE,
		     span_of(key,
			     toy_key(key, partition_of_subject(ev->env.subject), ev->env.subject)),
		     &row)) {
		memcpy(&c, row.p, sizeof c);
	}
	return c.seq;
}

static enum err toy_apply(struct view *view, const struct event *ev, const struct place_in_log *at)
{
	uint8_t key[100], board[16];
	size_t n = toy_key(key, at->partition, ev->env.subject);
	struct toy_case c = {.partition = (uint32_t)at->partition};
	uint32_t count = 0;
	struct span row;

	if (view_get(view, T_CASE, span_of(key, n), &row)) {
		memcpy(&c, row.p, sizeof c);
	}
	c.seq = ev->env.has_seq ? (uint32_t)ev->env.seq : c.seq;
	c.refused += !ev->env.has_seq;
	put_be(key + n, c.lines++, 4);
	view_add(view, T_LINE, span_of(key, n + 4), ev->env.id);
	view_put(view, T_CASE, span_of(key, n), span_of(&c, sizeof c));
	put_be(board, (uint64_t)at->partition, 2);
	put_be(board + 2, (uint64_t)at->tick, 8);
	if (view_get(view, T_BOARD, span_of(board, 10), &row)) {
		memcpy(&count, row.p, sizeof count);
	}
	count++;
	view_put(view, T_BOARD, span_of(board, 10), span_of(&count, sizeof count));
	return bad_fails && span_eq(ev->env.actor, SPAN("bad")) ? ERR_INVALID : ERR_OK;
}

static const struct handler toy_handlers[] = {
	{EVENT_case_handling_logged, toy_apply}, {EVENT_action_refused, toy_apply}, {0}};
static struct projection toy = {.name = "toy",
				.version = 1,
				.topic = TOPIC_CASE,
				.tables = toy_tables,
				.handlers = toy_handlers,
				.seq_of = toy_seq};

#endif
