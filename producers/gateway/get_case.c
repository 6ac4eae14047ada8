/* get_case.c: GET /v1/cases/{id}: where a case stands, and what this token may do about it now. */
#include <sodium.h>
#include <stdio.h>

#include "common/civil.h"
#include "common/clock.h"
#include "producers/gateway/gateway.h"
#include "producers/gateway/get_cases.h"
#include "producers/gateway/http_cache.h"
#include "producers/gateway/json_out.h"
#include "producers/gateway/read_rights.h"
#include "projections/case_next.h"

enum {
	SEQ_WAIT_US = 1000000,
	ANSWER_BYTES = 2048, /* room for most cases: the answer need not grow while it is written */
};

/* What an ETag says, without gaps: as hexadecimal digits it is the tag. */
struct etag {
	uint32_t seq, ordinal;
	uint8_t colour, parked, zero[2];
	uint8_t next[crypto_shorthash_BYTES];
};

enum { ETAG_BYTES = 2 * sizeof(struct etag) + 1 };

/* Rounded down, so never later than allowed. To the microsecond it would differ in every answer, and none would be 304. */
static int64_t whole_minutes(int64_t at_us)
{
	return at_us - at_us % CIVIL_MINUTE_US;
}

static void next_write(struct buf *out, const struct case_next *next)
{
	json_out_open(out, '{');
	json_out_member_text(out, "type", next->type_name);
	json_out_member_code(out, "to", CODES_case_state, next->to);
	json_out_name(out, "needs");
	json_out_open(out, '[');
	for (int i = 0; i < next->n_members; i++) {
		json_out_text(out, span_cstr(next->members[i]->name));
	}
	json_out_close(out, ']');
	if (next->hold_until_max_us) {
		json_out_member_time(out, "hold_until_max", whole_minutes(next->hold_until_max_us));
	}
	json_out_close(out, '}');
}

/* What this token may post now: what its unit may post, restricted to the token's own functions and types. */
static void next_member(struct http_request *request, const struct case_row *row)
{
	struct gateway *gateway = request->gateway;
	struct case_next_asker asker = {span_cstr(request->token.unit),
					door_rights_source(&request->token, row->source)};
	struct case_next next[CASE_NEXT_MAX];
	struct buf *out = &request->answer;
	size_t n;

	pthread_rwlock_rdlock(&gateway->reference_lock);
	n = case_next_list(gateway->reference, gateway_today(gateway), row, &asker, next);
	pthread_rwlock_unlock(&gateway->reference_lock);
	json_out_name(out, "next");
	json_out_open(out, '[');
	for (size_t i = 0; i < n; i++) {
		if (door_rights_type(&request->token, next[i].type)) {
			next_write(out, &next[i]);
		}
	}
	json_out_close(out, ']');
}

/* Read your writes: the fold may be a few milliseconds behind the outcome. */
static bool behind(struct http_request *request,
		   bool found,
		   const struct case_row *row,
		   bool *ret_wait)
{
	int64_t seq = 0;

	*ret_wait = false;
	if (!http_query_number(request, "seq", 0, UINT32_MAX, &seq)) {
		return false;
	}
	*ret_wait = (found ? row->fixed.seq : 0) < seq &&
		    clock_steady_us() - request->began_us < SEQ_WAIT_US;
	return true;
}

/* What was read may be old: events of the case wait because one could not be applied. */
static void parked_member(struct buf *out, const char *parked)
{
	if (parked) {
		json_out_member_bool(out, "parked", true);
		json_out_member_text(out, "parked_reason", parked);
	}
}

/* There is no row: none yet, or the very first event is parked, which tokens that may read the county are told. */
static void not_found(struct http_request *request,
		      struct case_reader_snapshot *snapshot,
		      const struct case_id *id)
{
	const char *parked = case_reader_parked(snapshot, id);
	char county[7], detail[160];

	case_id_county(id, county);
	if (!parked || !read_rights_place(&request->token, span_cstr(county))) {
		http_problem(request, PROBLEM_NOT_FOUND, "id", "no such case, or not yet folded");
		return;
	}
	(void)snprintf(detail, sizeof detail,
		       "its events could not be folded and are parked: %s; cure: govbus dead show",
		       parked);
	http_problem(request, PROBLEM_NOT_FOUND, "id", detail);
}

/*
 * The row's seq and ordinal identify its content; colour and parked events are added to them. `next` also depends on the
 * token, the time and the reference data, so it is hashed as written. The hash key need not be secret: it must be the same
 * in every gateway, and since seq is part of the tag a collision would gain an attacker nothing.
 */
static void etag_of(const struct case_row_fixed *fixed,
		    uint8_t colour,
		    const char *parked,
		    struct span next,
		    char ret_etag[ETAG_BYTES])
{
	static const uint8_t KEY[crypto_shorthash_KEYBYTES] = "govbus case etag";
	struct etag etag = {.seq = fixed->seq,
			    .ordinal = fixed->ordinal,
			    .colour = colour,
			    .parked = parked != NULL};

	crypto_shorthash(etag.next, next.p, next.n, KEY);
	sodium_bin2hex(ret_etag, ETAG_BYTES, (const uint8_t *)&etag, sizeof etag);
}

static void answer_write(struct http_request *request,
			 struct case_reader_snapshot *snapshot,
			 const struct case_id *id,
			 const struct case_row *row)
{
	struct buf *out = &request->answer;
	int partition = case_reader_partition(id);
	struct log_cursor cursor = {0};
	char etag[ETAG_BYTES];

	(void)case_reader_cursor(snapshot, partition, &cursor);
	uint8_t colour = case_row_colour(&row->fixed, cursor.tick * CIVIL_MINUTE_US);
	const char *parked = case_reader_parked(snapshot, id);

	buf_grow(out, ANSWER_BYTES);
	json_out_open(out, '{');
	get_cases_members(out, id, row, colour);
	parked_member(out, parked);
	size_t before = out->n;

	next_member(request, row);
	etag_of(&row->fixed, colour, parked, span_of(out->p + before, out->n - before), etag);
	if (http_cache_not_modified(request, etag)) {
		return;
	}
	json_out_name(out, "as_of");
	get_cases_position(out, partition, &cursor);
	json_out_close(out, '}');
	request->status = 200;
}

route_handler get_case;
void get_case(struct http_request *request)
{
	CLEANUP(case_reader_end) struct case_reader_snapshot snapshot = {0};
	struct case_id id;
	struct case_row row;
	bool found, wait;

	if (!get_cases_id(request, &id) || !get_cases_snapshot_of(request, &id, &snapshot)) {
		return;
	}
	found = case_query_get(&snapshot.query, &id, &row);
	if (!behind(request, found, &row, &wait)) {
		return;
	}
	if (wait) {
		gateway_wait(request);
	} else if (!found) {
		not_found(request, &snapshot, &id);
	} else if (read_rights_allow_case(request, &row)) {
		answer_write(request, &snapshot, &id, &row);
	}
}
