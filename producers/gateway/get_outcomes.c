/*
 * get_outcomes.c: GET /v1/outcomes: the outcome of an action: about a case from its timeline, about reference data from
 * what the gateway has read of gov.reference since its start.
 */
#include "producers/gateway/answer.h"
#include "producers/gateway/disclosure.h"
#include "producers/gateway/door_places.h"
#include "producers/gateway/gateway.h"
#include "producers/gateway/get_cases.h"
#include "producers/gateway/get_timeline.h"
#include "producers/gateway/json_out.h"
#include "producers/gateway/read_rights.h"

static struct span after(struct span subject, struct span prefix)
{
	return span_starts(subject, prefix) && subject.n > prefix.n
		       ? span_of(subject.p + prefix.n, subject.n - prefix.n)
		       : (struct span){0};
}

static bool is_reference(struct span subject)
{
	return after(subject, SPAN("place:")).p || after(subject, SPAN("unit:")).p ||
	       after(subject, SPAN("list:")).p || after(subject, SPAN("policy:")).p ||
	       after(subject, SPAN("calendar:")).p || after(subject, SPAN("profile:")).p;
}

/* Whoever may speak for the source may ask; others only for places and units within their own place. The lock is held. */
static bool may_ask(struct http_request *request, struct span subject, struct span source)
{
	struct gateway *gateway = request->gateway;
	struct span place = after(subject, SPAN("place:")), unit = after(subject, SPAN("unit:"));
	struct ref_unit about = {0};

	if (door_rights_source(&request->token, source)) {
		read_rights_allow_bounded(request);
		return true;
	}
	if (unit.p && reference_unit(gateway->reference, gateway_today(gateway), unit, &about)) {
		place = about.seat;
	}
	return read_rights_allow_place(request, place);
}

static void answer(struct http_request *request,
		   struct span subject,
		   struct span source,
		   struct span id)
{
	struct gateway *gateway = request->gateway;
	struct buf *out = &request->answer;
	struct event ev;
	int64_t offset = 0;

	json_out_open(out, '{');
	if (outcome_log_find(gateway->outcome_log, subject, source, id, &ev, &offset)) {
		answer_members(out, &ev, 0, offset);
	} else {
		json_out_member_text(out, "outcome", "unknown");
		json_out_member(out, "subject", subject);
	}
	gateway_as_of(out, gateway_today(gateway));
	json_out_close(out, '}');
	request->status = 200;
}

static void answer_reference(struct http_request *request,
			     struct span subject,
			     struct span source,
			     struct span id)
{
	struct gateway *gateway = request->gateway;

	if (!is_reference(subject)) {
		http_problem(request, PROBLEM_BAD_QUERY, "subject",
			     "neither a case id nor a subject of reference data, such as place:53");
		return;
	}
	pthread_rwlock_rdlock(&gateway->reference_lock);
	if (may_ask(request, subject, source)) {
		answer(request, subject, source, id);
	}
	pthread_rwlock_unlock(&gateway->reference_lock);
}

/* ---- of cases, which have timelines */

/* The line of an action that is its outcome. */
struct outcome {
	struct case_query_line line;
	struct case_timeline_row row;
};

static bool is_accepted(const struct case_timeline_row *row)
{
	return row->fixed.type != EVENT_action_refused &&
	       row->fixed.type != EVENT_action_repeated && row->fixed.type != EVENT_action_tried;
}

/* Of a case that the token may not read: only what happened to the action, and nothing about the case. */
static void bare_members(struct buf *out, const struct outcome *outcome, const struct event *ev)
{
	struct event bare;

	get_timeline_times(out, &outcome->row);
	if (ev && ev->type == outcome->row.fixed.type && !is_accepted(&outcome->row)) {
		disclosure_bare(ev, &bare);
		get_timeline_data(out, &bare);
		answer_why(out, &bare);
	}
}

