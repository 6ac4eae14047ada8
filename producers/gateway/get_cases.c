/* get_cases.c: GET /v1/cases and /v1/receipts/{code}: where cases stand, and a case as it is answered. */
#include "producers/gateway/get_cases.h"

#include <sodium.h>
#include <stdio.h>

#include "common/base32.h"
#include "common/civil.h"
#include "common/place.h"
#include "producers/gateway/case_reader.h"
#include "producers/gateway/gateway.h"
#include "producers/gateway/json_out.h"
#include "producers/gateway/read_rights.h"

enum { LIST_DEFAULT = 50 };

static void time_member(struct buf *out, struct span name, int64_t at_us)
{
	if (at_us) {
		json_out_name_of(out, name);
		json_out_time(out, at_us);
	}
}

static void text_member(struct buf *out, struct span name, struct span text)
{
	if (text.n) {
		json_out_name_of(out, name);
		json_out_text(out, text);
	}
}

static void count_member(struct buf *out, struct span name, int count)
{
	if (count) {
		json_out_name_of(out, name);
		json_out_number(out, count);
	}
}

static void type_member(struct buf *out, const char code[4])
{
	const struct case_type *type = codes_type(span_of(code, 4));

	json_out_name(out, "type");
	if (type) {
		buf_add(out, type->json);
		return;
	}
	json_out_open(out, '{');
	json_out_member(out, "code", span_of(code, 4));
	json_out_close(out, '}');
}

static void due_members(struct buf *out, const struct case_row_fixed *fixed, uint8_t colour)
{
	struct case_row_due whole = case_row_shown_due(fixed, &fixed->case_due);
	struct case_row_due step = case_row_shown_due(fixed, &fixed->step_due);

	json_out_member_code(out, "colour", CODES_colour, colour);
	time_member(out, SPAN("due_at"), whole.due_us);
	time_member(out, SPAN("yellow_at"), whole.yellow_us);
	time_member(out, SPAN("red_at"), whole.red_us);
	json_out_member_code(out, "step", CODES_step, fixed->step);
	time_member(out, SPAN("step_due_at"), step.due_us);
	time_member(out, SPAN("step_yellow_at"), step.yellow_us);
	time_member(out, SPAN("step_red_at"), step.red_us);
	time_member(out, SPAN("orig_due_at"), fixed->orig_due_us);
	time_member(out, SPAN("hold_until"), fixed->hold_until_us);
	time_member(out, SPAN("window_until"), fixed->window_until_us);
	if (fixed->provisional) {
		json_out_member_bool(out, "provisional", true);
	}
}

static void unit_members(struct buf *out, const struct case_row *row)
{
	text_member(out, SPAN("owner"), row->owner);
	text_member(out, SPAN("lead_unit"), row->lead_unit);
	if (row->n_assist) {
		json_out_name(out, "assist");
		json_out_open(out, '[');
		for (int i = 0; i < row->n_assist; i++) {
			json_out_text(out, row->assist[i]);
		}
		json_out_close(out, ']');
	}
}

static void count_members(struct buf *out, const struct case_row_fixed *fixed)
{
	count_member(out, SPAN("returns"), fixed->returns);
	count_member(out, SPAN("reopens"), fixed->reopens);
	count_member(out, SPAN("holds"), fixed->holds);
	count_member(out, SPAN("reworks"), fixed->reworks);
	count_member(out, SPAN("escalations"), fixed->escalations);
	count_member(out, SPAN("score"), fixed->score);
	count_member(out, SPAN("close_level"), fixed->close_level);
}

void get_cases_members(struct buf *out,
		       const struct case_id *id,
		       const struct case_row *row,
		       uint8_t colour)
{
	const struct case_row_fixed *fixed = &row->fixed;
	char text[CASE_ID_TEXT_BYTES + 1];

	case_id_format(id, text);
	json_out_member(out, "id", span_of(text, CASE_ID_TEXT_BYTES));
	json_out_member_number(out, "seq", fixed->seq);
	json_out_member_code(out, "state", CODES_case_state, fixed->state);
	type_member(out, fixed->type_code);
	text_member(out, SPAN("title"), row->title);
	json_out_member(out, "place", span_cstr(fixed->place));
	json_out_member_code(out, "severity", CODES_severity, fixed->severity);
	json_out_member_code(out, "channel", CODES_channel, fixed->channel);
	unit_members(out, row);
	due_members(out, fixed, colour);
	time_member(out, SPAN("reported_at"), fixed->reported_us);
	time_member(out, SPAN("updated_at"), fixed->updated_us);
	time_member(out, SPAN("closed_at"), fixed->closed_us);
	json_out_member_code(out, "outcome", CODES_outcome, fixed->outcome);
	count_members(out, fixed);
	text_member(out, SPAN("source"), row->source);
	text_member(out, SPAN("source_id"), row->id);
	text_member(out, SPAN("profile"), row->profile);
	text_member(out, SPAN("campaign"), row->campaign);
	text_member(out, SPAN("prior_case"), row->prior_case);
	text_member(out, SPAN("point_id"), row->point_id);
}

