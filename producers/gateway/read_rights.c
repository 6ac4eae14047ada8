/* read_rights.c: which cases and places a token may read. */
#include "producers/gateway/read_rights.h"

#include "common/place.h"
#include "producers/gateway/gateway.h"

bool read_rights_place(const struct token *token, struct span place)
{
	return place_valid(place) && place_covers(span_cstr(token->place), place);
}

/* The place in "centre:530102" and "grid:…", or where a registered unit sits. */
static struct span seat_of_unit(struct span unit, const struct read_rights_reference *reference)
{
	const uint8_t *colon = memchr(unit.p, ':', unit.n);
	struct span place = {0};

	if (colon) {
		return span_of(colon + 1, unit.n - (size_t)(colon + 1 - unit.p));
	}
	return reference->seat && reference->seat(reference->context, unit, &place)
		       ? place
		       : (struct span){0};
}

/* By its code, or by that of the place that follows it. */
static bool covers_place(const struct token *token,
			 struct span place,
			 const struct read_rights_reference *reference)
{
	return read_rights_place(token, place) ||
	       (place_valid(place) && reference->standing &&
		read_rights_place(token, reference->standing(reference->context, place)));
}

static bool covers_unit(const struct token *token,
			struct span unit,
			const struct read_rights_reference *reference)
{
	return unit.n && (span_eq(unit, span_cstr(token->unit)) ||
			  covers_place(token, seat_of_unit(unit, reference), reference));
}

bool read_rights_case(const struct token *token,
		      const struct case_row *row,
		      const struct read_rights_reference *reference)
{
	if (covers_place(token, span_cstr(row->fixed.place), reference) ||
	    covers_unit(token, row->owner, reference) ||
	    covers_unit(token, row->lead_unit, reference)) {
		return true;
	}
	for (int i = 0; i < row->n_assist; i++) {
		if (covers_unit(token, row->assist[i], reference)) {
			return true;
		}
	}
	return false;
}

bool read_rights_row(struct http_request *request, const struct case_row *row)
{
	struct read_rights_reference reference = {gateway_seat, gateway_standing, request->gateway};

	return read_rights_case(&request->token, row, &reference);
}

static bool allow(struct http_request *request, bool yes)
{
	if (yes) {
		request->allowed = true;
	} else {
		http_problem(request, PROBLEM_FORBIDDEN, NULL,
			     "not among what this token may read");
	}
	return yes;
}

bool read_rights_allow_case(struct http_request *request, const struct case_row *row)
{
	return allow(request, read_rights_row(request, row));
}

bool read_rights_allow_place(struct http_request *request, struct span place)
{
	return allow(request, read_rights_place(&request->token, place));
}

void read_rights_allow_bounded(struct http_request *request)
{
	request->allowed = true;
}
