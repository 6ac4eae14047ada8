/* position_test.c: rule 14: a log that was trimmed, recreated or has lost its tail is told from the one that was folded. */
#include "consumers/position.h"

#include <string.h>

#include "tests/support/cmocka_all.h"

static const struct span first = {(const uint8_t *)"first", 5}, last = {(const uint8_t *)"last", 4},
			 other = {(const uint8_t *)"other", 5};

/* Folded from offset 10 up to and with 99. */
static struct position folded(void)
{
	struct position position;

	position_init(&position);
	position.cursor.next_offset = 100;
	position.first_offset = 10;
	position.last_offset = 99;
	position_hash(first, position.first_hash);
	position_hash(last, position.last_hash);
	return position;
}

/* Nothing folded yet fits every log that begins at 0, and no log that has lost its beginning. */
static void test_nothing(void **state)
{
	struct position position;

	(void)state;
	position_init(&position);
	assert_int_equal(position_check_range(&position, 0, 0), ERR_OK);
	assert_int_equal(position_check_range(&position, 0, 7), ERR_OK);
	assert_int_equal(position_check_range(&position, 1, 7), ERR_LOG_TRIMMED);
	assert_int_equal(position_check_record(&position, 0, other), ERR_OK);
	assert_int_equal(position.leader_epoch, -1);
}

/* What comes next must still be there, and what was read must not have gone. */
static void test_range(void **state)
{
	struct position position = folded();

	(void)state;
	assert_int_equal(position_check_range(&position, 0, 100), ERR_OK);
	assert_int_equal(position_check_range(&position, 100, 200), ERR_OK);
	assert_int_equal(position_check_range(&position, 101, 200), ERR_LOG_TRIMMED);
	assert_int_equal(position_check_range(&position, 0, 99), ERR_LOG_LOST_TAIL);
}

/* The first and the last record that were folded must be the same bytes; of others nothing is known. */
static void test_records(void **state)
{
	struct position position = folded();

	(void)state;
	assert_int_equal(position_check_record(&position, 10, first), ERR_OK);
	assert_int_equal(position_check_record(&position, 99, last), ERR_OK);
	assert_int_equal(position_check_record(&position, 10, other), ERR_LOG_RECREATED);
	assert_int_equal(position_check_record(&position, 99, other), ERR_LOG_RECREATED);
	assert_int_equal(position_check_record(&position, 50, other), ERR_OK);
}

/* Each of them, and whatever else stops a program, names the command that cures it. */
static void test_cures(void **state)
{
	static const enum err stops[] = {ERR_LOG_TRIMMED, ERR_LOG_RECREATED, ERR_LOG_LOST_TAIL,
					 ERR_LOG_GAP,     ERR_ABSENT,        ERR_KAFKA_AWAY,
					 ERR_FENCED,      ERR_STORE_FULL};

	(void)state;
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		assert_true(strlen(position_cure(stops[i])) > 20);
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(position_cure(stops[i]), position_cure(stops[j]));
		}
	}
	assert_string_equal(position_cure(ERR_OK), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing), cmocka_unit_test(test_range),
		cmocka_unit_test(test_records), cmocka_unit_test(test_cures)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
