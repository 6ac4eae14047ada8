/* case_status.c: where every case stands: handlers that fold the case events into rows, a timeline and the place board. */
#include "projections/case_status.h"

#include "common/civil.h"
#include "projections/case_board.h"
#include "projections/case_row.h"
#include "projections/case_status_check.h"
#include "projections/case_status_tables.h"
#include "projections/case_timeline.h"

/* What one event is folded with: the case's row before and after, and what to count. */
struct fold {
	struct view *view;
	const struct event *ev;
	const struct place_in_log *at;
	struct case_id id;
	struct case_row row;
	struct case_board_row count;
	struct case_board_standing was;
	/* The row as it was: its texts outlive what the view lends */
	uint8_t bytes[CASE_ROW_MAX_BYTES];
};

static bool load(struct fold *fold)
{
	struct span stored;

	if (!view_get(fold->view, CASE_STATUS_CASE, span_of(fold->id.key, CASE_ID_KEY_BYTES),
		      &stored)) {
		return false;
	}
	if (stored.n > sizeof fold->bytes) {
		fold->view->err = ERR_STORE;
		return false;
	}
	memcpy(fold->bytes, stored.p, stored.n);
	if (!case_row_read(span_of(fold->bytes, stored.n), &fold->row)) {
		fold->view->err = ERR_STORE;
		return false;
	}
	fold->was = case_board_standing(&fold->row.fixed);
	return true;
}

static enum err store(struct fold *fold)
{
	uint8_t bytes[CASE_ROW_MAX_BYTES];
	size_t n = case_row_write(&fold->row, bytes);

	if (!n) {
		return ERR_TOO_BIG;
	}
	view_put(fold->view, CASE_STATUS_CASE, span_of(fold->id.key, CASE_ID_KEY_BYTES),
		 span_of(bytes, n));
	return fold->view->err;
}

/* The day something happened: by the action's own time, never after it was decided. */
static int32_t day_of(const struct event *ev)
{
	bool later = ev->env.time > ev->env.decidedtime;

	return civil_day(later ? ev->env.decidedtime : ev->env.time);
}

static void count(struct fold *fold)
{
	static const struct case_board_row nothing;
	int32_t day = day_of(fold->ev);

	case_board_move(fold->view, CASE_STATUS_BOARD, &fold->row.fixed, fold->at->partition, day,
			&fold->was);
	if (memcmp(&fold->count, &nothing, sizeof nothing) != 0) {
		case_board_add(fold->view, CASE_STATUS_BOARD, &fold->row.fixed, fold->at->partition,
			       day, &fold->count);
	}
}

/* What every event brings: seq, state, owner, dues when it carries them; the first deadline is kept, whichever event brings it. */
#define TAKE_DUES(row, data)                                                                      \
	do {                                                                                      \
		(row)->case_due =                                                                 \
			(struct case_row_due){(data)->due_at, (data)->yellow_at, (data)->red_at}; \
		(row)->step_due = (struct case_row_due){                                          \
			(data)->step_due_at, (data)->step_yellow_at, (data)->step_red_at};        \
		(row)->step = (data)->step;                                                       \
		(row)->provisional = (data)->provisional;                                         \
		(row)->orig_due_us = (row)->orig_due_us ? (row)->orig_due_us : (data)->due_at;    \
	} while (0)

static void begin(struct fold *fold, struct case_row *row)
{
	const struct envelope *env = &fold->ev->env;

	row->fixed.seq = (uint32_t)env->seq;
	row->fixed.ordinal = 0;
	row->fixed.updated_us = env->decidedtime;
	if (env->has_to) {
		row->fixed.state = env->to;
	}
	if (env->has_owner) {
		row->owner = env->owner;
	}
}

static void copy_text(char *to, size_t room, struct span text)
{
	if (text.n) {
		memcpy(to, text.p, text.n < room ? text.n : room);
	}
}

/* What a profile lacks is counted in no rate: no deadline, no level that should close. */
static void closes(struct fold *fold)
{
	struct case_row_fixed *row = &fold->row.fixed;
	bool with_due = row->case_due.due_us != 0;
	bool with_level = row->close_level && row->close_level_expected;

	row->closed_us = fold->ev->env.decidedtime;
	row->closed_day = day_of(fold->ev);
	fold->count.closed = 1;
	fold->count.closed_with_due = with_due;
	fold->count.closed_late = with_due && row->late;
	fold->count.closed_with_level = with_level;
	fold->count.closed_low = with_level && row->close_level >= row->close_level_expected;
}

