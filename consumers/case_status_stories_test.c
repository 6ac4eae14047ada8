/* case_status_stories_test.c: what case-status makes of every story: at each event its row is the register's, and its tables agree. */
#include "tests/support/case_story.h"

#include "consumers/overlay.h"
#include "projections/case_query.h"
#include "projections/case_status.h"
#include "projections/case_status_check.h"
#include "projections/case_status_tables.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"

/* A fold of one bed's events, over the wire and through an overlay into LMDB; and what a plain count of the events gives. */
static struct {
	char dir[FOLDER_PATH_BYTES];
	struct kv *kv;
	struct overlay *overlay;
	struct case_bed *bed;
	struct buf bytes;
	struct case_board_row counted;
	int lines, folds, beds;
} all;

static bool is_open(uint8_t state)
{
	static const char open[] = {CODE_case_state_RP, CODE_case_state_AC, CODE_case_state_DI,
				    CODE_case_state_IP, CODE_case_state_HO, CODE_case_state_FB,
				    CODE_case_state_VE};

	return memchr(open, state, sizeof(open)) != NULL;
}

/* The board's counts, from the events alone. */
static void count_event(const struct event *ev)
{
	struct case_board_row *n = &all.counted;

	n->open += is_open(ev->env.to) - is_open(ev->env.from);
	switch ((int)ev->type) {
	case EVENT_case_reported:
		n->reported++;
		n->settled += ev->env.to == CODE_case_state_CL;
		n->closed += ev->env.to == CODE_case_state_CL;
		break;
	case EVENT_case_accepted:
		n->accepted++;
		break;
	case EVENT_case_rejected:
		n->rejected++;
		break;
	case EVENT_case_dispatched:
		n->dispatched++;
		break;
	case EVENT_case_returned:
		/* What its owner takes back, for want of a lead, nobody has returned. */
		n->returned += !span_eq(ev->env.unit, ev->env.owner);
		break;
	case EVENT_case_escalated:
		n->escalated++;
		n->escalated_overdue +=
			ev->data.case_escalated.cause == CODE_escalate_cause_overdue;
		break;
	case EVENT_case_verified:
		n->reworked += !ev->data.case_verified.pass;
		break;
	case EVENT_case_closed:
		n->closed++;
		n->closed_late += ev->data.case_closed.late;
		break;
	case EVENT_case_reopened:
		n->reopened++;
		n->closed_reopened += ev->env.from == CODE_case_state_CL;
		break;
	case EVENT_callback_recorded:
		n->callbacks += ev->data.callback_recorded.has_score;
		n->score_sum += (uint32_t)ev->data.callback_recorded.score;
		break;
	default:
		break;
	}
}

static void end_bed(void)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};
	struct case_query query = {&txn, 1};
	struct case_query_board board;
	struct buf problems = {0};

	if (!all.kv) {
		return;
	}
	assert_int_equal(kv_txn_begin(all.kv, true, &txn), ERR_OK);
	overlay_freeze(all.overlay);
	overlay_write(all.overlay, overlay_closed(all.overlay), &txn);
	if (!case_status_check_tables(&txn, &problems)) {
		fail_msg("%.*s", SPAN_ARGS(buf_span(&problems)));
	}
	case_query_board(&query, SPAN("53"), -400000, 400000, &board);
	/* What hangs on more than one event is checked by hand (case_board_test.c). */
	all.counted.overdue = board.total.overdue;
	all.counted.closed_with_due = board.total.closed_with_due;
	all.counted.closed_with_level = board.total.closed_with_level;
	all.counted.closed_low = board.total.closed_low;
	assert_memory_equal(&board.total, &all.counted, sizeof(all.counted));
	assert_in_range(board.total.overdue, 0, board.total.open);
	for (int i = 0; i < CASE_BOARD_RATES; i++) {
		assert_in_range(case_board_rate(&board.total, (enum case_board_rated)i) + 1, 0,
				10001);
	}
	assert_int_equal(kv_count(&txn, CASE_STATUS_KV_TIMELINE), all.lines);
	assert_int_equal(kv_txn_commit(&txn), ERR_OK);
	overlay_committed(all.overlay);
	overlay_free(all.overlay);
	kv_close(all.kv);
	all.kv = NULL;
	buf_done(&problems);
	assert_true(folder_remove(all.dir));
}

static void begin_bed(void *context, struct case_bed *bed)
{
	const char *names[LIMIT_KV_TABLES + 1] = {0};
	struct kv_config config = {.mode = KV_WRITE, .names = names, .map_bytes = 16 << 20};

	(void)context;
	end_bed();
	assert_true(folder_make("stories", all.dir));
	config.dir = all.dir;
	overlay_kv_names(case_status_tables, names, LIMIT_KV_TABLES);
	assert_int_equal(kv_open(&config, &all.kv), ERR_OK);
	assert_int_equal(overlay_new(case_status_tables, all.kv, 0, &all.overlay), ERR_OK);
	all.bed = bed;
	memset(&all.counted, 0, sizeof(all.counted));
	all.lines = 0;
	all.beds++;
}