/* Whoever asks about an action of its own learns its outcome, as if it had been answered at once. */
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
	bool decoded = get_timeline_decode(&request->arena, &outcome->row, &ev);

	json_out_member_text(out, "outcome", answer_word(outcome->row.fixed.type));
	/* A report that was refused before there was a case tells of none. */
	if (!reads && !is_own(&request->token, outcome) &&
	    (outcome->line.seq || !decoded || disclosure_concerns(&ev))) {
		bare_members(out, outcome, decoded ? &ev : NULL);
		return;
	}
	get_timeline_line(&request->arena, out, outcome->line, &outcome->row);
	if (decoded) {
		answer_why(out, &ev);
	}
}

/* The receipt code is for whoever reported the matter. */
static bool is_report_of(const struct case_row *row, struct span source, struct span id)
{
	return row->fixed.receipt[0] && span_eq(row->source, source) && span_eq(row->id, id);
}

/* A report that was refused has no case: auditors of its county may ask for its outcome. */
static bool allow_auditor(struct http_request *request, const struct case_id *id)
{
	char county[7];

	if (!(request->token.rights & TOKEN_AUDIT)) {
		http_problem(request, PROBLEM_FORBIDDEN, NULL,
			     "not among what this token may read");
		return false;
	}
	case_id_county(id, county);
	return read_rights_allow_place(request, span_cstr(county));
}

/* @param found  there is such a case @return whether the token may ask; a problem is answered otherwise */
static bool allow_outcome(struct http_request *request,
			  const struct case_id *id,
			  bool own,
			  const struct case_row *found)
{
	/* Whoever may speak for the source may ask for the outcomes of its actions, whether or not there is a case. */
	if (own) {
		read_rights_allow_bounded(request);
		return true;
	}
	return found ? read_rights_allow_case(request, found) : allow_auditor(request, id);
}

static void answer_outcome(struct http_request *request,
			   struct case_reader_snapshot *snapshot,
			   const struct case_id *case_id,
			   struct span subject,
			   struct span source,
			   struct span id)
{
	uint8_t origin[CASE_ROW_ORIGIN_BYTES];
	struct outcome outcome;
	struct buf *out = &request->answer;
	struct case_row row;
	bool found = case_query_get(&snapshot->query, case_id, &row),
	     own = door_rights_source(&request->token, source), reads, known;

	if (!allow_outcome(request, case_id, own, found ? &row : NULL)) {
		return;
	}
	reads = disclosure_county(&request->token, case_id) ||
		(found && read_rights_row(request, &row));
	case_row_origin(source, id, origin);
	known = case_query_timeline_outcome(&snapshot->query, case_id, origin, &outcome.line,
					    &outcome.row);
	json_out_open(out, '{');
	if (known) {
		outcome_write(request, &outcome, reads);
	} else {
		json_out_member_text(out, "outcome", "unknown");
	}
	json_out_member(out, "subject", subject);
	if (own && found && is_report_of(&row, source, id) &&
	    (reads || (known && is_own(&request->token, &outcome)))) {
		json_out_member(out, "receipt",
				span_of(row.fixed.receipt, sizeof row.fixed.receipt));
	}
	get_cases_as_of(out, snapshot);
	json_out_close(out, '}');
	request->status = 200;
}

route_handler get_outcomes;
void get_outcomes(struct http_request *request)
{
	CLEANUP(case_reader_end) struct case_reader_snapshot snapshot = {0};
	struct span subject = door_places_subject(http_query(request, "subject")),
		    source = http_query(request, "source"), id = http_query(request, "id");
	struct case_id case_id;

	if (!subject.n || !source.n || !id.n) {
		http_problem(request, PROBLEM_BAD_QUERY,
			     !subject.n  ? "subject"
			     : !source.n ? "source"
					 : "id",
			     "needed");
	} else if (!case_id_parse(subject, &case_id)) {
		answer_reference(request, subject, source, id);
	} else if (get_cases_snapshot(request, &snapshot)) {
		answer_outcome(request, &snapshot, &case_id, subject, source, id);
	}
}
