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

/* Two townships that are gone, and those that follow them. */
static struct span standing(void *context, struct span place)
{
	(void)context;
	return span_starts(place, SPAN("530102003"))   ? SPAN("530103008")
	       : span_starts(place, SPAN("530109001")) ? SPAN("530108001")
						       : place;
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
	static const struct read_rights_reference seats = {.seat = seat};
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
		if (read_rights_case(&token, &row, &seats) != rows[i].may) {
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
	assert_false(read_rights_case(&near, &row, &(struct read_rights_reference){0}));
	assert_true(read_rights_case(&own, &row, &(struct read_rights_reference){0}));
}

/* Where a place is no longer in force, who covers the one that follows it reads what was its; and nobody else does. */
static void successors(void **state)
{
	static const struct read_rights_reference reference = {.seat = seat, .standing = standing};
	static const struct {
		const char *place, *filed, *owner, *lead, *assist;
		bool may;
	} rows[] = {
		{"530103008", "530102003001", "", "", "", true},
		{"530103", "530102003001", "", "", "", true},
		{"530102003", "530102003001", "", "", "", true}, /* as filed */
		{"530103009", "530102003001", "", "", "", false},
		{"530103008001", "530102003001", "", "", "", false},
		{"530108001", "5303", "centre:530109001", "", "", true},
		{"530108001", "5303", "", "centre:530109001", "", true},
		{"530108001", "5303", "", "grid:530109001001001", "", true},
		{"530108001", "5303", "", "", "centre:530109001", true},
		{"530108002", "5303", "centre:530109001", "centre:530109001", "", false},
		{"530108001", "5303", "centre:530109002", "fire", "centre:5301", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct token token = token_of("x", rows[i].place);
		struct case_row row = {.owner = span_cstr(rows[i].owner),
				       .lead_unit = span_cstr(rows[i].lead),
				       .assist = {SPAN("other"), span_cstr(rows[i].assist)},
				       .n_assist = 2};

		(void)snprintf(row.fixed.place, sizeof row.fixed.place, "%s", rows[i].filed);
		if (read_rights_case(&token, &row, &reference) != rows[i].may) {
			fail_msg("row %zu", i);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(who), cmocka_unit_test(seatless),
					   cmocka_unit_test(successors)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