static void apply(const struct event *ev)
{
	const struct handler *handler = case_status.handlers;
	struct place_in_log at = {.partition = 3};

	while (handler->type && handler->type != ev->type) {
		handler++;
	}
	assert_non_null(handler->apply);
	assert_int_equal(case_status.seq_of(overlay_view(all.overlay), ev), ev->env.seq - 1);
	assert_int_equal(handler->apply(overlay_view(all.overlay), ev, &at), ERR_OK);
	assert_int_equal(case_status.seq_of(overlay_view(all.overlay), ev), ev->env.seq);
}

static void compare_counters(const struct case_row_fixed *row, const struct case_state *c)
{
	int escalations = 0;

	for (int i = 0; i < 7; i++) {
		escalations += c->rounds[i];
	}
	assert_int_equal(row->returns, c->returns);
	assert_int_equal(row->reopens, c->reopens);
	assert_int_equal(row->holds, c->holds);
	assert_int_equal(row->reworks, c->reworks);
	assert_int_equal(row->escalations, escalations);
	assert_int_equal(row->provisional, c->provisional);
}

static void compare_times(const struct case_row_fixed *row, const struct case_state *c)
{
	bool open = case_row_is_open(row);

	assert_int_equal(row->orig_due_us, c->orig_due_us);
	assert_int_equal(row->closed_us, c->closed_us);
	assert_int_equal(row->window_until_us, c->window_until_us);
	if (open && c->state != CODE_case_state_HO) {
		assert_int_equal(row->case_due.due_us, c->due_us);
		assert_int_equal(row->case_due.yellow_us, c->yellow_us);
		assert_int_equal(row->case_due.red_us, c->red_us);
		assert_int_equal(row->step, c->step);
		assert_int_equal(row->step_due.due_us, c->step_due_us);
		assert_int_equal(row->step_due.yellow_us, c->step_yellow_us);
		assert_int_equal(row->step_due.red_us, c->step_red_us);
	}
	assert_int_equal(row->hold_until_us, c->state == CODE_case_state_HO ? c->hold_until_us : 0);
}

/* The row that a reader sees and the state that the register decides by say the same. */
static void compare(const struct event *ev)
{
	struct case_state c;
	struct case_row row;
	struct case_id id;
	struct span stored;

	assert_true(case_id_parse(ev->env.subject, &id));
	assert_true(case_register_rows_get(all.bed->reg.view, &id, &c));
	assert_true(view_get(overlay_view(all.overlay), CASE_STATUS_CASE,
			     span_of(id.key, CASE_ID_KEY_BYTES), &stored));
	assert_true(case_row_read(stored, &row));
	assert_int_equal(row.fixed.seq, c.seq);
	assert_int_equal(row.fixed.state, c.state);
	assert_int_equal(row.fixed.severity, c.severity);
	assert_memory_equal(row.fixed.type_code, c.type_code, 4);
	assert_string_equal(row.fixed.place, c.place);
	assert_true(span_eq(row.owner, span_cstr(c.owner)));
	assert_true(span_eq(row.lead_unit, span_cstr(c.lead_unit)));
	assert_true(span_eq(row.handler_unit, span_cstr(c.handler_unit)));
	assert_int_equal(row.n_assist, c.n_assist);
	for (int i = 0; i < c.n_assist; i++) {
		assert_true(span_eq(row.assist[i], span_cstr(c.assist[i])));
	}
	compare_counters(&row.fixed, &c);
	compare_times(&row.fixed, &c);
}

static void on_event(void *context, const struct event *ev)
{
	struct event read;
	struct problem problem;

	(void)context;
	buf_reset(&all.bytes);
	assert_int_equal(event_encode(ev, &all.bytes), ERR_OK);
	if (event_decode(buf_span(&all.bytes), &read, &problem)) {
		fail_msg("%s: %s", problem.field, problem.reason);
	}
	count_event(&read);
	apply(&read);
	compare(&read);
	all.lines++;
	all.folds++;
}

/* After every event of every story the case-status row is what the register holds; in the end the tables agree, and the board counts what happened. */
static void test_stories(void **state)
{
	static const struct case_story_watcher watcher = {.begin = begin_bed, .sink = on_event};

	(void)state;
	for (int i = 0; case_stories_get(i); i++) {
		assert_int_equal(case_story_watch(case_stories_get(i), true, &watcher), 0);
	}
	end_bed();
	buf_done(&all.bytes);
	print_message("%d events in %d beds\n", all.folds, all.beds);
	assert_true(all.folds > 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_stories)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
