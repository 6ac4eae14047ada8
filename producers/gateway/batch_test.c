/* batch_test.c: what one POST becomes: items for the log and one answer per event, in order. */
#include "producers/gateway/batch.h"

#include <stdio.h>

#include "common/limits.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"

/* A door of the test's own and a batch that came through it. */
struct bed {
	char home[FOLDER_PATH_BYTES];
	struct door door;
	struct key_store *keys;
	struct token token;
	struct batch *batch;
};

static int setup(void **state)
{
	static struct bed bed;

	bed = (struct bed){.token = {.level = 1, .functions = 0xffff, .rights = TOKEN_HISTORY}};
	(void)snprintf(bed.token.id, sizeof bed.token.id, "TOKENOFTEST0");
	(void)snprintf(bed.token.unit, sizeof bed.token.unit, "centre:53");
	(void)snprintf(bed.token.place, sizeof bed.token.place, "53");
	(void)snprintf(bed.token.source, sizeof bed.token.source, "/");
	*state = &bed;
	return folder_make("batch", bed.home) && !door_open(&bed.door, bed.home) &&
			       !key_store_open(bed.home, &bed.keys)
		       ? 0
		       : -1;
}

static int teardown(void **state)
{
	struct bed *bed = *state;

	batch_release(bed->batch);
	key_store_close(bed->keys);
	return folder_remove(bed->home) ? 0 : -1;
}

static void enter(struct bed *bed, enum batch_form form)
{
	struct key_store_txn keys;

	key_store_begin(bed->keys, &keys);
	batch_enter(bed->batch, &bed->door, &keys, 17);
	assert_int_equal(key_store_commit(&keys), ERR_OK);
	assert_int_equal(bed->batch->form, form);
}

static void report_add(struct bed *bed, const char *id)
{
	buf_printf(
		&bed->batch->body,
		"{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/t\",\"type\":\"gov.case.reported.v1\","
		"\"time\":\"2023-01-19T09:00:00+08:00\",\"place\":\"530102\",\"data\":{\"type_code\":\"MD02\",\"title\":\"t\"}}",
		id);
}

static void clock_add(struct bed *bed)
{
	buf_add_text(
		&bed->batch->body,
		"{\"specversion\":\"1.0\",\"id\":\"midnight-2023-01-20\",\"source\":\"/t\",\"type\":\"gov.clock.advanced.v1\",\"subject\":\"clock\","
		"\"time\":\"2023-01-20T00:00:00+08:00\",\"data\":{\"to\":\"2023-01-20T00:00:00+08:00\"}}");
}

static int partitions_all(void)
{
	return schema_topic(TOPIC_CASE)->partitions + schema_topic(TOPIC_REFERENCE)->partitions;
}

static const struct batch_item *item_to(const struct bed *bed, enum topic topic, int partition)
{
	for (int i = 0; i < bed->batch->n_items; i++) {
		const struct batch_item *item = &bed->batch->items[i];

		if (item->topic == topic && item->partition == partition) {
			return item;
		}
	}
	return NULL;
}

static void settle(struct bed *bed, int i, enum problem_kind kind)
{
	struct event ev = {.type = EVENT_clock_advanced};

	if (kind) {
		batch_settle_problem(&bed->batch->items[i], kind, NULL);
	} else {
		batch_settle_outcome(&bed->batch->items[i], &ev, 0, 0);
	}
}

/* Only a batch with members to seal asks for keys, and waits for them to be kept: a full disk refuses no other. */
static void keys_are_asked_for_seals(void **state)
{
	static const char SEALED[] =
		"{\"specversion\":\"1.0\",\"id\":\"s\",\"source\":\"/t\",\"type\":\"gov.case.reported.v1\","
		"\"time\":\"2023-01-19T09:00:00+08:00\",\"place\":\"530102\","
		"\"data\":{\"type_code\":\"MD02\",\"title\":\"t\",\"reporter\":\"r\"}}";
	struct bed *bed = *state;

	bed->batch = batch_new(&bed->token, BATCH_JSON);
	report_add(bed, "a");
	enter(bed, BATCH_JSON);
	assert_int_equal(bed->batch->items[0].status, 0);
	assert_false(bed->batch->keyed);
	batch_release(bed->batch);
	bed->batch = batch_new(&bed->token, BATCH_JSON);
	buf_add_text(&bed->batch->body, SEALED);
	enter(bed, BATCH_JSON);
	assert_int_equal(bed->batch->items[0].status, 0);
	assert_true(bed->batch->keyed);
}

