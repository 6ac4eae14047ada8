/* case_row.c: the row of table "case" in case-status. */
#include "projections/case_row.h"

#include <sodium.h>

#include "common/place.h"
#include "schemas/codes.h"

enum { FIXED_TEXTS = 10, TEXTS = FIXED_TEXTS + LIMIT_ASSIST_UNITS };

_Static_assert(sizeof(struct case_row_fixed) == 216, "goes to disk");

/* The texts in the order in which they stand in a row. */
static void texts_of(struct case_row *row, struct span *texts[TEXTS])
{
	struct span *list[] = {&row->owner,    &row->lead_unit,   &row->title,    &row->source,
			       &row->id,       &row->profile,     &row->campaign, &row->prior_case,
			       &row->point_id, &row->handler_unit};
	int n = 0;

	for (; n < FIXED_TEXTS; n++) {
		texts[n] = list[n];
	}
	for (int i = 0; i < LIMIT_ASSIST_UNITS; i++) {
		texts[n++] = &row->assist[i];
	}
}

bool case_row_read(struct span bytes, struct case_row *ret_row)
{
	struct span *texts[TEXTS];
	size_t at = sizeof ret_row->fixed + 1;

	if (bytes.n < at || bytes.p[at - 1] > LIMIT_ASSIST_UNITS) {
		return false;
	}
	memcpy(&ret_row->fixed, bytes.p, sizeof ret_row->fixed);
	ret_row->n_assist = bytes.p[at - 1];
	texts_of(ret_row, texts);
	for (int i = 0; i < TEXTS; i++) {
		*texts[i] = (struct span){0};
		if (i >= FIXED_TEXTS + ret_row->n_assist) {
			continue;
		}
		if (at >= bytes.n || bytes.n - at - 1 < bytes.p[at]) {
			return false;
		}
		*texts[i] = span_of(bytes.p + at + 1, bytes.p[at]);
		at += 1 + texts[i]->n;
	}
	return at == bytes.n;
}

size_t case_row_write(const struct case_row *row, uint8_t *ret_bytes)
{
	struct case_row copy = *row;
	struct span *texts[TEXTS];
	size_t at = sizeof row->fixed + 1;

	memcpy(ret_bytes, &row->fixed, sizeof row->fixed);
	ret_bytes[at - 1] = row->n_assist;
	texts_of(&copy, texts);
	for (int i = 0; i < FIXED_TEXTS + row->n_assist; i++) {
		if (texts[i]->n > UINT8_MAX || at + 1 + texts[i]->n > CASE_ROW_MAX_BYTES) {
			return 0;
		}
		ret_bytes[at] = (uint8_t)texts[i]->n;
		if (texts[i]->n) {
			memcpy(ret_bytes + at + 1, texts[i]->p, texts[i]->n);
		}
		at += 1 + texts[i]->n;
	}
	return at;
}

void case_row_origin(struct span source, struct span id, uint8_t ret_origin[CASE_ROW_ORIGIN_BYTES])
{
	crypto_generichash_state state;
	uint8_t length = (uint8_t)source.n;

	crypto_generichash_init(&state, NULL, 0, CASE_ROW_ORIGIN_BYTES);
	crypto_generichash_update(&state, &length, 1);
	crypto_generichash_update(&state, source.p, source.n);
	crypto_generichash_update(&state, id.p, id.n);
	crypto_generichash_final(&state, ret_origin, CASE_ROW_ORIGIN_BYTES);
}

struct span case_row_common(struct span place, const struct span *more, int n)
{
	struct span common = place_normalise(place);

	for (int i = 0; i < n; i++) {
		common = place_common(common, more[i]);
	}
	return common;
}

bool case_row_is_open(const struct case_row_fixed *row)
{
	return row->state >= CODE_case_state_RP && row->state <= CODE_case_state_VE;
}

struct case_row_due case_row_shown_due(const struct case_row_fixed *row,
				       const struct case_row_due *due)
{
	bool stands_still = row->state == CODE_case_state_HO && due->due_us > row->held_since_us;

	return stands_still ? (struct case_row_due){0} : *due;
}

int64_t case_row_next_due(const struct case_row_fixed *row)
{
	int64_t a = row->case_due.due_us, b = row->step_due.due_us;

	if (row->state == CODE_case_state_HO) {
		return row->hold_until_us;
	}
	return !a || (b && b < a) ? b : a;
}

static uint8_t colour_of(const struct case_row_due *due, int64_t at_us)
{
	if (!due->due_us) {
		return CODE_colour_none;
	}
	if (at_us >= due->red_us) {
		return CODE_colour_red;
	}
	return at_us >= due->yellow_us ? CODE_colour_yellow : CODE_colour_green;
}

uint8_t case_row_colour(const struct case_row_fixed *row, int64_t at_us)
{
	if (row->state == CODE_case_state_HO) {
		return CODE_colour_hold;
	}
	if (!case_row_is_open(row)) {
		return CODE_colour_none;
	}
	uint8_t whole = colour_of(&row->case_due, at_us), step = colour_of(&row->step_due, at_us);

	if (whole == CODE_colour_none || step == CODE_colour_none) {
		return whole == CODE_colour_none ? step : whole;
	}
	return whole > step ? whole : step; /* green < yellow < red in their list */
}

struct span case_row_unit(const struct case_row *row, int i)
{
	if (i < 2) {
		return i ? row->lead_unit : row->owner;
	}
	return i - 2 < row->n_assist ? row->assist[i - 2] : (struct span){0};
}

int case_row_role(const struct case_row *row, struct span unit)
{
	for (int i = 0; i < CASE_ROW_UNITS; i++) {
		if (unit.n && span_eq(case_row_unit(row, i), unit)) {
			return i;
		}
	}
	return -1;
}

void case_row_clear_handlers(struct case_row *row)
{
	row->lead_unit = row->handler_unit = (struct span){0};
	row->n_assist = 0;
}

void case_row_end_hold(struct case_row_fixed *row, int64_t at_us)
{
	row->held_us += at_us - row->held_since_us;
	row->reason = 0;
	row->held_since_us = row->hold_until_us = 0;
}
