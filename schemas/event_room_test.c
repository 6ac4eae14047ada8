/* event_room_test.c: rule 3: an action is so much smaller than an event that whatever the decider adds to it fits. */
#include "common/limits.h"
#include "schemas/member.h"
#include "schemas/random_event.h"
#include "tests/support/cmocka_all.h"

enum { ROUNDS = 100 };

/* A random record without what its sender may say in `data`: what is decided and stamped, and the whole envelope. */
static size_t added_bytes(struct random_event_source *source, enum event_type type)
{
	const struct schema *schema = event_schema(type);
	struct arena arena = {0};
	struct buf bytes = {0};
	struct event ev;
	size_t n;

	assert_int_equal(random_event_make(source, type, false, &arena, &ev), ERR_OK);
	for (int i = 0; i < schema->field_count; i++) {
		const struct field *f = &schema->fields[i];

		if (f->need == NEED_REQUIRED || f->need == NEED_OPTIONAL) {
			member_set_count(f, &ev.data, 0);
		}
	}
	ev.n_extras = 0;
	assert_int_equal(event_encode(&ev, &bytes), ERR_OK);
	n = bytes.n;
	buf_done(&bytes);
	arena_done(&arena);
	return n;
}

/* However long its decided members, an event of the longest action is no longer than an event may be. */
static void test_decided_members_fit(void **state)
{
	uint64_t seed = 16;
	struct random_event_source source = {random_event_splitmix, &seed};
	size_t most = 0;

	(void)state;
	for (int type = EVENT_NONE + 1; type < EVENT_TYPE_COUNT; type++) {
		for (int i = 0; i < ROUNDS && event_schema((enum event_type)type)->posted; i++) {
			size_t n = added_bytes(&source, (enum event_type)type);

			most = n > most ? n : most;
		}
	}
	print_message("at most %zu bytes are added\n", most);
	assert_true(most > 500 && most <= LIMIT_EVENT_BYTES - LIMIT_ACTION_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_decided_members_fit)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