/* A midnight goes to every partition of every register, between the event before it and the one after it, and is answered once. */
static void clock_goes_everywhere(void **state)
{
	struct bed *bed = *state;
	int all = partitions_all();
	struct buf out = {0};

	bed->batch = batch_new(&bed->token, BATCH_JSON_MANY);
	buf_add_byte(&bed->batch->body, '[');
	report_add(bed, "a");
	buf_add_byte(&bed->batch->body, ',');
	clock_add(bed);
	buf_add_byte(&bed->batch->body, ',');
	report_add(bed, "b");
	buf_add_byte(&bed->batch->body, ']');
	enter(bed, BATCH_JSON_MANY);
	assert_int_equal(bed->batch->n_items, all + 2);
	assert_int_equal(bed->batch->unsettled, all + 2);
	assert_int_equal(bed->batch->items[0].partition, -1);
	assert_int_equal(bed->batch->items[all + 1].partition, -1);
	for (int p = 0; p < schema_topic(TOPIC_CASE)->partitions; p++) {
		assert_non_null(item_to(bed, TOPIC_CASE_ACTION, p));
		assert_true(item_to(bed, TOPIC_CASE_ACTION, p)->bytes.n > 0);
	}
	assert_non_null(item_to(bed, TOPIC_REFERENCE_ACTION, 0));
	for (int i = 0; i < bed->batch->n_items; i++) {
		settle(bed, i, PROBLEM_NONE);
	}
	assert_int_equal(bed->batch->unsettled, 0);
	assert_int_equal(batch_answer(bed->batch, &out), 200);
	int answers = 0;

	for (size_t i = 0; i + 9 < out.n; i++) {
		answers += memcmp(out.p + i, "\"outcome\"", 9) == 0;
	}
	assert_int_equal(answers, 3);
	buf_done(&out);
}

/* One partition that did not take it is what the sender hears: it posts the whole again. */
static void clock_answers_the_worst(void **state)
{
	struct bed *bed = *state;
	struct buf out = {0};

	bed->batch = batch_new(&bed->token, BATCH_JSON);
	clock_add(bed);
	enter(bed, BATCH_JSON);
	assert_int_equal(bed->batch->n_items, partitions_all());
	for (int i = 0; i < bed->batch->n_items; i++) {
		settle(bed, i, i == 5 ? PROBLEM_UNCERTAIN : PROBLEM_NONE);
	}
	assert_int_equal(batch_answer(bed->batch, &out), problem_status(PROBLEM_UNCERTAIN));
	buf_done(&out);
}

/* As many events as one POST may bring are taken, one more refuses the whole; copies for other partitions do not count. */
static void bounded_by_events(void **state)
{
	struct bed *bed = *state;

	for (int more = 0; more < 2; more++) {
		batch_release(bed->batch);
		bed->batch = batch_new(&bed->token, BATCH_JSON_MANY);
		buf_add_byte(&bed->batch->body, '[');
		for (int i = 0; i < LIMIT_BATCH_EVENTS + more; i++) {
			buf_add(&bed->batch->body, i ? SPAN(",") : SPAN(""));
			clock_add(bed);
		}
		buf_add_byte(&bed->batch->body, ']');
		enter(bed, BATCH_JSON_MANY);
		assert_int_equal(bed->batch->kind, more ? PROBLEM_TOO_BIG : PROBLEM_NONE);
		assert_int_equal(bed->batch->n_items, LIMIT_BATCH_EVENTS * partitions_all());
	}
}

