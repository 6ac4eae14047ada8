/* case_status_test.c: what case-status makes of a case's events: row, indexes, timeline, board. */
#include "tests/support/cmocka_all.h"

#include <stdio.h>

#include "common/civil.h"
#include "projections/case_board.h"
#include "projections/case_row.h"
#include "projections/case_status.h"
#include "projections/case_status_tables.h"
#include "projections/case_timeline.h"
#include "tests/support/memory_view.h"

static const char CASE[] = "530102-20230119-7K3M9QXA2B4C";
static const struct place_in_log AT = {.offset = 7, .tick = 0, .partition = 3};

struct fixture {
	struct memory_view *memory;
	struct view *view;
	int64_t now;
	int64_t seq;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){.memory = memory_view_new(case_status_tables)};
	fixture.view = fixture.memory ? memory_view_view(fixture.memory) : NULL;
	assert_true(civil_parse(SPAN("2023-01-19T09:00:00+08:00"), &fixture.now));
	*state = &fixture;
	return fixture.view ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	memory_view_free(fixture->memory);
	return 0;
}

/* An event of the case, an hour after the one before; seq counts only what changes the case. */
static struct event event_of(struct fixture *fixture,
			     enum event_type type,
			     uint8_t from,
			     uint8_t to)
{
	struct event ev = {.type = type, .data_bytes = SPAN("\x80")};

	fixture->now += CIVIL_HOUR_US;
	EVENT_SET(ev.env, id, SPAN("id-1"));
	EVENT_SET(ev.env, source, SPAN("/test"));
	EVENT_SET(ev.env, subject, SPAN("530102-20230119-7K3M9QXA2B4C"));
	EVENT_SET(ev.env, time, fixture->now);
	EVENT_SET(ev.env, decidedtime, fixture->now);
	EVENT_SET(ev.env, place, SPAN("530102001001"));
	EVENT_SET(ev.env, owner, SPAN("centre:530102001"));
	if (to) {
		EVENT_SET(ev.env, from, from);
		EVENT_SET(ev.env, to, to);
		EVENT_SET(ev.env, seq, (uint64_t)++fixture->seq);
	}
	return ev;
}

static enum err apply(struct fixture *fixture, const struct event *ev)
{
	for (const struct handler *handler = case_status.handlers; handler->type; handler++) {
		if (handler->type == ev->type) {
			return handler->apply(fixture->view, ev, &AT);
		}
	}
	return ERR_UNKNOWN;
}

static void report(struct fixture *fixture)
{
	struct event ev = event_of(fixture, EVENT_case_reported, 0, CODE_case_state_RP);

	EVENT_SET(ev.data.case_reported, type_code, SPAN("SH03"));
	EVENT_SET(ev.data.case_reported, title, SPAN("滑坡"));
	EVENT_SET(ev.env, receipt, SPAN("ABCDEFGHJKMN"));
	assert_int_equal(apply(fixture, &ev), ERR_OK);
}

static void accept(struct fixture *fixture)
{
	struct event ev =
		event_of(fixture, EVENT_case_accepted, CODE_case_state_RP, CODE_case_state_AC);

	EVENT_SET(ev.data.case_accepted, severity, CODE_severity_urgent);
	EVENT_SET(ev.data.case_accepted, due_at, fixture->now + CIVIL_DAY_US);
	EVENT_SET(ev.data.case_accepted, yellow_at, fixture->now + CIVIL_HOUR_US);
	EVENT_SET(ev.data.case_accepted, red_at, fixture->now + CIVIL_DAY_US);
	assert_int_equal(apply(fixture, &ev), ERR_OK);
}

static void close_it(struct fixture *fixture)
{
	struct event ev =
		event_of(fixture, EVENT_case_closed, CODE_case_state_AC, CODE_case_state_CL);

	EVENT_SET(ev.data.case_closed, outcome, CODE_outcome_resolved);
	EVENT_SET(ev.data.case_closed, close_level, 4);
	EVENT_SET(ev.data.case_closed, close_level_expected, 5);
	assert_int_equal(apply(fixture, &ev), ERR_OK);
}

