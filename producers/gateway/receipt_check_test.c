/* receipt_check_test.c: other secrets than the bus's are noticed, by reports in the store and in the log; the bus's own never are. */
#include "producers/gateway/receipt_check.h"

#include <stdio.h>

#include "projections/case_status_tables.h"
#include "tests/support/status_bed.h"

static const uint8_t OURS[32] = {1}, THEIRS[32] = {2};

static struct status_bed bed;
static struct case_query query;

static int set_up(void **state)
{
	(void)state;
	status_bed_init(&bed);
	assert_int_equal(kv_txn_begin(bed.kv, true, &bed.txn), ERR_OK);
	query = (struct case_query){&bed.txn, 1};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	status_bed_done(&bed);
	return 0;
}

static struct case_id case_of(int number)
{
	char id[16];

	(void)snprintf(id, sizeof id, "r%d", number);
	return case_id_of_report(SPAN("530102"), INT64_C(1700000000000000), SPAN("/test"),
				 span_cstr(id));
}

/* Reports of the store, taken with these secrets. */
static void stored(int from, int to, const uint8_t key[32])
{
	for (int i = from; i < to; i++) {
		char code[CASE_ID_RECEIPT_BYTES + 1];
		struct case_id id = case_of(i);

		case_id_receipt(&id, key, code);
		kv_put(&bed.txn, CASE_STATUS_KV_BY_RECEIPT, span_cstr(code),
		       span_of(id.key, sizeof id.key));
	}
	assert_int_equal(bed.txn.err, ERR_OK);
}

static void reported(struct receipt_check *check, int number, const uint8_t *key, bool catching_up)
{
	char subject[CASE_ID_TEXT_BYTES + 1], code[CASE_ID_RECEIPT_BYTES + 1];
	struct event ev = {.type = EVENT_case_reported};
	struct case_id id = case_of(number);

	case_id_format(&id, subject);
	EVENT_SET(ev.env, subject, span_cstr(subject));
	if (key) {
		case_id_receipt(&id, key, code);
		EVENT_SET(ev.env, receipt, span_cstr(code));
	}
	receipt_check_report(check, &ev, catching_up);
}

static void test_store(void **state)
{
	struct receipt_check right = {.key = OURS}, wrong = {.key = THEIRS}, none = {0};
	struct buf reasons = {0};

	(void)state;
	receipt_check_store(&right, &query);
	assert_int_equal(right.verdict, RECEIPT_CHECK_OPEN);
	stored(0, 1, OURS);
	receipt_check_store(&right, &query);
	receipt_check_store(&wrong, &query);
	receipt_check_store(&none, &query);
	assert_int_equal(right.verdict, RECEIPT_CHECK_OURS);
	assert_true(receipt_check_say(&right, &reasons) && receipt_check_say(&none, &reasons));
	assert_int_equal(reasons.n, 0);
	assert_false(receipt_check_say(&wrong, &reasons));
	buf_add(&reasons, span_of("", 1));
	assert_non_null(strstr((const char *)reasons.p, "--new-secrets"));
	buf_done(&reasons);
}

/* A bus that was once served with other secrets too: the right ones are not shut out, whose report comes first or not. */
static void test_mixed_store(void **state)
{
	struct receipt_check right = {.key = OURS};

	(void)state;
	stored(0, 500, THEIRS);
	receipt_check_store(&right, &query);
	assert_true(receipt_check_foreign(&right));
	stored(500, 501, OURS);
	receipt_check_store(&right, &query);
	assert_false(receipt_check_foreign(&right));
}

static void test_log(void **state)
{
	struct receipt_check right = {.key = OURS}, wrong = {.key = THEIRS};

	(void)state;
	reported(&wrong, 1, NULL, false);
	assert_int_equal(wrong.verdict, RECEIPT_CHECK_OPEN);
	reported(&wrong, 2, OURS, false);
	assert_true(receipt_check_foreign(&wrong));
	/* What it had sent before it noticed changes nothing for it, nor for those who were right. */
	reported(&wrong, 3, THEIRS, false);
	assert_true(receipt_check_foreign(&wrong));
	reported(&right, 2, OURS, false);
	reported(&right, 3, THEIRS, false);
	assert_int_equal(right.verdict, RECEIPT_CHECK_OURS);
}

/* What was there before is judged as in the store. */
static void test_catching_up(void **state)
{
	struct receipt_check right = {.key = OURS};

	(void)state;
	reported(&right, 1, THEIRS, true);
	assert_true(receipt_check_foreign(&right));
	reported(&right, 2, OURS, true);
	assert_int_equal(right.verdict, RECEIPT_CHECK_OURS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_store, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_mixed_store, set_up, tear_down),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_catching_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
