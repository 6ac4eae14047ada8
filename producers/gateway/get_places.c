/* get_places.c: GET /v1/places?name= and /v1/places/{code}: what half an address needs to become a code. */
#include "common/place.h"
#include "producers/gateway/gateway.h"
#include "producers/gateway/json_out.h"

enum { PLACES_MAX = 100 };

struct listing {
	struct buf *out;
	int left;
};

static void place_members(struct buf *out, const struct ref_place *place)
{
	json_out_member(out, "code", place->code);
	json_out_member(out, "name", place->name);
	if (place->name_en.n) {
		json_out_member(out, "name_en", place->name_en);
	}
	json_out_member_number(out, "level", place_level(place->code));
	json_out_member_code(out, "kind", CODES_place_kind, place->kind);
	json_out_member_bool(out, "in_force", place->in_force);
	json_out_member_code(out, "change", CODES_place_change, place->change);
	if (place_parent(place->code).p) {
		json_out_member(out, "parent", place_parent(place->code));
	}
	if (place->n_successors) {
		json_out_name(out, "successors");
		json_out_open(out, '[');
		for (int i = 0; i < place->n_successors; i++) {
			json_out_text(out, place->successors[i]);
		}
		json_out_close(out, ']');
	}
}

static bool place_add(void *context, const struct ref_place *place)
{
	struct listing *listing = context;

	json_out_open(listing->out, '{');
	place_members(listing->out, place);
	json_out_close(listing->out, '}');
	return --listing->left > 0;
}

route_handler get_places;
void get_places(struct http_request *request)
{
	struct gateway *gateway = request->gateway;
	struct span name = http_query(request, "name");
	struct listing listing = {&request->answer, PLACES_MAX};
	struct as_of today;

	if (!name.n) {
		http_problem(request, PROBLEM_BAD_QUERY, "name",
			     "part of a place's name, Chinese or English");
		return;
	}
	pthread_rwlock_rdlock(&gateway->reference_lock);
	today = gateway_today(gateway);
	json_out_open(listing.out, '{');
	json_out_name(listing.out, "items");
	json_out_open(listing.out, '[');
	reference_find_places(gateway->reference, today, name, place_add, &listing);
	json_out_close(listing.out, ']');
	pthread_rwlock_unlock(&gateway->reference_lock);
	json_out_name(listing.out, "next");
	json_out_text(listing.out, (struct span){0});
	gateway_as_of(listing.out, today);
	json_out_close(listing.out, '}');
	request->status = 200;
}

static bool child_add(void *context, const struct ref_place *place)
{
	return !place->in_force || place_add(context, place);
}

route_handler get_places_one;
void get_places_one(struct http_request *request)
{
	struct gateway *gateway = request->gateway;
	struct listing listing = {&request->answer, 1000};
	struct span code = place_normalise(request->parts[0]);
	struct ref_place place = {0};
	struct as_of today;
	bool found;

	pthread_rwlock_rdlock(&gateway->reference_lock);
	today = gateway_today(gateway);
	found = place_valid(code) && reference_place(gateway->reference, today, code, &place);
	if (found) {
		json_out_open(listing.out, '{');
		place_members(listing.out, &place);
		json_out_name(listing.out, "children");
		json_out_open(listing.out, '[');
		reference_children(gateway->reference, today, place.code, child_add, &listing);
		json_out_close(listing.out, ']');
		gateway_as_of(listing.out, today);
		json_out_close(listing.out, '}');
		request->status = 200;
	}
	pthread_rwlock_unlock(&gateway->reference_lock);
	if (!found) {
		http_problem(request, PROBLEM_NOT_FOUND, "code", "no place of that code");
	}
}