static struct case_id the_id(void)
{
	struct case_id id;

	assert_true(case_id_parse(span_cstr(CASE), &id));
	return id;
}

static struct case_row the_row(struct fixture *fixture)
{
	struct case_id id = the_id();
	struct case_row row;
	struct span stored;

	assert_true(view_get(fixture->view, CASE_STATUS_CASE, span_of(id.key, CASE_ID_KEY_BYTES),
			     &stored));
	assert_true(case_row_read(stored, &row));
	return row;
}

static struct case_board_row board(struct fixture *fixture, const char *place)
{
	uint8_t key[CASE_BOARD_KEY_MAX_BYTES];
	size_t n =
		case_board_key(span_cstr(place), AT.partition, "SH", civil_day(fixture->now), key);
	struct case_board_row row = {0};
	struct span stored;

	if (view_get(fixture->view, CASE_STATUS_BOARD, span_of(key, n), &stored)) {
		assert_true(case_board_read(stored, &row));
	}
	return row;
}

static bool count_one(void *context, struct span key, struct span value)
{
	(void)key, (void)value;
	++*(int *)context;
	return true;
}

static int entries(struct fixture *fixture, int index, struct span prefix)
{
	int count = 0;

	memory_view_scan_index(fixture->memory, CASE_STATUS_CASE, index, prefix, count_one, &count);
	return count;
}

/* A case's row holds what its last events said. */
static void test_row(void **state)
{
	struct fixture *fixture = *state;

	report(fixture);
	accept(fixture);
	struct case_row row = the_row(fixture);

	assert_int_equal(row.fixed.seq, 2);
	assert_int_equal(row.fixed.state, CODE_case_state_AC);
	assert_int_equal(row.fixed.severity, CODE_severity_urgent);
	assert_true(span_eq(row.title, SPAN("滑坡")));
	assert_true(span_eq(row.owner, SPAN("centre:530102001")));
	assert_int_equal(case_row_colour(&row.fixed, fixture->now), CODE_colour_green);
	assert_int_equal(case_row_colour(&row.fixed, fixture->now + CIVIL_HOUR_US),
			 CODE_colour_yellow);
	assert_int_equal(case_row_colour(&row.fixed, fixture->now + CIVIL_DAY_US), CODE_colour_red);
}

/* Going up may raise the severity; an escalation that says nothing of it leaves it. */
static void test_escalated_severity(void **state)
{
	struct fixture *fixture = *state;

	report(fixture);
	struct event ev =
		event_of(fixture, EVENT_case_escalated, CODE_case_state_RP, CODE_case_state_AC);

	EVENT_SET(ev.data.case_escalated, severity, CODE_severity_major);
	assert_int_equal(apply(fixture, &ev), ERR_OK);
	assert_int_equal(the_row(fixture).fixed.severity, CODE_severity_major);
	ev = event_of(fixture, EVENT_case_escalated, CODE_case_state_AC, CODE_case_state_AC);
	assert_int_equal(apply(fixture, &ev), ERR_OK);
	assert_int_equal(the_row(fixture).fixed.severity, CODE_severity_major);
}

/* An open case stands once in each index that fits it; a closed one leaves the deadlines. */
static void test_indexes(void **state)
{
	struct fixture *fixture = *state;

	report(fixture);
	accept(fixture);
	for (int i = 0; case_status_tables[CASE_STATUS_CASE].indexes[i].name; i++) {
		assert_int_equal(entries(fixture, i, SPAN("")), 1);
	}
	assert_int_equal(entries(fixture, CASE_STATUS_KV_BY_RECEIPT - CASE_STATUS_KV_BY_PLACE,
				 SPAN("ABCDEFGHJKMN")),
			 1);
	close_it(fixture);
	assert_int_equal(
		entries(fixture, CASE_STATUS_KV_BY_DEADLINE - CASE_STATUS_KV_BY_PLACE, SPAN("")),
		0);
	assert_int_equal(entries(fixture, CASE_STATUS_KV_BY_PLACE - CASE_STATUS_KV_BY_PLACE,
				 SPAN("530102001")),
			 1);
}

