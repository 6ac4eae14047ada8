/* event_validate_test.c: what a sender may post as JSON, and what is refused by the member's name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schemas/event.h"
#include "schemas/random_event.h"

static const char report[] =
	"{'specversion':'1.0','type':'gov.case.reported.v1','id':'a-1','source':'/yn/12345',"
	"'time':'2023-01-19T09:00:00.123456789+08:00','place':'530102001','datacontenttype':'application/json',"
	"'expectedseq':'12','data':{'type_code':'MD02','title':'楼道堆物','reporter':'张\\n三','lon_e6':102712251,'lat_e6':25040609,"
	"'evidence':['00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff']}}";

/* Reads and validates the report with one piece of text replaced by another. */
static enum err post(const char *from, const char *to, struct event *ev, struct problem *problem)
{
	static struct arena arena;
	struct buf buf = {0};
	const char *at = strstr(report, from);
	enum err err;

	assert_non_null(at);
	buf_add(&buf, span_of(report, (size_t)(at - report)));
	buf_add_text(&buf, to);
	buf_add_text(&buf, at + strlen(from));
	for (size_t i = 0; i < buf.n; i++) {
		buf.p[i] = buf.p[i] == '\'' ? '"' : buf.p[i];
	}
	arena_done(&arena);
	*problem = (struct problem){0};
	err = event_from_json(buf_span(&buf), &arena, ev, problem);
	buf_done(&buf);
	return err ? err : event_validate_posted(ev, problem);
}

static void reads_a_report(void **state)
{
	/* A report's members are read: nanoseconds are cut, numbers in text are numbers, lines may break in sealed text. */
	struct event ev;
	struct problem problem;

	(void)state;
	assert_int_equal(post("", "", &ev, &problem), ERR_OK);
	assert_int_equal(ev.env.time, 1674090000123456);
	assert_int_equal(ev.env.expectedseq, 12);
	assert_true(span_eq(ev.data.case_reported.title, SPAN("楼道堆物")));
	assert_int_equal(ev.data.case_reported.n_evidence, 1);
	assert_int_equal(ev.data.case_reported.evidence[0].p[31], 0xff);
	assert_int_equal(post("MD02", "SH01", &ev, &problem), ERR_OK);
	/* CloudEvents' own dataschema may stand there, or be unset. */
	assert_int_equal(post("'id':'a-1'", "'id':'a-1','dataschema':'https://x.cn/s+v1.json#a'",
			      &ev, &problem),
			 ERR_OK);
	assert_int_equal(post("'id':'a-1'", "'dataschema':null,'id':'a-1'", &ev, &problem), ERR_OK);
	/* An id beyond ASCII is told what to do. */
	assert_int_equal(post("'id':'a-1'", "'id':'案-1'", &ev, &problem), ERR_INVALID);
	assert_non_null(strstr(problem.reason, "percent-encode"));
	assert_int_equal(post("'id':'a-1'", "'id':'%E6%A1%88-1'", &ev, &problem), ERR_OK);
}