static enum err on_reported(struct fold *fold)
{
	const struct case_reported *data = &fold->ev->data.case_reported;
	const struct envelope *env = &fold->ev->env;
	struct case_row_fixed *row = &fold->row.fixed;

	if (row->seq) {
		return ERR_CONFLICT;
	}
	fold->row = (struct case_row){0};
	begin(fold, &fold->row);
	copy_text(row->type_code, sizeof row->type_code, data->type_code);
	copy_text(row->place, CASE_ROW_PLACE_BYTES, env->place);
	copy_text(row->common, CASE_ROW_PLACE_BYTES,
		  case_row_common(env->place, data->places, data->n_places));
	copy_text(row->receipt, sizeof row->receipt, env->receipt);
	case_row_origin(env->source, env->id, row->origin);
	row->reported_us = env->time;
	row->channel = data->channel;
	row->severity = data->severity;
	row->outcome = data->resolution;
	row->close_level_expected = (uint8_t)data->close_level_expected;
	row->window_until_us = data->reopen_until;
	TAKE_DUES(row, data);
	fold->row.title = data->title;
	fold->row.source = env->source;
	fold->row.id = env->id;
	fold->row.profile = data->profile;
	fold->row.campaign = data->campaign;
	fold->row.prior_case = data->prior_case;
	fold->row.point_id = data->point_id;
	fold->count.reported = 1;
	if (row->state == CODE_case_state_CL) {
		fold->row.handler_unit = env->unit;
		/* Who settles on the spot closes at their own level; of a department the event does not say which. */
		row->close_level = (uint8_t)place_level(place_of_unit(env->unit));
		fold->count.settled = 1;
		closes(fold);
	}
	return ERR_OK;
}

static enum err on_accepted(struct fold *fold)
{
	const struct case_accepted *data = &fold->ev->data.case_accepted;

	fold->row.fixed.severity = data->severity;
	TAKE_DUES(&fold->row.fixed, data);
	fold->count.accepted = 1;
	return ERR_OK;
}

static enum err on_rejected(struct fold *fold)
{
	const struct case_rejected *data = &fold->ev->data.case_rejected;

	fold->row.fixed.reason = data->reason;
	fold->row.fixed.window_until_us = data->objection_until;
	fold->row.fixed.provisional = data->provisional;
	fold->row.fixed.closed_us = fold->ev->env.decidedtime;
	fold->count.rejected = 1;
	return ERR_OK;
}

static enum err on_classified(struct fold *fold)
{
	const struct case_classified *data = &fold->ev->data.case_classified;

	if (data->has_severity) {
		fold->row.fixed.severity = data->severity;
	}
	if (data->has_type_code) {
		copy_text(fold->row.fixed.type_code, sizeof fold->row.fixed.type_code,
			  data->type_code);
	}
	TAKE_DUES(&fold->row.fixed, data);
	return ERR_OK;
}

static enum err on_dispatched(struct fold *fold)
{
	const struct case_dispatched *data = &fold->ev->data.case_dispatched;

	case_row_clear_handlers(&fold->row);
	fold->row.lead_unit = data->lead_unit;
	fold->row.n_assist = data->n_assist;
	memcpy(fold->row.assist, data->assist, sizeof fold->row.assist);
	TAKE_DUES(&fold->row.fixed, data);
	fold->count.dispatched = 1;
	return ERR_OK;
}

static enum err on_signed_for(struct fold *fold)
{
	TAKE_DUES(&fold->row.fixed, &fold->ev->data.case_signed_for);
	return ERR_OK;
}

static enum err on_returned(struct fold *fold)
{
	const struct case_returned *data = &fold->ev->data.case_returned;

	/* What the owner takes back from a unit that is gone is no return, and n stays. */
	fold->count.returned = data->n > fold->row.fixed.returns;
	fold->row.fixed.returns = (uint8_t)data->n;
	case_row_clear_handlers(&fold->row);
	TAKE_DUES(&fold->row.fixed, data);
	return ERR_OK;
}

static enum err on_handling_logged(struct fold *fold)
{
	TAKE_DUES(&fold->row.fixed, &fold->ev->data.case_handling_logged);
	return ERR_OK;
}

/* On hold no deadline runs; resuming states them anew. */
static enum err on_held(struct fold *fold)
{
	const struct case_held *data = &fold->ev->data.case_held;

	fold->row.fixed.reason = data->reason;
	fold->row.fixed.held_since_us = fold->ev->env.decidedtime;
	fold->row.fixed.hold_until_us = data->hold_until;
	fold->row.fixed.holds = (uint8_t)data->n;
	return ERR_OK;
}

