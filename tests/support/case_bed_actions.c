/* case_bed_actions.c: short forms of the actions about a case. */
#include "tests/support/case_bed.h"

const char *case_bed_report(
	struct case_bed *bed, const char *unit, const char *place, const char *type, int severity)
{
	case_bed_begin(bed, EVENT_case_reported, unit);
	EVENT_SET(bed->ev.env, place, span_cstr(place));
	EVENT_SET(bed->ev.data.case_reported, type_code, span_cstr(type));
	EVENT_SET(bed->ev.data.case_reported, title, SPAN("事"));
	if (severity) {
		EVENT_SET(bed->ev.data.case_reported, severity, (uint8_t)severity);
	}
	return case_bed_post(bed);
}

const char *case_bed_accept(struct case_bed *bed, const char *unit, int severity)
{
	case_bed_begin(bed, EVENT_case_accepted, unit);
	EVENT_SET(bed->ev.data.case_accepted, severity, (uint8_t)severity);
	return case_bed_post(bed);
}

const char *case_bed_dispatch(struct case_bed *bed, const char *unit, const char *lead)
{
	case_bed_begin(bed, EVENT_case_dispatched, unit);
	EVENT_SET(bed->ev.data.case_dispatched, lead_unit, span_cstr(lead));
	return case_bed_post(bed);
}

const char *case_bed_simple(struct case_bed *bed, enum event_type type, const char *unit)
{
	case_bed_begin(bed, type, unit);
	switch ((int)type) {
	case EVENT_case_rejected:
		EVENT_SET(bed->ev.data.case_rejected, reason, CODE_reject_reason_not_ours);
		break;
	case EVENT_case_returned:
		EVENT_SET(bed->ev.data.case_returned, reason, CODE_return_reason_other);
		break;
	case EVENT_case_handling_logged:
		EVENT_SET(bed->ev.data.case_handling_logged, action,
			  CODE_handling_action_site_visit);
		break;
	case EVENT_case_feedback_submitted:
		EVENT_SET(bed->ev.data.case_feedback_submitted, result, CODE_outcome_resolved);
		break;
	case EVENT_case_closed:
		EVENT_SET(bed->ev.data.case_closed, outcome, CODE_outcome_resolved);
		break;
	default:
		break;
	}
	return case_bed_post(bed);
}

const char *case_bed_escalate(struct case_bed *bed, const char *unit, int cause)
{
	case_bed_begin(bed, EVENT_case_escalated, unit);
	EVENT_SET(bed->ev.data.case_escalated, cause, (uint8_t)cause);
	return case_bed_post(bed);
}

const char *case_bed_hold(struct case_bed *bed, const char *unit, int64_t until_us)
{
	case_bed_begin(bed, EVENT_case_held, unit);
	EVENT_SET(bed->ev.data.case_held, reason, CODE_hold_reason_court);
	EVENT_SET(bed->ev.data.case_held, hold_until, until_us);
	EVENT_SET(bed->ev.data.case_held, approver_unit, span_cstr(unit));
	return case_bed_post(bed);
}

const char *case_bed_verify(struct case_bed *bed, const char *unit, bool pass)
{
	case_bed_begin(bed, EVENT_case_verified, unit);
	EVENT_SET(bed->ev.data.case_verified, pass, pass);
	if (!pass) {
		EVENT_SET(bed->ev.data.case_verified, reason, SPAN("未清理"));
	}
	return case_bed_post(bed);
}

const char *case_bed_callback(struct case_bed *bed, const char *unit, unsigned score)
{
	case_bed_begin(bed, EVENT_callback_recorded, unit);
	EVENT_SET(bed->ev.data.callback_recorded, reached, score > 0);
	if (score) {
		EVENT_SET(bed->ev.data.callback_recorded, score, score);
		EVENT_SET(bed->ev.data.callback_recorded, cause, CODE_callback_cause_unit);
	}
	return case_bed_post(bed);
}

const char *case_bed_reopen(struct case_bed *bed, const char *unit, int cause)
{
	case_bed_begin(bed, EVENT_case_reopened, unit);
	EVENT_SET(bed->ev.data.case_reopened, cause, (uint8_t)cause);
	return case_bed_post(bed);
}
