/* reference_register_bed.h: a reference register over rows in memory, and the actions about places that its tests post. */
#ifndef GOVBUS_TESTS_SUPPORT_REFERENCE_REGISTER_BED_H
#define GOVBUS_TESTS_SUPPORT_REFERENCE_REGISTER_BED_H

#include "tests/support/cmocka_all.h"

#include <stdio.h>

#include "common/civil.h"
#include "common/place.h"
#include "projections/reference_register.h"
#include "projections/reference_row.h"
#include "tests/support/memory_view.h"

#define DAY CIVIL_DAY_US

static struct memory_view *memory;
static struct reference *ref; /* folded from what the register accepts, as every reader does */
static struct reg reg;
static struct arena arena;
static struct moment moment = {.now_us = 100 * DAY};
static struct refusal refusal;
static struct event ev; /* the action being made */

static inline int set_up(void **state)
{
	(void)state;
	memory = memory_view_new(reference_register.tables);
	ref = reference_new();
	reg = (struct reg){.ops = &reference_register, .view = memory_view_view(memory)};
	return memory && ref && reference_register.open(&reg) == ERR_OK ? 0 : -1;
}

static inline int tear_down(void **state)
{
	(void)state;
	reference_register.close(&reg);
	memory_view_free(memory);
	reference_free(ref);
	arena_done(&arena);
	return 0;
}

static inline void begin(enum event_type type, const char *subject, const char *unit)
{
	ev = (struct event){.type = type};
	EVENT_SET(ev.env, subject, span_cstr(subject));
	EVENT_SET(ev.env, unit, span_cstr(unit));
	EVENT_SET(ev.env, source, SPAN("/govbus/reference"));
	EVENT_SET(ev.env, id, arena_printf(&arena, "%lld", (long long)reference_position(ref)));
}

/* Decides the action; if accepted, folds it into rows and reference. @return the guard, NULL: accepted */
static inline const char *post(void)
{
	int64_t seq = 0;
	struct reference_row row;

	(void)reference_row_get(reg.view, ev.env.subject, &row);
	seq = row.seq;
	if (reference_register.decide(&reg, &ev, &moment, &arena, &refusal) == VERDICT_REFUSED) {
		assert_int_equal(reg.view->err, ERR_OK);
		return refusal.guard[0] ? refusal.guard : reasons_get(refusal.reason)->id;
	}
	assert_int_equal(ev.env.seq, seq + 1);
	assert_int_equal(reference_register.evolve(&reg, &ev), ERR_OK);
	assert_int_equal(reference_fold(ref, &ev, reference_position(ref)), ERR_OK);
	return NULL;
}

#define assert_accepted() assert_null(post())
#define assert_refused(wanted)                      \
	do {                                        \
		const char *guard = post();         \
		assert_non_null(guard);             \
		assert_string_equal(guard, wanted); \
	} while (0)

static inline void place(const char *code, const char *unit)
{
	begin(EVENT_place_registered, "", unit);
	ev.env.subject = arena_printf(&arena, "place:%s", code);
	ev.data.place_registered.level = (uint64_t)place_level(span_cstr(code));
	ev.data.place_registered.name = SPAN("地点");
}

static inline void change(const char *code, uint8_t what, const char *successor)
{
	begin(EVENT_place_changed, "", "centre:53");
	ev.env.subject = arena_printf(&arena, "place:%s", code);
	ev.data.place_changed.change = what;
	ev.data.place_changed.effective_from = 50 * DAY;
	if (successor) {
		ev.data.place_changed.successor[0] = span_cstr(successor);
		ev.data.place_changed.n_successor = 1;
	}
}

static inline void register_places(void)
{
	static const char *const codes[] = {"53", "5301", "5323", "530102", "530103", "532323"};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		place(codes[i], "centre:53");
		assert_accepted();
	}
}

#endif
