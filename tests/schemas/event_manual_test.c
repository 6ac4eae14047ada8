/* event_manual_test.c: docs/EVENTS.md is what the tables print. */
#include "schemas/event_manual.h"

#include "tests/support/page.h"

static const struct event_manual_why problems[] = {
#define PROBLEM(id, status, name, zh, en, cure) {status, name, zh, en, cure},
#include "producers/gateway/problems.def"
#undef PROBLEM
};
static const struct event_manual_why reasons[] = {
#define REASON(id, zh, en, cure) {0, #id, zh, en, cure},
#include "projections/reasons.def"
#undef REASON
};
static const struct event_manual_why guards[] = {
#define GUARD(id, zh, en, cure) {0, #id, zh, en, cure},
#include "projections/guards.def"
#undef GUARD
};

#define WHYS(rows) ((struct event_manual_whys){rows, sizeof(rows) / sizeof *(rows)})

/* Printed now, the manual is the one in docs. */
static void test_page(void **state)
{
	struct buf manual = {0};

	(void)state;
	event_manual_print(&manual, WHYS(problems), WHYS(reasons), WHYS(guards));
	page_is_current("docs/EVENTS.md", "event_manual_test", &manual);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
