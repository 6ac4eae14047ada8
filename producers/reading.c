/* reading.c: which cases and places a token may read. */
#include "producers/reading.h"

#include "common/place.h"

static bool is_token_unit(const struct token *token, struct span unit)
{
	return unit.n && span_eq(unit, span_cstr(token->unit));
}

/* The place in "centre:530102" and "grid:…". */
static struct span place_of_unit(struct span unit)
{
	const uint8_t *colon = unit.n ? memchr(unit.p, ':', unit.n) : NULL;

	return colon ? span_of(colon + 1, unit.n - (size_t)(colon + 1 - unit.p)) : (struct span){0};
}

bool reading_place(const struct token *token, struct span place)
{
	return place_valid(place) && place_covers(span_cstr(token->place), place);
}

bool reading_case(const struct token *token, const struct case_row *row)
{
	if (reading_place(token, span_cstr(row->fixed.place)) ||
	    reading_place(token, place_of_unit(row->owner)) || is_token_unit(token, row->owner) ||
	    is_token_unit(token, row->lead_unit)) {
		return true;
	}
	for (int i = 0; i < row->n_assist; i++) {
		if (is_token_unit(token, row->assist[i])) {
			return true;
		}
	}
	return false;
}

static bool allow(struct http_request *request, bool yes)
{
	if (yes) {
		request->allowed = true;
	} else {
		http_problem(request, PROBLEM_FORBIDDEN, NULL,
			     "outside of what this token may read");
	}
	return yes;
}

bool reading_allow_case(struct http_request *request, const struct case_row *row)
{
	return allow(request, reading_case(&request->token, row));
}

bool reading_allow_place(struct http_request *request, struct span place)
{
	return allow(request, reading_place(&request->token, place));
}

void reading_allow_bounded(struct http_request *request)
{
	request->allowed = true;
}
