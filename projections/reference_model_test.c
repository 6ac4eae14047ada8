/* reference_model_test.c: random lists and policy rows, looked up as of any position and day, against a scan of all that was said. */
#include "tests/support/reference_bed.h"

static uint64_t random_state = 77;

static uint64_t random_below(uint64_t n)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (random_state >> 33) % n;
}

/* What the model remembers: every row of policy and every item ever set, in order. */
struct said {
	uint8_t id, type, severity, step, scope, active;
	int64_t from_us;
};

enum { SAID = 400 };

static const char *const TYPES[] = {NULL, "M", "MD", "MD0", "MD01", "UM"};
static const char *const SCOPES[] = {NULL, "53", "5301", "530102", "5323"};

/* The version of a row in force: latest effective_from, then last said; -1: none. */
static int in_force(const struct said *said, int n, uint8_t id, int64_t at_us)
{
	int best = -1;

	for (int i = 0; i < n; i++) {
		if (said[i].id == id && said[i].from_us <= at_us &&
		    (best < 0 || said[i].from_us >= said[best].from_us)) {
			best = i;
		}
	}
	return best;
}

static bool model_listed(
	const struct said *said, int n, const char *type, const char *at, int64_t us)
{
	for (uint8_t id = 0; id < 30; id++) {
		int i = in_force(said, n, id, us);
		const char *code = i < 0 ? NULL : TYPES[id % 6];
		const char *scope = i < 0 ? NULL : SCOPES[id / 6];

		if (code && said[i].active && strncmp(type, code, strlen(code)) == 0 &&
		    (!scope || strncmp(at, scope, strlen(scope)) == 0)) {
			return true;
		}
	}
	return false;
}

/* Lists as of any position and day are what scanning all that was said finds. */
static void test_lists_against_model(void **state)
{
	static struct said said[SAID];

	(void)state;
	for (int n = 0; n < SAID; n++) {
		uint8_t id = (uint8_t)random_below(30);

		while (!TYPES[id % 6]) {
			id = (uint8_t)random_below(30);
		}
		said[n] = (struct said){.id = id,
					.active = random_below(3) > 0,
					.from_us = (int64_t)random_below(60) * DAY};
		item(CODE_list_kind_basic, TYPES[id % 6], SCOPES[id / 6], said[n].active,
		     said[n].from_us);
	}
	for (int round = 0; round < 4000; round++) {
		int n = (int)random_below(SAID + 1);
		int64_t at_us = (int64_t)random_below(62) * DAY - 1;
		const char *type = random_below(2) ? "MD01" : "UM05";
		const char *at = SCOPES[1 + random_below(4)];

		assert_int_equal(reference_listed(ref, (struct as_of){n, at_us},
						  CODE_list_kind_basic, span_cstr(type),
						  span_cstr(at), NULL),
				 model_listed(said, n, type, at, at_us));
	}
}

/* How the look-up prefers a row that fits (smaller is better), as the order of answers 10 says; 0: it does not fit. */
static int rank(const struct said *said, const char *type, uint8_t severity)
{
	const char *code = TYPES[said->type];
	int length = code ? (int)strlen(code) : 0;

	if (length && strncmp(type, code, (size_t)length) != 0) {
		return 0;
	}
	if (length && said->severity) {
		return said->severity == severity ? 10 - length : 0;
	}
	if (said->severity && said->severity == severity) {
		return severity <= CODE_severity_serious ? 20 : 40;
	}
	if (said->severity) {
		return 0;
	}
	return length ? 30 - length : 50;
}

struct asked {
	const char *type;
	uint8_t severity, step;
};

static int64_t model_amount(const struct said *said, int n, struct asked asked, int64_t us)
{
	int best_rank = 0, best = -1;

	for (uint8_t id = 0; id < 40; id++) {
		int i = in_force(said, n, id, us);
		int of = i < 0 || !said[i].active || said[i].step != asked.step
				 ? 0
				 : rank(&said[i], asked.type, asked.severity);

		if (!of || (best >= 0 && of > best_rank)) {
			continue;
		}
		/* Two rows for the same: the one later in effect, then later said. */
		if (best < 0 || of < best_rank || said[i].from_us > said[best].from_us ||
		    (i > best && said[i].from_us == said[best].from_us)) {
			best = i;
			best_rank = of;
		}
	}
	return best < 0 ? 0 : best + 1;
}

/* Policy rows too, also those that are withdrawn or come to speak of other types, or of another step: a limit and a window know nothing of each other. */
static void test_policies_against_model(void **state)
{
	static const uint8_t steps[] = {CODE_step_handle, CODE_step_hold, CODE_step_object};
	static struct said said[SAID];

	(void)state;
	for (int n = 0; n < SAID; n++) {
		char id[8];

		said[n] = (struct said){.id = (uint8_t)random_below(40),
					.type = (uint8_t)random_below(6),
					.severity = (uint8_t)random_below(CODE_severity_COUNT),
					.step = steps[random_below(3)],
					.active = random_below(4) > 0,
					.from_us = (int64_t)random_below(60) * DAY};
		(void)snprintf(id, sizeof(id), "p%u", said[n].id);
		policy_active((struct row){id, TYPES[said[n].type], said[n].severity, said[n].step,
					   (uint64_t)n + 1},
			      said[n].active, said[n].from_us);
	}
	for (int round = 0; round < 4000; round++) {
		struct ref_policy found = {.amount = 0};
		struct as_of as_of = {(int64_t)random_below(SAID + 1),
				      (int64_t)random_below(62) * DAY - 1};
		struct asked asked = {random_below(2) ? "MD01" : "UM05",
				      (uint8_t)(1 + random_below(CODE_severity_COUNT - 1)),
				      steps[random_below(3)]};

		(void)reference_policy(ref, as_of, span_cstr(asked.type), asked.severity,
				       asked.step, &found);
		assert_int_equal(found.amount,
				 model_amount(said, (int)as_of.refoffset, asked, as_of.at_us));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lists_against_model, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_policies_against_model, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
