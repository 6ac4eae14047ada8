/* get_outcomes.c: /v1/outcomes for reference data: from what the gateway has read of gov.reference since its start. */
#include "producers/get_outcomes.h"

#include "producers/answer.h"
#include "producers/gateway.h"
#include "producers/json_out.h"
#include "producers/reading.h"

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
		reading_allow_bounded(request);
		return true;
	}
	if (unit.p && reference_unit(gateway->reference, gateway_today(gateway), unit, &about)) {
		place = about.seat;
	}
	return reading_allow_place(request, place);
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

void get_outcomes_reference(struct http_request *request,
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
