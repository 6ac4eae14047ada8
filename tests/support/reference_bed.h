/* reference_bed.h: reference data for tests, folded from events built on the spot. */
#ifndef GOVBUS_TESTS_SUPPORT_REFERENCE_BED_H
#define GOVBUS_TESTS_SUPPORT_REFERENCE_BED_H

#include "tests/support/cmocka_all.h"

#include <stdio.h>

#include "common/civil.h"
#include "common/place.h"
#include "projections/reference.h"

#define DAY CIVIL_DAY_US

static const struct as_of NOW = {INT64_MAX, 1000 * DAY};

static struct reference *ref;

static inline int set_up(void **state)
{
	(void)state;
	ref = reference_new();
	return ref ? 0 : -1;
}

static inline int tear_down(void **state)
{
	(void)state;
	reference_free(ref);
	return 0;
}

/* Events of the tests, folded at once; the offset is the next one. */

static inline void fold(struct event *ev, const char *subject)
{
	EVENT_SET(ev->env, subject, span_cstr(subject));
	assert_int_equal(reference_fold(ref, ev, reference_position(ref)), ERR_OK);
}

static inline void place(const char *code, const char *name, int64_t from_us)
{
	struct event ev = {.type = EVENT_place_registered};
	char subject[64];

	(void)snprintf(subject, sizeof(subject), "place:%s", code);
	ev.data.place_registered.level = (uint64_t)place_level(span_cstr(code));
	ev.data.place_registered.name = span_cstr(name);
	ev.data.place_registered.effective_from = from_us;
	fold(&ev, subject);
}

static inline void change(const char *code, uint8_t what, const char *successor, int64_t from_us)
{
	struct event ev = {.type = EVENT_place_changed};
	char subject[64];

	(void)snprintf(subject, sizeof(subject), "place:%s", code);
	ev.data.place_changed.change = what;
	ev.data.place_changed.effective_from = from_us;
	if (what == CODE_place_change_rename) {
		EVENT_SET(ev.data.place_changed, name, span_cstr(successor));
		EVENT_SET(ev.data.place_changed, name_en, SPAN("New"));
	} else if (successor) {
		ev.data.place_changed.successor[0] = span_cstr(successor);
		ev.data.place_changed.n_successor = 1;
	}
	fold(&ev, subject);
}

static inline struct event item_of(uint8_t list, const char *code, const char *scope, bool active)
{
	struct event ev = {.type = EVENT_list_item_set};

	ev.data.list_item_set.list = list;
	ev.data.list_item_set.code = span_cstr(code);
	ev.data.list_item_set.active = active;
	if (scope) {
		EVENT_SET(ev.data.list_item_set, scope, span_cstr(scope));
	}
	return ev;
}

static inline void item(
	uint8_t list, const char *code, const char *scope, bool active, int64_t from_us)
{
	struct event ev = item_of(list, code, scope, active);
	char subject[128];

	ev.data.list_item_set.effective_from = from_us;
	(void)snprintf(subject, sizeof(subject), "list:%s:%s%s%s",
		       codes_get(CODES_list_kind, list)->name, code, scope ? ":" : "",
		       scope ? scope : "");
	fold(&ev, subject);
}

struct row {
	const char *id, *type;
	uint8_t severity, step;
	uint64_t amount;
};

static inline void policy_active(struct row row, bool active, int64_t from_us)
{
	struct event ev = {.type = EVENT_policy_set};
	char subject[64];

	(void)snprintf(subject, sizeof(subject), "policy:%s", row.id);
	if (row.type) {
		EVENT_SET(ev.data.policy_set, type_code, span_cstr(row.type));
	}
	if (row.severity) {
		EVENT_SET(ev.data.policy_set, severity, row.severity);
	}
	if (!active) {
		EVENT_SET(ev.data.policy_set, active, false);
	}
	ev.data.policy_set.step = row.step;
	ev.data.policy_set.amount = row.amount;
	ev.data.policy_set.unit = CODE_time_unit_working_day;
	ev.data.policy_set.calendar = SPAN("cn");
	ev.data.policy_set.effective_from = from_us;
	fold(&ev, subject);
}

static inline void policy(struct row row, int64_t from_us)
{
	policy_active(row, true, from_us);
}

#endif