/* An event that cannot be read spoils no other of its batch; text that is no JSON array refuses the whole, by its byte. */
static void read_one_by_one(void **state)
{
	static const struct {
		const char *before, *after, *reason;
	} rows[] = {
		{"", "", "not a JSON array"},
		{"[", "", "not a JSON array of objects"},
		{"[", "x]", "not a JSON array of objects"},
		{"[", ",]", "not JSON at byte "},
		{"[{\"a\" 1},", "]", "not JSON at byte 7: "},
		{"[", "]]", "has bytes after its end"},
	};
	struct bed *bed = *state;

	bed->batch = batch_new(&bed->token, BATCH_JSON_MANY);
	buf_add_text(&bed->batch->body, "[7, ");
	report_add(bed, "a");
	buf_add_text(&bed->batch->body, ", {\"id\": \"b\", \"id\": \"b\"}\n,");
	report_add(bed, "c\",\"id\":\"c");
	buf_add_byte(&bed->batch->body, ',');
	report_add(bed, "d");
	buf_add_text(&bed->batch->body, " ] ");
	enter(bed, BATCH_JSON_MANY);
	assert_int_equal(bed->batch->kind, PROBLEM_NONE);
	assert_int_equal(bed->batch->n_events, 5);
	assert_int_equal(bed->batch->items[0].status, 400);
	assert_int_equal(bed->batch->items[1].status, 0);
	assert_int_equal(bed->batch->items[2].status, 422);
	assert_int_equal(bed->batch->items[3].status, 400);
	assert_int_equal(bed->batch->items[4].status, 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		batch_release(bed->batch);
		bed->batch = batch_new(&bed->token, BATCH_JSON_MANY);
		buf_add_text(&bed->batch->body, rows[i].before);
		report_add(bed, "e");
		buf_add_text(&bed->batch->body, rows[i].after);
		enter(bed, BATCH_JSON_MANY);
		assert_int_equal(bed->batch->kind, PROBLEM_MALFORMED);
		assert_true(span_starts(span_cstr(bed->batch->problem.reason),
					span_cstr(rows[i].reason)));
	}
}

/* In binary mode the body is the data and nothing else: it cannot bring attributes, and its errors are told by its own bytes. */
static void binary_body_is_data(void **state)
{
	static const char ATTRIBUTES[] =
		"{\"specversion\":\"1.0\",\"id\":\"a\",\"source\":\"/t\",\"type\":\"gov.case.reported.v1\","
		"\"time\":\"2023-01-19T09:00:00+08:00\",\"place\":\"530102\"}";
	static const struct {
		const char *body;
		int status; /* of the event; -1: the whole is refused */
		const char *reason;
	} rows[] = {
		{"{\"type_code\":\"MD02\",\"title\":\"t\"}", 0, ""},
		{"{\"type_code\":\"MD02\"},\"unit\":\"u\"", -1,
		 "not JSON at byte 21: has bytes after its end"},
		{"{\"type_code\"}", -1, "not JSON at byte 13: "},
		{"", -1, "the body is empty"},
		{"null", 422, ""},
		{"7", 422, ""},
	};
	struct bed *bed = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		batch_release(bed->batch);
		bed->batch = batch_new(&bed->token, BATCH_BINARY);
		buf_add_text(&bed->batch->attributes, ATTRIBUTES);
		buf_add_text(&bed->batch->body, rows[i].body);
		enter(bed, BATCH_BINARY);
		assert_int_equal(bed->batch->kind,
				 rows[i].status < 0 ? PROBLEM_MALFORMED : PROBLEM_NONE);
		assert_true(span_starts(span_cstr(bed->batch->problem.reason),
					span_cstr(rows[i].reason)));
		if (rows[i].status >= 0) {
			assert_int_equal(bed->batch->items[0].status, rows[i].status);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keys_are_asked_for_seals, setup, teardown),
		cmocka_unit_test_setup_teardown(clock_goes_everywhere, setup, teardown),
		cmocka_unit_test_setup_teardown(clock_answers_the_worst, setup, teardown),
		cmocka_unit_test_setup_teardown(bounded_by_events, setup, teardown),
		cmocka_unit_test_setup_teardown(read_one_by_one, setup, teardown),
		cmocka_unit_test_setup_teardown(binary_body_is_data, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
