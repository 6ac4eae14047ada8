/* case_property_test.c: random valid and invalid actions over 10,000 cases, against a naive fold that knows no header of the registers.
 * @timeout 300 */
#include "common/civil.h"
#include "projections/case_register_rows.h"
#include "tests/support/case_naive.h"
#include "tests/support/case_random.h"
#include "tests/support/cmocka_all.h"

enum { CASES = 10000, ACTIONS = 90000 };

struct world {
	struct case_random all;
	struct case_naive_all *naive;
	struct buf bytes;
	size_t events, of_type[EVENT_TYPE_COUNT];
};

/* domain.md §5.3: "owner is a centre, never null", and one that can act when the event is decided. */
static void check_owner(const struct world *w, const struct event *ev)
{
	struct as_of as_of = {reference_position(w->all.bed.reference), ev->env.decidedtime};
	struct ref_unit unit;

	if (!reference_unit(w->all.bed.reference, as_of, ev->env.owner, &unit) || !unit.active) {
		fail_msg("%.*s seq %u: %.*s owns it, and cannot act", SPAN_ARGS(ev->env.subject),
			 (unsigned)ev->env.seq, SPAN_ARGS(ev->env.owner));
	}
}

/* Every event goes over the wire: what the naive fold reads is what was decoded. */
static void on_event(void *context, const struct event *ev)
{
	struct world *w = context;
	struct event read;
	struct problem problem;
	const char *wrong;

	buf_reset(&w->bytes);
	assert_int_equal(event_encode(ev, &w->bytes), ERR_OK);
	if (event_decode(buf_span(&w->bytes), &read, &problem)) {
		fail_msg("%s: %s", problem.field, problem.reason);
	}
	wrong = case_naive_fold(w->naive, &read);
	if (wrong) {
		fail_msg("%.*s seq %u: %s", SPAN_ARGS(read.env.subject), (unsigned)read.env.seq,
			 wrong);
	}
	check_owner(w, &read);
	w->events++;
	w->of_type[ev->type]++;
}

static void compare(struct world *w, const char *subject)
{
	const struct case_naive *naive = case_naive_get(w->naive, span_cstr(subject));
	struct case_state c;
	struct case_id id;

	assert_true(case_id_parse(span_cstr(subject), &id));
	assert_true(case_register_rows_get(w->all.bed.reg.view, &id, &c));
	assert_non_null(naive);
	assert_int_equal(naive->seq, c.seq);
	assert_int_equal(naive->state, c.state);
	assert_int_equal(naive->severity, c.severity);
	assert_int_equal(naive->due_us, c.due_us);
	assert_int_equal(naive->provisional_window, c.provisional && c.closed_us);
	assert_int_equal(naive->step, c.step);
	assert_string_equal(naive->owner, c.owner);
	assert_string_equal(naive->lead, c.lead_unit);
	assert_string_equal(naive->type_code, c.type_code);
}

static void compare_open(const struct world *w)
{
	assert_int_equal(memory_view_count(w->all.bed.memory, CASE_REGISTER_ROWS_OPEN),
			 case_naive_open(w->naive) + case_naive_waiting(w->naive));
}

/* Whatever is posted, the register and the naive fold of its events agree on every case, and the invariants of domain.md §3.2 hold after each event. */
static void test_random_actions(void **state)
{
	static struct world w;
	struct case_bed *bed = &w.all.bed;

	(void)state;
	w.naive = case_naive_new();
	case_random_begin(&w.all, 20230119, CASES);
	bed->sink = on_event;
	bed->context = &w;
	for (int i = 0; i < ACTIONS || w.all.cases < CASES; i++) {
		case_random_step(&w.all);
		if (i % 5000 == 0) {
			compare_open(&w);
		}
	}
	case_bed_go(bed, bed->now_us + 200 * CIVIL_DAY_US);
	for (size_t i = 0; i < w.all.cases; i++) {
		compare(&w, w.all.subjects[i]);
	}
	assert_int_equal(case_naive_count(w.naive), w.all.cases);
	assert_int_equal(memory_view_count(bed->memory, CASE_REGISTER_ROWS_CASE), w.all.cases);
	compare_open(&w);
	print_message("%zu cases, %zu events, %zu refused of %zu\n", w.all.cases, w.events,
		      w.all.refused, w.all.posted);
	for (int type = EVENT_case_reported; type <= EVENT_case_dues_restated; type++) {
		print_message("  %6zu %s\n", w.of_type[type],
			      event_schema((enum event_type)type)->name);
		assert_true(w.of_type[type] > 100);
	}
	assert_true(w.all.bound > 1000);
	assert_true(w.events > w.all.cases * 4 && w.all.refused > w.all.posted / 10);
	case_random_end(&w.all);
	case_naive_free(w.naive);
	buf_done(&w.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_actions)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
