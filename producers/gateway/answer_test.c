/* answer_test.c: who was refused reads why, in both languages, and what to do, whatever it was. */
#include "producers/gateway/answer.h"

#include <jansson.h>

#include "producers/gateway/json_out.h"
#include "projections/guards.h"
#include "projections/reasons.h"
#include "tests/support/cmocka_all.h"

static json_t *told(const struct event *ev)
{
	struct buf out = {0};
	json_t *json;

	json_out_open(&out, '{');
	answer_members(&out, ev, 3, 4);
	json_out_close(&out, '}');
	/* Each member once: a cure of the problem, and another of its guard, would leave the reader to choose. */
	json = json_loadb((const char *)out.p, out.n, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	buf_done(&out);
	return json;
}

static void check(const struct event *ev, const char *member, const char *text)
{
	json_t *json = told(ev);
	const char *said = json_string_value(json_object_get(json, member));

	assert_non_null(said);
	assert_string_equal(said, text);
	json_decref(json);
}

static void check_why(const struct event *ev,
		      const char *zh,
		      const char *en,
		      const struct reason_text *text)
{
	assert_true(text->zh[0] && text->en[0] && text->cure[0]);
	check(ev, zh, text->zh);
	check(ev, en, text->en);
	check(ev, "cure", text->cure);
}

static struct event refused(const char *reason, const char *guard)
{
	struct event ev = {.type = EVENT_action_refused};

	EVENT_SET(ev.data.action_refused, reason, span_cstr(reason));
	if (guard) {
		EVENT_SET(ev.data.action_refused, guard, span_cstr(guard));
	}
	return ev;
}

static struct event tried(const char *reason, const char *guard)
{
	struct event ev = {.type = EVENT_action_tried};

	EVENT_SET(ev.data.action_tried, reason, span_cstr(reason));
	if (guard) {
		EVENT_SET(ev.data.action_tried, guard, span_cstr(guard));
	}
	return ev;
}

/* Each reason is told with its texts, to who posted and to who only tried. */
static void reasons(void **state)
{
	(void)state;
	for (int reason = REASON_NONE + 1; reason < REASON_COUNT; reason++) {
		const struct reason_text *text = reasons_get((enum reason)reason);
		struct event post = refused(text->id, NULL), dry = tried(text->id, NULL);

		assert_int_equal(reasons_named(span_cstr(text->id)), reason);
		check(&post, "reason", text->id);
		check_why(&post, "reason_zh", "reason_en", text);
		check_why(&dry, "reason_zh", "reason_en", text);
	}
	assert_int_equal(reasons_named(SPAN("GUAR")), REASON_NONE);
}

/* Each guard is told with its own texts in place of the reason's. */
static void guards(void **state)
{
	(void)state;
	for (int guard = GUARD_NONE + 1; guard < GUARD_COUNT; guard++) {
		const struct guard_text *own = guards_get((enum guard)guard);
		const struct reason_text text = {own->id, own->zh, own->en, own->cure};
		struct event post = refused("GUARD", own->id), dry = tried("GUARD", own->id);

		check_why(&post, "guard_zh", "guard_en", &text);
		check_why(&dry, "guard_zh", "guard_en", &text);
	}
}

/* A record of a newer decider may have a reason that is not known here: it is told as it stands. */
static void newer(void **state)
{
	struct event ev = refused("NEWER", NULL);
	json_t *json = told(&ev);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(json, "reason")), "NEWER");
	assert_null(json_object_get(json, "reason_en"));
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(reasons), cmocka_unit_test(guards),
					   cmocka_unit_test(newer)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
