/* read_rights_test.c: who may read a case: by place, by owner, by the lead or an assisting unit or where these sit; nobody else. */
#include "producers/gateway/read_rights.h"

#include <stdio.h>

#include "tests/support/cmocka_all.h"

/* The one registered unit of these tests. */
static bool seat(void *context, struct span unit, struct span *ret_place)
{
	(void)context;
	*ret_place = SPAN("530302");
	return span_eq(unit, SPAN("fire"));
}

static struct token token_of(const char *unit, const char *place)
{
	struct token token = {.level = 3};

	(void)snprintf(token.unit, sizeof token.unit, "%s", unit);
	(void)snprintf(token.place, sizeof token.place, "%s", place);
	return token;
}

static void who(void **state)
{
	static const struct {
		const char *unit, *place, *owner, *lead, *assist;
		bool may;
	} rows[] = {
		/* The place where it was filed is 530102003001. */
		{"x", "530102003001", "", "", "", true},
		{"x", "5301", "", "", "", true},
		{"x", "53", "", "", "", true},
		{"x", "530102003", "", "", "", true},
		{"x", "530103", "", "", "", false},
		{"x", "530102003002", "", "", "", false},
		{"x", "530102003001001", "", "", "", false}, /* below it */
		/* Its owner. */
		{"x", "530103", "centre:530103", "", "", true},
		{"x", "530103", "centre:530103001", "", "", true},
		{"x", "530103001", "centre:530103", "", "", false},
		{"x", "530103", "centre:5301", "", "", false},
		{"centre:5301", "530103", "centre:5301", "", "", true},
		/* The lead unit: it, or who covers its seat. */
		{"fire", "530103", "", "fire", "", true},
		{"x", "5303", "", "fire", "", true},
		{"x", "530302", "", "fire", "", true},
		{"x", "530303", "", "fire", "", false},
		{"x", "5303", "", "nobody", "", false},
		{"x", "530103", "", "centre:530103", "", true},
		{"x", "530103", "", "grid:530103001001001", "", true},
		/* An assisting unit. */
		{"fire", "530103", "", "", "fire", true},
		{"x", "530302", "", "", "fire", true},
		{"x", "530303", "", "", "fire", false},
		{"nobody", "530303", "", "", "fire", false},
		/* A unit that is in no role gives no right, nor does an empty one. */
		{"centre:530103", "530103", "centre:530102", "fire", "house", false},
		{"", "530103", "", "", "", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct token token = token_of(rows[i].unit, rows[i].place);
		struct case_row row = {.owner = span_cstr(rows[i].owner),
				       .lead_unit = span_cstr(rows[i].lead),
				       .assist = {SPAN("other"), span_cstr(rows[i].assist)},
				       .n_assist = 2};

		(void)snprintf(row.fixed.place, sizeof row.fixed.place, "530102003001");
		if (read_rights_case(&token, &row, seat, NULL) != rows[i].may) {
			fail_msg("row %zu", i);
		}
	}
}

/* Without knowing where units sit only their own tokens may read, and ids that name their place count. */
static void seatless(void **state)
{
	struct token near = token_of("x", "530302"), own = token_of("fire", "530103");
	struct case_row row = {.lead_unit = SPAN("fire")};

	(void)state;
	(void)snprintf(row.fixed.place, sizeof row.fixed.place, "530102003001");
	assert_false(read_rights_case(&near, &row, NULL, NULL));
	assert_true(read_rights_case(&own, &row, NULL, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(who), cmocka_unit_test(seatless)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
