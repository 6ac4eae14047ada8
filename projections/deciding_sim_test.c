/*
 * deciding_sim_test.c: writers that claim, die, stop and wake over one log in memory; what counts must be what one undisturbed
 * writer would have written. 200 seeds; a failing one is printed.
 * @timeout 120
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/civil.h"
#include "projections/deciding.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/memory_view.h"
#include "tests/support/toy_register.h"

#ifdef __SANITIZE_THREAD__
enum { SEEDS = 20 }; /* one thread: nothing for TSan to find, and it takes ten times as long */
#else
enum { SEEDS = 200 };
#endif
enum { WRITERS = 3, ACTIONS = 150, LOG_MAX = 60000, FLIGHT_MAX = 8000, STEPS = 3000 };

#define START_US INT64_C(1674090000000000) /* 2023-01-19 09:00 in Asia/Shanghai */

/* A log: records as bytes. */
struct log {
	struct buf bytes[LOG_MAX];
	int n;
};

/* One writer: what it has folded and decided, and what is still in its producer's queue. */
struct writer {
	struct deciding d;
	struct reg reg;
	struct memory_view *rows;
	struct buf flight[FLIGHT_MAX];
	int first, last;  /* of what is in flight */
	int64_t expected; /* offset at which the next of them must land */
	int64_t mine;     /* our claim's offset; -1: not read back yet */
	uint64_t nonce;
	int64_t read; /* next offset to fold while claiming */
	bool alive, claimed, doubtful;
};

struct world {
	struct log actions, events;
	struct writer writers[WRITERS];
	uint64_t random;
	uint64_t nonces;
	int kills, voids;
};

static uint64_t roll(struct world *w, uint64_t below)
{
	w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (w->random >> 33) % below;
}

static void append(struct log *log, struct span bytes)
{
	assert_true(log->n < LOG_MAX);
	log->bytes[log->n] = (struct buf){0};
	buf_add(&log->bytes[log->n++], bytes);
}

static void log_done(struct log *log)
{
	for (int i = 0; i < log->n; i++) {
		buf_done(&log->bytes[i]);
	}
	log->n = 0;
}

/* ---- a writer's life */

static enum err on_record(void *context, const struct event *ev)
{
	struct writer *writer = context;

	assert_true(writer->last < FLIGHT_MAX);
	writer->flight[writer->last] = (struct buf){0};
	return event_encode(ev, &writer->flight[writer->last++]);
}

static void die(struct world *w, struct writer *writer)
{
	if (!writer->alive) {
		return;
	}
	deciding_close(&writer->d);
	memory_view_free(writer->rows);
	for (int i = writer->first; i < writer->last; i++) {
		buf_done(&writer->flight[i]);
	}
	writer->alive = false;
	w->kills++;
}

/* Begins: all from the log, as if nothing had been stored. */
static void begin(struct writer *writer)
{
	memset(writer, 0, sizeof *writer);
	writer->rows = memory_view_new(toy_register.tables);
	writer->reg = (struct reg){.ops = &toy_register, .view = memory_view_view(writer->rows)};
	writer->d = (struct deciding){
		.reg = &writer->reg, .partitions = 1, .emit = on_record, .context = writer};
	deciding_position_init(&writer->d.position);
	assert_int_equal(deciding_open(&writer->d), ERR_OK);
	writer->mine = -1;
	writer->alive = true;
}

/* Folds on to the log's end. @return whether our own claim was read, and was valid */
static bool fold_on(struct world *w, struct writer *writer, bool *ret_void)
{
	static struct event ev;

	for (; writer->read < w->events.n; writer->read++) {
		assert_int_equal(event_decode(buf_span(&w->events.bytes[writer->read]), &ev, NULL),
				 ERR_OK);
		enum log_cursor_verdict verdict = deciding_fold(&writer->d, &ev, writer->read);

		assert_true(verdict == LOG_CURSOR_VALID || verdict == LOG_CURSOR_VOID);
		assert_int_equal(writer->d.err, ERR_OK);
		if (ev.type == EVENT_writer_claimed && writer->claimed &&
		    ev.data.writer_claimed.nonce == writer->nonce) {
			*ret_void = verdict == LOG_CURSOR_VOID;
			writer->mine = writer->read++;
			return verdict == LOG_CURSOR_VALID;
		}
	}
	return false;
}

static void claim(struct world *w, struct writer *writer)
{
	struct event ev;
	char id[40];

	writer->nonce = ++w->nonces;
	writer->claimed = true;
	deciding_claim(&writer->d, writer->nonce, "sim", START_US, id, &ev);
	assert_int_equal(on_record(writer, &ev), ERR_OK);
}

