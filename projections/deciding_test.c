/* deciding_test.c: the deciding core alone. Which rule of docs/PROTOCOL.md a test fails without:
 *  1 owed first: test_owed_comes_before_the_next_action; 2 claims, 3 no gaps, 4 acknowledged is not valid: deciding_sim_test,
 *    kafka_decider_flow_test; 5 position: test_outcome_tells_its_action, test_repair_restates_the_position;
 *  6 poison: test_fault_is_refused_without_a_look, decider_poison_test; 7 repeats: test_repeat_and_conflict;
 *  8 reference: test_reference_is_read_first; 9 now, ticks, timers: test_timers_and_ticks_in_order, test_boundaries_have_their_ticks;
 * 10 forty days: test_a_long_jump_waits_for_a_person; 11 history: test_history_takes_the_actions_time;
 * 12 going live: test_going_live_once, test_empty_partition_of_a_live_bus */
#include "projections/deciding.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/civil.h"
#include "common/partition.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/memory_view.h"
#include "tests/support/toy_register.h"

enum { RECORDS = 20000 };

/* A partition with its writer: what was written is at hand, decoded. */
struct fixture {
	struct deciding d;
	struct reg reg;
	struct memory_view *rows;
	struct record {
		enum event_type type;
		int64_t cause, decided_us, refoffset, tick;
		char parent[48], id[64], reason[16], guard[16], would[12];
		uint64_t seq, first_seq;
	} * records;
	int n;
	int64_t actions;
};

static void copy_text(char *to, size_t size, bool has, struct span from)
{
	snprintf(to, size, "%.*s", has ? (int)from.n : 0, has ? (const char *)from.p : "");
}

/* Every record must survive its encoding: what readers see is what was folded. */
static enum err on_record(void *context, const struct event *ev)
{
	struct fixture *f = context;
	struct record *r = &f->records[f->n++];
	struct buf bytes = {0};
	struct event again;

	assert_true(f->n < RECORDS);
	assert_int_equal(event_encode(ev, &bytes), ERR_OK);
	assert_int_equal(event_decode(buf_span(&bytes), &again, NULL), ERR_OK);
	memset(r, 0, sizeof *r);
	r->type = again.type;
	r->cause = again.env.has_cause ? again.env.cause : -1;
	r->decided_us = again.env.decidedtime;
	r->refoffset = again.env.refoffset;
	r->seq = again.env.has_seq ? again.env.seq : 0;
	copy_text(r->parent, sizeof r->parent, again.env.has_parent, again.env.parent);
	copy_text(r->id, sizeof r->id, again.env.has_id, again.env.id);
	assert_true(again.env.has_claim && again.env.has_decidedtime && again.env.has_refoffset &&
		    again.env.has_rules);
	assert_true(again.env.has_cause || again.env.has_parent ||
		    again.type == EVENT_clock_ticked);
	if (again.type == EVENT_action_refused) {
		const struct action_refused *data = &again.data.action_refused;

		copy_text(r->reason, sizeof r->reason, data->has_reason, data->reason);
		copy_text(r->guard, sizeof r->guard, data->has_guard, data->guard);
	} else if (again.type == EVENT_action_tried) {
		copy_text(r->would, sizeof r->would, true, again.data.action_tried.would);
	} else if (again.type == EVENT_action_repeated) {
		r->first_seq = again.data.action_repeated.first_seq;
	} else if (again.type == EVENT_clock_ticked) {
		r->tick = (int64_t)again.data.clock_ticked.tick;
	}
	buf_done(&bytes);
	return ERR_OK;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct event claim;
	char id[40];

	f->records = calloc(RECORDS, sizeof *f->records);
	f->rows = memory_view_new(toy_register.tables);
	f->reg = (struct reg){.ops = &toy_register, .view = memory_view_view(f->rows)};
	f->d = (struct deciding){.reg = &f->reg, .partitions = 1, .emit = on_record, .context = f};
	deciding_position_init(&f->d.position);
	assert_int_equal(deciding_open(&f->d), ERR_OK);
	deciding_claim(&f->d, 7, "test", 5, id, &claim);
	assert_int_equal(deciding_fold(&f->d, &claim, 0), LOG_CURSOR_VALID);
	assert_int_equal(f->d.position.cursor.decided_us, 0); /* a claim's time is for people */
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	deciding_close(&f->d);
	memory_view_free(f->rows);
	free(f->records);
	free(f);
	return 0;
}

static int64_t at(const char *text)
{
	int64_t us = 0;

	assert_true(civil_parse(span_cstr(text), &us));
	return us;
}

