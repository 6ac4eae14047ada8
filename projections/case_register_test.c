/* case_register_test.c: the case register against the rules, told as stories; what it keeps over a restart; what it does not fold. */
#include "tests/support/case_story.h"

#include "common/partition.h"
#include "tests/support/cmocka_all.h"

/* Each story goes as the rules say. */
static void test_stories(void **state)
{
	int misses = 0;

	(void)state;
	for (int i = 0; case_stories_get(i); i++) {
		misses += case_story_run(case_stories_get(i), true);
	}
	assert_int_equal(misses, 0);
}

/* The clock rebuilt from rows is the clock that was: after open() the same timers fire at the same times. */
static void test_open(void **state)
{
	static struct case_story story;
	struct case_story *s = &story;

	(void)state;
	case_bed_init(&s->bed);
	case_story_bring(s, CODE_case_state_DI);
	case_story_bring(s, CODE_case_state_HO);
	for (int i = 0; i < 4; i++) {
		int64_t timer_us = s->bed.reg.ops->next_timer(&s->bed.reg);
		int64_t moment_us = s->bed.reg.ops->next_moment(&s->bed.reg, s->bed.now_us);

		assert_int_equal(s->bed.reg.ops->open(&s->bed.reg), ERR_OK);
		assert_int_equal(s->bed.reg.ops->next_timer(&s->bed.reg), timer_us);
		assert_int_equal(s->bed.reg.ops->next_moment(&s->bed.reg, s->bed.now_us),
				 moment_us);
		case_bed_go(&s->bed, timer_us);
	}
	case_bed_done(&s->bed);
}

/* A timer is given out at its moment and not before, and then until its event is folded. */
static void test_timer_waits(void **state)
{
	static struct case_story story;
	struct case_story *s = &story;
	struct case_bed *bed = &s->bed;

	(void)state;
	case_bed_init(bed);
	case_story_bring(s, CODE_case_state_HO);
	int64_t due_us = bed->reg.ops->next_timer(&bed->reg);
	struct moment moment = {.now_us = due_us - 1,
				.refoffset = reference_position(bed->reference)};
	struct event ev;

	assert_false(bed->reg.ops->timer(&bed->reg, &moment, &bed->arena, &ev));
	assert_int_equal(bed->reg.ops->next_timer(&bed->reg), due_us);
	moment.now_us = due_us;
	for (int i = 0; i < 2; i++) {
		assert_true(bed->reg.ops->timer(&bed->reg, &moment, &bed->arena, &ev));
		assert_int_equal(ev.type, EVENT_case_resumed);
	}
	assert_int_equal(bed->reg.ops->evolve(&bed->reg, &ev), ERR_OK);
	assert_true(bed->reg.ops->next_timer(&bed->reg) > due_us);
	case_bed_done(bed);
}

/* A partition's clock runs the cases of its counties, and no others. */
static void test_partitions(void **state)
{
	static struct case_story story;
	struct case_story *s = &story;
	int mine = partition_of_key(SPAN("530102"), LIMIT_CASE_PARTITIONS);

	(void)state;
	case_bed_init(&s->bed);
	case_story_bring(s, CODE_case_state_DI);
	for (int partition = 0; partition < LIMIT_CASE_PARTITIONS; partition++) {
		s->bed.reg.partition = partition;
		assert_int_equal(s->bed.reg.ops->open(&s->bed.reg), ERR_OK);
		assert_int_equal(s->bed.reg.ops->next_timer(&s->bed.reg) != INT64_MAX,
				 partition == mine);
	}
	for (int table = 0; case_register_rows_tables[table].name; table++) {
		assert_int_equal(case_register_rows_tables[table].partition_of(
					 span_of("\x08\x16\xb6", 3), 1),
				 0);
	}
	case_bed_done(&s->bed);
}

/* A second register that folds what the first wrote, over the wire, and has no reference data to ask. */
static struct {
	struct reg reg;
	struct memory_view *memory;
	struct case_bed *bed;
	struct buf bytes;
	size_t folded;
} again;

static void begin_again(void *context, struct case_bed *bed)
{
	(void)context;
	memory_view_free(again.memory);
	again.memory = memory_view_new(case_register_rows_tables);
	assert_non_null(again.memory);
	again.bed = bed;
	again.reg = (struct reg){
		.ops = bed->reg.ops, .view = memory_view_view(again.memory), .partition = -1};
}

