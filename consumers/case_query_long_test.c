/* case_query_long_test.c: what became of an action of a case that has very many steps is found by a bounded number of look-ups.
 * @wrap mdb_get mdb_cursor_get
 */
#include <lmdb.h>
#include <stdio.h>

#include "common/clock.h"
#include "projections/case_query.h"
#include "tests/support/status_bed.h"

enum { STEPS = 3000, LOOKUPS = CASE_TIMELINE_PLAIN + 8 };

#define LONG_CASE "530102-20230119-7K3M9QXA2B4C"

static struct status_bed bed;
static struct kv_txn txn;
static struct case_query query = {&txn, 1};
static struct case_id id;
static int lookups;

int __real_mdb_get(MDB_txn *t, MDB_dbi dbi, MDB_val *key, MDB_val *value);
int __wrap_mdb_get(MDB_txn *t, MDB_dbi dbi, MDB_val *key, MDB_val *value);
int __wrap_mdb_get(MDB_txn *t, MDB_dbi dbi, MDB_val *key, MDB_val *value)
{
	lookups++;
	return __real_mdb_get(t, dbi, key, value);
}

int __real_mdb_cursor_get(MDB_cursor *cursor, MDB_val *key, MDB_val *value, MDB_cursor_op op);
int __wrap_mdb_cursor_get(MDB_cursor *cursor, MDB_val *key, MDB_val *value, MDB_cursor_op op);
int __wrap_mdb_cursor_get(MDB_cursor *cursor, MDB_val *key, MDB_val *value, MDB_cursor_op op)
{
	lookups++;
	return __real_mdb_cursor_get(cursor, key, value, op);
}

/* Folds the n-th event of the case, or, with seq 0, a line that says that its action came again. */
static void fold_step(uint32_t n, bool again)
{
	char name[16];
	struct event ev =
		status_bed_event(&bed, again ? EVENT_action_repeated : EVENT_case_handling_logged,
				 LONG_CASE, again ? 0 : n);

	snprintf(name, sizeof name, "step-%u", n);
	EVENT_SET(ev.env, id, span_cstr(name));
	EVENT_SET(ev.env, from, CODE_case_state_IP);
	EVENT_SET(ev.env, to, CODE_case_state_IP);
	status_bed_apply(&bed, &ev);
}

static int setup(void **state)
{
	(void)state;
	status_bed_init(&bed);
	assert_true(case_id_parse(SPAN(LONG_CASE), &id));
	status_bed_report(&bed, LONG_CASE, "530102001001", "SH03", CODE_case_state_IP);
	for (uint32_t n = 2; n <= STEPS; n++) {
		fold_step(n, false);
		if (n % 100 == 0) {
			fold_step(n - 1, true);
			fold_step(n - 1, true);
		}
	}
	status_bed_commit(&bed);
	kv_txn_abort(&bed.txn);
	return kv_txn_begin(bed.kv, false, &txn);
}

static int teardown(void **state)
{
	(void)state;
	kv_txn_abort(&txn);
	status_bed_done(&bed);
	return 0;
}

/* @return the seq of the event that became of this step; 0: it became none */
static uint32_t find(uint32_t n)
{
	char name[16];
	uint8_t origin[CASE_ROW_ORIGIN_BYTES];
	struct case_query_line line = {0, 0};
	struct case_timeline_row row;
	int64_t began_us = clock_steady_us();

	snprintf(name, sizeof name, "step-%u", n);
	case_row_origin(SPAN("/test"), span_cstr(name), origin);
	lookups = 0;
	bool found = case_query_timeline_outcome(&query, &id, origin, &line, &row);

	print_message("of %u steps, step %u: %d look-ups, %lld us\n", STEPS, n, lookups,
		      (long long)(clock_steady_us() - began_us));
	assert_true(lookups <= LOOKUPS);
	assert_true(!found || line.ordinal == 0);
	return found ? line.seq : 0;
}

/* Each step is found, also behind its repeats, and what was none is not; whatever the case's length. */
static void test_long_case(void **state)
{
	const uint32_t some[] = {
		2, 99, CASE_TIMELINE_PLAIN, CASE_TIMELINE_PLAIN + 1, STEPS / 100 * 100 - 1, STEPS};

	(void)state;
	for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
		assert_int_equal(find(some[i]), some[i]);
	}
	assert_int_equal(find(STEPS + 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_long_case)};

	return cmocka_run_group_tests(tests, setup, teardown);
}
