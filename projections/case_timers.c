/* case_timers.c: the clock of one partition's cases: two heaps and two lists of case ids, checked against rows when used. */
#include "projections/case_timers.h"

#include <stdlib.h>

#include "projections/case_register_rows.h"
#include "projections/case_transitions.h"

struct entry {
	int64_t at_us;
	struct case_id id;
	uint8_t spare[2];
};

/* A binary heap by time, then by case; or a plain list. */
struct heap {
	struct entry *p;
	size_t n, size;
};

struct case_timers {
	struct heap timers, moments, owing, provisional;
	int64_t after_us;      /* moments up to here have been returned */
	size_t provisional_at; /* where the search through `provisional` goes on */
	/*
	 * The first entry of the heap was compared with its case's row, and that case has not changed since. It saves time:
	 * a decider asks three times per action.
	 */
	bool timer_stands, moment_stands;
};

static bool before(const struct entry *a, const struct entry *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us
				    : memcmp(&a->id, &b->id, sizeof(a->id)) < 0;
}

static enum err append(struct heap *heap, int64_t at_us, const struct case_id *id)
{
	if (heap->n == heap->size) {
		size_t size = heap->size ? heap->size * 2 : 256;
		struct entry *p = realloc(heap->p, size * sizeof(*p));

		if (!p) {
			return ERR_NOMEM;
		}
		heap->p = p;
		heap->size = size;
	}
	heap->p[heap->n++] = (struct entry){.at_us = at_us, .id = *id};
	return ERR_OK;
}

static enum err push(struct heap *heap, int64_t at_us, const struct case_id *id)
{
	enum err err = append(heap, at_us, id);
	struct entry mine = {.at_us = at_us, .id = *id};
	size_t i = heap->n - 1;

	if (err) {
		return err;
	}
	for (; i > 0 && before(&mine, &heap->p[(i - 1) / 2]); i = (i - 1) / 2) {
		heap->p[i] = heap->p[(i - 1) / 2];
	}
	heap->p[i] = mine;
	return ERR_OK;
}

static void pop(struct heap *heap)
{
	struct entry last = heap->p[--heap->n];
	size_t i = 0;

	for (size_t child = 1; child < heap->n; child = 2 * i + 1) {
		if (child + 1 < heap->n && before(&heap->p[child + 1], &heap->p[child])) {
			child++;
		}
		if (!before(&heap->p[child], &last)) {
			break;
		}
		heap->p[i] = heap->p[child];
		i = child;
	}
	if (heap->n) {
		heap->p[i] = last;
	}
}

struct case_timers *case_timers_new(void)
{
	struct case_timers *timers = calloc(1, sizeof(*timers));

	if (timers) {
		timers->after_us = INT64_MIN;
	}
	return timers;
}

void case_timers_free(struct case_timers *timers)
{
	if (timers) {
		free(timers->timers.p);
		free(timers->moments.p);
		free(timers->owing.p);
		free(timers->provisional.p);
		free(timers);
	}
}

int64_t case_timers_at(const struct case_state *state)
{
	int64_t at_us = INT64_MAX;

	if (state->state == CODE_case_state_HO) {
		return state->hold_until_us;
	}
	if (!case_transitions_open(state->state)) {
		return at_us;
	}
	if (state->escalate_us) {
		at_us = state->escalate_us;
	}
	if (state->state == CODE_case_state_DI && state->unsigned_us &&
	    state->unsigned_us < at_us) {
		at_us = state->unsigned_us;
	}
	return at_us;
}

/* The case's first colour moment after a moment; none on hold, when its clocks stand. */
static int64_t moment_of(const struct case_state *state, int64_t after_us)
{
	const int64_t moments[] = {state->yellow_us,      state->red_us,      state->due_us,
				   state->step_yellow_us, state->step_red_us, state->step_due_us};
	int64_t first_us = INT64_MAX;

	if (!case_transitions_open(state->state) || state->state == CODE_case_state_HO) {
		return first_us;
	}
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		if (moments[i] && moments[i] > after_us && moments[i] < first_us) {
			first_us = moments[i];
		}
	}
	return first_us;
}

static bool is_first(const struct heap *heap, const struct case_id *id)
{
	return heap->n && memcmp(&heap->p[0].id, id, sizeof(*id)) == 0;
}