static bool snapshot_is_there(struct http_request *request,
			      const struct case_reader_snapshot *snapshot,
			      bool begun)
{
	if (!begun && case_reader_why_not(snapshot) == ERR_STORE_MIXED) {
		http_problem(request, PROBLEM_STARTING, NULL,
			     "case-status is changing its number of shards; cure: none if it runs, "
			     "else start govbus-case-status");
	} else if (!begun) {
		http_problem(
			request, PROBLEM_STARTING, NULL,
			"case-status has not folded anything yet; cure: start govbus-case-status");
	}
	return begun;
}

bool get_cases_id(struct http_request *request, struct case_id *ret_id)
{
	if (!case_id_parse(request->parts[0], ret_id)) {
		http_problem(request, PROBLEM_NOT_FOUND, "id", "not a case id");
		return false;
	}
	return true;
}

bool get_cases_snapshot(struct http_request *request, struct case_reader_snapshot *snapshot)
{
	return snapshot_is_there(request, snapshot,
				 case_reader_begin(request->gateway->case_reader, snapshot));
}

bool get_cases_snapshot_of(struct http_request *request,
			   const struct case_id *id,
			   struct case_reader_snapshot *snapshot)
{
	return snapshot_is_there(
		request, snapshot,
		case_reader_begin_case(request->gateway->case_reader, id, snapshot));
}

void get_cases_position(struct buf *out, int partition, const struct log_cursor *cursor)
{
	json_out_open(out, '{');
	json_out_member_number(out, "partition", partition);
	json_out_member_number(out, "offset", cursor->next_offset);
	time_member(out, SPAN("tick"), cursor->tick * CIVIL_MINUTE_US);
	json_out_close(out, '}');
}

void get_cases_as_of(struct buf *out, struct case_reader_snapshot *snapshot)
{
	struct log_cursor cursor;

	json_out_name(out, "as_of");
	json_out_open(out, '[');
	for (int i = 0; i < LIMIT_CASE_PARTITIONS; i++) {
		if (case_reader_cursor(snapshot, i, &cursor)) {
			get_cases_position(out, i, &cursor);
		}
	}
	json_out_close(out, ']');
}

