/* door_reject_test.c: what is noted of a refusal names who, why and which member, and holds nothing that the sender wrote. */
#include "producers/gateway/door_reject.h"

#include <stdio.h>

#include "tests/support/cmocka_all.h"

static const char NAME[] = "查无此人甲", PHONE[] = "13912345678";
static const struct door DOOR = {.digest_key = {7}};
static const struct token TOKEN = {.id = "TOKENOFTEST0"};

struct bed {
	struct arena arena;
	struct span key, bytes;
	struct event out;
};

static int setup(void **state)
{
	static struct bed bed;

	bed = (struct bed){.key = {0}};
	*state = &bed;
	return 0;
}

static int teardown(void **state)
{
	arena_done(&((struct bed *)*state)->arena);
	return 0;
}

/* Notes a refusal and reads it again; whatever it was, neither name nor number stands in it. */
static const struct event *noted(struct bed *bed,
				 struct door_reject reject,
				 const char *field,
				 const char *reason)
{
	struct problem problem = {0};

	(void)snprintf(problem.field, sizeof problem.field, "%s", field);
	(void)snprintf(problem.reason, sizeof problem.reason, "%s", reason);
	reject.problem = &problem;
	reject.token = &TOKEN;
	reject.now_us = 5;
	reject.kind = reject.kind ? reject.kind : PROBLEM_INVALID;
	assert_int_equal(door_reject(&DOOR, &reject, &bed->arena, &bed->key, &bed->bytes), ERR_OK);
	assert_null(memmem(bed->bytes.p, bed->bytes.n, NAME, strlen(NAME)));
	assert_null(memmem(bed->bytes.p, bed->bytes.n, PHONE, strlen(PHONE)));
	assert_int_equal(event_decode(bed->bytes, &bed->out, NULL), ERR_OK);
	assert_int_equal(bed->out.type, EVENT_action_rejected);
	assert_true(span_eq(bed->out.env.source, bed->key));
	return &bed->out;
}

static bool says(bool has, struct span text, const char *wanted)
{
	return wanted ? has && span_eq(text, span_cstr(wanted)) : !has;
}

/* A refusal that could be read is noted with all that its sender needs to find it again. */
static void named(void **state)
{
	static const uint8_t digest[16] = {1, 2, 3};
	struct door_reject reject = {.kind = PROBLEM_CLEARTEXT,
				     .type = EVENT_case_reported,
				     .source = SPAN("/yn/530102/app"),
				     .id = SPAN("r1"),
				     .digest = digest};
	const struct event *ev = noted(*state, reject, "data.title", "looks like a mobile number");
	const struct action_rejected *data = &ev->data.action_rejected;

	assert_true(span_eq(ev->env.source, reject.source));
	assert_true(span_eq(ev->env.id, reject.id));
	assert_true(span_eq(ev->env.actor, span_cstr(TOKEN.id)));
	assert_int_equal(ev->env.time, 5);
	assert_memory_equal(ev->env.digest.p, digest, sizeof digest);
	assert_true(says(data->has_action_type, data->action_type, "gov.case.reported.v1"));
	assert_true(says(data->has_reason, data->reason, "pii-in-cleartext"));
	assert_true(says(data->has_field, data->field, "data.title"));
}

/* Names of members are the sender's text too: one that no table has is not repeated; nor is a reason, which may quote the body. */
static void members(void **state)
{
	static const struct {
		enum event_type type;
		const char *field, *noted;
	} rows[] = {
		{EVENT_case_reported, "data.查无此人甲", "data"},
		{EVENT_case_reported, "data.13912345678", "data"},
		{EVENT_case_reported, "查无此人甲", NULL},
		{EVENT_case_reported, "13912345678", NULL},
		{EVENT_case_reported, "data.severity", "data.severity"},
		{EVENT_case_reported, "place", "place"},
		{EVENT_case_reported, "", NULL},
		{EVENT_NONE, "type", "type"},
		{EVENT_NONE, "data.title", "data"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct door_reject reject = {.type = rows[i].type};
		const struct event *ev =
			noted(*state, reject, rows[i].field, "unexpected token near '13912345678'");

		assert_true(says(ev->data.action_rejected.has_field, ev->data.action_rejected.field,
				 rows[i].noted));
	}
}

/* A source or id that is none, or carries a number of a person, is not named; the record is then the door's own. */
static void nameless(void **state)
{
	char longer[200];

	memset(longer, 'x', sizeof longer);
	struct span bad[] = {{0},
			     SPAN(""),
			     span_cstr(NAME),
			     span_cstr(PHONE),
			     SPAN("/app/13912345678"),
			     SPAN("a b"),
			     SPAN("\x01"),
			     span_of(longer, sizeof longer)};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct door_reject reject = {
			.source = bad[i], .id = bad[i], .bytes = SPAN("{\"13912345678\"")};
		const struct event *ev = noted(*state, reject, "", "");

		assert_true(span_eq(ev->env.source, SPAN("/govbus/door")));
		assert_int_equal(ev->env.id.n, 32);
		assert_int_equal(ev->env.digest.n, 16);
	}
}

/* What could not be read has a digest by its bytes: the same again the same, another another, and none without the key. */
static void digests(void **state)
{
	static const struct door OTHER = {.digest_key = {8}};
	struct door_reject reject = {.bytes = SPAN("{broken"), .token = &TOKEN};
	struct bed *bed = *state;
	uint8_t first[16];

	memcpy(first, noted(bed, reject, "", "")->env.digest.p, 16);
	assert_memory_equal(noted(bed, reject, "", "")->env.digest.p, first, 16);
	reject.bytes = SPAN("{broken ");
	assert_memory_not_equal(noted(bed, reject, "", "")->env.digest.p, first, 16);
	reject.bytes = SPAN("{broken");
	reject.kind = PROBLEM_MALFORMED;
	assert_int_equal(door_reject(&OTHER, &reject, &bed->arena, &bed->key, &bed->bytes), ERR_OK);
	assert_int_equal(event_decode(bed->bytes, &bed->out, NULL), ERR_OK);
	assert_memory_not_equal(bed->out.env.digest.p, first, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(named, setup, teardown),
		cmocka_unit_test_setup_teardown(members, setup, teardown),
		cmocka_unit_test_setup_teardown(nameless, setup, teardown),
		cmocka_unit_test_setup_teardown(digests, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