static struct event action(const char *id, int64_t time_us)
{
	static uint8_t digest[16] = {1};
	struct event ev = {.type = EVENT_case_resumed};

	EVENT_SET(ev.env, id, span_cstr(id));
	EVENT_SET(ev.env, source, SPAN("/test"));
	EVENT_SET(ev.env, subject, SPAN("530102-20230119-7K3M9QXA2B4C"));
	EVENT_SET(ev.env, time, time_us);
	EVENT_SET(ev.env, digest, span_of(digest, sizeof digest));
	EVENT_SET(ev.env, rights, 1);
	return ev;
}

struct result {
	enum deciding_result result;
	struct record *outcome; /* the outcome, if there is one */
	int64_t wanted;
};

static struct result act(struct fixture *f,
			 const struct event *ev,
			 int64_t wall_us,
			 bool reference_end)
{
	struct buf bytes = {0};
	int before = f->n;
	struct result r = {0};

	assert_int_equal(event_encode(ev, &bytes), ERR_OK);
	struct deciding_action a = {.bytes = buf_span(&bytes),
				    .offset = f->actions,
				    .broker_us = wall_us,
				    .wall_us = wall_us,
				    .reference_end = reference_end};

	r.result = deciding_act(&f->d, &a, &r.wanted);
	buf_done(&bytes);
	for (int i = before; i < f->n; i++) {
		if (f->records[i].cause == f->actions) {
			assert_null(r.outcome); /* exactly one */
			r.outcome = &f->records[i];
		}
	}
	f->actions += r.result == DECIDING_DONE;
	return r;
}

static struct record *decide(struct fixture *f, const char *id, const char *time)
{
	struct event ev = action(id, at(time));
	struct result r = act(f, &ev, at("2026-11-23T12:00:00+08:00"), false);

	assert_int_equal(r.result, DECIDING_DONE);
	assert_non_null(r.outcome);
	return r.outcome;
}

/* Rule 1: what the fifth event owes is written at once, before the next action, with its parent's time. */
static void test_owed_comes_before_the_next_action(void **state)
{
	struct fixture *f = *state;
	const char *ids[] = {"a", "b", "c", "d", "e"};

	for (int i = 0; i < 5; i++) {
		decide(f, ids[i], "2023-01-19T09:00:00+08:00");
	}
	assert_int_equal(f->n, 7);
	assert_int_equal(f->records[5].type, EVENT_case_reopened);
	assert_string_equal(f->records[5].parent, "c4.1");
	assert_string_equal(f->records[6].parent, "c4.2");
	assert_int_equal(f->records[6].decided_us, f->records[4].decided_us);
	assert_int_equal(f->records[6].seq, 7);
}

/* Rule 1: an undecodable action has its outcome too, named by its place in the log. */
static void test_malformed_is_refused_in_order(void **state)
{
	struct fixture *f = *state;
	struct deciding_action a = {.bytes = SPAN("\xc1junk"), .offset = 0, .wall_us = 1};
	int64_t wanted = 0;

	decide(f, "a", "2023-01-19T09:00:00+08:00");
	a.offset = f->actions++;
	assert_int_equal(deciding_act(&f->d, &a, &wanted), DECIDING_DONE);
	assert_string_equal(f->records[1].reason, "MALFORMED");
	assert_string_equal(f->records[1].id, "c1");
	assert_true(deciding_act_was(a.bytes, 1, f->d.position.outcome_hash));
	assert_int_equal(decide(f, "b", "2023-01-19T09:00:00+08:00")->cause, 2);
}

/* Rule 1: what only a decider writes, or another register decides, is no action. */
static void test_what_cannot_be_posted_is_invalid(void **state)
{
	static const enum event_type others[] = {EVENT_place_registered, EVENT_clock_ticked,
						 EVENT_position_repaired};
	struct fixture *f = *state;
	int64_t wall_us = at("2026-01-01T00:00:00Z");
	struct event ev = action("a", at("2023-01-19T09:00:00+08:00"));

	EVENT_SET(ev.env, seq, 7);
	assert_string_equal(act(f, &ev, wall_us, false).outcome->reason, "INVALID");
	ev.env.has_seq = false;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		ev.type = others[i];
		memset(&ev.data, 0, sizeof ev.data);
		assert_string_equal(act(f, &ev, wall_us, false).outcome->reason, "INVALID");
	}
	assert_int_equal(f->d.position.cursor.decided_us, 0);
}