static int entries_of_unit(struct fixture *fixture, const char *unit)
{
	char prefix[64];
	int n = snprintf(prefix, sizeof prefix, "%s", unit);

	return entries(fixture, CASE_STATUS_KV_BY_UNIT - CASE_STATUS_KV_BY_PLACE,
		       span_of(prefix, (size_t)n + 1));
}

/* Whoever owns, leads or assists has the case once, also who does two of these; taken back, the owner alone has it. */
static void test_units(void **state)
{
	struct fixture *fixture = *state;
	struct event ev;

	report(fixture);
	accept(fixture);
	ev = event_of(fixture, EVENT_case_dispatched, CODE_case_state_AC, CODE_case_state_DI);
	EVENT_SET(ev.data.case_dispatched, lead_unit, SPAN("grid:530102001001001"));
	ev.data.case_dispatched.n_assist = 3;
	ev.data.case_dispatched.assist[0] = SPAN("roads");
	ev.data.case_dispatched.assist[1] = SPAN("grid:530102001001001");
	ev.data.case_dispatched.assist[2] = SPAN("centre:530102001");
	assert_int_equal(apply(fixture, &ev), ERR_OK);
	assert_int_equal(entries_of_unit(fixture, "centre:530102001"), 1);
	assert_int_equal(entries_of_unit(fixture, "grid:530102001001001"), 1);
	assert_int_equal(entries_of_unit(fixture, "roads"), 1);
	ev = event_of(fixture, EVENT_case_returned, CODE_case_state_DI, CODE_case_state_AC);
	assert_int_equal(apply(fixture, &ev), ERR_OK);
	assert_int_equal(
		entries(fixture, CASE_STATUS_KV_BY_UNIT - CASE_STATUS_KV_BY_PLACE, SPAN("")), 1);
	assert_int_equal(entries_of_unit(fixture, "centre:530102001"), 1);
}

/* Each event is counted once at each of the five levels of its place; open goes up and down again. */
static void test_board(void **state)
{
	static const char *const places[] = {"53", "5301", "530102", "530102001", "530102001001"};
	struct fixture *fixture = *state;

	report(fixture);
	accept(fixture);
	close_it(fixture);
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		struct case_board_row row = board(fixture, places[i]);

		assert_int_equal(row.reported, 1);
		assert_int_equal(row.accepted, 1);
		assert_int_equal(row.closed, 1);
		assert_int_equal(row.open, 0);
		assert_int_equal(row.closed_low, 0);
	}
	/* And of the day on which it would have been overdue. */
	assert_int_equal(memory_view_count(fixture->memory, CASE_STATUS_BOARD), 10);
}

/* Only what the lead gives back is returned: what the owner takes back leaves `n` as it was, and is not counted. */
static void test_returned(void **state)
{
	static const struct {
		uint64_t n;
		uint32_t returned;
	} steps[] = {{0, 0}, {1, 1}, {1, 1}, {2, 2}, {2, 2}};
	struct fixture *fixture = *state;

	report(fixture);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		struct event ev = event_of(fixture, EVENT_case_returned, CODE_case_state_DI,
					   CODE_case_state_AC);

		EVENT_SET(ev.data.case_returned, n, steps[i].n);
		assert_int_equal(apply(fixture, &ev), ERR_OK);
		assert_int_equal(board(fixture, "530102").returned, steps[i].returned);
		assert_int_equal(the_row(fixture).fixed.returns, steps[i].n);
	}
}

/* A case that moves to another family moves its open count too. */
static void test_family(void **state)
{
	struct fixture *fixture = *state;

	report(fixture);
	struct event ev =
		event_of(fixture, EVENT_case_classified, CODE_case_state_RP, CODE_case_state_RP);

	EVENT_SET(ev.data.case_classified, type_code, SPAN("PE01"));
	assert_int_equal(apply(fixture, &ev), ERR_OK);
	assert_int_equal(board(fixture, "530102").open, 0);
	assert_memory_equal(the_row(fixture).fixed.type_code, "PE01", 4);
}

