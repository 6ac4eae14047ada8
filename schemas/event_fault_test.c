/* event_fault_test.c: whichever allocation fails while an event is encoded, read, copied, printed or sealed: NOMEM, and nothing is lost.
 * @wrap malloc calloc realloc */
#include <jansson.h>

#include "schemas/random_event.h"
#include "schemas/seal.h"
#include "tests/support/fault.h"

FAULT_ALLOCATIONS

static struct event ev; /* the event that is tried, borrowing from `held` */
static struct arena held;
static struct buf bytes; /* its encoding */
static char *text;       /* the same as a sender would post it, in JSON */

static enum err encode(void *context)
{
	struct buf out = {0};
	enum err err = event_encode(&ev, &out);

	(void)context;
	if (!err) {
		assert_true(span_eq(buf_span(&out), buf_span(&bytes)));
	}
	buf_done(&out);
	return err;
}

static enum err copy(void *context)
{
	struct arena arena = {0};
	struct event copied;
	enum err err = event_copy(&arena, &ev, &copied);

	(void)context;
	arena_done(&arena);
	return err;
}

/* Without a fault it is made once more, for comparison: what looks whole must be whole. */
static enum err same(json_t *made, json_t *(*make)(void))
{
	int in = fault_in;
	json_t *whole;
	bool equal;

	if (!made) {
		return ERR_NOMEM;
	}
	fault_in = -1;
	whole = make();
	equal = json_equal(made, whole);
	json_decref(made);
	json_decref(whole);
	fault_in = in;
	assert_true(equal);
	return ERR_OK;
}

static json_t *make_json(void)
{
	return event_to_json(&ev, true);
}

static json_t *make_data(void)
{
	return event_data_to_json(ev.type, &ev.data, true);
}

static enum err to_json(void *context)
{
	(void)context;
	return same(make_json(), make_json);
}

static enum err data_to_json(void *context)
{
	(void)context;
	return same(make_data(), make_data);
}

static enum err from_json(void *context)
{
	struct arena arena = {0};
	struct event read;
	struct problem problem;
	enum err err = event_from_json(span_cstr(text), &arena, &read, &problem);

	(void)context;
	arena_done(&arena);
	return err;
}

static enum err random_again(void *context)
{
	uint64_t seed = *(const uint64_t *)context;
	struct random_event_source source = {random_event_splitmix, &seed};
	struct arena arena = {0};
	struct event made;
	enum err err = random_event_make(&source, ev.type, false, &arena, &made);

	arena_done(&arena);
	return err;
}

static enum err seal_and_open(void *context)
{
	static const uint8_t secret[SEAL_KEY_BYTES] = {1};
	static const struct seal_key key = {1, secret};
	struct seal_place place = {SPAN("a-1"), 3};
	struct arena arena = {0};
	struct span sealed, clear;
	enum err err = seal_close(&key, &place, SPAN("张三"), &arena, &sealed);

	(void)context;
	if (!err) {
		err = seal_open(&key, &place, sealed, &arena, &clear);
	}
	arena_done(&arena);
	return err;
}

static void make(enum event_type type, uint64_t seed)
{
	struct random_event_source source = {random_event_splitmix, &seed};
	struct event posted;

	arena_reset(&held);
	buf_reset(&bytes);
	assert_int_equal(random_event_make(&source, type, true, &held, &posted), ERR_OK);
	free(text);
	json_t *json = event_to_json(&posted, true);

	text = json_dumps(json, 0);
	assert_non_null(text);
	json_decref(json);
	assert_int_equal(random_event_make(&source, type, false, &held, &ev), ERR_OK);
	assert_int_equal(event_encode(&ev, &bytes), ERR_OK);
}

/* For every type: each way of an event through memory survives each allocation that fails. */
static void test_every_allocation(void **state)
{
	static const struct {
		const char *name;
		enum err (*once)(void *context);
		bool posted; /* only of types that senders post */
	} ways[] = {{"encode", encode, false},      {"copy", copy, false},
		    {"to JSON", to_json, false},    {"data to JSON", data_to_json, false},
		    {"from JSON", from_json, true}, {"random", random_again, false}};
	int failed[sizeof(ways) / sizeof(ways[0])] = {0};

	(void)state;
	json_set_alloc_funcs(malloc, free);
	for (int type = EVENT_NONE + 1; type < EVENT_TYPE_COUNT; type++) {
		uint64_t seed = (uint64_t)type;

		make((enum event_type)type, seed);
		for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
			failed[i] += fault_each(FAULT_MEMORY, ways[i].once, &seed);
		}
	}
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		print_message("%s: %d allocations failed\n", ways[i].name, failed[i]);
		assert_true(failed[i] > 0);
	}
	free(text);
	text = NULL;
	arena_done(&held);
	buf_done(&bytes);
}

/* So does sealing, and opening. */
static void test_sealing(void **state)
{
	(void)state;
	assert_true(fault_each(FAULT_MEMORY, seal_and_open, NULL) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_allocation),
					   cmocka_unit_test(test_sealing)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