/* Rule 7: the same again is a repeat; another digest a conflict; a refusal binds nothing; a dry run neither. */
static void test_repeat_and_conflict(void **state)
{
	struct fixture *f = *state;
	uint8_t other[16] = {2};
	int64_t wall_us = at("2026-01-01T00:00:00Z");
	struct event ev = action("a", at("2023-01-19T09:00:00+08:00"));

	EVENT_SET(ev.env, dryrun, true);
	assert_string_equal(act(f, &ev, wall_us, false).outcome->would, "accepted");
	ev.env.has_dryrun = false;
	assert_int_equal(act(f, &ev, wall_us, false).outcome->type, EVENT_case_resumed);
	struct record *again = act(f, &ev, wall_us, false).outcome;

	assert_int_equal(again->type, EVENT_action_repeated);
	assert_int_equal(again->first_seq, 1);
	EVENT_SET(ev.env, dryrun, true);
	assert_string_equal(act(f, &ev, wall_us, false).outcome->would, "repeated");
	ev.env.has_dryrun = false;
	ev.env.digest = span_of(other, sizeof other);
	assert_string_equal(act(f, &ev, wall_us, false).outcome->reason, "CONFLICT");
	ev = action("no", at("2023-01-19T09:00:00+08:00"));
	assert_string_equal(act(f, &ev, wall_us, false).outcome->guard, "STATE");
	assert_string_equal(act(f, &ev, wall_us, false).outcome->guard, "STATE");
}

/* Rule 8: a stamp not yet read waits; beyond the log's end it is refused; a position never goes back. */
static void test_reference_is_read_first(void **state)
{
	struct fixture *f = *state;
	int64_t wall_us = at("2026-01-01T00:00:00Z");
	struct event ev = action("a", at("2023-01-19T09:00:00+08:00"));

	EVENT_SET(ev.env, refknown, 9);
	f->d.refposition = 5;
	struct result r = act(f, &ev, wall_us, false);

	assert_int_equal(r.result, DECIDING_REFERENCE);
	assert_int_equal(r.wanted, 9);
	assert_int_equal(f->n, 0);
	assert_string_equal(act(f, &ev, wall_us, true).outcome->guard, "REFKNOWN");
	f->d.refposition = 12;
	assert_int_equal(act(f, &ev, wall_us, false).outcome->refoffset, 9);
	ev = action("b", at("2023-01-19T09:00:00+08:00"));
	EVENT_SET(ev.env, refknown, 3);
	assert_int_equal(act(f, &ev, wall_us, false).outcome->refoffset, 9);
}

/* Rule 9: a timer stands at its due, before the tick that passes it, with what it owes; then the action. */
static void test_timers_and_ticks_in_order(void **state)
{
	struct fixture *f = *state;

	decide(f, "a", "2023-01-19T09:00:00+08:00");
	decide(f, "b", "2023-01-19T11:00:00+08:00");
	int64_t due_us = at("2023-01-19T09:15:30+08:00");

	assert_int_equal(f->n, 5);
	assert_int_equal(f->records[1].type, EVENT_case_escalated);
	assert_int_equal(f->records[1].decided_us, due_us);
	assert_int_equal(f->records[2].type, EVENT_case_reopened);
	assert_int_equal(f->records[2].decided_us, due_us);
	assert_int_equal(f->records[3].type, EVENT_clock_ticked);
	assert_int_equal(f->records[3].tick, civil_minute(due_us) + 1);
	assert_int_equal(f->records[4].type, EVENT_case_resumed);
}

/* Rule 9, answers 14: midnight, opening and closing hours have their ticks each day, and a tick at T stands before an action at T. */
static void test_boundaries_have_their_ticks(void **state)
{
	struct fixture *f = *state;
	static const char *const wanted[] = {
		"2023-01-19T18:00:00+08:00", "2023-01-20T00:00:00+08:00",
		"2023-01-20T08:30:00+08:00", "2023-01-20T12:00:00+08:00",
		"2023-01-20T14:00:00+08:00", "2023-01-20T18:00:00+08:00",
	};
	int ticks = 0;

	decide(f, "no1", "2023-01-19T17:00:00+08:00");
	decide(f, "no2", "2023-01-20T18:00:00+08:00");
	for (int i = 1; i < f->n - 1; i++) {
		assert_int_equal(f->records[i].type, EVENT_clock_ticked);
		assert_int_equal(f->records[i].decided_us, at(wanted[ticks]));
		assert_int_equal(f->records[i].tick, civil_minute(at(wanted[ticks])));
		ticks++;
	}
	assert_int_equal(ticks, 6);
}

