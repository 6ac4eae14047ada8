/* naive_fold_test.c: the naive fold ends in the dump that case-status has, over every story; a bug planted in it, or a log that lacks
 * something, does not. */
#include "tests/support/naive_fold.h"

#include <stdlib.h>

#include "consumers/dump.h"
#include "consumers/shard.h"
#include "projections/case_status.h"
#include "tests/support/case_story.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"

enum { RECORDS_MAX = 1000, PARTITION = 3, PARTITIONS = 16 };

/* One partition's log: what a story's events become with claims, a zombie's records and refusals between them. */
static struct log {
	struct {
		struct buf bytes;
		bool is_outcome; /* of an action whose bytes are the same */
	} records[RECORDS_MAX];
	int n;
	int64_t claim, cause;
	bool has[EVENT_TYPE_COUNT]; /* types that some story has had */
} story_log;

static void add_record(const struct event *ev, bool is_outcome)
{
	struct log *log = &story_log;

	assert_true(log->n < RECORDS_MAX);
	buf_reset(&log->records[log->n].bytes);
	assert_int_equal(event_encode(ev, &log->records[log->n].bytes), ERR_OK);
	log->records[log->n++].is_outcome = is_outcome;
	log->has[ev->type] = true;
}

static void add_claim(int64_t replaces)
{
	struct event ev = {.type = EVENT_writer_claimed};

	EVENT_SET(ev.env, id, SPAN("claim"));
	EVENT_SET(ev.env, source, SPAN("/decider"));
	EVENT_SET(ev.env, time, 1);
	EVENT_SET(ev.data.writer_claimed, replaces, replaces);
	add_record(&ev, false);
}

static void add_outcome(struct event *ev)
{
	EVENT_SET(ev->env, claim, story_log.claim);
	EVENT_SET(ev->env, cause, ++story_log.cause);
	add_record(ev, true);
}

/* Another writer takes over; what the first had under way comes behind its claim, and a third claim comes too late. */
static void add_zombie(const struct event *ev)
{
	int64_t old = story_log.claim;
	struct event late = *ev;

	story_log.claim = story_log.n;
	add_claim(old);
	EVENT_SET(late.env, claim, old);
	EVENT_SET(late.env, cause, story_log.cause + 1);
	EVENT_SET(late.env, decidedtime, ev->env.decidedtime + 1);
	add_record(&late, false);
	add_claim(old);
}

/* An action that is refused. */
static void add_refusal(const struct event *ev)
{
	struct event refused = {.type = EVENT_action_refused};

	EVENT_SET(refused.env, id, SPAN("refused"));
	EVENT_SET(refused.env, source, SPAN("/yn/app"));
	EVENT_SET(refused.env, time, ev->env.time);
	EVENT_SET(refused.env, subject, ev->env.subject);
	EVENT_SET(refused.env, unit, SPAN("centre:530102"));
	EVENT_SET(refused.env, decidedtime, ev->env.decidedtime);
	EVENT_SET(refused.data.action_refused, reason, SPAN("GUARD"));
	add_outcome(&refused);
}

static void on_event(void *context, const struct event *ev)
{
	struct event copy = *ev;
	int n = story_log.n;

	(void)context;
	EVENT_SET(copy.env, claim, story_log.claim);
	if (n % 5 == 1 && ev->env.seq != 1) {
		add_zombie(&copy);
	}
	if (n % 3 == 1) {
		add_refusal(&copy);
	}
	if (copy.env.has_cause) {
		add_outcome(&copy);
	} else {
		EVENT_SET(copy.env, claim, story_log.claim);
		add_record(&copy, false);
	}
	if (n % 7 == 2) {
		add_refusal(&copy);
	}
}

/* Tells a story into the log. */
static void tell(case_story_tell *story)
{
	static struct case_story on_stage;

	story_log.n = 0;
	story_log.claim = 0;
	story_log.cause = -1;
	add_claim(-1);
	on_stage = (struct case_story){.loud = true};
	case_bed_init(&on_stage.bed);
	on_stage.bed.sink = on_event;
	story(&on_stage);
	case_bed_done(&on_stage.bed);
}

