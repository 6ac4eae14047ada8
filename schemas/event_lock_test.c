/* event_lock_test.c: the tables keep what schema.lock promises; and the lock sees each way of breaking it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "schemas/event_lock.h"

/* GOVBUS_UPDATE=1 adds what is new, if nothing is broken. */

static const char path[] = "schemas/schema.lock";

static void write_lock(void)
{
	struct buf now = {0};
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	event_lock_print(&now);
	assert_int_equal(fwrite(now.p, 1, now.n, f), now.n);
	assert_int_equal(fclose(f), 0);
	buf_done(&now);
}

static enum err check_file(struct buf *complaints)
{
	static char text[256 * 1024];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof text, f) : 0;

	assert_true(n < sizeof text);
	if (f) {
		assert_int_equal(fclose(f), 0);
	}
	buf_reset(complaints);
	return event_lock_check(span_of(text, n), complaints);
}

static void tables_keep_their_promises(void **state)
{
	/* Nothing that an old event relies on has changed, and all that is new stands in the lock. */
	struct buf complaints = {0};
	enum err err = check_file(&complaints);

	(void)state;
	if (err == ERR_ABSENT && getenv("GOVBUS_UPDATE")) {
		write_lock();
		err = check_file(&complaints);
	}
	if (err) {
		fail_msg(
			"%.*s%s", (int)complaints.n, complaints.n ? (const char *)complaints.p : "",
			err == ERR_ABSENT
				? "something new: GOVBUS_UPDATE=1 build/dev/tests/event_lock_test writes schemas/schema.lock"
				: "");
	}
	buf_done(&complaints);
}

/* The verdict when the lock says `was` where the tables of today say `is`. */
static enum err planted(const char *is, const char *was)
{
	struct buf now = {0}, lock = {0}, complaints = {0};
	const char *at;
	enum err err;

	event_lock_print(&now);
	buf_add_byte(&now, 0);
	at = strstr((const char *)now.p, is);
	assert_non_null(at);
	buf_add(&lock, span_of(now.p, (size_t)(at - (const char *)now.p)));
	buf_add_text(&lock, was);
	buf_add_text(&lock, at + strlen(is));
	err = event_lock_check(buf_span(&lock), &complaints);
	assert_int_equal(err == ERR_CONFLICT, complaints.n > 0);
	buf_done(&now);
	buf_done(&lock);
	buf_done(&complaints);
	return err;
}

static void sees_planted_changes(void **state)
{
	/* Each row is a change of the tables, told backwards: what the lock says, and what today's tables say instead. */
	static const struct {
		const char *is, *was;
		enum err err;
	} rows[] = {
		{"", "", ERR_OK},
		{"member gov.case.reported.v1 - campaign", "member gov.case.reported.v1 - crusade",
		 ERR_CONFLICT},
		{"title TEXT REQUIRED 60", "title CODE REQUIRED 60", ERR_CONFLICT},
		{"title TEXT REQUIRED 60", "title TEXT REQUIRED 61", ERR_CONFLICT},
		{"title TEXT REQUIRED 60", "title TEXT REQUIRED 50", ERR_OK},
		{"title TEXT REQUIRED 60", "title TEXT OPTIONAL 60", ERR_CONFLICT},
		{"campaign CODE OPTIONAL 40", "campaign CODE REQUIRED 40", ERR_OK},
		{"campaign CODE OPTIONAL 40 0", "campaign CODE OPTIONAL 40 2", ERR_CONFLICT},
		{"severity ENUM OPTIONAL severity", "severity ENUM OPTIONAL channel", ERR_CONFLICT},
		{"v1 2 description SEAL", "v1 3 description SEAL", ERR_CONFLICT},
		{"type gov.case.reported.v1 gov.case", "type gov.case.reported.v1 gov.reference",
		 ERR_CONFLICT},
		{"code severity 1 urgent", "code severity 1 pressing", ERR_CONFLICT},
		{"code severity 1 urgent\ncode severity 2 major",
		 "code severity 1 major\ncode severity 2 urgent", ERR_CONFLICT},
		{"code severity 5 minor\n", "", ERR_ABSENT},
		{"member gov.case.reported.v1 - campaign CODE OPTIONAL 40 0\n", "", ERR_ABSENT},
		{"member gov.case.reported.v1 - title TEXT REQUIRED 60 0\n", "", ERR_CONFLICT},
		{"member envelope - source CODE REQUIRED 128 0\n", "", ERR_CONFLICT},
		{"member gov.case.returned.v1 - reason ENUM REQUIRED return_reason 0\nmember gov.case.returned.v1 1 note SEAL OPTIONAL 500 0\n",
		 "member gov.case.returned.v1 1 note SEAL OPTIONAL 500 0\nmember gov.case.returned.v1 - reason ENUM REQUIRED return_reason 0\n",
		 ERR_CONFLICT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (planted(rows[i].is, rows[i].was) != rows[i].err) {
			fail_msg("row %zu: %s", i, rows[i].was);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_keep_their_promises),
		cmocka_unit_test(sees_planted_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
