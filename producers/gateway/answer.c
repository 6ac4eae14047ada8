/* answer.c: an outcome as the sender reads it. */
#include "producers/gateway/answer.h"

#include <pthread.h>

#include "producers/gateway/json_out.h"
#include "producers/gateway/problem.h"
#include "projections/guards.h"
#include "projections/reasons.h"

/* The dues that a type carries, found by name once. */
enum {
	DUE_due_at,
	DUE_yellow_at,
	DUE_red_at,
	DUE_step_due_at,
	DUE_step_yellow_at,
	DUE_step_red_at,
	DUE_reopen_until,
	DUE_COUNT
};
static const char *const DUE_NAMES[DUE_COUNT] = {"due_at",      "yellow_at",      "red_at",
						 "step_due_at", "step_yellow_at", "step_red_at",
						 "reopen_until"};
static const struct field *dues[EVENT_TYPE_COUNT][DUE_COUNT], *steps[EVENT_TYPE_COUNT];
static pthread_once_t dues_once = PTHREAD_ONCE_INIT;

static const struct field *field_named(const struct schema *schema,
				       const char *name,
				       enum kind kind)
{
	for (int i = 0; i < schema->field_count; i++) {
		if (schema->fields[i].kind == kind && strcmp(schema->fields[i].name, name) == 0) {
			return &schema->fields[i];
		}
	}
	return NULL;
}

static void dues_find(void)
{
	for (int type = EVENT_NONE + 1; type < EVENT_TYPE_COUNT; type++) {
		const struct schema *schema = event_schema((enum event_type)type);

		steps[type] = field_named(schema, "step", KIND_ENUM);
		for (int i = 0; i < DUE_COUNT; i++) {
			dues[type][i] = field_named(schema, DUE_NAMES[i], KIND_TIME);
		}
	}
}

int answer_status(const struct event *outcome)
{
	switch (outcome->type) {
	case EVENT_action_refused:
		return problem_status(PROBLEM_REFUSED);
	case EVENT_action_repeated:
	case EVENT_action_tried:
		return 200;
	default:
		return 201;
	}
}

void answer_url(struct buf *out, struct span subject, struct span source, struct span id)
{
	buf_add(out, SPAN("/v1/outcomes?subject="));
	json_out_url(out, subject);
	buf_add(out, SPAN("&source="));
	json_out_url(out, source);
	buf_add(out, SPAN("&id="));
	json_out_url(out, id);
}

static void url_member(struct buf *out, struct span subject, struct span source, struct span id)
{
	json_out_name(out, "url");
	buf_add_byte(out, '"');
	answer_url(out, subject, source, id);
	buf_add_byte(out, '"');
}

static bool given(const struct event *ev, const struct field *field)
{
	return field && *(const bool *)((const char *)&ev->data + field->has_offset);
}

static void dues_write(struct buf *out, const struct event *ev)
{
	const struct field *step = steps[ev->type];

	for (int i = 0; i < DUE_COUNT; i++) {
		const struct field *field = dues[ev->type][i];

		if (given(ev, field)) {
			json_out_member_time(
				out, DUE_NAMES[i],
				*(const int64_t *)(const void *)((const char *)&ev->data +
								 field->offset));
		}
	}
	if (given(ev, step)) {
		json_out_member_code(out, "step", CODES_step,
				     *((const uint8_t *)&ev->data + step->offset));
	}
}

static void guard_write(struct buf *out, struct span id)
{
	const struct guard_text *text = guards_get(guards_named(id));

	json_out_member(out, "guard", id);
	if (text->id[0]) {
		json_out_member_text(out, "guard_zh", text->zh);
		json_out_member_text(out, "guard_en", text->en);
		json_out_member_text(out, "cure", text->cure);
	}
}

/* The guard's texts say more than its reason's. */
static void why_write(struct buf *out, struct span reason, struct span guard)
{
	const struct reason_text *text = reasons_get(reasons_named(reason));

	if (reason.p) {
		json_out_member(out, "reason", reason);
	}
	if (guard.n) {
		guard_write(out, guard);
	} else if (text->id[0]) {
		json_out_member_text(out, "reason_zh", text->zh);
		json_out_member_text(out, "reason_en", text->en);
		json_out_member_text(out, "cure", text->cure);
	}
}

void answer_why(struct buf *out, const struct event *outcome)
{
	const struct action_refused *refused = &outcome->data.action_refused;
	const struct action_tried *tried = &outcome->data.action_tried;
	static const struct span NONE;

	if (outcome->type == EVENT_action_refused) {
		why_write(out, refused->has_reason ? refused->reason : NONE,
			  refused->has_guard ? refused->guard : NONE);
	} else if (outcome->type == EVENT_action_tried) {
		why_write(out, tried->has_reason ? tried->reason : NONE,
			  tried->has_guard ? tried->guard : NONE);
	}
}

