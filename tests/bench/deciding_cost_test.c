/* deciding_cost_test.c: what an action costs the decider without Kafka: decode, bind, decide, fold, encode. DECIDING_CASES: how many cases. */
#include <stdio.h>
#include <stdlib.h>

#include "common/case_id.h"
#include "common/clock.h"
#include "producers/decider/decider_store.h"
#include "projections/case_register.h"
#include "tests/support/case_bed.h"
#include "tests/support/cmocka_all.h"

enum { STEPS = 2 };

static struct buf scratch;
static int64_t accepted, refused;

static enum err on_record(void *context, const struct event *ev)
{
	(void)context;
	accepted += ev->env.has_cause && ev->env.has_seq;
	refused += ev->type == EVENT_action_refused;
	buf_reset(&scratch);
	return event_encode(ev, &scratch);
}

/* A report, and its acceptance, as the door posts them. */
static struct buf *make_actions(int cases, int64_t now_us, int64_t refknown)
{
	struct buf *actions = calloc((size_t)cases * STEPS, sizeof *actions);
	uint8_t digest[16] = {1}, sealed[120] = {1};

	for (int i = 0; actions && i < cases; i++) {
		struct event ev = {.type = EVENT_case_reported};
		char id[32], subject[CASE_ID_TEXT_BYTES + 1];

		snprintf(id, sizeof id, "r%d", i);
		struct case_id case_id =
			case_id_of_report(SPAN("530102"), now_us, SPAN("/bench"), span_cstr(id));

		case_id_format(&case_id, subject);
		EVENT_SET(ev.env, id, span_cstr(id));
		EVENT_SET(ev.env, source, SPAN("/bench"));
		EVENT_SET(ev.env, subject, span_cstr(subject));
		EVENT_SET(ev.env, time, now_us);
		EVENT_SET(ev.env, place, SPAN("530102"));
		EVENT_SET(ev.env, unit, SPAN("centre:530102"));
		EVENT_SET(ev.env, actor, SPAN("bench"));
		EVENT_SET(ev.env, digest, span_of(digest, sizeof digest));
		EVENT_SET(ev.env, rights, 1);
		EVENT_SET(ev.env, refknown, refknown);
		EVENT_SET(ev.data.case_reported, type_code, SPAN("MD02"));
		EVENT_SET(ev.data.case_reported, title, SPAN("邻里噪声纠纷"));
		EVENT_SET(ev.data.case_reported, description, span_of(sealed, sizeof sealed));
		event_encode(&ev, &actions[i * STEPS]);
		struct event next = {.type = EVENT_case_accepted, .env = ev.env};

		EVENT_SET(next.env, id, SPAN("accept"));
		EVENT_SET(next.data.case_accepted, severity, CODE_severity_general);
		event_encode(&next, &actions[i * STEPS + 1]);
	}
	return actions;
}

static double bench(struct case_bed *bed, struct decider_store *store, int cases)
{
	static const int partition = 0;
	struct decider_rows *rows = decider_store_rows(store, 0, partition, 1);
	struct reg reg = {.ops = &case_register,
			  .view = decider_store_view(rows),
			  .reference = bed->reference,
			  .partition = -1};
	struct deciding d = {.reg = &reg,
			     .partitions = 1,
			     .emit = on_record,
			     .refposition = reference_position(bed->reference)};
	struct event claim;
	char id[40];
	struct buf *actions = make_actions(cases, bed->now_us, reference_position(bed->reference));

	deciding_position_init(&d.position);
	if (!actions || deciding_open(&d)) {
		return 1e9;
	}
	deciding_claim(&d, 1, "bench", 1, id, &claim);
	deciding_fold(&d, &claim, 0);
	int64_t start_us = clock_cpu_us();

	for (int i = 0; i < cases * STEPS; i++) {
		struct deciding_action action = {.bytes = buf_span(&actions[i]),
						 .offset = i,
						 .broker_us = bed->now_us + 1000000,
						 .wall_us = bed->now_us + 1000000};
		int64_t wanted = 0;

		if (deciding_act(&d, &action, &wanted) != DECIDING_DONE) {
			fprintf(stderr, "action %d: %s\n", i, err_name(d.err));
			return 1e9;
		}
	}
	double us = (double)(clock_cpu_us() - start_us) / (cases * STEPS);

	printf("{\"deciding_us_per_action\": %.2f, \"accepted\": %lld, \"refused\": %lld}\n", us,
	       (long long)accepted, (long long)refused);
	for (int i = 0; i < cases * STEPS; i++) {
		buf_done(&actions[i]);
	}
	free(actions);
	deciding_close(&d);
	decider_store_rows_free(rows);
	buf_done(&scratch);
	return us;
}

/* A report and its acceptance are decided in far less than a millisecond, however many cases are held. Printed. */
static void test_cost_per_action(void **state)
{
	static const struct register_ops *const registers[] = {&case_register, NULL};
	struct decider_store *store = NULL;
	struct case_bed bed;
	const char *cases = getenv("DECIDING_CASES");

	(void)state;
	assert_int_equal(decider_store_open(NULL, registers, &store), ERR_OK);
	case_bed_init(&bed);
	assert_true(bench(&bed, store, cases ? (int)strtol(cases, NULL, 10) : 5000) < 500);
	assert_true(accepted > 0 && refused == 0);
	case_bed_done(&bed);
	decider_store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_cost_per_action)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