/* Refusals stand in the timeline behind the last event, and change nothing else. */
static void test_refusals(void **state)
{
	struct fixture *fixture = *state;

	report(fixture);
	struct event refused = event_of(fixture, EVENT_action_refused, 0, 0);

	assert_int_equal(apply(fixture, &refused), ERR_OK);
	assert_int_equal(apply(fixture, &refused), ERR_OK);
	assert_int_equal(the_row(fixture).fixed.ordinal, 2);
	assert_int_equal(the_row(fixture).fixed.seq, 1);
	accept(fixture);
	assert_int_equal(the_row(fixture).fixed.ordinal, 0);
	assert_int_equal(memory_view_count(fixture->memory, CASE_STATUS_TIMELINE), 4);
}

/* However often a case is asked about, no line of its timeline is written over. */
static void test_many_refusals(void **state)
{
	struct fixture *fixture = *state;
	struct event refused = event_of(fixture, EVENT_action_refused, 0, 0);
	size_t asked = 66000;

	for (size_t i = 0; i < asked; i++) {
		assert_int_equal(apply(fixture, &refused), ERR_OK);
	}
	assert_int_equal(memory_view_count(fixture->memory, CASE_STATUS_TIMELINE), asked);
	report(fixture);
	for (size_t i = 0; i < asked; i++) {
		assert_int_equal(apply(fixture, &refused), ERR_OK);
	}
	assert_int_equal(memory_view_count(fixture->memory, CASE_STATUS_TIMELINE), 2 * asked + 1);
	accept(fixture);
	assert_int_equal(the_row(fixture).fixed.seq, 2);
}

/* Sent up while on hold: the hold is over, and counted; nobody has handled it. */
static void test_escalated_from_hold(void **state)
{
	struct fixture *fixture = *state;
	struct case_row row;

	report(fixture);
	struct event held =
		event_of(fixture, EVENT_case_held, CODE_case_state_RP, CODE_case_state_HO);

	EVENT_SET(held.data.case_held, reason, CODE_hold_reason_court);
	EVENT_SET(held.data.case_held, hold_until, fixture->now + CIVIL_DAY_US);
	EVENT_SET(held.data.case_held, n, 1);
	assert_int_equal(apply(fixture, &held), ERR_OK);
	struct event up =
		event_of(fixture, EVENT_case_escalated, CODE_case_state_HO, CODE_case_state_AC);

	EVENT_SET(up.data.case_escalated, cause, CODE_escalate_cause_overdue);
	assert_int_equal(apply(fixture, &up), ERR_OK);
	row = the_row(fixture);
	assert_int_equal(row.fixed.reason, 0);
	assert_int_equal(row.fixed.hold_until_us, 0);
	assert_int_equal(row.fixed.held_since_us, 0);
	assert_true(row.fixed.held_us == CIVIL_HOUR_US);
	assert_int_equal(board(fixture, "530102").escalated_overdue, 1);
}

/* A report that was refused has a timeline although there is no case. */
static void test_refused_report(void **state)
{
	struct fixture *fixture = *state;
	struct event refused = event_of(fixture, EVENT_action_refused, 0, 0);
	uint8_t key[CASE_TIMELINE_KEY_BYTES];
	struct case_id id = the_id();
	struct span stored;

	assert_int_equal(apply(fixture, &refused), ERR_OK);
	assert_int_equal(apply(fixture, &refused), ERR_OK);
	case_timeline_key(&id, 0, 2, key);
	assert_true(
		view_get(fixture->view, CASE_STATUS_TIMELINE, span_of(key, sizeof key), &stored));
	assert_int_equal(memory_view_count(fixture->memory, CASE_STATUS_CASE), 0);
}