static void names_what_is_wrong(void **state)
{
	/* Each mistake is refused, and the member at fault is named. */
	static const struct {
		const char *from, *to, *field;
		enum err err;
	} rows[] = {
		{"'id':'a-1'", "'id':''", "id", ERR_INVALID},
		{"'id':'a-1',", "", "id", ERR_INVALID},
		{"'1.0'", "'0.3'", "specversion", ERR_INVALID},
		{"reported.v1", "reported.v9", "type", ERR_UNKNOWN},
		{"gov.case.reported.v1", "gov.clock.ticked.v1", "data.type_code", ERR_INVALID},
		{"'expectedseq'", "'seq'", "seq", ERR_INVALID},
		{"'expectedseq'", "'expected'", "expected", ERR_INVALID},
		{"'expectedseq':'12'", "'expectedseq':'1x'", "expectedseq", ERR_INVALID},
		{"'expectedseq':'12'", "'expectedseq':'-1'", "expectedseq", ERR_INVALID},
		{"'expectedseq':'12'", "'expectedseq':1.5", "expectedseq", ERR_INVALID},
		{"'expectedseq':'12'", "'dryrun':'true'", "dryrun", ERR_INVALID},
		{"'expectedseq':'12'", "'actor':'me'", "actor", ERR_INVALID},
		{"'expectedseq':'12'", "'subject':'place:530102'", "subject", ERR_INVALID},
		{"2023-01-19T", "2023-02-30T", "time", ERR_INVALID},
		{"application/json", "text/xml", "datacontenttype", ERR_INVALID},
		{"'id':'a-1'", "'id':'a-1','dataschema':1", "dataschema", ERR_INVALID},
		{"'id':'a-1'", "'id':'a-1','dataschema':''", "dataschema", ERR_INVALID},
		{"'id':'a-1'", "'id':'a-1','dataschema':'/relative'", "dataschema", ERR_INVALID},
		{"'id':'a-1'", "'id':'a-1','dataschema':'urn:'", "dataschema", ERR_INVALID},
		{"'id':'a-1'", "'id':'a-1','dataschema':'1a:b'", "dataschema", ERR_INVALID},
		{"'id':'a-1'", "'id':'a-1','dataschema':'urn:模式'", "dataschema", ERR_INVALID},
		{"'id':'a-1'", "'id':'案-1'", "id", ERR_INVALID},
		{"'530102001'", "'5301'", "place", ERR_INVALID},
		{"'530102001'", "'53010'", "place", ERR_INVALID},
		{"'place':'530102001',", "", "place", ERR_INVALID},
		{"'MD02'", "'MD98'", "data.type_code", ERR_INVALID},
		{"'type_code':'MD02',", "", "data.type_code", ERR_INVALID},
		{"'楼道堆物'", "''", "data.title", ERR_INVALID},
		{"'楼道堆物'", "'a\\nb'", "data.title", ERR_INVALID},
		{"'楼道堆物'", "'\\u0085'", "data.title", ERR_INVALID},
		{"'reporter'", "'reporter_name'", "data.reporter_name", ERR_INVALID},
		{"102712251", "180000001", "data.lon_e6", ERR_INVALID},
		{"'lon_e6':102712251,", "", "data.lon_e6", ERR_INVALID},
		{"'lat_e6':25040609,", "", "data.lat_e6", ERR_INVALID},
		{"'00112233", "'0011223", "data.evidence", ERR_INVALID},
		{"'title'", "'due_at':'2023-01-19T09:00:00Z','title'", "data.due_at", ERR_INVALID},
		{"'title'", "'severity':'grave','title'", "data.severity", ERR_INVALID},
		{"'title'", "'places':'530102','title'", "data.places", ERR_INVALID},
		{"'title'", "'assist':[],'title'", "data.assist", ERR_INVALID},
		{"['0011", "[['a'],'0011", "data.evidence", ERR_INVALID},
		{"'楼道堆物'", "{'zh':'楼道堆物'}", "data.title", ERR_INVALID},
		{"'id':'a-1'", "'id':['a-1']", "id", ERR_INVALID},
	};
	struct event ev;
	struct problem problem;

	(void)state;
	assert_int_equal(post("'lon_e6':102712251,'lat_e6':25040609,", "", &ev, &problem), ERR_OK);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(post(rows[i].from, rows[i].to, &ev, &problem), rows[i].err);
		assert_string_equal(problem.field, rows[i].field);
		assert_true(*problem.reason);
	}
}

static void refuses_too_long_a_list(void **state)
{
	/* As many places as there is room for are read; one more is refused by the list's name, before it is written anywhere. */
	enum { ROOM = sizeof(((struct case_reported *)NULL)->places) / sizeof(struct span) };
	struct problem problem = {0};
	struct arena arena = {0};
	struct event ev;

	(void)state;
	for (int n = ROOM; n <= ROOM + 1; n++) {
		struct buf text = {0};

		buf_add_text(&text, "{\"specversion\":\"1.0\",\"type\":\"gov.case.reported.v1\","
				    "\"data\":{\"places\":[\"53\"");
		for (int i = 1; i < n; i++) {
			buf_add_text(&text, ",\"530102\"");
		}
		buf_add_text(&text, "]}}");
		assert_int_equal(event_from_json(buf_span(&text), &arena, &ev, &problem),
				 n > ROOM ? ERR_INVALID : ERR_OK);
		assert_string_equal(problem.field, n > ROOM ? "data.places" : "");
		buf_done(&text);
	}
	assert_string_equal(problem.reason, "has too many items");
	arena_done(&arena);
}

