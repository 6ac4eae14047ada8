/* disclosure_test.c: what an outcome tells of a case reaches nobody who may not read it, whatever the guard, the member or the way it was posted. */
#include "producers/gateway/disclosure.h"

#include <stdio.h>
#include <stdlib.h>

#include "producers/gateway/answer.h"
#include "producers/gateway/case_reader.h"
#include "producers/gateway/gateway.h"
#include "projections/guards.h"
#include "tests/support/cmocka_all.h"

#define SUBJECT "530102-20230119-7K3M9QXA2B4C"
/* What the outcomes of these tests tell of the case: none of it may be read in a bare answer. */
#define SECRET "SECRET"

static const char *const GUARD_NAMES[] = {
#define GUARD(id, zh, en, cure) #id,
#include "projections/guards.def"
#undef GUARD
};
enum { GUARDS = sizeof GUARD_NAMES / sizeof GUARD_NAMES[0] };

static void envelope(struct event *ev, enum event_type type)
{
	memset(ev, 0, sizeof *ev);
	ev->type = type;
	EVENT_SET(ev->env, id, SPAN("a1"));
	EVENT_SET(ev->env, source, SPAN("/t"));
	EVENT_SET(ev->env, subject, SPAN(SUBJECT));
	EVENT_SET(ev->env, seq, 777);
	EVENT_SET(ev->env, decidedtime, 1000000);
	EVENT_SET(ev->env, owner, SPAN(SECRET));
}

static struct event refused(const char *action_type, const char *reason, const char *guard)
{
	struct event ev;
	struct action_refused *data = &ev.data.action_refused;

	envelope(&ev, EVENT_action_refused);
	EVENT_SET(*data, action_type, span_cstr(action_type));
	EVENT_SET(*data, reason, span_cstr(reason));
	EVENT_SET(*data, guard, span_cstr(guard));
	EVENT_SET(*data, detail, SPAN(SECRET));
	EVENT_SET(*data, needs, SPAN(SECRET));
	EVENT_SET(*data, state, CODE_case_state_CL);
	return ev;
}

static struct event tried(const char *action_type,
			  const char *would,
			  const char *reason,
			  const char *guard)
{
	struct event ev;
	struct action_tried *data = &ev.data.action_tried;

	envelope(&ev, EVENT_action_tried);
	EVENT_SET(*data, action_type, span_cstr(action_type));
	EVENT_SET(*data, would, span_cstr(would));
	EVENT_SET(*data, would_seq, 777);
	EVENT_SET(*data, would_to, CODE_case_state_CL);
	EVENT_SET(*data, would_due_at, 1674090000000000);
	EVENT_SET(*data, reason, span_cstr(reason));
	EVENT_SET(*data, guard, span_cstr(guard));
	EVENT_SET(*data, detail, SPAN(SECRET));
	EVENT_SET(*data, needs, SPAN(SECRET));
	return ev;
}

static bool has(struct span text, const char *part)
{
	return text.p && memmem(text.p, text.n, part, strlen(part));
}

static bool tells(struct span answer)
{
	return has(answer, SECRET) || has(answer, "777") || has(answer, "\"state\"") ||
	       has(answer, "\"CL\"") || has(answer, "2023-01-19T") || has(answer, "\"needs\"") ||
	       has(answer, "\"detail\"") || has(answer, "would_");
}

/* One item of a batch that was answered with an outcome. */
static struct batch *settled(const struct token *token, const struct event *ev)
{
	struct batch *batch = batch_new(token, BATCH_JSON);

	assert_non_null(batch);
	batch->items = calloc(1, sizeof *batch->items);
	assert_non_null(batch->items);
	batch->items[0] = (struct batch_item){.batch = batch, .parts = 1, .subject = SPAN(SUBJECT)};
	batch->n_items = batch->n_events = batch->unsettled = 1;
	batch_settle_outcome(&batch->items[0], ev, 3, 4);
	return batch;
}

/* Guards that are asked before the case is looked at keep their names; every other one, a new one too, is the same to a stranger. */
static const char *bare_guard(const char *name)
{
	static const char *const EARLY[] = {"NO_CASE", "EXISTS", "PARTITION",
					    "HISTORY", "LIVE",   "REFKNOWN"};

	for (size_t i = 0; i < sizeof EARLY / sizeof EARLY[0]; i++) {
		if (strcmp(name, EARLY[i]) == 0) {
			return name;
		}
	}
	return "UNDISCLOSED";
}

