/* event_manual_test.c: docs/EVENTS.md is what the tables print. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "schemas/event_manual.h"

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

/* GOVBUS_UPDATE=1 writes it anew. */

static const char path[] = "docs/EVENTS.md";

static void manual_is_current(void **state)
{
	/* Printed now, the manual is the one in docs. */
	static char text[512 * 1024];
	struct buf manual = {0};
	FILE *f;

	(void)state;
	event_manual_print(&manual, WHYS(problems), WHYS(reasons), WHYS(guards));
	assert_int_equal(manual.err, ERR_OK);
	if (getenv("GOVBUS_UPDATE")) {
		f = fopen(path, "w");
		assert_non_null(f);
		assert_int_equal(fwrite(manual.p, 1, manual.n, f), manual.n);
		assert_int_equal(fclose(f), 0);
	}
	f = fopen(path, "r");
	assert_non_null(f);
	size_t n = fread(text, 1, sizeof text, f);

	assert_int_equal(fclose(f), 0);
	if (!span_eq(span_of(text, n), buf_span(&manual))) {
		fail_msg(
			"%s is not current: GOVBUS_UPDATE=1 build/dev/tests/event_manual_test writes it",
			path);
	}
	buf_done(&manual);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(manual_is_current),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