/* Rule 10: 40 days after the last tick a person must confirm; the confirmation itself is decided. */
static void test_a_long_jump_waits_for_a_person(void **state)
{
	struct fixture *f = *state;
	int64_t now_us = at("2026-01-01T00:00:00Z");
	struct event live = {.type = EVENT_went_live}, ev = action("a", now_us);

	live.env = ev.env;
	assert_int_equal(act(f, &live, now_us, false).outcome->type, EVENT_went_live);
	assert_int_equal(deciding_idle(&f->d, now_us + CIVIL_MINUTE_US, true, true), DECIDING_DONE);
	int before = f->n;

	now_us += 41 * CIVIL_DAY_US;
	assert_int_equal(deciding_idle(&f->d, now_us, true, true), DECIDING_CONFIRM);
	assert_int_equal(act(f, &ev, now_us, false).result, DECIDING_CONFIRM);
	assert_int_equal(f->n, before);
	struct event confirm = {.type = EVENT_clock_confirmed, .env = ev.env};

	EVENT_SET(confirm.data.clock_confirmed, upto, now_us + CIVIL_HOUR_US);
	assert_int_equal(act(f, &confirm, now_us, false).outcome->type, EVENT_clock_confirmed);
	assert_int_equal(act(f, &ev, now_us, false).outcome->type, EVENT_case_resumed);
}

/* Rule 11: in history now is the action's time and never goes back; not past the broker's; only with the right. */
static void test_history_takes_the_actions_time(void **state)
{
	struct fixture *f = *state;
	int64_t wall_us = at("2026-01-01T00:00:00Z");
	struct event ev = action("a", at("2023-01-19T09:00:00+08:00"));

	assert_int_equal(act(f, &ev, wall_us, false).outcome->decided_us, ev.env.time);
	ev = action("b", at("2023-01-18T09:00:00+08:00"));
	assert_int_equal(act(f, &ev, wall_us, false).outcome->decided_us,
			 at("2023-01-19T09:00:00+08:00"));
	ev = action("c", wall_us + 1);
	assert_string_equal(act(f, &ev, wall_us, false).outcome->reason, "LATE");
	ev = action("d", at("2023-01-20T09:00:00+08:00"));
	ev.env.has_rights = false;
	assert_string_equal(act(f, &ev, wall_us, false).outcome->guard, "HISTORY");
	assert_int_equal(f->d.position.cursor.decided_us, at("2023-01-19T09:00:00+08:00"));
	struct event advance = {.type = EVENT_clock_advanced,
				.env = action("e", at("2023-01-19T10:00:00+08:00")).env};

	EVENT_SET(advance.data.clock_advanced, to, at("2023-01-20T00:00:00+08:00"));
	assert_int_equal(act(f, &advance, wall_us, false).outcome->type, EVENT_clock_advanced);
	assert_int_equal(f->d.position.cursor.decided_us, at("2023-01-20T00:00:00+08:00"));
	/* A killed feeder posts it again, a second file those of the first: the clock stands there. */
	assert_int_equal(act(f, &advance, wall_us, false).outcome->type, EVENT_action_repeated);
	assert_int_equal(f->d.position.cursor.tick, civil_minute(at("2023-01-20T00:00:00+08:00")));
}

/* Rule 12: going live moves history on to the wall clock first, and happens once. */
static void test_going_live_once(void **state)
{
	struct fixture *f = *state;
	int64_t now_us = at("2023-01-21T10:00:30+08:00");
	struct event live = {.type = EVENT_went_live,
			     .env = action("l", at("2023-01-21T10:00:00+08:00")).env};

	decide(f, "a", "2023-01-19T09:00:00+08:00");
	struct record *r = act(f, &live, now_us, false).outcome;

	assert_int_equal(r->type, EVENT_went_live);
	assert_int_equal(r->decided_us, now_us);
	assert_int_equal(f->d.position.cursor.tick, civil_minute(now_us));
	assert_true(f->d.position.cursor.live);
	assert_string_equal(act(f, &live, now_us + 5, false).outcome->guard, "LIVE");
	int before = f->n;

	assert_int_equal(deciding_idle(&f->d, now_us + CIVIL_MINUTE_US, true, true), DECIDING_DONE);
	assert_int_equal(f->n, before + 1); /* each minute its tick */
	assert_int_equal(deciding_idle(&f->d, now_us + CIVIL_MINUTE_US, true, true), DECIDING_DONE);
	assert_int_equal(f->n, before + 1);
}

