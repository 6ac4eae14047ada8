/* case_mutants_test.c: whatever is wrong in the tables of the case register, some story notices: mutants, planted one at a time. */
#include "tests/support/case_story.h"

#include "projections/case_limits.h"
#include "projections/case_transitions.h"
#include "tests/support/cmocka_all.h"

static int planted, unnoticed;

static int misses_now(void)
{
	int misses = 0;

	for (int i = 0; case_stories_get(i) && misses == 0; i++) {
		misses += case_story_run(case_stories_get(i), false);
	}
	return misses;
}

static void start(void **state)
{
	(void)state;
	planted = unnoticed = 0;
	assert_int_equal(misses_now(), 0);
}

/* With a mutant in place: some story must miss. */
static void must_be_noticed(const char *table, const char *row, const char *what, int number)
{
	planted++;
	if (misses_now() == 0) {
		print_error("%s %s: %s %d, and nobody notices\n", table, row, what, number);
		unnoticed++;
	}
}

static void end(int at_least)
{
	print_message("%d mutants\n", planted);
	assert_true(planted >= at_least);
	assert_int_equal(unnoticed, 0);
}

/* A guard that the register asks, and that lets everything pass, makes some story fail. */
static void test_guards(void **state)
{
	static const uint8_t common[] = {GUARD_NO_CASE, GUARD_EXISTS,  GUARD_EXPECTED_SEQ,
					 GUARD_STATE,   GUARD_UNIT,    GUARD_TIME_AHEAD,
					 GUARD_WHO,     GUARD_FUNCTION};
	size_t count;
	const struct case_transition *rows = case_transitions_all(&count);
	bool used[GUARD_COUNT] = {false};

	start(state);
	for (size_t i = 0; i < sizeof(common); i++) {
		used[common[i]] = true;
	}
	for (size_t i = 0; i < count; i++) {
		for (int j = 0; j < CASE_GUARDS_MAX; j++) {
			used[rows[i].guards[j]] = true;
		}
	}
	for (int guard = GUARD_NONE + 1; guard < GUARD_COUNT; guard++) {
		if (used[guard]) {
			guards_plant((enum guard)guard);
			must_be_noticed("guard", guards_get((enum guard)guard)->id, "null", 0);
		}
	}
	guards_plant(GUARD_NONE);
	end(32);
}

/* A limit that is one more or one less makes some story fail. */
static void test_limits(void **state)
{
	start(state);
	for (int limit = 0; limit < CASE_LIMIT_COUNT; limit++) {
		for (int by = -1; by <= 1; by += 2) {
			case_limits_plant((enum case_limit)limit, by);
			must_be_noticed("limit", case_limits_row((enum case_limit)limit)->name,
					"shifted by", by);
		}
	}
	case_limits_plant(CASE_LIMIT_returns_max, 0);
	end(2 * CASE_LIMIT_COUNT);
}

/* A window that policy sets by one longer or shorter, or a moment sooner or later, makes some story fail. */
static void test_windows(void **state)
{
	static const uint8_t steps[] = {CODE_step_hold, CODE_step_reopen, CODE_step_object};

	start(state);
	for (size_t i = 0; i < sizeof(steps); i++) {
		const char *name = codes_get(CODES_step, steps[i])->name;

		for (int by = -1; by <= 1; by += 2) {
			case_bed_plant_window(&(struct case_bed_window){.step = steps[i],
									.amount = (uint64_t)by});
			must_be_noticed("window", name, "longer by", by);
			case_bed_plant_window(
				&(struct case_bed_window){.step = steps[i], .from_us = by});
			must_be_noticed("window", name, "in force later by", by);
		}
	}
	case_bed_plant_window(&(struct case_bed_window){0});
	end(12);
}

static void plant(size_t row, const struct case_transition *mutant, const char *what, int number)
{
	case_transitions_plant(row, mutant);
	must_be_noticed("row", mutant->number, what, number);
}