static void fold_again(void *context, const struct event *ev)
{
	struct case_state first, second;
	struct problem problem;
	struct event read;
	struct case_id id;

	(void)context;
	buf_reset(&again.bytes);
	assert_int_equal(event_encode(ev, &again.bytes), ERR_OK);
	assert_int_equal(event_decode(buf_span(&again.bytes), &read, &problem), ERR_OK);
	assert_int_equal(again.reg.ops->evolve(&again.reg, &read), ERR_OK);
	assert_true(case_id_parse(ev->env.subject, &id));
	assert_true(case_register_rows_get(again.bed->reg.view, &id, &first));
	assert_true(case_register_rows_get(again.reg.view, &id, &second));
	assert_memory_equal(&first, &second, sizeof(first));
	again.folded++;
}

/* The events alone make the rows, byte for byte: whatever policy says, and has said since, a fold asks no reference data. */
static void test_rebuild(void **state)
{
	static const struct case_story_watcher watcher = {.begin = begin_again, .sink = fold_again};

	(void)state;
	for (int i = 0; case_stories_get(i); i++) {
		assert_int_equal(case_story_watch(case_stories_get(i), true, &watcher), 0);
	}
	assert_true(again.folded > 500);
	memory_view_free(again.memory);
	buf_done(&again.bytes);
}

/* What cannot follow is not folded: a gap in seq, an event of no case, a second report, a type that cases do not have. */
static void test_evolve_refuses(void **state)
{
	static struct case_story story;
	struct case_story *s = &story;
	struct case_bed *bed = &s->bed;
	struct event ev;

	(void)state;
	case_bed_init(bed);
	case_story_bring(s, CODE_case_state_AC);
	ev = bed->ev;
	assert_int_equal(bed->reg.ops->evolve(&bed->reg, &ev), ERR_LOG_GAP);
	EVENT_SET(ev.env, subject, SPAN("530102-20230119-000000000000"));
	EVENT_SET(ev.env, seq, 1);
	assert_int_equal(bed->reg.ops->evolve(&bed->reg, &ev), ERR_ABSENT);
	ev.type = EVENT_case_reported;
	EVENT_SET(ev.env, subject, span_cstr(bed->subject));
	assert_int_equal(bed->reg.ops->evolve(&bed->reg, &ev), ERR_CONFLICT);
	ev.type = EVENT_clock_ticked;
	assert_int_equal(bed->reg.ops->evolve(&bed->reg, &ev), ERR_UNKNOWN);
	EVENT_SET(ev.env, subject, SPAN("clock"));
	assert_int_equal(bed->reg.ops->evolve(&bed->reg, &ev), ERR_INVALID);
	case_bed_begin(bed, EVENT_clock_advanced, TOWN);
	assert_string_equal(case_bed_try(bed), "UNKNOWN");
	case_bed_done(bed);
}

/* A place that is gone takes no report: the refusal names its successor, or, where it has none, that another is needed. */
static void test_gone_without_successor(void **state)
{
	static struct case_story story;
	struct case_story *s = &story;
	struct case_bed *bed = &s->bed;
	struct event gone = {.type = EVENT_place_changed};

	(void)state;
	case_bed_init(bed);
	ENDS("PLACE_GONE", case_bed_report(bed, COUNTY, "530102009", "UM01", 0));
	assert_string_equal(bed->needs, "place 530102001");
	EVENT_SET(gone.data.place_changed, change, CODE_place_change_abolish);
	EVENT_SET(gone.data.place_changed, effective_from, 1);
	case_bed_fold(bed, &gone, "place:530103001");
	ENDS("PLACE_GONE", case_bed_report(bed, CITY, "530103001", "UM01", 0));
	assert_string_equal(bed->needs, "a place in force");
	assert_int_equal(s->misses, 0);
	case_bed_done(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stories),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_partitions),
		cmocka_unit_test(test_rebuild),
		cmocka_unit_test(test_evolve_refuses),
		cmocka_unit_test(test_timer_waits),
		cmocka_unit_test(test_gone_without_successor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
