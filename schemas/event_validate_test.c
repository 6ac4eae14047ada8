/* event_validate_test.c: what a sender may post as JSON, and what is refused by the member's name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schemas/event.h"

static const char report[] =
	"{'specversion':'1.0','type':'gov.case.reported.v1','id':'a-1','source':'/yn/12345',"
	"'time':'2023-01-19T09:00:00.123456789+08:00','place':'530102001','datacontenttype':'application/json',"
	"'expectedseq':'12','data':{'type_code':'MD02','title':'楼道堆物','reporter':'张\\n三','lon_e6':102712251,"
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
		{"'00112233", "'0011223", "data.evidence", ERR_INVALID},
		{"'title'", "'due_at':'2023-01-19T09:00:00Z','title'", "data.due_at", ERR_INVALID},
		{"'title'", "'severity':'grave','title'", "data.severity", ERR_INVALID},
	};
	struct event ev;
	struct problem problem;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(post(rows[i].from, rows[i].to, &ev, &problem), rows[i].err);
		assert_string_equal(problem.field, rows[i].field);
		assert_true(*problem.reason);
	}
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
		cmocka_unit_test(digests_what_was_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