static enum err on_resumed(struct fold *fold)
{
	case_row_end_hold(&fold->row.fixed, fold->ev->env.decidedtime);
	TAKE_DUES(&fold->row.fixed, &fold->ev->data.case_resumed);
	return ERR_OK;
}

static enum err on_escalated(struct fold *fold)
{
	const struct case_escalated *data = &fold->ev->data.case_escalated;

	if (data->has_severity) {
		fold->row.fixed.severity = data->severity;
	}
	if (fold->row.fixed.held_since_us) {
		case_row_end_hold(&fold->row.fixed, fold->ev->env.decidedtime);
	}
	fold->row.fixed.escalations++;
	case_row_clear_handlers(&fold->row);
	TAKE_DUES(&fold->row.fixed, data);
	fold->count.escalated = 1;
	fold->count.escalated_overdue = data->cause == CODE_escalate_cause_overdue;
	return ERR_OK;
}

static enum err on_feedback_submitted(struct fold *fold)
{
	const struct case_feedback_submitted *data = &fold->ev->data.case_feedback_submitted;

	fold->row.fixed.outcome = data->result;
	fold->row.handler_unit = fold->ev->env.unit;
	TAKE_DUES(&fold->row.fixed, data);
	return ERR_OK;
}

static enum err on_verified(struct fold *fold)
{
	const struct case_verified *data = &fold->ev->data.case_verified;

	fold->row.fixed.reworks = (uint8_t)data->rework;
	TAKE_DUES(&fold->row.fixed, data);
	fold->count.reworked = !data->pass;
	return ERR_OK;
}

static enum err on_closed(struct fold *fold)
{
	const struct case_closed *data = &fold->ev->data.case_closed;
	struct case_row_fixed *row = &fold->row.fixed;

	row->outcome = data->outcome;
	if (!fold->row.lead_unit.n && !fold->row.handler_unit.n) {
		fold->row.handler_unit = fold->ev->env.unit;
	}
	row->close_level = (uint8_t)data->close_level;
	row->close_level_expected = (uint8_t)data->close_level_expected;
	row->late = data->late;
	row->held_us = (int64_t)data->held_us;
	row->window_until_us = data->reopen_until;
	row->provisional = data->provisional;
	for (int i = 0; i < data->n_skipped; i++) {
		row->skipped |= (uint16_t)(1u << data->skipped[i]);
	}
	closes(fold);
	return ERR_OK;
}

/* It is told of the day of the closing: so of no days can more be undone than were closed, and what was never closed (RJ, VE) is not. */
static void undo_closing(struct fold *fold)
{
	if (fold->ev->env.from == CODE_case_state_CL) {
		case_board_add(fold->view, CASE_STATUS_BOARD, &fold->row.fixed, fold->at->partition,
			       fold->row.fixed.closed_day,
			       &(struct case_board_row){.closed_reopened = 1});
	}
}

static enum err on_reopened(struct fold *fold)
{
	const struct case_reopened *data = &fold->ev->data.case_reopened;

	undo_closing(fold);
	fold->row.fixed.reopens = (uint8_t)data->n;
	fold->row.fixed.severity = data->severity;
	fold->row.fixed.closed_us = fold->row.fixed.window_until_us = 0;
	fold->row.fixed.reason = 0;
	case_row_clear_handlers(&fold->row);
	TAKE_DUES(&fold->row.fixed, data);
	fold->count.reopened = 1;
	return ERR_OK;
}

static enum err on_callback(struct fold *fold)
{
	const struct callback_recorded *data = &fold->ev->data.callback_recorded;

	if (data->has_step || data->has_due_at) {
		TAKE_DUES(&fold->row.fixed, data);
	}
	if (data->has_score) {
		fold->row.fixed.score = (uint8_t)data->score;
		fold->count.callbacks = 1;
		fold->count.score_sum = (uint32_t)data->score;
	}
	return ERR_OK;
}

static enum err on_dues_restated(struct fold *fold)
{
	const struct case_dues_restated *data = &fold->ev->data.case_dues_restated;
	struct case_row_fixed *row = &fold->row.fixed;

	if (case_row_is_open(row)) {
		TAKE_DUES(row, data);
	} else {
		row->window_until_us = data->window_until;
		row->provisional = data->provisional;
	}
	return ERR_OK;
}

typedef enum err fold_event(struct fold *fold);