static void text_write(struct buf *out, const char *name, bool has, struct span text)
{
	if (has) {
		json_out_member(out, name, text);
	}
}

static void refused_write(struct buf *out, const struct event *ev)
{
	const struct action_refused *data = &ev->data.action_refused;
	bool conflict = data->has_reason && reasons_named(data->reason) == REASON_CONFLICT;

	problem_head(out, conflict ? PROBLEM_CONFLICT : PROBLEM_REFUSED);
	text_write(out, "action_type", data->has_action_type, data->action_type);
	answer_why(out, ev);
	text_write(out, "detail", data->has_detail, data->detail);
	text_write(out, "needs", data->has_needs, data->needs);
	json_out_member_code(out, "state", CODES_case_state, data->has_state ? data->state : 0);
	text_write(out, "incident", data->has_incident, data->incident);
}

static void tried_write(struct buf *out, const struct event *ev)
{
	const struct action_tried *data = &ev->data.action_tried;

	text_write(out, "action_type", data->has_action_type, data->action_type);
	text_write(out, "would", data->has_would, data->would);
	if (data->has_would_seq) {
		json_out_member_number(out, "would_seq", (int64_t)data->would_seq);
	}
	json_out_member_code(out, "would_to", CODES_case_state,
			     data->has_would_to ? data->would_to : 0);
	if (data->has_would_due_at) {
		json_out_member_time(out, "would_due_at", data->would_due_at);
	}
	answer_why(out, ev);
	text_write(out, "detail", data->has_detail, data->detail);
	text_write(out, "needs", data->has_needs, data->needs);
}

static void accepted_write(struct buf *out, const struct event *ev)
{
	json_out_member_text(out, "event_type", event_schema(ev->type)->type);
	json_out_member_code(out, "from", CODES_case_state, ev->env.has_from ? ev->env.from : 0);
	json_out_member_code(out, "to", CODES_case_state, ev->env.has_to ? ev->env.to : 0);
	text_write(out, "owner", ev->env.has_owner, ev->env.owner);
	dues_write(out, ev);
	text_write(out, "receipt", ev->env.has_receipt, ev->env.receipt);
}

static void repeated_write(struct buf *out, const struct event *ev)
{
	const struct action_repeated *data = &ev->data.action_repeated;

	text_write(out, "action_type", data->has_action_type, data->action_type);
	if (data->has_first_seq) {
		json_out_member_number(out, "seq", (int64_t)data->first_seq);
	}
	json_out_member_code(out, "to", CODES_case_state, data->has_first_to ? data->first_to : 0);
	text_write(out, "receipt", ev->env.has_receipt, ev->env.receipt);
}

const char *answer_word(enum event_type outcome)
{
	switch (outcome) {
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

static void place_write(struct buf *out, const struct event *ev, int partition, int64_t offset)
{
	json_out_member_text(out, "outcome", answer_word(ev->type));
	if (ev->type != EVENT_action_refused) { /* a problem has one */
		json_out_member_number(out, "status", answer_status(ev));
	}
	text_write(out, "subject", ev->env.has_subject, ev->env.subject);
	if (ev->env.has_seq) {
		json_out_member_number(out, "seq", (int64_t)ev->env.seq);
	}
	json_out_name(out, "position");
	json_out_open(out, '{');
	json_out_member_number(out, "partition", partition);
	json_out_member_number(out, "offset", offset);
	json_out_close(out, '}');
}

void answer_members(struct buf *out, const struct event *ev, int partition, int64_t offset)
{
	(void)pthread_once(&dues_once, dues_find);
	place_write(out, ev, partition, offset);
	switch (ev->type) {
	case EVENT_action_refused:
		refused_write(out, ev);
		break;
	case EVENT_action_repeated:
		repeated_write(out, ev);
		break;
	case EVENT_action_tried:
		tried_write(out, ev);
		break;
	default:
		accepted_write(out, ev);
	}
	if (ev->env.has_decidedtime) {
		json_out_member_time(out, "decidedtime", ev->env.decidedtime);
	}
	if (ev->env.has_subject && ev->env.has_source && ev->env.has_id) {
		url_member(out, ev->env.subject, ev->env.source, ev->env.id);
	}
}

void answer_pending(struct buf *out, struct span subject, struct span source, struct span id)
{
	json_out_member_text(out, "outcome", "pending");
	json_out_member_number(out, "status", 202);
	json_out_member(out, "subject", subject);
	url_member(out, subject, source, id);
}
