/* read_rights.c: which cases and places a token may read. */
#include "producers/gateway/read_rights.h"

#include "common/place.h"
#include "producers/gateway/gateway.h"

bool read_rights_place(const struct token *token, struct span place)
{
	return place_valid(place) && place_covers(span_cstr(token->place), place);
}

/* The place in "centre:530102" and "grid:…", or where a registered unit sits. */
static struct span seat_of_unit(struct span unit, door_rights_seat *seat, void *seat_context)
{
	const uint8_t *colon = memchr(unit.p, ':', unit.n);
	struct span place = {0};

	if (colon) {
		return span_of(colon + 1, unit.n - (size_t)(colon + 1 - unit.p));
	}
	return seat && seat(seat_context, unit, &place) ? place : (struct span){0};
}

static bool covers_unit(const struct token *token,
			struct span unit,
			door_rights_seat *seat,
			void *seat_context)
{
	return unit.n && (span_eq(unit, span_cstr(token->unit)) ||
			  read_rights_place(token, seat_of_unit(unit, seat, seat_context)));
}

bool read_rights_case(const struct token *token,
		      const struct case_row *row,
		      door_rights_seat *seat,
		      void *seat_context)
{
	if (read_rights_place(token, span_cstr(row->fixed.place)) ||
	    covers_unit(token, row->owner, seat, seat_context) ||
	    covers_unit(token, row->lead_unit, seat, seat_context)) {
		return true;
	}
	for (int i = 0; i < row->n_assist; i++) {
		if (covers_unit(token, row->assist[i], seat, seat_context)) {
			return true;
		}
	}
	return false;
}

bool read_rights_row(struct http_request *request, const struct case_row *row)
{
	return read_rights_case(&request->token, row, gateway_seat, request->gateway);
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