/* An event about a case that was never reported cannot be applied: the runtime parks it. */
static void test_unknown_case(void **state)
{
	struct fixture *fixture = *state;
	struct event ev =
		event_of(fixture, EVENT_case_accepted, CODE_case_state_RP, CODE_case_state_AC);

	assert_int_equal(apply(fixture, &ev), ERR_ABSENT);
	ev.env.subject = SPAN("not a case");
	assert_int_equal(apply(fixture, &ev), ERR_MALFORMED);
}

/* A row written and read is the same row; bytes that are cut are none. */
static void test_row_round_trip(void **state)
{
	uint8_t bytes[CASE_ROW_MAX_BYTES], again[CASE_ROW_MAX_BYTES];
	struct case_row row = {.owner = SPAN("centre:53"), .title = SPAN("t"), .n_assist = 2}, back;

	(void)state;
	row.assist[0] = SPAN("unit-a");
	row.assist[1] = SPAN("unit-b");
	size_t n = case_row_write(&row, bytes);

	assert_true(case_row_read(span_of(bytes, n), &back));
	assert_int_equal(case_row_write(&back, again), n);
	assert_memory_equal(bytes, again, n);
	for (size_t cut = 0; cut < n; cut++) {
		assert_false(case_row_read(span_of(bytes, cut), &back));
	}
}

/* A row that is none, too long or cut, fails the store: the event is not parked as if it did not fit its case. */
static void test_broken_row(void **state)
{
	static const uint8_t bytes[CASE_ROW_MAX_BYTES + 1];
	static const size_t lengths[] = {CASE_ROW_MAX_BYTES + 1, CASE_ROW_MAX_BYTES, 3};
	struct fixture *fixture = *state;
	struct case_id id = the_id();

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct event ev = event_of(fixture, EVENT_case_accepted, CODE_case_state_RP,
					   CODE_case_state_AC);
		struct event refused = event_of(fixture, EVENT_action_refused, 0, 0);

		view_put(fixture->view, CASE_STATUS_CASE, span_of(id.key, CASE_ID_KEY_BYTES),
			 span_of(bytes, lengths[i]));
		assert_int_equal(apply(fixture, &ev), ERR_STORE);
		fixture->view->err = ERR_OK;
		assert_int_equal(apply(fixture, &refused), ERR_STORE);
		fixture->view->err = ERR_OK;
	}
	assert_int_equal(memory_view_count(fixture->memory, CASE_STATUS_TIMELINE), 0);
}

/* A line of a timeline is read as it was written; one that is cut before its data is none. */
static void test_timeline_round_trip(void **state)
{
	struct fixture *fixture = *state;
	struct event ev = event_of(fixture, EVENT_case_accepted, CODE_case_state_RP, 0);
	uint8_t bytes[LIMIT_EVENT_BYTES];
	struct case_timeline_row row;

	EVENT_SET(ev.env, unit, SPAN("centre:53"));
	EVENT_SET(ev.env, actor, SPAN("desk-7"));
	size_t n = case_timeline_write(&ev, bytes);

	assert_true(case_timeline_read(span_of(bytes, n), &row));
	assert_int_equal(row.fixed.type, EVENT_case_accepted);
	assert_true(row.fixed.time_us == ev.env.time);
	assert_true(span_eq(row.unit, SPAN("centre:53")));
	assert_true(span_eq(row.owner, SPAN("centre:530102001")));
	assert_true(span_eq(row.actor, SPAN("desk-7")));
	assert_true(span_eq(row.data, SPAN("\x80")));
	assert_true(case_timeline_read(span_of(bytes, n - 1), &row));
	for (size_t cut = 0; cut < n - 1; cut++) {
		assert_false(case_timeline_read(span_of(bytes, cut), &row));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_row, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_escalated_severity, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_indexes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_units, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_board, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_returned, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_family, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_many_refusals, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_escalated_from_hold, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refused_report, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unknown_case, set_up, tear_down),
		cmocka_unit_test(test_row_round_trip),
		cmocka_unit_test_setup_teardown(test_broken_row, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_timeline_round_trip, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
