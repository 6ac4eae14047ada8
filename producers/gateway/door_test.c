/* door_test.c: what passes the door is stamped and sealed; what may not pass is refused with the member named. */
#include "producers/gateway/door.h"

#include <stdio.h>

#include "producers/gateway/door_places.h"
#include "schemas/seal.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"

static const char NAME[] = "查无此人甲", PHONE[] = "13912345678";

/* A door with its key store, a token, and what came of the last action. */
struct bed {
	char home[FOLDER_PATH_BYTES];
	struct door door;
	struct key_store *keys;
	struct token token;
	struct arena arena;
	struct door_pass pass;
	struct event out; /* the action as it goes into the log, decoded */
};

static int setup(void **state)
{
	static struct bed bed;

	bed = (struct bed){
		.token = {.level = 3,
			  .functions = 1u << CODE_function_report | 1u << CODE_function_handle}};
	(void)snprintf(bed.token.id, sizeof bed.token.id, "TOKENOFTEST0");
	(void)snprintf(bed.token.unit, sizeof bed.token.unit, "centre:530102");
	(void)snprintf(bed.token.place, sizeof bed.token.place, "530102");
	(void)snprintf(bed.token.source, sizeof bed.token.source, "/yn/530102");
	*state = &bed;
	return folder_make("door", bed.home) && !door_open(&bed.door, bed.home) &&
			       !key_store_open(bed.home, &bed.keys)
		       ? 0
		       : -1;
}

static int teardown(void **state)
{
	struct bed *bed = *state;

	key_store_close(bed->keys);
	arena_done(&bed->arena);
	return folder_remove(bed->home) ? 0 : -1;
}

/* Posts JSON; on success decodes what would be sent. */
static enum err enter(struct bed *bed, const char *text)
{
	struct key_store_txn keys;
	struct event ev;
	enum err err;

	bed->pass = (struct door_pass){.refknown = 17};
	key_store_begin(bed->keys, &keys);
	assert_int_equal(event_from_json(span_cstr(text), &bed->arena, &ev, &bed->pass.problem),
			 ERR_OK);
	err = door_enter(&bed->door, &bed->token, &ev, &keys, &bed->arena, &bed->pass);
	assert_int_equal(key_store_commit(&keys), ERR_OK);
	if (!err) {
		assert_int_equal(event_decode(bed->pass.bytes, &bed->out, NULL), ERR_OK);
	}
	return err;
}

static const char *report(const char *more, const char *data)
{
	static char text[2048];

	(void)snprintf(
		text, sizeof text,
		"{\"specversion\":\"1.0\",\"id\":\"r1\",\"source\":\"/yn/530102/app\",\"type\":\"gov.case.reported.v1\","
		"\"time\":\"2023-01-19T09:00:00+08:00\",\"place\":\"530102003\"%s,\"data\":{\"type_code\":\"MD02\"%s}}",
		more, data);
	return text;
}

/* A report gets its case id, receipt, digest, actor, unit, and the county as its key. */
static void stamped(void **state)
{
	struct bed *bed = *state;
	struct case_id id;

	assert_int_equal(enter(bed, report("", ",\"title\":\"灯坏了\"")), ERR_OK);
	assert_true(case_id_parse(bed->out.env.subject, &id));
	assert_string_equal(bed->pass.key, "530102");
	assert_int_equal(bed->pass.topic, TOPIC_CASE_ACTION);
	assert_true(span_eq(bed->out.env.actor, SPAN("TOKENOFTEST0")));
	assert_true(span_eq(bed->out.env.unit, SPAN("centre:530102")));
	assert_int_equal(bed->out.env.digest.n, 16);
	assert_int_equal(bed->out.env.receipt.n, CASE_ID_RECEIPT_BYTES);
	assert_int_equal(bed->out.env.refknown, 17);
	assert_false(bed->out.env.has_rights);
}