/* Answers 15: an empty partition of a bus that is live goes live by itself; one with history does not. */
static void test_empty_partition_of_a_live_bus(void **state)
{
	struct fixture *f = *state;
	int64_t now_us = at("2026-01-01T00:00:00Z");

	assert_int_equal(deciding_idle(&f->d, now_us, true, false), DECIDING_DONE);
	assert_int_equal(f->n, 0);
	assert_int_equal(deciding_idle(&f->d, now_us, true, true), DECIDING_DONE);
	assert_int_equal(f->records[0].type, EVENT_went_live);
	assert_int_equal(f->records[0].cause, -1);
}

/* Rule 5: folding an outcome remembers which action it was of; a repair says where to go on. */
static void test_repair_restates_the_position(void **state)
{
	struct fixture *f = *state;

	decide(f, "a", "2023-01-19T09:00:00+08:00");
	decide(f, "b", "2023-01-19T09:00:00+08:00");
	assert_int_equal(f->d.position.cursor.cause, 1);
	assert_int_equal(deciding_repair(&f->d, 1, SPAN("tail lost"), at("2026-01-01T00:00:00Z")),
			 ERR_OK);
	assert_int_equal(f->d.position.cursor.cause, 0);
	assert_int_equal(f->d.position.outcome_hash, 0);
	f->actions = 1;
	assert_int_equal(decide(f, "c", "2023-01-19T09:00:00+08:00")->cause, 1);
}

/* Rule 5: the hash of an action's bytes is that of its outcome, and of no other action's. */
static void test_outcome_tells_its_action(void **state)
{
	struct fixture *f = *state;
	struct buf bytes = {0};
	struct event ev = action("a", at("2023-01-19T09:00:00+08:00"));

	assert_int_equal(event_encode(&ev, &bytes), ERR_OK);
	act(f, &ev, at("2026-01-01T00:00:00Z"), false);
	assert_true(deciding_act_was(buf_span(&bytes), 0, f->d.position.outcome_hash));
	ev.env.id = SPAN("b");
	buf_reset(&bytes);
	assert_int_equal(event_encode(&ev, &bytes), ERR_OK);
	assert_false(deciding_act_was(buf_span(&bytes), 0, f->d.position.outcome_hash));
	buf_done(&bytes);
}

/* Rule 6: poison is refused as FAULT with its incident; decide is not asked. */
static void test_fault_is_refused_without_a_look(void **state)
{
	struct fixture *f = *state;
	int64_t wanted = 0;
	struct buf bytes = {0};
	struct event ev = action("die", at("2023-01-19T09:00:00+08:00"));

	toy_register_dies = 1;
	assert_int_equal(event_encode(&ev, &bytes), ERR_OK);
	struct deciding_action a = {
		.bytes = buf_span(&bytes), .wall_us = at("2026-01-01T00:00:00Z"), .fault = "F-1"};
	assert_int_equal(deciding_act(&f->d, &a, &wanted), DECIDING_DONE);
	assert_string_equal(f->records[0].reason, "FAULT");
	assert_string_equal(f->records[0].id, "c0"); /* not decoded, and known again */
	assert_true(deciding_act_was(a.bytes, 0, f->d.position.outcome_hash));
	toy_register_dies = 0;
	buf_done(&bytes);
}

/* A subject of another county's partition is refused: two partitions would number the same case. */
static void test_subject_belongs_to_the_partition(void **state)
{
	struct fixture *f = *state;

	f->d.partitions = 16;
	for (int p = 0; p < 16; p++) {
		char id[8];
		f->reg.partition = p;
		snprintf(id, sizeof id, "a%d", p); /* else all but one would be repeats */
		struct event ev = action(id, at("2023-01-19T09:00:00+08:00"));
		struct record *r = act(f, &ev, at("2026-01-01T00:00:00Z"), false).outcome;
		bool mine = p == partition_of_key(SPAN("530102"), 16);
		assert_int_equal(r->type, mine ? EVENT_case_resumed : EVENT_action_refused);
		assert_string_equal(r->guard, mine ? "" : "PARTITION");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_owed_comes_before_the_next_action),
		TEST(test_malformed_is_refused_in_order),
		TEST(test_what_cannot_be_posted_is_invalid),
		TEST(test_repeat_and_conflict),
		TEST(test_reference_is_read_first),
		TEST(test_timers_and_ticks_in_order),
		TEST(test_boundaries_have_their_ticks),
		TEST(test_a_long_jump_waits_for_a_person),
		TEST(test_history_takes_the_actions_time),
		TEST(test_going_live_once),
		TEST(test_empty_partition_of_a_live_bus),
		TEST(test_repair_restates_the_position),
		TEST(test_outcome_tells_its_action),
		TEST(test_fault_is_refused_without_a_look),
		TEST(test_subject_belongs_to_the_partition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
