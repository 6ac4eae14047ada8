/* toy_register.c: a register for tests of the decider: a counter per subject, with timers, owed events, refusals and bindings. */
#include "tests/support/toy_register.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "projections/projection.h"

enum { TABLE_COUNTER, TABLE_BOUND };

struct counter {
	int64_t seq, count, due_us, owed;
};

struct bound {
	uint8_t digest[16];
	int64_t seq;
};

int toy_register_dies;

static const struct table tables[] = {{.name = "toy_counter"}, {.name = "toy_bound"}, {0}};
/* What `open` makes: every counter of the partition, so that nothing is scanned per action. */
struct held {
	struct one {
		struct counter counter;
		uint8_t subject[LIMIT_SUBJECT_BYTES];
		size_t n;
	} counters[64];
	int n;
};

static struct counter counter_of(struct reg *reg, struct span subject)
{
	struct counter counter = {0};
	struct span value;

	if (view_get(reg->view, TABLE_COUNTER, subject, &value)) {
		memcpy(&counter, value.p, sizeof counter);
	}
	return counter;
}

static struct span bound_key(const struct event *ev, uint8_t *key)
{
	size_t n = 0;
	const struct span parts[] = {ev->env.subject, ev->env.source, ev->env.id};

	for (size_t i = 0; i < 3; i++) {
		memcpy(key + n, parts[i].p, parts[i].n);
		n += parts[i].n;
	}
	return span_of(key, n);
}

static struct one *one_of(struct held *held, struct span subject)
{
	for (int i = 0; i < held->n; i++) {
		if (span_eq(span_of(held->counters[i].subject, held->counters[i].n), subject)) {
			return &held->counters[i];
		}
	}
	assert(held->n < 64);
	struct one *one = &held->counters[held->n++];

	memcpy(one->subject, subject.p, subject.n);
	one->n = subject.n;
	return one;
}

static bool hold(void *context, struct span key, struct span value)
{
	memcpy(&one_of(context, key)->counter, value.p, sizeof(struct counter));
	return true;
}

static enum err toy_open(struct reg *reg)
{
	reg->state = calloc(1, sizeof(struct held));
	if (!reg->state) {
		return ERR_NOMEM;
	}
	view_scan(reg->view, TABLE_COUNTER, (struct span){0}, hold, reg->state);
	return reg->view->err;
}

static void toy_close(struct reg *reg)
{
	free(reg->state);
	reg->state = NULL;
}

static enum verdict toy_decide(struct reg *reg,
			       struct event *ev,
			       const struct moment *moment,
			       struct arena *arena,
			       struct refusal *ret_refusal)
{
	(void)moment;
	(void)arena;
	if (span_starts(ev->env.id, SPAN("no"))) {
		*ret_refusal = (struct refusal){.reason = REASON_GUARD, .guard = "STATE"};
		return VERDICT_REFUSED;
	}
	if (toy_register_dies && span_eq(ev->env.id, SPAN("die"))) {
		kill(getpid(), SIGKILL);
	}
	EVENT_SET(ev->env, seq, (uint64_t)counter_of(reg, ev->env.subject).seq + 1);
	return VERDICT_ACCEPTED;
}

static enum err toy_evolve(struct reg *reg, const struct event *ev)
{
	struct counter counter = counter_of(reg, ev->env.subject);
	uint8_t key[LIMIT_KEY_BYTES];

	if (ev->env.seq != (uint64_t)counter.seq + 1) {
		return ERR_LOG_GAP;
	}
	counter.seq++;
	if (ev->type == EVENT_case_resumed) {
		struct bound bound = {.seq = counter.seq};

		memcpy(bound.digest, ev->env.digest.p, sizeof bound.digest);
		view_put(reg->view, TABLE_BOUND, bound_key(ev, key), span_of(&bound, sizeof bound));
		counter.count++;
		counter.due_us = ev->env.decidedtime + TOY_REGISTER_TIMER_US;
		counter.owed = counter.count % TOY_REGISTER_OWES_EVERY == 0 ? 2 : 0;
	} else if (ev->type == EVENT_case_escalated) {
		counter.due_us = 0;
		counter.owed = 1;
	} else {
		counter.owed--;
	}
	view_put(reg->view, TABLE_COUNTER, ev->env.subject, span_of(&counter, sizeof counter));
	one_of(reg->state, ev->env.subject)->counter = counter;
	return reg->view->err;
}

/* The counter that owes, or whose timer is due first after a moment. */
static const struct one *look(struct reg *reg, int64_t after_us, bool owing)
{
	const struct held *held = reg->state;
	const struct one *found = NULL;

	for (int i = 0; i < held->n; i++) {
		const struct one *one = &held->counters[i];

		if (owing ? one->counter.owed > 0
			  : one->counter.due_us > after_us &&
				    (!found || one->counter.due_us < found->counter.due_us)) {
			found = one;
		}
	}
	return found;
}

static void make(struct reg *reg,
		 enum event_type type,
		 const struct one *found,
		 struct arena *arena,
		 struct event *ret_ev)
{
	ret_ev->type = type;
	EVENT_SET(ret_ev->env, subject, arena_copy(arena, span_of(found->subject, found->n)));
	EVENT_SET(ret_ev->env, seq, (uint64_t)counter_of(reg, ret_ev->env.subject).seq + 1);
}

static bool toy_owed(struct reg *reg,
		     const struct moment *moment,
		     struct arena *arena,
		     struct event *ret_ev)
{
	const struct one *found = look(reg, 0, true);

	(void)moment;
	if (found) {
		make(reg, EVENT_case_reopened, found, arena, ret_ev);
	}
	return found != NULL;
}

static int64_t toy_next_timer(struct reg *reg)
{
	const struct one *found = look(reg, 0, false);

	return found ? found->counter.due_us : INT64_MAX;
}

static bool toy_timer(struct reg *reg,
		      const struct moment *moment,
		      struct arena *arena,
		      struct event *ret_ev)
{
	const struct one *found = look(reg, 0, false);

	(void)moment;
	make(reg, EVENT_case_escalated, found, arena, ret_ev);
	return true;
}

static int64_t toy_next_moment(struct reg *reg, int64_t after_us)
{
	const struct one *found = look(reg, after_us, false);

	return found ? found->counter.due_us : INT64_MAX;
}

static bool toy_bound(struct reg *reg,
		      const struct event *action,
		      uint8_t ret_digest[16],
		      int64_t *ret_seq,
		      uint8_t *ret_to)
{
	uint8_t key[LIMIT_KEY_BYTES];
	struct bound bound;
	struct span value;

	if (!view_get(reg->view, TABLE_BOUND, bound_key(action, key), &value)) {
		return false;
	}
	memcpy(&bound, value.p, sizeof bound);
	memcpy(ret_digest, bound.digest, sizeof bound.digest);
	*ret_seq = bound.seq;
	*ret_to = 0;
	return true;
}

const struct register_ops toy_register = {
	.name = "toy",
	.events = TOPIC_CASE,
	.tables = tables,
	.open = toy_open,
	.close = toy_close,
	.decide = toy_decide,
	.evolve = toy_evolve,
	.owed = toy_owed,
	.next_timer = toy_next_timer,
	.timer = toy_timer,
	.next_moment = toy_next_moment,
	.bound = toy_bound,
};