/* Codes that are filled up with zeros go into the log without them, wherever they stand; what is left must still be in a county. */
static void filled_up(void **state)
{
	static const struct {
		const char *place, *sent;
	} rows[] = {{"530102000000", "530102"},       {"530102000", "530102"},
		    {"530102003000", "530102003"},    {"530102003", "530102003"},
		    {"530102003200", "530102003200"}, {"530100", NULL},
		    {"530100000000", NULL},           {"530000", NULL}};
	struct bed *bed = *state;
	const struct case_reported *data = &bed->out.data.case_reported;
	char text[512];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		(void)snprintf(
			text, sizeof text,
			"{\"specversion\":\"1.0\",\"id\":\"r1\",\"source\":\"/yn/530102/app\",\"type\":\"gov.case.reported.v1\","
			"\"time\":\"2023-01-19T09:00:00+08:00\",\"place\":\"%s\",\"data\":{\"type_code\":\"MD02\",\"title\":\"t\","
			"\"places\":[\"530000\",\"530102003001\"]}}",
			rows[i].place);
		if (!rows[i].sent) {
			assert_int_equal(enter(bed, text), ERR_INVALID);
			assert_string_equal(bed->pass.problem.field, "place");
			continue;
		}
		assert_int_equal(enter(bed, text), ERR_OK);
		assert_true(span_eq(bed->out.env.place, span_cstr(rows[i].sent)));
		assert_int_equal(data->n_places, 2);
		assert_true(span_eq(data->places[0], SPAN("53")));
		assert_true(span_eq(data->places[1], SPAN("530102003001")));
		assert_string_equal(bed->pass.key, "530102");
	}
}

static const char *reference(const char *type, const char *subject, const char *data)
{
	static char text[1024];

	(void)snprintf(
		text, sizeof text,
		"{\"specversion\":\"1.0\",\"id\":\"f1\",\"source\":\"/yn/530102/app\",\"type\":\"%s\","
		"\"time\":\"2023-01-19T09:00:00+08:00\",\"subject\":\"%s\",\"unit\":\"centre:530000\",\"data\":"
		"{%s\"effective_from\":\"2023-01-19T09:00:00+08:00\"}}",
		type, subject, data);
	return text;
}

/* So do the codes of reference data, of units and of subjects: what is registered by one form is what is asked for by the other. */
static void filled_up_reference(void **state)
{
	struct bed *bed = *state;
	const struct event *out = &bed->out;

	bed->token.level = 1;
	bed->token.functions = 1u << CODE_function_reference;
	(void)snprintf(bed->token.unit, sizeof bed->token.unit, "centre:53");
	(void)snprintf(bed->token.place, sizeof bed->token.place, "53");
	assert_int_equal(enter(bed, reference("gov.place.registered.v1", "place:530100",
					      "\"level\":2,\"name\":\"昆明市\",")),
			 ERR_OK);
	assert_true(span_eq(out->env.subject, SPAN("place:5301")));
	assert_string_equal(bed->pass.subject, "place:5301");
	assert_true(span_eq(out->env.unit, SPAN("centre:53")));
	assert_int_equal(
		enter(bed, reference("gov.unit.registered.v1", "unit:roads-530100",
				     "\"name\":\"局\",\"unit_type\":\"government\",\"level\":2,"
				     "\"seat\":\"530100\",\"parent\":\"centre:530100\",")),
		ERR_OK);
	assert_true(span_eq(out->env.subject, SPAN("unit:roads-530100")));
	assert_true(span_eq(out->data.unit_registered.seat, SPAN("5301")));
	assert_true(span_eq(out->data.unit_registered.parent, SPAN("centre:5301")));
	assert_int_equal(
		enter(bed, reference("gov.list.item_set.v1", "list:ADMIT:MD:530100",
				     "\"list\":\"ADMIT\",\"code\":\"MD\",\"scope\":\"530100\","
				     "\"active\":true,\"approved_by\":\"centre:530000\",")),
		ERR_OK);
	assert_true(span_eq(out->env.subject, SPAN("list:ADMIT:MD:5301")));
	assert_true(span_eq(out->data.list_item_set.scope, SPAN("5301")));
	assert_true(span_eq(out->data.list_item_set.approved_by, SPAN("centre:53")));
	assert_int_equal(enter(bed, reference("gov.place.changed.v1", "place:530102000000",
					      "\"change\":\"merge\",\"doc_ref\":\"d\","
					      "\"successor\":[\"530103000000\"],")),
			 ERR_OK);
	assert_true(span_eq(out->env.subject, SPAN("place:530102")));
	assert_true(span_eq(out->data.place_changed.successor[0], SPAN("530103")));
}