/* The producer sends one record: it lands at the log's end, whoever wrote there before. */
static void flush_one(struct world *w, struct writer *writer)
{
	if (!writer->alive || writer->first == writer->last) {
		return;
	}
	struct buf *bytes = &writer->flight[writer->first++];

	if (writer->mine >= 0 && w->events.n != writer->expected) {
		writer->doubtful = true; /* acknowledged at another offset than the next: rule 4 */
	}
	writer->expected = w->events.n + 1;
	append(&w->events, buf_span(bytes));
	buf_done(bytes);
}

/* Rule 4: reads whether another's claim came between. With the log in memory that is known at once. */
static bool unseated(struct world *w, struct writer *writer)
{
	static struct event ev;

	for (int64_t i = writer->mine + 1; i < w->events.n; i++) {
		assert_int_equal(event_decode(buf_span(&w->events.bytes[i]), &ev, NULL), ERR_OK);
		if (ev.type == EVENT_writer_claimed &&
		    ev.data.writer_claimed.replaces == writer->mine) {
			return true;
		}
	}
	return false;
}

/* Decides the next action. A writer that does not know yet that it was unseated goes on: its records will be void. */
static void decide_next(struct world *w, struct writer *writer)
{
	int64_t next = writer->d.position.cursor.cause + 1, wanted = 0;

	if (writer->doubtful) {
		if (unseated(w, writer)) {
			die(w, writer);
			return;
		}
		writer->doubtful = false;
		writer->expected = w->events.n;
	}
	if (next >= w->actions.n || writer->last + 200 > FLIGHT_MAX) {
		return;
	}
	struct deciding_action action = {.bytes = buf_span(&w->actions.bytes[next]),
					 .offset = next,
					 .broker_us = START_US + 400 * CIVIL_DAY_US,
					 .wall_us = START_US + 400 * CIVIL_DAY_US};

	assert_int_equal(deciding_act(&writer->d, &action, &wanted), DECIDING_DONE);
}

static void turn(struct world *w, struct writer *writer)
{
	bool is_void = false;

	if (!writer->alive) {
		begin(writer);
	} else if (!writer->claimed) {
		fold_on(w, writer, &is_void);
		if (roll(w, 3) == 0) {
			claim(w, writer); /* others may claim before it lands */
		}
	} else if (writer->mine < 0) {
		if (fold_on(w, writer, &is_void)) {
			writer->expected = writer->mine + 1;
			writer->doubtful = w->events.n != writer->expected;
		} else if (is_void) {
			die(w, writer);
		}
	} else {
		decide_next(w, writer);
	}
}

/* ---- what is posted */

static void post(struct world *w, int64_t *time_us)
{
	struct buf bytes = {0};
	uint8_t digest[16] = {(uint8_t)(roll(w, 20) == 0)};
	char id[16], subject[40];
	struct event ev = {.type = roll(w, 30) ? EVENT_case_resumed : EVENT_clock_advanced};

	*time_us += (int64_t)roll(w, 3) * (int64_t)roll(w, 2 * CIVIL_HOUR_US);
	snprintf(id, sizeof id, "%s%d", roll(w, 6) ? "a" : "no", (int)roll(w, 60));
	snprintf(subject, sizeof subject, "530102-20230119-7K3M9QXA2B%02d", (int)roll(w, 4));
	EVENT_SET(ev.env, id, span_cstr(id));
	EVENT_SET(ev.env, source, SPAN("/sim"));
	EVENT_SET(ev.env, subject, span_cstr(subject));
	EVENT_SET(ev.env, time, *time_us);
	EVENT_SET(ev.env, digest, span_of(digest, sizeof digest));
	EVENT_SET(ev.env, rights, roll(w, 20) != 0);
	if (roll(w, 10) == 0) {
		EVENT_SET(ev.env, dryrun, true);
	}
	if (ev.type == EVENT_clock_advanced) {
		EVENT_SET(ev.data.clock_advanced, to, *time_us + CIVIL_HOUR_US);
	}
	assert_int_equal(event_encode(&ev, &bytes), ERR_OK);
	append(&w->actions,
	       roll(w, 40) ? buf_span(&bytes) : span_first(buf_span(&bytes), bytes.n / 2));
	buf_done(&bytes);
}