/* A guard that one row forgets, while others still ask it, makes some story fail. */
static void test_guards_of_rows(void **state)
{
	size_t count;
	const struct case_transition *rows = case_transitions_all(&count);

	start(state);
	for (size_t i = 0; i < count; i++) {
		for (int j = 0; j < CASE_GUARDS_MAX && rows[i].guards[j]; j++) {
			struct case_transition mutant = rows[i];

			memmove(&mutant.guards[j], &mutant.guards[j + 1],
				(size_t)(CASE_GUARDS_MAX - 1 - j));
			mutant.guards[CASE_GUARDS_MAX - 1] = GUARD_NONE;
			plant(i, &mutant, "without guard", j);
		}
	}
	case_transitions_plant(0, NULL);
	end(30);
}

/* A state too many or too few to start from, or another to end in, makes some story fail. */
static void test_states_of_rows(void **state)
{
	size_t count;
	const struct case_transition *rows = case_transitions_all(&count);

	start(state);
	for (size_t i = 0; i < count; i++) {
		for (int s = CODE_case_state_RP; s <= CODE_case_state_RJ; s++) {
			struct case_transition mutant = rows[i];
			bool stays = rows[i].to == CASE_TO_SAME && rows[i].from == 1u << s;

			if (s == CODE_case_state_AR) {
				continue; /* no case comes there yet */
			}
			mutant.to = (uint8_t)s;
			if (s != rows[i].to && !stays) {
				plant(i, &mutant, "to state", s);
			}
			/* A report starts from no state, or EXISTS refuses it first; nobody posts what is the decider's alone. */
			if (rows[i].event != EVENT_case_reported &&
			    rows[i].roles[0].who != CASE_WHO_NOBODY) {
				mutant = rows[i];
				mutant.from ^= (uint16_t)(1u << s);
				plant(i, &mutant, "from state", s);
			}
		}
	}
	case_transitions_plant(0, NULL);
	end(300);
}

/* A role that is lost, stands nearer or farther, or has another function, makes some story fail. */
static void test_roles_of_rows(void **state)
{
	size_t count;
	const struct case_transition *rows = case_transitions_all(&count);

	start(state);
	for (size_t i = 0; i < count; i++) {
		for (int j = 0; j < CASE_ROLES_MAX && rows[i].roles[j].function; j++) {
			struct case_transition mutant = rows[i];

			for (int k = j; k < CASE_ROLES_MAX; k++) {
				mutant.roles[k] = k + 1 < CASE_ROLES_MAX ? rows[i].roles[k + 1]
									 : (struct case_role){0};
			}
			plant(i, &mutant, "without role", j);
			for (int who = 0; who < CASE_WHO_COUNT; who++) {
				mutant = rows[i];
				mutant.roles[j].who = (uint8_t)who;
				if (who != rows[i].roles[j].who) {
					plant(i, &mutant, "role stands as", 10 * j + who);
				}
			}
			for (int f = 1; f < CODE_function_COUNT; f++) {
				mutant = rows[i];
				mutant.roles[j].function = (uint8_t)f;
				if (f != rows[i].roles[j].function) {
					plant(i, &mutant, "role has function", 10 * j + f);
				}
			}
		}
	}
	case_transitions_plant(0, NULL);
	end(300);
}

/* A row that is taken whatever the action says hides those after it, and some story fails. */
static void test_when_of_rows(void **state)
{
	size_t count;
	const struct case_transition *rows = case_transitions_all(&count);

	start(state);
	for (size_t i = 0; i < count; i++) {
		struct case_transition mutant = rows[i];

		mutant.when = CASE_WHEN_ALWAYS;
		if (rows[i].when != CASE_WHEN_ALWAYS) {
			plant(i, &mutant, "always, not when", rows[i].when);
		}
	}
	case_transitions_plant(0, NULL);
	end(4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guards),         cmocka_unit_test(test_limits),
		cmocka_unit_test(test_windows),        cmocka_unit_test(test_guards_of_rows),
		cmocka_unit_test(test_states_of_rows), cmocka_unit_test(test_roles_of_rows),
		cmocka_unit_test(test_when_of_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
