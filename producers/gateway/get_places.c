/* get_places.c: GET /v1/places?name= and /v1/places/{code}: what half an address needs to become a code. */
#include <sodium.h>

#include "common/place.h"
#include "producers/gateway/gateway.h"
#include "producers/gateway/get_cases.h"
#include "producers/gateway/json_out.h"

enum {
	PLACES_DEFAULT = 100,
	PLACES_MAX = 200,
	CHECK_BYTES = 8,
	CURSOR_BYTES = CHECK_BYTES + PLACE_MAX_BYTES
};

struct listing {
	struct buf *out;
	int64_t left;
	bool more;
	char last[PLACE_MAX_BYTES + 1]; /* the last code that was given */
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

	if (listing->left-- == 0) {
		listing->more = true;
		return false;
	}
	json_out_open(listing->out, '{');
	place_members(listing->out, place);
	json_out_close(listing->out, '}');
	memcpy(listing->last, place->code.p, place->code.n);
	listing->last[place->code.n] = 0;
	return true;
}

/* A check and the code after which to go on: codes never change, so that each place in force comes once. The check is of the name
 * that was asked for too; it guards against mistakes. */
static size_t cursor_of(struct span name, struct span code, uint8_t ret_cursor[CURSOR_BYTES])
{
	uint8_t hash[crypto_generichash_BYTES_MIN];
	crypto_generichash_state state;

	_Static_assert(sizeof hash >= CHECK_BYTES, "the check is the hash's first bytes");
	crypto_generichash_init(&state, NULL, 0, sizeof hash);
	crypto_generichash_update(&state, code.p, code.n);
	crypto_generichash_update(&state, (const uint8_t *)"/", 1);
	crypto_generichash_update(&state, name.p, name.n);
	crypto_generichash_final(&state, hash, sizeof hash);
	memcpy(ret_cursor, hash, CHECK_BYTES);
	memcpy(ret_cursor + CHECK_BYTES, code.p, code.n);
	return CHECK_BYTES + code.n;
}

/* @param cursor  room for where *ret_after points to @return false: answered */
static bool page_read(struct http_request *request,
		      struct span name,
		      uint8_t cursor[CURSOR_BYTES],
		      struct span *ret_after,
		      int64_t *ret_limit)
{
	struct span text = http_query(request, "cursor");
	uint8_t wanted[CURSOR_BYTES];
	size_t n = 0;

	*ret_limit = PLACES_DEFAULT;
	*ret_after = (struct span){0};
	if (!http_query_number(request, "limit", 1, PLACES_MAX, ret_limit)) {
		return false;
	}
	if (!text.n) {
		return true;
	}
	if (get_cases_cursor_read(text, cursor, CURSOR_BYTES, &n) && n > CHECK_BYTES) {
		*ret_after = span_of(cursor + CHECK_BYTES, n - CHECK_BYTES);
	}
	if (!ret_after->n || cursor_of(name, *ret_after, wanted) != n ||
	    memcmp(wanted, cursor, n) != 0) {
		http_problem(request, PROBLEM_BAD_QUERY, "cursor",
			     "not a cursor of this list: another name, or not whole");
		return false;
	}
	return true;
}

route_handler get_places;
void get_places(struct http_request *request)
{
	struct gateway *gateway = request->gateway;
	struct span name = http_query(request, "name");
	struct listing listing = {.out = &request->answer};
	uint8_t cursor[CURSOR_BYTES];
	struct as_of today;
	struct span after;

	if (!name.n) {
		http_problem(request, PROBLEM_BAD_QUERY, "name",
			     "part of a place's name, Chinese or English");
		return;
	}
	if (!page_read(request, name, cursor, &after, &listing.left)) {
		return;
	}
	pthread_rwlock_rdlock(&gateway->reference_lock);
	today = gateway_today(gateway);
	json_out_open(listing.out, '{');
	json_out_name(listing.out, "items");
	json_out_open(listing.out, '[');
	reference_find_places(gateway->reference, today, name, after, place_add, &listing);
	json_out_close(listing.out, ']');
	pthread_rwlock_unlock(&gateway->reference_lock);
	get_cases_cursor_write(
		listing.out,
		span_of(cursor,
			listing.more ? cursor_of(name, span_cstr(listing.last), cursor) : 0));
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
	struct listing listing = {.out = &request->answer, .left = 1000};
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