/* Only where a subject names a place: no other zeros are lost. */
static void filled_up_subjects(void **state)
{
	static const char *const rows[][2] = {
		{"place:530000", "place:53"},
		{"place:530102001", "place:530102001"},
		{"place:", "place:"},
		{"place:00x00", "place:00x00"},
		{"list:BASIC:MD:530100", "list:BASIC:MD:5301"},
		{"list:FUNCTIONS:5.centre.handle:530102000",
		 "list:FUNCTIONS:5.centre.handle:530102"},
		{"list:BASIC:530100", "list:BASIC:530100"},
		{"list:BASIC:MD:", "list:BASIC:MD:"},
		{"unit:530100", "unit:530100"},
		{"policy:530100", "policy:530100"},
		{"530102-20230119-7K3M9QXA2B00", "530102-20230119-7K3M9QXA2B00"},
		{"clock", "clock"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span cut = door_places_subject(span_cstr(rows[i][0]));

		if (!span_eq(cut, span_cstr(rows[i][1]))) {
			fail_msg("%s: %.*s", rows[i][0], SPAN_ARGS(cut));
		}
	}
}

/* A unit that a case is given to is a centre by either form, and who acts in one form may not act beyond it. */
static void filled_up_units(void **state)
{
	struct bed *bed = *state;
	const struct case_dispatched *data = &bed->out.data.case_dispatched;

	bed->token.functions = 1u << CODE_function_dispatch;
	assert_int_equal(
		enter(bed,
		      "{\"specversion\":\"1.0\",\"id\":\"r1\",\"source\":\"/yn/530102\",\"type\":\"gov.case.dispatched.v1\","
		      "\"subject\":\"530102-20230119-7K3M9QXA2B4C\",\"time\":\"2023-01-19T09:00:00+08:00\",\"unit\":\"centre:530102000000\","
		      "\"data\":{\"lead_unit\":\"centre:530102003000\",\"assist\":[\"fire\",\"centre:530100\"]}}"),
		ERR_OK);
	assert_true(span_eq(bed->out.env.unit, SPAN("centre:530102")));
	assert_true(span_eq(data->lead_unit, SPAN("centre:530102003")));
	assert_true(span_eq(data->assist[0], SPAN("fire")));
	assert_true(span_eq(data->assist[1], SPAN("centre:5301")));
	bed->token.functions = 1u << CODE_function_report;
	bed->token.rights = TOKEN_UNITS;
	assert_int_equal(enter(bed, report(",\"unit\":\"centre:530102000\"", ",\"title\":\"a\"")),
			 ERR_OK);
	assert_int_equal(enter(bed, report(",\"unit\":\"centre:530100\"", ",\"title\":\"a\"")),
			 ERR_DENIED);
}

/* A planted name and phone occur nowhere in what is sent, and open only with the case's key, in their own place. */
static void sealed(void **state)
{
	struct bed *bed = *state;
	char data[256];
	struct key_store_key key;
	struct case_id id;
	struct span clear;

	(void)snprintf(data, sizeof data,
		       ",\"title\":\"灯坏了\",\"reporter\":\"%s\",\"reporter_phone\":\"%s\"", NAME,
		       PHONE);
	assert_int_equal(enter(bed, report("", data)), ERR_OK);
	assert_null(memmem(bed->pass.bytes.p, bed->pass.bytes.n, NAME, strlen(NAME)));
	assert_null(memmem(bed->pass.bytes.p, bed->pass.bytes.n, PHONE, strlen(PHONE)));
	assert_true(case_id_parse(bed->out.env.subject, &id));
	struct key_store_subject subject = key_store_subject_of(&id, bed->door.subject_key);

	assert_int_equal(key_store_find(bed->keys, &subject, &key), ERR_OK);
	const struct schema *schema = event_schema(EVENT_case_reported);
	struct seal_place place = {bed->out.env.id, 0};

	while (strcmp(schema->fields[place.field].name, "reporter") != 0) {
		place.field++;
	}
	struct seal_key seal = {key.version, key.key};

	assert_int_equal(
		seal_open(&seal, &place, bed->out.data.case_reported.reporter, &bed->arena, &clear),
		ERR_OK);
	assert_true(span_eq(clear, span_cstr(NAME)));
	place.field++;
	assert_int_not_equal(
		seal_open(&seal, &place, bed->out.data.case_reported.reporter, &bed->arena, &clear),
		ERR_OK);
}

/* The same action has the same digest another day and by another token's stamp; a changed member another one; dryrun changes none. */
static void digest(void **state)
{
	struct bed *bed = *state;
	uint8_t first[16];

	assert_int_equal(enter(bed, report("", ",\"title\":\"a\",\"reporter\":\"x\"")), ERR_OK);
	memcpy(first, bed->out.env.digest.p, 16);
	bed->token.rights = TOKEN_HISTORY;
	(void)snprintf(bed->token.id, sizeof bed->token.id, "ANOTHER");
	assert_int_equal(
		enter(bed, report(",\"dryrun\":true", ",\"title\":\"a\",\"reporter\":\"x\"")),
		ERR_OK);
	assert_memory_equal(first, bed->out.env.digest.p, 16);
	assert_int_equal(bed->out.env.rights, TOKEN_HISTORY);
	assert_int_equal(enter(bed, report("", ",\"title\":\"a\",\"reporter\":\"y\"")), ERR_OK);
	assert_memory_not_equal(first, bed->out.env.digest.p, 16);
}

static void refused(struct bed *bed, const char *text, enum problem_kind kind, const char *field)
{
	assert_int_not_equal(enter(bed, text), ERR_OK);
	assert_int_equal(bed->pass.kind, kind);
	assert_string_equal(bed->pass.problem.field, field);
}

/* Personal numbers in what anyone may read are refused, in ids too; the answer does not repeat them. */
static void cleartext(void **state)
{
	struct bed *bed = *state;
	char data[128];

	(void)snprintf(data, sizeof data, ",\"title\":\"call %s\"", PHONE);
	refused(bed, report("", data), PROBLEM_CLEARTEXT, "data.title");
	assert_null(strstr(bed->pass.problem.reason, PHONE));
	refused(bed, report("", ",\"title\":\"a\",\"campaign\":\"13912345678\""), PROBLEM_CLEARTEXT,
		"data.campaign");
	refused(bed, report(",\"traceparent\":\"13912345678\"", ",\"title\":\"a\""),
		PROBLEM_CLEARTEXT, "traceparent");
	refused(bed, report(",\"unit\":\"13912345678\"", ",\"title\":\"a\""), PROBLEM_FORBIDDEN,
		"unit");
	(void)snprintf(bed->token.source, sizeof bed->token.source, "/");
	(void)snprintf(bed->token.unit, sizeof bed->token.unit, "13912345678");
	refused(bed, report("", ",\"title\":\"a\""), PROBLEM_CLEARTEXT, "unit");
}

/* A source in which somebody's number stands is refused, and so is one in a list. */
static void cleartext_elsewhere(void **state)
{
	struct bed *bed = *state;

	(void)snprintf(bed->token.source, sizeof bed->token.source, "/");
	refused(bed,
		"{\"specversion\":\"1.0\",\"id\":\"r1\",\"source\":\"/13912345678\",\"type\":\"gov.case.reported.v1\","
		"\"time\":\"2023-01-19T09:00:00+08:00\",\"place\":\"530102003\",\"data\":{\"type_code\":\"MD02\",\"title\":\"a\"}}",
		PROBLEM_CLEARTEXT, "source");
	bed->token.functions = 1u << CODE_function_dispatch;
	refused(bed,
		"{\"specversion\":\"1.0\",\"id\":\"r1\",\"source\":\"/yn\",\"type\":\"gov.case.dispatched.v1\","
		"\"subject\":\"530102-20230119-7K3M9QXA2B4C\",\"time\":\"2023-01-19T09:00:00+08:00\","
		"\"data\":{\"lead_unit\":\"a\",\"assist\":[\"b\",\"13912345678\"]}}",
		PROBLEM_CLEARTEXT, "data.assist");
}

/* A trace context is kept as it came; a text that is none is linted like any other. */
static void trace(void **state)
{
	static const struct {
		const char *text;
		bool formed;
	} rows[] = {
		{"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true},
		{"00-49927398716499273987164992739871-4992739871649927-00",
		 true}, /* a card's digits */
		{"01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", true},
		{"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", false},
		{"ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false},
		{"00-00000000000000000000000000000000-b7ad6b7169203331-01", false},
		{"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false},
		{"00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false},
		{"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0", false},
		{"", false},
	};
	struct bed *bed = *state;
	char member[128];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(door_trace_formed(span_cstr(rows[i].text)), rows[i].formed);
	}
	(void)snprintf(member, sizeof member, ",\"traceparent\":\"%s\"", rows[1].text);
	assert_int_equal(enter(bed, report(member, ",\"title\":\"a\"")), ERR_OK);
	assert_true(span_eq(bed->out.env.traceparent, span_cstr(rows[1].text)));
}

/* A token speaks for its source, its unit, its place and its types, and for nothing else. */
static void rights(void **state)
{
	struct bed *bed = *state;

	refused(bed, report(",\"unit\":\"centre:530103\"", ",\"title\":\"a\""), PROBLEM_FORBIDDEN,
		"unit");
	bed->token.rights = TOKEN_UNITS;
	refused(bed, report(",\"unit\":\"centre:530103\"", ",\"title\":\"a\""), PROBLEM_FORBIDDEN,
		"unit");
	refused(bed, report(",\"unit\":\"centre:5301\"", ",\"title\":\"a\""), PROBLEM_FORBIDDEN,
		"unit");
	refused(bed, report(",\"unit\":\"office\"", ",\"title\":\"a\""), PROBLEM_FORBIDDEN, "unit");
	assert_int_equal(enter(bed, report(",\"unit\":\"centre:530102003\"", ",\"title\":\"a\"")),
			 ERR_OK);
	(void)snprintf(bed->token.source, sizeof bed->token.source, "/yn/5301");
	refused(bed, report("", ",\"title\":\"a\""), PROBLEM_FORBIDDEN, "source");
	(void)snprintf(bed->token.source, sizeof bed->token.source, "/");
	assert_int_equal(enter(bed, report("", ",\"title\":\"a\"")), ERR_OK);
	(void)snprintf(bed->token.place, sizeof bed->token.place, "530103");
	refused(bed, report("", ",\"title\":\"a\""), PROBLEM_FORBIDDEN, "place");
	(void)snprintf(bed->token.place, sizeof bed->token.place, "53");
	bed->token.n_types = 1;
	(void)snprintf(bed->token.types[0], sizeof bed->token.types[0], "gov.callback.*");
	refused(bed, report("", ",\"title\":\"a\""), PROBLEM_FORBIDDEN, "type");
	(void)snprintf(bed->token.types[0], sizeof bed->token.types[0], "gov.case.*");
	assert_int_equal(enter(bed, report("", ",\"title\":\"a\"")), ERR_OK);
	bed->token.functions = 1u << CODE_function_handle;
	refused(bed, report("", ",\"title\":\"a\""), PROBLEM_FORBIDDEN, "type");
}

static const char *report_at(const char *time)
{
	static char text[2048];

	(void)snprintf(
		text, sizeof text,
		"{\"specversion\":\"1.0\",\"id\":\"r1\",\"source\":\"/yn/530102/app\",\"type\":\"gov.case.reported.v1\","
		"\"time\":\"%s\",\"place\":\"530102003\",\"data\":{\"type_code\":\"MD02\",\"title\":\"a\"}}",
		time);
	return text;
}

/* A report that names a case names its own; what is needed is asked for by name; a date that no case id can hold is the time's fault. */
static void invalid(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(enter(bed, report_at("3577-12-31T23:59:59+08:00")), ERR_OK);
	refused(bed, report_at("3577-12-31T16:00:00Z"), PROBLEM_INVALID, "time");
	refused(bed, report_at("9999-12-31T15:59:59Z"), PROBLEM_INVALID, "time");

	refused(bed, report(",\"subject\":\"530102-20230119-7K3M9QXA2B4C\"", ",\"title\":\"a\""),
		PROBLEM_INVALID, "subject");
	refused(bed, report("", ""), PROBLEM_INVALID, "data.title");
}

/* In history mode only tokens with that right may post; while the bus goes live nobody may. */
static void modes(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(door_mode_check(DOOR_LIVE, &bed->token), PROBLEM_NONE);
	assert_int_equal(door_mode_check(DOOR_HISTORY, &bed->token), PROBLEM_HISTORY);
	bed->token.rights = TOKEN_HISTORY;
	assert_int_equal(door_mode_check(DOOR_HISTORY, &bed->token), PROBLEM_NONE);
	assert_int_equal(door_mode_check(DOOR_GOING_LIVE, &bed->token), PROBLEM_GOING_LIVE);
	assert_int_equal(door_mode_check(DOOR_STARTING, &bed->token), PROBLEM_STARTING);
}

/* History's clock is moved by who feeds it, whatever else the token may; it goes to every partition. */
static void clock_of_history(void **state)
{
	static const char text[] =
		"{\"specversion\":\"1.0\",\"id\":\"midnight-2023-01-20\",\"source\":\"/yn/530102/app\",\"type\":\"gov.clock.advanced.v1\","
		"\"subject\":\"clock\",\"time\":\"2023-01-20T00:00:00+08:00\",\"data\":{\"to\":\"2023-01-20T00:00:00+08:00\"}}";
	struct bed *bed = *state;

	refused(bed, text, PROBLEM_FORBIDDEN, "type");
	bed->token.rights = TOKEN_HISTORY;
	bed->token.functions = 0;
	assert_int_equal(enter(bed, text), ERR_OK);
	assert_int_equal(bed->pass.topic, TOPIC_COUNT);
	assert_string_equal(bed->pass.subject, "clock");
	assert_int_equal(bed->out.env.rights, TOKEN_HISTORY);
}

/* No function is enough for what only deciders write, nor for the clock: deny is the default. */
static void no_door(void **state)
{
	(void)state;
	for (int type = EVENT_NONE; type < EVENT_TYPE_COUNT; type++) {
		const struct schema *schema = event_schema((enum event_type)type);

		if (!schema || !schema->posted || schema->topic == TOPIC_ANY) {
			assert_int_equal(door_rights_functions((enum event_type)type), 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(stamped, setup, teardown),
		cmocka_unit_test_setup_teardown(filled_up, setup, teardown),
		cmocka_unit_test_setup_teardown(filled_up_reference, setup, teardown),
		cmocka_unit_test_setup_teardown(filled_up_units, setup, teardown),
		cmocka_unit_test(filled_up_subjects),
		cmocka_unit_test_setup_teardown(sealed, setup, teardown),
		cmocka_unit_test_setup_teardown(digest, setup, teardown),
		cmocka_unit_test_setup_teardown(cleartext, setup, teardown),
		cmocka_unit_test_setup_teardown(cleartext_elsewhere, setup, teardown),
		cmocka_unit_test_setup_teardown(trace, setup, teardown),
		cmocka_unit_test_setup_teardown(rights, setup, teardown),
		cmocka_unit_test_setup_teardown(invalid, setup, teardown),
		cmocka_unit_test_setup_teardown(modes, setup, teardown),
		cmocka_unit_test_setup_teardown(clock_of_history, setup, teardown),
		cmocka_unit_test(no_door),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