static void asks_for_the_subject_of_a_type(void **state)
{
	/* What an event is about follows from its type: the right subject passes, every other is refused by name. */
	static const char *const subjects[] = {
		"place:530102",  "unit:house",
		"policy:md",     "calendar:cn",
		"profile:full",  "list:BASIC:MD",
		"clock",         "530102-20230119-7K3M9QXA2B4C",
		"place:53010",   "place:",
		"unit:",         "policy:",
		"calendar:",     "profile:",
		"clocks",        "530102-20230119-7K3M9QXA2B4",
		"list:BASIC:SH", NULL,
	};
	static const struct {
		enum event_type type;
		const char *subject;
	} rows[] = {
		{EVENT_place_registered, "place:530102"},
		{EVENT_place_changed, "place:530102"},
		{EVENT_unit_registered, "unit:house"},
		{EVENT_list_item_set, "list:BASIC:MD"},
		{EVENT_policy_set, "policy:md"},
		{EVENT_calendar_set, "calendar:cn"},
		{EVENT_profile_set, "profile:full"},
		{EVENT_clock_advanced, "clock"},
		{EVENT_clock_confirmed, "clock"},
		{EVENT_went_live, "clock"},
		{EVENT_case_closed, "530102-20230119-7K3M9QXA2B4C"},
	};
	uint64_t seed = 1;
	struct random_event_source source = {random_event_splitmix, &seed};
	struct arena arena = {0};
	struct problem problem;
	struct event ev;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(random_event_make(&source, rows[i].type, true, &arena, &ev),
				 ERR_OK);
		if (ev.type == EVENT_list_item_set) {
			ev.data.list_item_set.list = CODE_list_kind_basic;
			ev.data.list_item_set.code = SPAN("MD");
			ev.data.list_item_set.has_scope = false;
		}
		for (size_t j = 0; j < sizeof subjects / sizeof *subjects; j++) {
			bool right = subjects[j] && strcmp(subjects[j], rows[i].subject) == 0;

			ev.env.has_subject = subjects[j] != NULL;
			ev.env.subject = span_cstr(subjects[j] ? subjects[j] : "");
			problem = (struct problem){0};
			assert_int_equal(event_validate_posted(&ev, &problem),
					 right ? ERR_OK : ERR_INVALID);
			assert_string_equal(problem.field, right ? "" : "subject");
		}
	}
	arena_done(&arena);
}

static void refuses_members_of_no_type(void **state)
{
	/* What was read with members that no table knows is not posted: nobody has looked for a name in them. */
	struct problem problem;
	struct event ev;

	(void)state;
	assert_int_equal(post("", "", &ev, &problem), ERR_OK);
	ev.extras[ev.n_extras++] = (struct extra){SPAN("newer"), SPAN("\x01"), true};
	assert_int_equal(event_validate_posted(&ev, &problem), ERR_INVALID);
	assert_string_equal(problem.reason, "has members that are not of its type");
}

static void digests_what_was_sent(void **state)
{
	/* The digest depends on every sent member but three, and on nothing that is stamped. */
	static const uint8_t secret[32] = {7}, other[32] = {8};
	uint8_t first[16], second[16];
	struct event ev;
	struct problem problem;

	(void)state;
	assert_int_equal(post("", "", &ev, &problem), ERR_OK);
	event_digest(&ev, secret, first);
	EVENT_SET(ev.env, actor, SPAN("t1"));
	EVENT_SET(ev.env, dryrun, true);
	EVENT_SET(ev.env, expectedseq, 99);
	event_digest(&ev, secret, second);
	assert_memory_equal(first, second, 16);
	event_digest(&ev, other, second);
	assert_memory_not_equal(first, second, 16);
	assert_int_equal(post("123456789", "123456999", &ev, &problem), ERR_OK);
	event_digest(&ev, secret, second);
	assert_memory_equal(first, second, 16);
	assert_int_equal(post("堆物", "堆", &ev, &problem), ERR_OK);
	event_digest(&ev, secret, second);
	assert_memory_not_equal(first, second, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_report),
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(refuses_too_long_a_list),
		cmocka_unit_test(asks_for_the_subject_of_a_type),
		cmocka_unit_test(refuses_members_of_no_type),
		cmocka_unit_test(digests_what_was_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