static fold_event *const FOLDS[EVENT_TYPE_COUNT] = {
	[EVENT_case_reported] = on_reported,
	[EVENT_case_accepted] = on_accepted,
	[EVENT_case_rejected] = on_rejected,
	[EVENT_case_classified] = on_classified,
	[EVENT_case_dispatched] = on_dispatched,
	[EVENT_case_signed_for] = on_signed_for,
	[EVENT_case_returned] = on_returned,
	[EVENT_case_handling_logged] = on_handling_logged,
	[EVENT_case_held] = on_held,
	[EVENT_case_resumed] = on_resumed,
	[EVENT_case_escalated] = on_escalated,
	[EVENT_case_feedback_submitted] = on_feedback_submitted,
	[EVENT_case_verified] = on_verified,
	[EVENT_case_closed] = on_closed,
	[EVENT_case_reopened] = on_reopened,
	[EVENT_callback_recorded] = on_callback,
	[EVENT_case_dues_restated] = on_dues_restated,
};

static enum err on_event(struct view *view, const struct event *ev, const struct place_in_log *at)
{
	struct fold fold = {.view = view, .ev = ev, .at = at};

	if (!case_id_parse(ev->env.subject, &fold.id)) {
		return ERR_MALFORMED;
	}
	bool found = load(&fold);

	if (view->err || (!found && ev->type != EVENT_case_reported)) {
		return view->err ? view->err : ERR_ABSENT;
	}
	if (found) {
		begin(&fold, &fold.row);
	}
	enum err err = FOLDS[ev->type](&fold);

	if (err) {
		return err;
	}
	case_timeline_add(view, &fold.id, (uint32_t)ev->env.seq, 0, ev);
	count(&fold);
	return store(&fold);
}

/* An outcome that does not change the case is put into its timeline after the last event, under an ordinal. */
static enum err on_no_event(struct view *view,
			    const struct event *ev,
			    const struct place_in_log *at)
{
	struct fold fold = {.view = view, .ev = ev, .at = at};
	struct span stored;
	uint32_t asked = 0;

	if (!case_id_parse(ev->env.subject, &fold.id)) {
		return ERR_OK; /* an undecodable action has no case */
	}
	if (load(&fold)) {
		fold.row.fixed.ordinal++;
		case_timeline_add(view, &fold.id, fold.row.fixed.seq, fold.row.fixed.ordinal, ev);
		return store(&fold);
	}
	struct span key = span_of(fold.id.key, CASE_ID_KEY_BYTES);

	if (view_get(view, CASE_STATUS_ASKED, key, &stored)) {
		memcpy(&asked, stored.p, sizeof asked);
	}
	asked++;
	case_timeline_add(view, &fold.id, 0, asked, ev);
	view_put(view, CASE_STATUS_ASKED, key, span_of(&asked, sizeof asked));
	return view->err;
}

static int64_t seq_of(struct view *view, const struct event *ev)
{
	struct case_id id;
	struct span stored;
	uint32_t seq = 0;

	if (case_id_parse(ev->env.subject, &id) &&
	    view_get(view, CASE_STATUS_CASE, span_of(id.key, CASE_ID_KEY_BYTES), &stored)) {
		memcpy(&seq, stored.p, sizeof seq);
	}
	return seq;
}

static const struct handler HANDLERS[] = {
	{EVENT_case_reported, on_event},
	{EVENT_case_accepted, on_event},
	{EVENT_case_rejected, on_event},
	{EVENT_case_classified, on_event},
	{EVENT_case_dispatched, on_event},
	{EVENT_case_signed_for, on_event},
	{EVENT_case_returned, on_event},
	{EVENT_case_handling_logged, on_event},
	{EVENT_case_held, on_event},
	{EVENT_case_resumed, on_event},
	{EVENT_case_escalated, on_event},
	{EVENT_case_feedback_submitted, on_event},
	{EVENT_case_verified, on_event},
	{EVENT_case_closed, on_event},
	{EVENT_case_reopened, on_event},
	{EVENT_callback_recorded, on_event},
	{EVENT_case_dues_restated, on_event},
	{EVENT_action_refused, on_no_event},
	{EVENT_action_repeated, on_no_event},
	{EVENT_action_tried, on_no_event},
	{EVENT_NONE, NULL},
};

const struct projection case_status = {
	.name = "case-status",
	.version = 8,
	.topic = TOPIC_CASE,
	.tables = case_status_tables,
	.handlers = HANDLERS,
	.check = case_status_check_tables,
	.seq_of = seq_of,
};