/* What case-status makes of it. */
static char *fold_real(void)
{
	char dir[FOLDER_PATH_BYTES], *text = NULL;
	size_t size = 0;
	struct shard *shard = NULL;
	struct shard_identity identity;
	struct kv *kv = NULL;

	assert_true(folder_make("naive", dir));
	struct shard_config config = {.dir = dir,
				      .projection = &case_status,
				      .build = "test",
				      .partitions = PARTITIONS,
				      .shards = 1,
				      .map_bytes = 64 << 20};

	assert_int_equal(shard_open(&config, &shard), ERR_OK);
	for (int i = 0; i < story_log.n; i++) {
		struct shard_record record = {.partition = PARTITION,
					      .offset = i,
					      .bytes = buf_span(&story_log.records[i].bytes)};

		assert_int_equal(shard_take(shard, &record), ERR_OK);
	}
	assert_int_equal(shard_commit(shard), ERR_OK);
	shard_close(shard);
	assert_int_equal(shard_open_reader(dir, &case_status, config.map_bytes, &identity, &kv),
			 ERR_OK);
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(dump_print(&case_status, &kv, 1, out), ERR_OK);
	assert_int_equal(fclose(out), 0);
	kv_close(kv);
	assert_true(folder_remove(dir));
	return text;
}

static bool take_naively(struct naive_fold *fold, int i)
{
	const struct buf *bytes = &story_log.records[i].bytes;
	struct naive_record record;
	bool good = naive_record_read(&record, bytes->p, bytes->n);

	if (good) {
		enum naive_verdict verdict = naive_log_judge(fold->log, PARTITION, i, &record);

		good = verdict != NAIVE_WRONG &&
		       (verdict != NAIVE_VALID || naive_fold_take(fold, PARTITION, &record));
	}
	naive_record_done(&record);
	return good;
}

/* What the naive fold makes of it. @param lacks  a record that it is not shown; -1: none. @return NULL: it says that the log is wrong */
static char *fold_naively(enum naive_plant plant, int lacks)
{
	static struct naive_log log;
	struct naive_fold *fold = naive_fold_new(&log);
	char *text = NULL;
	size_t size = 0;
	int64_t action = 0;

	naive_log_init(&log, plant);
	for (int i = 0; i < story_log.n; i++) {
		const struct buf *bytes = &story_log.records[i].bytes;

		if (story_log.records[i].is_outcome) {
			assert_true(naive_log_action(
				&log, PARTITION, action++,
				(struct naive_bytes){(const char *)bytes->p, bytes->n}));
		}
	}
	bool good = true;

	for (int i = 0; i < story_log.n && good; i++) {
		good = i == lacks || take_naively(fold, i);
	}
	if (good && naive_log_complete(&log)) {
		FILE *out = open_memstream(&text, &size);

		naive_fold_print(fold, out);
		assert_int_equal(fclose(out), 0);
	}
	naive_fold_free(fold);
	naive_log_done(&log);
	return text;
}

/* Whether the naive fold and case-status end alike. */
static bool alike(const char *real, enum naive_plant plant, int lacks)
{
	char *naive = fold_naively(plant, lacks);
	bool same = naive && strcmp(real, naive) == 0;

	free(naive);
	return same;
}

/* Whatever happens to a case, both folds end in the same bytes. */
static void test_same(void **state)
{
	(void)state;
	for (int i = 0; case_stories_get(i); i++) {
		tell(case_stories_get(i));
		char *real = fold_real();

		if (!alike(real, NAIVE_PLANT_NONE, -1)) {
			fail_msg("story %d: the folds differ", i);
		}
		free(real);
	}
	for (const struct handler *handler = case_status.handlers; handler->type; handler++) {
		if (!story_log.has[handler->type] && handler->type < EVENT_action_refused) {
			fail_msg("no story has a %s", event_schema(handler->type)->type);
		}
	}
}

/* Each planted bug is seen in some story. */
static void test_plants(void **state)
{
	int seen[NAIVE_PLANTS] = {0};

	(void)state;
	for (int i = 0; case_stories_get(i); i++) {
		tell(case_stories_get(i));
		char *real = fold_real();

		for (enum naive_plant plant = NAIVE_PLANT_NONE; plant < NAIVE_PLANTS; plant++) {
			seen[plant] += !alike(real, plant, -1);
		}
		free(real);
	}
	assert_int_equal(seen[NAIVE_PLANT_NONE], 0);
	for (enum naive_plant plant = NAIVE_PLANT_CLAIMS; plant < NAIVE_PLANTS; plant++) {
		assert_true(seen[plant] > 0);
	}
}

/* A log that lacks any one of its outcomes is wrong. */
static void test_lacking(void **state)
{
	int outcomes = 0;

	(void)state;
	tell(case_stories_get(0));
	char *real = fold_real();

	for (int i = 0; i < story_log.n; i++) {
		if (story_log.records[i].is_outcome) {
			outcomes++;
			assert_false(alike(real, NAIVE_PLANT_NONE, i));
		}
	}
	assert_true(outcomes > 5);
	free(real);
}

static int free_records(void **state)
{
	(void)state;
	for (int i = 0; i < RECORDS_MAX; i++) {
		buf_done(&story_log.records[i].bytes);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_plants),
		cmocka_unit_test(test_lacking),
	};

	return cmocka_run_group_tests(tests, NULL, free_records);
}
