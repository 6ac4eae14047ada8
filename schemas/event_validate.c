/* event_validate.c: what a sender's action must obey before anything is stamped, sealed or sent on. */
#include <stdio.h>

#include "common/case_id.h"
#include "common/place.h"
#include "schemas/event.h"
#include "schemas/member.h"

static enum err refuse(struct problem *problem,
		       const char *where,
		       const char *name,
		       const char *reason)
{
	if (problem) {
		snprintf(problem->field, sizeof problem->field, "%s%s", where, name);
		snprintf(problem->reason, sizeof problem->reason, "%s", reason);
	}
	return ERR_INVALID;
}

/* One item of a member. @return NULL, or why it does not fit */
static const char *check_item(const struct field *f, const void *object, unsigned i)
{
	switch (member_shape((enum kind)f->kind)) {
	case MEMBER_TEXT:
	case MEMBER_BYTES:
		return member_check(f, member_span(f, object, i), true);
	case MEMBER_INT: {
		int64_t value = member_int(f, object, i);

		return member_check_int(
			f, (struct mp_int){(uint64_t)value, f->kind != KIND_UINT && value < 0});
	}
	case MEMBER_CODE:
		return *codes_get(member_codes(f), (uint8_t)member_int(f, object, i))->name
			       ? NULL
			       : "is not in its list of codes";
	case MEMBER_BOOL:
		break;
	}
	return NULL;
}

static const char *check_member(const struct field *f, const void *object)
{
	unsigned count = member_count(f, object);
	const char *reason = NULL;

	if (!count) {
		return f->need == NEED_REQUIRED ? "is missing" : NULL;
	}
	if (f->need == NEED_STAMPED) {
		return "is set by the door, not by senders";
	}
	if (f->need == NEED_DECIDED) {
		return "is set by the decider, not by senders";
	}
	if (f->list_max && count > f->list_max) {
		return "has too many items";
	}
	for (unsigned i = 0; i < count && !reason; i++) {
		reason = check_item(f, object, i);
	}
	return reason;
}

static enum err check_members(const struct field *fields,
			      size_t count,
			      const void *object,
			      const char *where,
			      struct problem *problem)
{
	for (const struct field *f = fields; f < fields + count; f++) {
		const char *reason = check_member(f, object);

		if (reason) {
			return refuse(problem, where, f->name, reason);
		}
	}
	return ERR_OK;
}

/* What follows a prefix such as "place:"; absent if the subject does not begin with it, or nothing follows. */
static struct span after(struct span subject, struct span prefix)
{
	if (!span_starts(subject, prefix) || subject.n == prefix.n) {
		return (struct span){0};
	}
	return span_of(subject.p + prefix.n, subject.n - prefix.n);
}

/* list:LIST:CODE or list:LIST:CODE:SCOPE, as the members of data say. */
static const char *check_list_subject(const struct event *ev)
{
	const struct list_item_set *item = &ev->data.list_item_set;
	char subject[LIMIT_SUBJECT_BYTES + 1];
	int n = snprintf(subject, sizeof subject, "list:%s:%.*s%s%.*s",
			 codes_get(CODES_list_kind, item->list)->name, SPAN_ARGS(item->code),
			 item->has_scope ? ":" : "", item->has_scope ? (int)item->scope.n : 0,
			 item->has_scope ? (const char *)item->scope.p : "");

	if (n < 0 || (size_t)n >= sizeof subject) {
		return "does not fit: code and scope are too long together";
	}
	return span_eq(ev->env.subject, span_cstr(subject))
		       ? NULL
		       : "must be list:LIST:CODE or list:LIST:CODE:SCOPE, as in data";
}

static const char *check_case_subject(const struct event *ev)
{
	struct case_id id;

	if (!ev->env.has_subject) {
		return ev->type == EVENT_case_reported ? NULL : "is missing: it names the case";
	}
	return case_id_parse(ev->env.subject, &id) ? NULL : "must be a case id";
}

static const char *check_subject(const struct event *ev)
{
	struct span subject = ev->env.has_subject ? ev->env.subject : SPAN("");

	switch (ev->type) {
	case EVENT_place_registered:
	case EVENT_place_changed:
		return place_valid(after(subject, SPAN("place:"))) ? NULL : "must be place:CODE";
	case EVENT_unit_registered:
		return after(subject, SPAN("unit:")).p ? NULL : "must be unit:ID";
	case EVENT_list_item_set:
		return check_list_subject(ev);
	case EVENT_policy_set:
		return after(subject, SPAN("policy:")).p ? NULL : "must be policy:ID";
	case EVENT_calendar_set:
		return after(subject, SPAN("calendar:")).p ? NULL : "must be calendar:ID";
	case EVENT_profile_set:
		return after(subject, SPAN("profile:")).p ? NULL : "must be profile:ID";
	case EVENT_clock_advanced:
	case EVENT_clock_confirmed:
	case EVENT_went_live:
		return span_eq(subject, SPAN("clock")) ? NULL : "must be clock";
	default:
		return check_case_subject(ev);
	}
}

static enum err check_report(const struct event *ev, struct problem *problem)
{
	const struct case_reported *data = &ev->data.case_reported;

	if (!ev->env.has_place) {
		return refuse(problem, "", "place", "is missing: a report needs a place");
	}
	/* The door sends the code on without the zeros that fill it up. */
	if (place_normalise(ev->env.place).n < PLACE_COUNTY_BYTES) {
		return refuse(problem, "", "place",
			      "must name a county or a place in one, at least six digits");
	}
	if (data->has_lon_e6 != data->has_lat_e6) {
		return refuse(problem, "data.", data->has_lon_e6 ? "lat_e6" : "lon_e6",
			      "is missing: a point has longitude and latitude");
	}
	return ERR_OK;
}

enum err event_validate_posted(const struct event *ev, struct problem *ret_problem)
{
	const struct schema *schema = event_schema(ev->type);
	size_t count;
	const struct field *env = event_envelope_fields(&count);
	enum err err;

	if (!schema || !schema->posted) {
		return refuse(ret_problem, "", "type", "is not one that may be posted");
	}
	if (ev->n_extras) {
		return refuse(ret_problem, "", "", "has members that are not of its type");
	}
	err = check_members(env, count, &ev->env, "", ret_problem);
	if (!err) {
		err = check_members(schema->fields, schema->field_count, &ev->data, "data.",
				    ret_problem);
	}
	if (err) {
		return err;
	}
	const char *reason = check_subject(ev);

	if (reason) {
		return refuse(ret_problem, "", "subject", reason);
	}
	return ev->type == EVENT_case_reported ? check_report(ev, ret_problem) : ERR_OK;
}