/* One writer, alone, to the end of the actions. */
static void finish(struct world *w)
{
	struct writer *writer = &w->writers[0];
	bool is_void = false;

	for (int i = 0; i < WRITERS; i++) {
		die(w, &w->writers[i]);
	}
	begin(writer);
	fold_on(w, writer, &is_void);
	claim(w, writer);
	flush_one(w, writer);
	assert_true(fold_on(w, writer, &is_void));
	writer->expected = writer->mine + 1;
	while (writer->d.position.cursor.cause + 1 < w->actions.n) {
		decide_next(w, writer);
		while (writer->first < writer->last) {
			flush_one(w, writer);
		}
		writer->first = writer->last = 0;
	}
	deciding_idle(&writer->d, START_US, true, false);
	while (writer->first < writer->last) {
		flush_one(w, writer);
	}
	die(w, writer);
}

/* ---- what must hold: told anew, with nothing of the core */

/* The log without void records and claims, each record without its writer's claim. */
static void what_counts(struct world *w, struct log *ret_log)
{
	static struct event ev;
	int64_t latest = -1, cause = -1, decided_us = 0, tick_us = 0;

	w->voids = 0;
	for (int i = 0; i < w->events.n; i++) {
		struct buf bytes = {0};

		assert_int_equal(event_decode(buf_span(&w->events.bytes[i]), &ev, NULL), ERR_OK);
		if (ev.type == EVENT_writer_claimed) {
			latest = ev.data.writer_claimed.replaces == latest ? i : latest;
			continue;
		}
		if (ev.env.claim != latest) {
			w->voids++;
			continue;
		}
		if (ev.env.has_cause) {
			assert_int_equal(ev.env.cause,
					 ++cause); /* one outcome per action, in order */
		}
		assert_true(ev.env.decidedtime >= decided_us);
		decided_us = ev.env.decidedtime;
		/* A cut at a tick is a prefix: what was decided before it stands before it, all else behind it. */
		if (ev.type == EVENT_clock_ticked) {
			assert_true(ev.data.clock_ticked.at > tick_us);
			tick_us = ev.data.clock_ticked.at;
			assert_int_equal(ev.env.decidedtime, tick_us);
		}
		ev.env.claim = 0;
		assert_int_equal(event_encode(&ev, &bytes), ERR_OK);
		append(ret_log, buf_span(&bytes));
		buf_done(&bytes);
	}
	assert_int_equal(cause, w->actions.n - 1);
}

static void assert_same(const struct log *a, const struct log *b)
{
	assert_int_equal(a->n, b->n);
	for (int i = 0; i < a->n; i++) {
		assert_true(span_eq(buf_span(&a->bytes[i]), buf_span(&b->bytes[i])));
	}
}

static struct world *disturbed(uint64_t seed)
{
	struct world *w = calloc(1, sizeof *w);
	int64_t time_us = START_US;

	w->random = seed * 7919 + 1;
	for (int step = 0; step < STEPS; step++) {
		struct writer *writer = &w->writers[roll(w, WRITERS)];
		uint64_t what = roll(w, 100);

		if (w->actions.n < ACTIONS && what < 10) {
			post(w, &time_us);
		} else if (what < 55) {
			turn(w, writer);
		} else if (what < 97) {
			flush_one(w, writer);
		} else if (what < 98) {
			die(w, writer);
		} /* else it is stopped for a while: what is in flight waits */
	}
	finish(w);
	return w;
}

/* Rules 1, 2, 4, 7, 9, 11: whatever dies, wakes or collides, what counts is what one undisturbed writer writes. */
static void test_200_seeds(void **state)
{
	static struct log counts, calm_counts;
	int voids = 0, kills = 0, ticks = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct world *w = disturbed(seed), *calm = calloc(1, sizeof *calm);

		fprintf(stderr, "\rseed %d", (int)seed);
		for (int i = 0; i < w->actions.n; i++) {
			append(&calm->actions, buf_span(&w->actions.bytes[i]));
		}
		finish(calm);
		what_counts(w, &counts);
		what_counts(calm, &calm_counts);
		assert_int_equal(calm->voids, 0);
		assert_same(&counts, &calm_counts);
		voids += w->voids;
		kills += w->kills;
		ticks += counts.n;
		log_done(&counts);
		log_done(&calm_counts);
		log_done(&w->actions);
		log_done(&w->events);
		log_done(&calm->actions);
		log_done(&calm->events);
		free(w);
		free(calm);
	}
	fprintf(stderr, "\r%d seeds: %d records count, %d void, %d deaths\n", SEEDS, ticks, voids,
		kills);
	/* A simulation without collisions would prove nothing. */
	assert_true(voids > 1000 && kills > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_200_seeds)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