bool get_cases_cursor_read(struct span text, uint8_t *ret_bytes, size_t room, size_t *ret_n)
{
	return !sodium_base642bin(ret_bytes, room, (const char *)text.p, text.n, NULL, ret_n, NULL,
				  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void get_cases_cursor_write(struct buf *out, struct span cursor)
{
	char text[sodium_base64_ENCODED_LEN(CASE_QUERY_CURSOR_BYTES,
					    sodium_base64_VARIANT_URLSAFE_NO_PADDING)];

	if (cursor.n) {
		sodium_bin2base64(text, sizeof text, cursor.p, cursor.n,
				  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	}
	json_out_member(out, "next", cursor.n ? span_cstr(text) : (struct span){0});
}

/* A citizen holds the code: state and due date, nothing else. */
route_handler get_cases_receipt;
void get_cases_receipt(struct http_request *request)
{
	CLEANUP(case_reader_end) struct case_reader_snapshot snapshot = {0};
	struct buf *out = &request->answer;
	char code[BASE32_TEXT_BYTES];
	struct case_id id;
	struct case_row row;
	uint64_t value;

	if (!base32_parse(request->parts[0], &value)) {
		http_problem(request, PROBLEM_NOT_FOUND, "code",
			     "a receipt code has twelve letters and digits");
		return;
	}
	if (!get_cases_snapshot(request, &snapshot)) {
		return;
	}
	base32_format(value, code);
	if (!case_query_receipt(&snapshot.query, span_of(code, sizeof code), &id, &row)) {
		http_problem(request, PROBLEM_NOT_FOUND, "code", "no case has this receipt code");
		return;
	}
	json_out_open(out, '{');
	json_out_member_code(out, "state", CODES_case_state, row.fixed.state);
	time_member(out, SPAN("due_at"),
		    case_row_is_open(&row.fixed)
			    ? case_row_shown_due(&row.fixed, &row.fixed.case_due).due_us
			    : 0);
	json_out_close(out, '}');
	request->status = 200;
}

/* ---- lists */

struct listing {
	struct http_request *request;
	struct case_reader_snapshot *snapshot;
};

static bool list_add(void *context, const struct case_id *id, const struct case_row *row)
{
	struct listing *listing = context;
	struct buf *out = &listing->request->answer;

	if (!read_rights_row(listing->request, row)) {
		return false;
	}
	json_out_open(out, '{');
	get_cases_members(out, id, row,
			  case_row_colour(&row->fixed, case_reader_tick_us(listing->snapshot, id)));
	json_out_close(out, '}');
	return true;
}

static bool filter_bad(struct http_request *request, const char *name, const char *why)
{
	http_problem(request, PROBLEM_BAD_QUERY, name, why);
	return false;
}

static bool cursor_read(struct http_request *request, struct case_query_filter *filter)
{
	struct span text = http_query(request, "cursor");
	uint8_t *bytes;
	size_t n = 0;

	if (!text.n) {
		return true;
	}
	bytes = arena_alloc(&request->arena, CASE_QUERY_CURSOR_BYTES);
	if (!bytes || !get_cases_cursor_read(text, bytes, CASE_QUERY_CURSOR_BYTES, &n)) {
		return filter_bad(request, "cursor", "not a cursor of this bus");
	}
	filter->cursor = span_of(bytes, n);
	return (n && case_query_list_cursor_fits(filter)) ||
	       filter_bad(request, "cursor",
			  "not a cursor of this list: it was cut, or belongs to other filters");
}

static bool filter_read(struct http_request *request, struct case_query_filter *filter)
{
	struct span state = http_query(request, "state"), due = http_query(request, "due_before");
	int64_t limit = LIST_DEFAULT;

	*filter = (struct case_query_filter){
		.place = http_query(request, "place"),
		.unit = place_normalise_unit(http_query(request, "unit")),
		.type_code = http_query(request, "type"),
		.source = http_query(request, "source"),
		.id = http_query(request, "id")};
	if (filter->place.p && !gateway_place(request->gateway, filter->place, &filter->place)) {
		return filter_bad(request, "place",
				  "no place of that code; GET /v1/places?name= finds places");
	}
	if (filter->unit.p && !gateway_unit(request->gateway, filter->unit)) {
		return filter_bad(request, "unit",
				  "no unit of that id is or was registered; those of places are "
				  "centre:CODE and grid:CODE");
	}
	if (filter->type_code.p && !(filter->type_code.n && codes_type_begins(filter->type_code))) {
		return filter_bad(request, "type",
				  "no type begins so; GET /v1/codes/types lists them");
	}
	if (!filter->source.p != !filter->id.p) {
		return filter_bad(request, "id", "source and id go together");
	}
	filter->state = state.p ? codes_find(CODES_case_state, state) : 0;
	if (state.p && !filter->state) {
		return filter_bad(request, "state", "GET /v1/codes/case_state lists them");
	}
	if (due.p && !civil_parse(due, &filter->due_before_us)) {
		return filter_bad(request, "due_before",
				  "a time as in RFC 3339; + is %2B in a URL");
	}
	if (!http_query_number(request, "limit", 1, CASE_QUERY_LIMIT, &limit)) {
		return false;
	}
	filter->limit = (int)limit;
	return cursor_read(request, filter);
}

route_handler get_cases;
void get_cases(struct http_request *request)
{
	CLEANUP(case_reader_end) struct case_reader_snapshot snapshot = {0};
	struct listing listing = {request, &snapshot};
	struct case_query_filter filter;
	uint8_t cursor[CASE_QUERY_CURSOR_BYTES];
	struct buf *out = &request->answer;

	if (!filter_read(request, &filter) || !get_cases_snapshot(request, &snapshot)) {
		return;
	}
	read_rights_allow_bounded(request);
	json_out_open(out, '{');
	json_out_name(out, "items");
	json_out_open(out, '[');
	size_t n = case_query_list(&snapshot.query, &filter, list_add, &listing, cursor);
	json_out_close(out, ']');
	get_cases_cursor_write(out, span_of(cursor, n));
	get_cases_as_of(out, &snapshot);
	json_out_close(out, '}');
	request->status = 200;
}
