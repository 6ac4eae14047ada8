/* outcome_log_test.c: an acceptance is the outcome for ever, a refusal until something newer; memory for refusals has an end. */
#include "producers/gateway/outcome_log.h"

#include <stdio.h>

#include "tests/support/cmocka_all.h"

static struct event outcome(enum event_type type, const char *subject, const char *id)
{
	struct event ev = {.type = type};

	EVENT_SET(ev.env, cause, 1);
	EVENT_SET(ev.env, subject, span_cstr(subject));
	EVENT_SET(ev.env, source, SPAN("/ref"));
	EVENT_SET(ev.env, id, span_cstr(id));
	EVENT_SET(ev.env, time, 1);
	return ev;
}

static void add(struct outcome_log *log, const struct event *ev, int64_t offset)
{
	struct buf bytes = {0};

	assert_int_equal(event_encode(ev, &bytes), ERR_OK);
	assert_int_equal(outcome_log_add(log, ev, offset, buf_span(&bytes)), ERR_OK);
	buf_done(&bytes);
}

static void add_refused(struct outcome_log *log,
			const char *subject,
			const char *id,
			int64_t offset,
			const char *guard)
{
	struct event ev = outcome(EVENT_action_refused, subject, id);

	EVENT_SET(ev.data.action_refused, guard, span_cstr(guard));
	add(log, &ev, offset);
}

/* Of one action: refused, refused again, accepted, repeated, asked for with other content: each time the outcome that counts. */
static void counts(void **state)
{
	struct outcome_log *log = outcome_log_new();
	struct event found, ev = outcome(EVENT_place_registered, "place:53", "a");
	int64_t offset = 0;

	(void)state;
	assert_false(
		outcome_log_find(log, SPAN("place:53"), SPAN("/ref"), SPAN("a"), &found, &offset));
	add_refused(log, "place:53", "a", 3, "REF_UNIT");
	add_refused(log, "place:53", "a", 4, "REF_RIGHT");
	add_refused(log, "place:53", "b", 5, "REF_OTHER");
	assert_true(
		outcome_log_find(log, SPAN("place:53"), SPAN("/ref"), SPAN("a"), &found, &offset));
	assert_int_equal(offset, 4);
	assert_true(span_eq(found.data.action_refused.guard, SPAN("REF_RIGHT")));
	EVENT_SET(ev.env, seq, 7);
	EVENT_SET(ev.env, decidedtime, 99);
	add(log, &ev, 8);
	ev.type = EVENT_action_repeated;
	add(log, &ev, 9);
	add_refused(log, "place:53", "a", 10, "CONFLICT");
	assert_true(
		outcome_log_find(log, SPAN("place:53"), SPAN("/ref"), SPAN("a"), &found, &offset));
	assert_int_equal(offset, 8);
	assert_int_equal(found.type, EVENT_place_registered);
	assert_int_equal(found.env.seq, 7);
	assert_int_equal(found.env.decidedtime, 99);
	assert_false(
		outcome_log_find(log, SPAN("place:5"), SPAN("3/ref"), SPAN("a"), &found, &offset));
	outcome_log_free(log);
}

/* All of many acceptances are found; of too many refusals the last are, and the first give way. */
static void many(void **state)
{
	enum { N = 20000 };
	struct outcome_log *log = outcome_log_new();
	struct event found;
	int64_t offset = 0;
	char id[16];

	(void)state;
	for (int i = 0; i < N; i++) {
		(void)snprintf(id, sizeof id, "a%d", i);
		struct event ev = outcome(EVENT_place_registered, "place:53", id);

		add(log, &ev, i);
	}
	for (int i = 0; i < OUTCOME_LOG_REFUSED + 5; i++) {
		(void)snprintf(id, sizeof id, "r%d", i);
		add_refused(log, "place:53", id, N + i, "LATE");
	}
	for (int i = 0; i < N; i++) {
		(void)snprintf(id, sizeof id, "a%d", i);
		assert_true(outcome_log_find(log, SPAN("place:53"), SPAN("/ref"), span_cstr(id),
					     &found, &offset));
		assert_int_equal(offset, i);
	}
	for (int i = 0; i < OUTCOME_LOG_REFUSED + 5; i += i < 10 ? 1 : 500) {
		(void)snprintf(id, sizeof id, "r%d", i);
		assert_int_equal(outcome_log_find(log, SPAN("place:53"), SPAN("/ref"),
						  span_cstr(id), &found, &offset),
				 i >= 5);
	}
	outcome_log_free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(counts), cmocka_unit_test(many)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
