/* get_timeline.c: GET /v1/cases/{id}/timeline and /v1/outcomes: what was done about a case, and what became of one action. */
#include <jansson.h>
#include <stdlib.h>

#include "producers/answer.h"
#include "producers/disclosure.h"
#include "producers/gateway.h"
#include "producers/get_cases.h"
#include "producers/get_outcomes.h"
#include "producers/json_out.h"
#include "producers/reading.h"

struct lines {
	struct http_request *request;
	struct buf *out;
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
static void event_write(struct buf *out, const struct event *ev)
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

	if (data_decode(arena, row, &ev)) {
		event_write(out, &ev);
	}
}

static void text_member(struct buf *out, const char *name, struct span text)
{
	if (text.n) {
		json_out_member(out, name, text);
	}
}

static void times_members(struct buf *out, const struct case_timeline_row *row)
{
	const struct schema *schema = event_schema((enum event_type)row->fixed.type);

	json_out_member_text(out, "type", schema ? schema->type : "");
	if (row->fixed.time_us) {
		json_out_member_time(out, "time", row->fixed.time_us);
	}
	json_out_member_time(out, "decidedtime", row->fixed.decided_us);
}

static void line_members(struct arena *arena,
			 struct buf *out,
			 uint32_t seq,
			 uint32_t ordinal,
			 const struct case_timeline_row *row)
{
	json_out_member_number(out, "seq", seq);
	json_out_member_number(out, "ordinal", ordinal);
	times_members(out, row);
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

static void guard_members(struct buf *out, const struct event *ev)
{
	struct answer_guard guard;

	if (ev->type == EVENT_action_refused && ev->data.action_refused.has_guard &&
	    answer_guard_find(ev->data.action_refused.guard, &guard)) {
		json_out_member_text(out, "guard", guard.id);
		json_out_member_text(out, "guard_zh", guard.zh);
		json_out_member_text(out, "guard_en", guard.en);
		json_out_member_text(out, "cure", guard.cure);
	}
}

/* The last line of an action. */
struct outcome {
	uint8_t origin[CASE_ROW_ORIGIN_BYTES];
	bool found;
	uint32_t seq, ordinal;
	struct case_timeline_row row;
};

static bool is_accepted(const struct case_timeline_row *row)
{
	return row->fixed.type != EVENT_action_refused &&
	       row->fixed.type != EVENT_action_repeated && row->fixed.type != EVENT_action_tried;
}

/* The first acceptance of an action is its outcome; a refusal binds nothing, so the last of those counts otherwise. */
static bool line_match(void *context,
		       uint32_t seq,
		       uint32_t ordinal,
		       const struct case_timeline_row *row)
{
	struct outcome *outcome = context;

	if (memcmp(row->fixed.origin, outcome->origin, sizeof outcome->origin) != 0) {
		return true;
	}
	outcome->found = true;
	outcome->seq = seq;
	outcome->ordinal = ordinal;
	outcome->row = *row;
	return !is_accepted(row);
}

/* Of a case that the token may not read: what became of the action, by which guard, and nothing that the case was or is. */
static void bare_members(struct buf *out, const struct outcome *outcome, const struct event *ev)
{
	struct event bare;

	times_members(out, &outcome->row);
	if (ev && ev->type == outcome->row.fixed.type && !is_accepted(&outcome->row)) {
		disclosure_bare(ev, &bare);
		event_write(out, &bare);
		guard_members(out, &bare);
	}
}

/* Who asks after its own act learns what it did, as when it was answered at once. */
static bool is_own(const struct token *token, const struct outcome *outcome)
{
	enum event_type type = (enum event_type)outcome->row.fixed.type;

	return type != EVENT_action_refused && type != EVENT_action_tried &&
	       span_eq(outcome->row.actor, span_cstr(token->id));
}

/* @param reads  the token may read the case */
static void outcome_write(struct http_request *request, const struct outcome *outcome, bool reads)
{
	struct buf *out = &request->answer;
	struct event ev;
	bool decoded = data_decode(&request->arena, &outcome->row, &ev);

	json_out_member_text(out, "outcome", outcome_of(&outcome->row));
	/* A report that was refused before there was a case tells of none. */
	if (!reads && !is_own(&request->token, outcome) &&
	    (outcome->seq || !decoded || disclosure_concerns(&ev))) {
		bare_members(out, outcome, decoded ? &ev : NULL);
		return;
	}
	line_members(&request->arena, out, outcome->seq, outcome->ordinal, &outcome->row);
	if (decoded) {
		guard_members(out, &ev);
	}
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

/* @param found  there is such a case @return whether the token may ask; a problem is answered otherwise */
static bool allow_outcome(struct http_request *request,
			  const struct case_id *id,
			  bool own,
			  const struct case_row *found)
{
	/* Whoever may speak for the source may ask what became of its actions, whether or not there is a case. */
	if (own) {
		reading_allow_bounded(request);
		return true;
	}
	return found ? reading_allow_case(request, found) : allow_auditor(request, id);
}

static void answer_outcome(struct http_request *request,
			   struct case_shelf_read *read,
			   const struct case_id *case_id,
			   struct span subject,
			   struct span source,
			   struct span id)
{
	struct outcome outcome = {.found = false};
	struct buf *out = &request->answer;
	struct case_row row;
	bool found = case_query_get(&read->query, case_id, &row),
	     own = door_rights_source(&request->token, source), reads;

	if (!allow_outcome(request, case_id, own, found ? &row : NULL)) {
		return;
	}
	reads = disclosure_county(&request->token, case_id) ||
		(found && reading_row(request, &row));
	case_row_origin(source, id, outcome.origin);
	case_query_timeline(&read->query, case_id, line_match, &outcome);
	json_out_open(out, '{');
	if (outcome.found) {
		outcome_write(request, &outcome, reads);
	} else {
		json_out_member_text(out, "outcome", "unknown");
	}
	json_out_member(out, "subject", subject);
	if (own && found && is_report_of(&row, source, id) &&
	    (reads || (outcome.found && is_own(&request->token, &outcome)))) {
		json_out_member(out, "receipt",
				span_of(row.fixed.receipt, sizeof row.fixed.receipt));
	}
	get_cases_as_of(out, read);
	json_out_close(out, '}');
	request->status = 200;
}

route_handler get_timeline_outcome;
void get_timeline_outcome(struct http_request *request)
{
	CLEANUP(case_shelf_end) struct case_shelf_read read = {0};
	struct span subject = http_query(request, "subject"),
		    source = http_query(request, "source"), id = http_query(request, "id");
	struct case_id case_id;

	if (!subject.n || !source.n || !id.n) {
		http_problem(request, PROBLEM_BAD_QUERY,
			     !subject.n  ? "subject"
			     : !source.n ? "source"
					 : "id",
			     "needed");
	} else if (!case_id_parse(subject, &case_id)) {
		get_outcomes_reference(request, subject, source, id);
	} else if (get_cases_shelf(request, &read)) {
		answer_outcome(request, &read, &case_id, subject, source, id);
	}
}
