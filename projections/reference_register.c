/* reference_register.c: the reference register as a constant; it has no timers and owes nothing. */
#include "projections/reference_register.h"

#include "projections/reference_decide.h"
#include "projections/reference_evolve.h"

static int only_partition(struct span key, int partitions)
{
	(void)key;
	(void)partitions;
	return 0;
}

static const struct table TABLES[] = {
	[REFERENCE_ROW_SUBJECT] = {.name = "reference-subject", .partition_of = only_partition},
	[REFERENCE_ROW_BOUND] = {.name = "reference-bound", .partition_of = only_partition},
	[REFERENCE_ROW_TABLES] = {.name = NULL},
};

static enum err open_register(struct reg *reg)
{
	reg->state = NULL;
	return reg->view->err;
}

static void close_register(struct reg *reg)
{
	(void)reg;
}

static bool owed(struct reg *reg,
		 const struct moment *moment,
		 struct arena *arena,
		 struct event *ret_ev)
{
	(void)reg;
	(void)moment;
	(void)arena;
	(void)ret_ev;
	return false;
}

static int64_t next_timer(struct reg *reg)
{
	(void)reg;
	return INT64_MAX;
}

static int64_t next_moment(struct reg *reg, int64_t after_us)
{
	(void)reg;
	(void)after_us;
	return INT64_MAX;
}

static bool bound(struct reg *reg,
		  const struct event *action,
		  uint8_t ret_digest[16],
		  int64_t *ret_seq,
		  uint8_t *ret_to)
{
	uint8_t key[LIMIT_KEY_BYTES];
	struct reference_row_bound row;
	struct span bytes;

	if (!view_get(reg->view, REFERENCE_ROW_BOUND,
		      span_of(key, reference_row_bound_key(action, key)), &bytes) ||
	    bytes.n != sizeof(row)) {
		return false;
	}
	memcpy(&row, bytes.p, sizeof(row));
	memcpy(ret_digest, row.digest, sizeof(row.digest));
	*ret_seq = row.seq;
	*ret_to = 0;
	return true;
}

const struct register_ops reference_register = {
	.name = "reference",
	.events = TOPIC_REFERENCE,
	.tables = TABLES,
	.open = open_register,
	.close = close_register,
	.decide = reference_decide,
	.evolve = reference_evolve,
	.owed = owed,
	.next_timer = next_timer,
	.timer = owed,
	.next_moment = next_moment,
	.bound = bound,
};
