/* get_timeline.c: GET /v1/cases/{id}/timeline: what was done about a case, page by page. */
#include <jansson.h>
#include <stdlib.h>

#include "producers/gateway/gateway.h"
#include "producers/gateway/get_cases.h"
#include "producers/gateway/get_timeline.h"
#include "producers/gateway/json_out.h"
#include "producers/gateway/read_rights.h"

enum { LINES_DEFAULT = 100, LINES_MAX = 200 };

/* One page under way. */
struct lines {
	struct http_request *request;
	int64_t left;
	bool more; /* the page is full, and a line follows */
	struct case_query_line last;
};

/* A row holds the data alone: put back into a record of its type, the decoder reads it. */
bool get_timeline_decode(struct arena *arena,
			 const struct case_timeline_row *row,
			 struct event *ret_ev)
{
	const struct schema *schema = event_schema((enum event_type)row->fixed.type);
	struct span type = schema ? span_cstr(schema->type) : (struct span){0};
	struct buf record = {0};
	struct span bytes;

	if (!type.n || type.n > 255 || !row->data.n) {
		return false;
	}
	buf_add(&record, SPAN("\x83\xabspecversion\xa3"
			      "1.0\xa4type\xd9"));
	buf_add_byte(&record, (uint8_t)type.n);
	buf_add(&record, type);
	buf_add(&record, SPAN("\xa4"
			      "data"));
	buf_add(&record, row->data);
	bytes = record.err ? (struct span){0} : arena_copy(arena, buf_span(&record));
	buf_done(&record);
	return bytes.p && event_decode(bytes, ret_ev, NULL) == ERR_OK;
}

/* Sealed members are left out: reading one is an event of its own (domain P3). */
void get_timeline_data(struct buf *out, const struct event *ev)
{
	json_t *json = event_data_to_json(ev->type, &ev->data, false);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	if (text) {
		json_out_name(out, "data");
		buf_add_text(out, text);
	}
	free(text);
	json_decref(json);
}

static void data_write(struct arena *arena, struct buf *out, const struct case_timeline_row *row)
{
	struct event ev;

	if (get_timeline_decode(arena, row, &ev)) {
		get_timeline_data(out, &ev);
	}
}

static void text_member(struct buf *out, const char *name, struct span text)
{
	if (text.n) {
		json_out_member(out, name, text);
	}
}

void get_timeline_times(struct buf *out, const struct case_timeline_row *row)
{
	const struct schema *schema = event_schema((enum event_type)row->fixed.type);

	json_out_member_text(out, "type", schema ? schema->type : "");
	if (row->fixed.time_us) {
		json_out_member_time(out, "time", row->fixed.time_us);
	}
	json_out_member_time(out, "decidedtime", row->fixed.decided_us);
}

void get_timeline_line(struct arena *arena,
		       struct buf *out,
		       struct case_query_line line,
		       const struct case_timeline_row *row)
{
	json_out_member_number(out, "seq", line.seq);
	json_out_member_number(out, "ordinal", line.ordinal);
	get_timeline_times(out, row);
	json_out_member_code(out, "from", CODES_case_state, row->fixed.from);
	json_out_member_code(out, "to", CODES_case_state, row->fixed.to);
	text_member(out, "unit", row->unit);
	text_member(out, "owner", row->owner);
	text_member(out, "actor", row->actor);
	data_write(arena, out, row);
}

static bool line_add(void *context,
		     struct case_query_line line,
		     const struct case_timeline_row *row)
{
	struct lines *lines = context;
	struct buf *out = &lines->request->answer;

	if (!lines->left) {
		lines->more = true;
		return false;
	}
	lines->left--;
	lines->last = line;
	json_out_open(out, '{');
	get_timeline_line(&lines->request->arena, out, line, row);
	json_out_close(out, '}');
	return true;
}

/* @param ret_after  where the page before ended; *ret_given: there was one */
static bool page_read(struct http_request *request,
		      const struct case_id *id,
		      struct case_query_line *ret_after,
		      bool *ret_given,
		      int64_t *ret_limit)
{
	uint8_t bytes[CASE_QUERY_LINE_CURSOR_BYTES];
	struct span text = http_query(request, "cursor");
	size_t n = 0;

	*ret_limit = LINES_DEFAULT;
	*ret_given = text.n > 0;
	if (!http_query_number(request, "limit", 1, LINES_MAX, ret_limit)) {
		return false;
	}
	if (!text.n || (get_cases_cursor_read(text, bytes, sizeof bytes, &n) &&
			case_query_timeline_cursor_read(id, span_of(bytes, n), ret_after))) {
		return true;
	}
	http_problem(request, PROBLEM_BAD_QUERY, "cursor",
		     "not a cursor of this timeline: it was cut, or belongs to another case");
	return false;
}

static void page_write(struct http_request *request,
		       struct case_reader_snapshot *snapshot,
		       const struct case_id *id,
		       const struct case_query_line *after,
		       int64_t limit)
{
	struct lines lines = {.request = request, .left = limit};
	struct buf *out = &request->answer;
	uint8_t cursor[CASE_QUERY_LINE_CURSOR_BYTES];

	json_out_open(out, '{');
	json_out_name(out, "items");
	json_out_open(out, '[');
	case_query_timeline(&snapshot->query, id, after, line_add, &lines);
	json_out_close(out, ']');
	case_query_timeline_cursor(id, lines.last, cursor);
	get_cases_cursor_write(out, span_of(cursor, lines.more ? sizeof cursor : 0));
	get_cases_as_of(out, snapshot);
	json_out_close(out, '}');
	request->status = 200;
}

route_handler get_timeline;
void get_timeline(struct http_request *request)
{
	CLEANUP(case_reader_end) struct case_reader_snapshot snapshot = {0};
	struct case_query_line after;
	struct case_id id;
	struct case_row row;
	int64_t limit;
	bool goes_on;

	if (!get_cases_id(request, &id) || !page_read(request, &id, &after, &goes_on, &limit) ||
	    !get_cases_snapshot(request, &snapshot)) {
		return;
	}
	if (!case_query_get(&snapshot.query, &id, &row)) {
		http_problem(request, PROBLEM_NOT_FOUND, "id", "no such case, or not yet folded");
	} else if (read_rights_allow_case(request, &row)) {
		page_write(request, &snapshot, &id, goes_on ? &after : NULL, limit);
	}
}
