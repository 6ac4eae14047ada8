/* reference_fault_test.c: reference data that memory does not suffice for are never half known: the fold says NOMEM. What says nothing of
 * reference data is passed over.
 * @wrap malloc calloc realloc */
#include "tests/support/fault.h"
#include "tests/support/reference_bed.h"

FAULT_ALLOCATIONS

enum { KINDS = 7 };

/* An event of each kind, of a place that is there already. */
static struct event event_of(int kind)
{
	static const enum event_type types[KINDS] = {
		EVENT_place_registered, EVENT_place_changed, EVENT_unit_registered,
		EVENT_list_item_set,    EVENT_policy_set,    EVENT_calendar_set,
		EVENT_profile_set,
	};
	static const char *const subjects[KINDS] = {
		"place:5301", "place:53",    "unit:house", "list:BASIC:MD",
		"policy:md",  "calendar:cn", "profile:p",
	};
	struct event ev = {.type = types[kind]};

	EVENT_SET(ev.env, subject, span_cstr(subjects[kind]));
	switch ((int)ev.type) {
	case EVENT_place_registered:
		ev.data.place_registered.name = SPAN("昆明市");
		break;
	case EVENT_place_changed:
		ev.data.place_changed.change = CODE_place_change_rename;
		EVENT_SET(ev.data.place_changed, name, SPAN("彩云之南"));
		break;
	case EVENT_unit_registered:
		ev.data.unit_registered.name = SPAN("局");
		ev.data.unit_registered.seat = SPAN("53");
		break;
	case EVENT_list_item_set:
		ev.data.list_item_set.list = CODE_list_kind_basic;
		ev.data.list_item_set.code = SPAN("MD");
		ev.data.list_item_set.active = true;
		break;
	case EVENT_policy_set:
		ev.data.policy_set.step = CODE_step_handle;
		ev.data.policy_set.calendar = SPAN("cn");
		break;
	case EVENT_calendar_set:
		ev.data.calendar_set.year = 2023;
		break;
	default:
		ev.data.profile_set.name = SPAN("流程");
		break;
	}
	return ev;
}

/* Whether what the event said is known now. */
static bool is_known(int kind)
{
	struct ref_profile profile;
	struct ref_place found;
	struct ref_unit unit;
	struct span item;

	switch (kind) {
	case 0:
		return reference_place(ref, NOW, SPAN("5301"), &found);
	case 1:
		return reference_place(ref, NOW, SPAN("53"), &found) &&
		       span_eq(found.name, SPAN("彩云之南"));
	case 2:
		return reference_unit(ref, NOW, SPAN("unit:house"), &unit) ||
		       reference_unit(ref, NOW, SPAN("house"), &unit);
	case 3:
		return reference_listed(ref, NOW, CODE_list_kind_basic, SPAN("MD02"), SPAN("53"),
					&item);
	case 5:
		return reference_calendar(ref, NOW, SPAN("cn")) != NULL;
	case 6:
		return reference_profile_named(ref, NOW, SPAN("p"), &profile);
	default:
		return true;
	}
}

static enum err fold_first(void *context)
{
	int kind = *(int *)context;
	struct event ev = event_of(kind), first = {.type = EVENT_place_registered};
	enum err err = ERR_NOMEM;

	first.data.place_registered.name = SPAN("云南省");
	EVENT_SET(first.env, subject, SPAN("place:53"));
	ref = reference_new();
	if (ref) {
		err = kind == 1 ? reference_fold(ref, &first, 0) : ERR_OK;
		err = err ? err : reference_fold(ref, &ev, 1);
	}
	if (!err) {
		assert_true(is_known(kind));
	}
	reference_free(ref);
	ref = NULL;
	return err;
}

/* Whichever event comes first and whichever allocation fails: NOMEM, or the event is known. */
static void test_first(void **state)
{
	(void)state;
	for (int kind = 0; kind < KINDS; kind++) {
		assert_true(fault_each(FAULT_MEMORY, fold_first, &kind) >= 3);
	}
}

/* Once something is missing, every later fold says so too: no reader goes on with a hole. */
static void test_sticky(void **state)
{
	struct event ev;

	(void)state;
	ref = reference_new();
	assert_non_null(ref);
	fault_tried = FAULT_MEMORY;
	fault_in = 0;
	ev = event_of(0);
	assert_int_equal(reference_fold(ref, &ev, 0), ERR_NOMEM);
	assert_true(fault_in < 0);
	ev = event_of(5);
	assert_int_equal(reference_fold(ref, &ev, 1), ERR_NOMEM);
	reference_free(ref);
	ref = NULL;
}

/* The tables grow while places come, 700 of them: whichever step fails, NOMEM, and with enough memory all are there. */
static enum err fold_many(void *context)
{
	enum err err = ERR_NOMEM;
	char subject[32];

	(void)context;
	ref = reference_new();
	for (int i = 0; ref && i < 700; i++) {
		struct event ev = event_of(0);

		(void)snprintf(subject, sizeof(subject), "place:53%04d%03d", i / 100 + 101,
			       i % 100);
		EVENT_SET(ev.env, subject, span_cstr(subject));
		err = reference_fold(ref, &ev, i);
		if (err) {
			break;
		}
	}
	for (int i = 0; !err && i < 700; i++) {
		struct ref_place found;

		(void)snprintf(subject, sizeof(subject), "53%04d%03d", i / 100 + 101, i % 100);
		assert_true(reference_place(ref, NOW, span_cstr(subject), &found));
	}
	reference_free(ref);
	ref = NULL;
	return err;
}

static void test_growing(void **state)
{
	(void)state;
	assert_true(fault_each(FAULT_MEMORY, fold_many, NULL) >= 6);
}

/* What is not about a place or unit that there can be, or about one that was never registered, is passed over: it is read, and nothing is
 * known by it. */
static void test_nothing_known(void **state)
{
	static const char *const subjects[] = {"place:53x", "place:", "plaza:5301", "5301"};
	struct ref_place found;
	struct event ev;
	int64_t at = 0;

	(void)state;
	ref = reference_new();
	assert_non_null(ref);
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		ev = event_of(0);
		EVENT_SET(ev.env, subject, span_cstr(subjects[i]));
		assert_int_equal(reference_fold(ref, &ev, at++), ERR_OK);
	}
	ev = event_of(1);
	assert_int_equal(reference_fold(ref, &ev, at++), ERR_OK);
	ev = event_of(2);
	EVENT_SET(ev.env, subject, SPAN("unit:"));
	assert_int_equal(reference_fold(ref, &ev, at++), ERR_OK);
	ev.type = EVENT_clock_ticked;
	assert_int_equal(reference_fold(ref, &ev, at++), ERR_OK);
	assert_int_equal(reference_position(ref), at);
	assert_false(reference_place(ref, NOW, SPAN("53"), &found));
	assert_false(reference_place(ref, NOW, SPAN("5301"), &found));
	assert_false(reference_place(ref, NOW, SPAN("53x"), &found));
	reference_free(ref);
	ref = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_sticky),
		cmocka_unit_test(test_growing),
		cmocka_unit_test(test_nothing_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
