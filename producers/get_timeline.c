/* get_timeline.c: GET /v1/cases/{id}/timeline and /v1/outcomes: what was done about a case, and what became of one action. */
#include <jansson.h>
#include <stdlib.h>

#include "producers/answer.h"
#include "producers/gateway.h"
#include "producers/get_cases.h"
#include "producers/get_outcomes.h"
#include "producers/json_out.h"
#include "producers/reading.h"

struct lines {
	struct http_request *request;
	struct buf *out;

	uint8_t origin[CASE_ROW_ORIGIN_BYTES];
	struct buf found; /* the last line of that action */
};

/* A row holds the data alone: put back into a record of its type, the decoder reads it. */
static bool data_decode(struct arena *arena,
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
static void data_write(struct arena *arena, struct buf *out, const struct case_timeline_row *row)
{
	struct event ev;
	json_t *json =
		data_decode(arena, row, &ev) ? event_data_to_json(ev.type, &ev.data, false) : NULL;
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	if (text) {
		json_out_name(out, "data");
		buf_add_text(out, text);
	}
	free(text);
	json_decref(json);
}

static void text_member(struct buf *out, const char *name, struct span text)
{
	if (text.n) {
		json_out_member(out, name, text);
	}
}

static void line_members(struct arena *arena,
			 struct buf *out,
			 uint32_t seq,
			 uint32_t ordinal,
			 const struct case_timeline_row *row)
{
	const struct schema *schema = event_schema((enum event_type)row->fixed.type);

	json_out_member_number(out, "seq", seq);
	json_out_member_number(out, "ordinal", ordinal);
	json_out_member_text(out, "type", schema ? schema->type : "");
	if (row->fixed.time_us) {
		json_out_member_time(out, "time", row->fixed.time_us);
	}
	json_out_member_time(out, "decidedtime", row->fixed.decided_us);
	json_out_member_code(out, "from", CODES_case_state, row->fixed.from);
	json_out_member_code(out, "to", CODES_case_state, row->fixed.to);
	text_member(out, "unit", row->unit);
	text_member(out, "owner", row->owner);
	text_member(out, "actor", row->actor);
	data_write(arena, out, row);
}

static bool line_add(void *context,
		     uint32_t seq,
		     uint32_t ordinal,
		     const struct case_timeline_row *row)
{
	struct lines *lines = context;

	json_out_open(lines->out, '{');
	line_members(&lines->request->arena, lines->out, seq, ordinal, row);
	json_out_close(lines->out, '}');
	return true;
}

route_handler get_timeline;
void get_timeline(struct http_request *request)
{
	CLEANUP(case_shelf_end) struct case_shelf_read read = {0};
	struct lines lines = {.request = request, .out = &request->answer};
	struct case_id id;
	struct case_row row;

	if (!case_id_parse(request->parts[0], &id)) {
		http_problem(request, PROBLEM_NOT_FOUND, "id", "not a case id");
		return;
	}
	if (!get_cases_shelf(request, &read)) {
		return;
	}
	if (!case_query_get(&read.query, &id, &row)) {
		http_problem(request, PROBLEM_NOT_FOUND, "id", "no such case, or not yet folded");
		return;
	}
	if (!reading_allow_case(request, &row)) {
		return;
	}
	json_out_open(lines.out, '{');
	json_out_name(lines.out, "items");
	json_out_open(lines.out, '[');
	case_query_timeline(&read.query, &id, line_add, &lines);
	json_out_close(lines.out, ']');
	json_out_member(lines.out, "next", (struct span){0});
	get_cases_as_of(lines.out, &read);
	json_out_close(lines.out, '}');
	request->status = 200;
}

/* ---- outcomes */

static const char *outcome_of(const struct case_timeline_row *row)
{
	switch (row->fixed.type) {
	case EVENT_action_refused:
		return "refused";
	case EVENT_action_repeated:
		return "repeated";
	case EVENT_action_tried:
		return "tried";
	default:
		return "accepted";
	}
}

static void guard_members(struct arena *arena, struct buf *out, const struct case_timeline_row *row)
{
	struct answer_guard guard;
	struct event ev;

	if (row->fixed.type == EVENT_action_refused && data_decode(arena, row, &ev) &&
	    ev.data.action_refused.has_guard &&
	    answer_guard_find(ev.data.action_refused.guard, &guard)) {
		json_out_member_text(out, "guard", guard.id);
		json_out_member_text(out, "guard_zh", guard.zh);
		json_out_member_text(out, "guard_en", guard.en);
		json_out_member_text(out, "cure", guard.cure);
	}
}

/* The first acceptance of an action is its outcome; a refusal binds nothing, so the last of those counts otherwise. */
static bool line_match(void *context,
		       uint32_t seq,
		       uint32_t ordinal,
		       const struct case_timeline_row *row)
{
	struct lines *lines = context;
	bool accepted = row->fixed.type != EVENT_action_refused &&
			row->fixed.type != EVENT_action_repeated &&
			row->fixed.type != EVENT_action_tried;

	if (memcmp(row->fixed.origin, lines->origin, sizeof lines->origin) != 0) {
		return true;
	}
	buf_reset(&lines->found);
	json_out_open(&lines->found, '{');
	json_out_member_text(&lines->found, "outcome", outcome_of(row));
	line_members(&lines->request->arena, &lines->found, seq, ordinal, row);
	guard_members(&lines->request->arena, &lines->found, row);
	return !accepted;
}

/* The receipt code is for whoever reported the matter. */
static bool is_report_of(const struct case_row *row, struct span source, struct span id)
{
	return row->fixed.receipt[0] && span_eq(row->source, source) && span_eq(row->id, id);
}

/* Of a report that was refused there is no case: auditors of its county may ask what became of it. */
static bool allow_auditor(struct http_request *request, const struct case_id *id)
{
	char county[7];

	if (!(request->token.rights & TOKEN_AUDIT)) {
		http_problem(request, PROBLEM_FORBIDDEN, NULL,
			     "outside of what this token may read");
		return false;
	}
	case_id_county(id, county);
	return reading_allow_place(request, span_cstr(county));
}

route_handler get_timeline_outcome;
void get_timeline_outcome(struct http_request *request)
{
	CLEANUP(case_shelf_end) struct case_shelf_read read = {0};
	struct span subject = http_query(request, "subject"),
		    source = http_query(request, "source"), id = http_query(request, "id");
	struct lines lines = {.request = request};
	struct case_id case_id;
	struct case_row row;
	bool found, own;

	if (!subject.n || !source.n || !id.n) {
		http_problem(request, PROBLEM_BAD_QUERY,
			     !subject.n  ? "subject"
			     : !source.n ? "source"
					 : "id",
			     "needed");
		return;
	}
	if (!case_id_parse(subject, &case_id)) {
		get_outcomes_reference(request, subject, source, id);
		return;
	}
	if (!get_cases_shelf(request, &read)) {
		return;
	}
	/* Whoever may speak for the source may ask what became of its actions, whether or not there is a case. */
	found = case_query_get(&read.query, &case_id, &row);
	own = door_rights_source(&request->token, source);
	if (own) {
		reading_allow_bounded(request);
	} else if (found ? !reading_allow_case(request, &row) : !allow_auditor(request, &case_id)) {
		return;
	}
	case_row_origin(source, id, lines.origin);
	case_query_timeline(&read.query, &case_id, line_match, &lines);
	if (lines.found.n) {
		buf_add(&request->answer, buf_span(&lines.found));
	} else {
		json_out_open(&request->answer, '{');
		json_out_member_text(&request->answer, "outcome", "unknown");
	}
	buf_done(&lines.found);
	json_out_member(&request->answer, "subject", subject);
	if (own && found && is_report_of(&row, source, id)) {
		json_out_member(&request->answer, "receipt",
				span_of(row.fixed.receipt, sizeof row.fixed.receipt));
	}
	get_cases_as_of(&request->answer, &read);
	json_out_close(&request->answer, '}');
	request->status = 200;
}
