/* disclosure.c: what an outcome tells of a case is only for those who may read that case.
 *
 * A refusal says what it met: a state, a unit, a number of events. The one who asked may be a stranger to the case, for the
 * door judges the token and the decider the unit, and neither who may read. So each answer that tells of a case is written
 * twice, and the bare one leaves unless the token is shown to be one that may read. Which guard refused tells of it too: that WHO
 * was reached says that the state would fit. So the bare one names one guard for all. */
#include "producers/gateway/disclosure.h"

#include "common/clock.h"
#include "producers/gateway/case_reader.h"
#include "producers/gateway/gateway.h"
#include "producers/gateway/read_rights.h"
#include "projections/guards.h"

/* How long an answer waits for the fold to pass its outcome: a token whose case is new, or has just come to it, may read it. */
enum { FOLD_WAIT_US = 250000 };

/* What refusals and dry runs have in common. */
struct asked {
	struct span type, reason, guard;
	bool of_state;
};

static bool asked_of(const struct event *ev, struct asked *ret_asked)
{
	const struct action_refused *refused = &ev->data.action_refused;
	const struct action_tried *tried = &ev->data.action_tried;
	static const struct span NONE;

	if (ev->type == EVENT_action_refused) {
		*ret_asked = (struct asked){refused->has_action_type ? refused->action_type : NONE,
					    refused->has_reason ? refused->reason : NONE,
					    refused->has_guard ? refused->guard : NONE,
					    refused->has_state};
	} else if (ev->type == EVENT_action_tried) {
		*ret_asked = (struct asked){tried->has_action_type ? tried->action_type : NONE,
					    tried->has_reason ? tried->reason : NONE,
					    tried->has_guard ? tried->guard : NONE, false};
	}
	return ev->type == EVENT_action_refused || ev->type == EVENT_action_tried;
}

bool disclosure_concerns(const struct event *outcome)
{
	const struct schema *schema;
	struct asked asked;

	if (!asked_of(outcome, &asked) || span_eq(asked.guard, SPAN("NO_CASE"))) {
		return false;
	}
	schema = event_schema(event_type_named(asked.type));
	if (schema && schema->topic != TOPIC_CASE) {
		return false;
	}
	/* A first report is judged by what it says itself: there is no case yet. */
	return !span_eq(asked.type, span_cstr(event_schema(EVENT_case_reported)->type)) ||
	       asked.of_state || span_eq(asked.guard, SPAN("EXISTS")) ||
	       span_eq(asked.reason, SPAN("CONFLICT"));
}

#define KEEP(to, from, member)                           \
	do {                                             \
		(to).member = (from).member;             \
		(to).has_##member = (from).has_##member; \
	} while (0)

/* Asked before anyone looks what the case is: these say that there is one, or nothing of it. */
static bool tells_nothing(struct span guard)
{
	static const enum guard EARLY[] = {GUARD_NO_CASE, GUARD_EXISTS, GUARD_PARTITION,
					   GUARD_HISTORY, GUARD_LIVE,   GUARD_REFKNOWN};

	for (size_t i = 0; i < sizeof EARLY / sizeof EARLY[0]; i++) {
		if (span_eq(guard, span_cstr(guards_get(EARLY[i])->id))) {
			return true;
		}
	}
	return guard.n == 0;
}

/* One guard for all that depend on the case, and one reason: MEMBER, a later one, has another than STATE. */
#define KEEP_GUARD(to, from)                                                                \
	do {                                                                                \
		KEEP(to, from, reason);                                                     \
		KEEP(to, from, guard);                                                      \
		if ((from).has_guard && !tells_nothing((from).guard)) {                     \
			EVENT_SET(to, reason, SPAN("GUARD"));                               \
			EVENT_SET(to, guard, span_cstr(guards_get(GUARD_UNDISCLOSED)->id)); \
		}                                                                           \
	} while (0)

static void keep_refused(const struct action_refused *from, struct action_refused *to)
{
	KEEP(*to, *from, action_type);
	KEEP_GUARD(*to, *from);
	KEEP(*to, *from, incident);
}

static void keep_tried(const struct action_tried *from, struct action_tried *to)
{
	KEEP(*to, *from, action_type);
	KEEP(*to, *from, would);
	KEEP_GUARD(*to, *from);
}

void disclosure_bare(const struct event *outcome, struct event *ret_bare)
{
	memset(ret_bare, 0, sizeof *ret_bare);
	ret_bare->type = outcome->type;
	KEEP(ret_bare->env, outcome->env, id);
	KEEP(ret_bare->env, outcome->env, source);
	KEEP(ret_bare->env, outcome->env, subject);
	KEEP(ret_bare->env, outcome->env, decidedtime);
	if (outcome->type == EVENT_action_refused) {
		keep_refused(&outcome->data.action_refused, &ret_bare->data.action_refused);
	} else if (outcome->type == EVENT_action_tried) {
		keep_tried(&outcome->data.action_tried, &ret_bare->data.action_tried);
	}
}

bool disclosure_county(const struct token *token, const struct case_id *id)
{
	char county[7];

	case_id_county(id, county);
	return read_rights_place(token, span_cstr(county));
}

/* The cases as they stand now, looked at by the first answer that needs them. */
struct look {
	struct http_request *request;
	struct case_reader_snapshot snapshot;
	bool begun, absent;
	bool behind; /* a case was looked at that the fold may not have brought here yet */
};

static bool look_begin(struct look *look)
{
	if (!look->begun && !look->absent) {
		look->begun =
			case_reader_begin(look->request->gateway->case_reader, &look->snapshot);
		look->absent = !look->begun;
	}
	return look->begun;
}

static bool may_read(struct look *look, const struct case_id *id, int64_t outcome_offset)
{
	struct case_row row;
	struct log_cursor cursor;

	if (disclosure_county(&look->request->token, id)) {
		return true;
	}
	if (!look_begin(look)) {
		return false;
	}
	if (case_query_get(&look->snapshot.query, id, &row) &&
	    read_rights_row(look->request, &row)) {
		return true;
	}
	look->behind |= !case_reader_cursor(&look->snapshot, case_reader_partition(id), &cursor) ||
			cursor.next_offset <= outcome_offset;
	return false;
}

static bool wait(struct http_request *request, struct batch *batch)
{
	int64_t now_us = clock_steady_us();

	if (!batch->open_until_us) {
		batch->open_until_us = now_us + FOLD_WAIT_US;
	}
	return now_us < batch->open_until_us && gateway_wait_try(request);
}

bool disclosure_open(struct http_request *request, struct batch *batch)
{
	struct look look = {.request = request};
	struct case_id id;

	for (int i = 0; i < batch->n_items; i++) {
		struct batch_item *item = &batch->items[i];

		if (item->whole.p && case_id_parse(item->subject, &id) &&
		    may_read(&look, &id, item->outcome_offset)) {
			item->answer = item->whole;
			item->whole = (struct span){0};
		}
	}
	case_reader_end(&look.snapshot);
	return !look.behind || !wait(request, batch);
}