enum err case_timers_note(struct case_timers *timers,
			  const struct case_id *id,
			  const struct case_state *was,
			  const struct case_state *is)
{
	static const struct case_state none = {0};
	int64_t timer_us = case_timers_at(is), moment_us = moment_of(is, timers->after_us);
	enum err err = ERR_OK;

	was = was ? was : &none;
	if (timer_us != INT64_MAX && timer_us != case_timers_at(was)) {
		err = push(&timers->timers, timer_us, id);
	}
	if (!err && moment_us != INT64_MAX && moment_us != moment_of(was, timers->after_us)) {
		err = push(&timers->moments, moment_us, id);
	}
	timers->timer_stands &= !is_first(&timers->timers, id);
	timers->moment_stands &= !is_first(&timers->moments, id);
	if (!err && is->owed) {
		err = append(&timers->owing, 0, id);
	}
	return !err && is->provisional && !was->provisional ? append(&timers->provisional, 0, id)
							    : err;
}

int64_t case_timers_next(struct case_timers *timers, struct view *view)
{
	struct case_state state;
	struct case_id id;

	if (timers->timer_stands || case_timers_first(timers, view, &id, &state)) {
		return timers->timers.p[0].at_us;
	}
	return INT64_MAX;
}

bool case_timers_first(struct case_timers *timers,
		       struct view *view,
		       struct case_id *ret_id,
		       struct case_state *ret_state)
{
	while (timers->timers.n) {
		struct entry *first = &timers->timers.p[0];

		*ret_id = first->id;
		if (case_register_rows_get(view, ret_id, ret_state) &&
		    case_timers_at(ret_state) == first->at_us) {
			timers->timer_stands = true;
			return true;
		}
		timers->timer_stands = false;
		if (view->err) {
			return false;
		}
		pop(&timers->timers);
	}
	return false;
}

int64_t case_timers_moment(struct case_timers *timers, struct view *view, int64_t after_us)
{
	struct case_state state;

	if (after_us > timers->after_us) {
		timers->after_us = after_us;
	}
	while (timers->moments.n) {
		struct entry first = timers->moments.p[0];

		if (timers->moment_stands && first.at_us > timers->after_us) {
			return first.at_us;
		}
		timers->moment_stands = false;
		bool found = case_register_rows_get(view, &first.id, &state);
		int64_t next_us = found ? moment_of(&state, timers->after_us) : INT64_MAX;

		if (view->err || (first.at_us > timers->after_us && next_us == first.at_us)) {
			timers->moment_stands = !view->err;
			return view->err ? INT64_MAX : first.at_us;
		}
		pop(&timers->moments);
		/*
		 * The case of a stale entry has a newer entry; an entry whose moment has passed is replaced by the next
		 * one, for which it has just made room.
		 */
		if (first.at_us <= timers->after_us && next_us != INT64_MAX) {
			(void)push(&timers->moments, next_us, &first.id);
		}
	}
	return INT64_MAX;
}

bool case_timers_owing(struct case_timers *timers,
		       struct view *view,
		       struct case_id *ret_id,
		       struct case_state *ret_state)
{
	struct heap *owing = &timers->owing;

	for (; owing->n; owing->n--) {
		*ret_id = owing->p[owing->n - 1].id;
		if (case_register_rows_get(view, ret_id, ret_state) && ret_state->owed) {
			return true;
		}
		if (view->err) {
			return false;
		}
	}
	return false;
}

void case_timers_provisional(struct case_timers *timers,
			     struct view *view,
			     case_timers_visit *visit,
			     void *context)
{
	struct heap *list = &timers->provisional;
	struct case_state state;
	size_t i = timers->provisional_at, kept = i;
	bool stopped = false;

	for (; i < list->n && !stopped; i++) {
		if (!case_register_rows_get(view, &list->p[i].id, &state)) {
			if (view->err) {
				break;
			}
			continue;
		}
		if (!state.provisional) {
			continue;
		}
		list->p[kept++] = list->p[i];
		stopped = state.state != CODE_case_state_HO &&
			  !visit(context, &list->p[kept - 1].id, &state);
	}
	if (!view->err) {
		timers->provisional_at = stopped ? kept - 1 : 0;
	}
	if (kept < i) {
		memmove(&list->p[kept], &list->p[i], (list->n - i) * sizeof(*list->p));
		list->n -= i - kept;
	}
}

void case_timers_provisional_again(struct case_timers *timers)
{
	timers->provisional_at = 0;
}