/* Whatever guard refuses: which it was, what it met and needs is only for who may read; to others all refusals are one, byte for byte. */
static void no_guard_tells(void **state)
{
	static const struct token TOKEN = {.level = 6};
	char told[2][1024] = {"", ""};
	const struct guard_text *guard;

	(void)state;
	for (int i = 0; i < 2 * GUARDS; i++) {
		const char *name = GUARD_NAMES[i / 2], *bare = bare_guard(name);
		const char *reason = strcmp(name, "MEMBER") == 0 ? "INVALID" : "GUARD";
		struct event ev = i % 2 ? tried("gov.case.verified.v1", "refused", reason, name)
					: refused("gov.case.verified.v1", reason, name);
		struct batch *batch = settled(&TOKEN, &ev);
		const struct batch_item *item = &batch->items[0];

		if (strcmp(name, "NO_CASE") != 0) {
			if (tells(item->answer)) {
				fail_msg("%s: %.*s", name, SPAN_ARGS(item->answer));
			}
			assert_true(tells(item->whole) && has(item->whole, name));
		}
		if (strcmp(bare, "UNDISCLOSED") == 0) {
			if (!told[i % 2][0]) {
				(void)snprintf(told[i % 2], sizeof told[0], "%.*s",
					       SPAN_ARGS(item->answer));
			}
			if (!span_eq(item->answer, span_cstr(told[i % 2]))) {
				fail_msg("%s: %.*s", name, SPAN_ARGS(item->answer));
			}
		}
		guard = guards_get(guards_named(span_cstr(bare)));
		assert_string_equal(guard->id, bare);
		assert_true(has(item->answer, bare) && has(item->answer, guard->zh));
		assert_true(has(item->answer, guard->en) && has(item->answer, guard->cure));
		assert_true(has(item->answer, "\"outcome\"") && has(item->answer, SUBJECT));
		assert_int_equal(item->status, i % 2 ? 200 : 409);
		batch_release(batch);
	}
}

/* Members of refusals and dry runs that are not known here to tell of the action alone stay out of a bare outcome. */
static void no_member_tells(void **state)
{
	static const char *const KEPT[] = {"action_type", "reason", "guard", "incident", "would"};
	static const enum event_type TYPES[] = {EVENT_action_refused, EVENT_action_tried};

	(void)state;
	for (size_t t = 0; t < 2; t++) {
		const struct schema *schema = event_schema(TYPES[t]);
		struct event ev = t ? tried("gov.case.verified.v1", "refused", "GUARD", "WHO")
				    : refused("gov.case.verified.v1", "GUARD", "WHO");
		struct event bare;

		for (int i = 0; i < schema->field_count; i++) {
			((bool *)&ev.data)[schema->fields[i].has_offset] = true;
		}
		disclosure_bare(&ev, &bare);
		for (int i = 0; i < schema->field_count; i++) {
			bool kept = false;

			for (size_t k = 0; k < sizeof KEPT / sizeof KEPT[0]; k++) {
				kept |= strcmp(schema->fields[i].name, KEPT[k]) == 0;
			}
			assert_int_equal(((bool *)&bare.data)[schema->fields[i].has_offset], kept);
		}
		assert_false(bare.env.has_seq || bare.env.has_owner || bare.env.has_to);
	}
}

/* What tells of no case is whole for everyone who is answered: a first report, what has no case, reference data, an act that was accepted. */
static void concerns(void **state)
{
	static const char REPORT[] = "gov.case.reported.v1", STEP[] = "gov.case.verified.v1";
	struct event ev;

	(void)state;
	ev = refused(STEP, "GUARD", "STATE");
	assert_true(disclosure_concerns(&ev));
	ev = refused("of no schema", "GUARD", "STATE");
	assert_true(disclosure_concerns(&ev));
	ev = tried(STEP, "accepted", "GUARD", "");
	assert_true(disclosure_concerns(&ev));
	ev = refused(STEP, "GUARD", "NO_CASE");
	assert_false(disclosure_concerns(&ev));
	ev = refused("gov.place.registered.v1", "GUARD", "REF_LEVEL");
	assert_false(disclosure_concerns(&ev));
	ev = refused(REPORT, "GUARD", "PLACE");
	assert_true(disclosure_concerns(&ev));
	ev.data.action_refused.has_state = false;
	assert_false(disclosure_concerns(&ev));
	ev = tried(REPORT, "refused", "GUARD", "PLACE");
	assert_false(disclosure_concerns(&ev));
	ev = tried(REPORT, "refused", "GUARD", "EXISTS");
	assert_true(disclosure_concerns(&ev));
	EVENT_SET(ev.data.action_tried, guard, SPAN(""));
	EVENT_SET(ev.data.action_tried, reason, SPAN("CONFLICT"));
	assert_true(disclosure_concerns(&ev));
	envelope(&ev, EVENT_case_verified);
	assert_false(disclosure_concerns(&ev));
	envelope(&ev, EVENT_action_repeated);
	assert_false(disclosure_concerns(&ev));
}

/* Without any fold to look at, who covers the county reads the whole, anyone below or beside it the bare answer. */
static void opened_by_county(void **state)
{
	static const struct {
		const char *place;
		bool whole;
	} rows[] = {{"53", true},
		    {"5301", true},
		    {"530102", true},
		    {"530103", false},
		    {"530102003", false}};
	struct event ev = refused("gov.case.verified.v1", "GUARD", "STATE");
	struct gateway gateway = {0};

	(void)state;
	assert_int_equal(case_reader_open("nowhere", &gateway.case_reader), ERR_OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_request request = {.gateway = &gateway};
		struct batch *batch;

		(void)snprintf(request.token.place, sizeof request.token.place, "%s",
			       rows[i].place);
		batch = settled(&request.token, &ev);
		assert_true(disclosure_open(&request, batch));
		assert_int_equal(tells(batch->items[0].answer), rows[i].whole);
		batch_release(batch);
	}
	case_reader_close(gateway.case_reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_guard_tells),
		cmocka_unit_test(no_member_tells),
		cmocka_unit_test(concerns),
		cmocka_unit_test(opened_by_county),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
