/* case_status_random_test.c: however the log of random actions over 10,000 cases is cut into batches, over 1, 2 or 16 shards, from nothing
 * or over what an earlier run left: case-status has the same dump, and it is that of the naive fold. */
#include <stdlib.h>

#include "common/partition.h"
#include "consumers/dump.h"
#include "consumers/shard_parts.h"
#include "projections/case_status.h"
#include "tests/support/case_random.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"
#include "tests/support/naive_fold.h"

enum { CASES = 10000, ACTIONS = 60000, RECORDS_MAX = 200000, PARTITIONS = 16, COUNTY_BYTES = 6 };

/* One record of the log, in the order in which all partitions' were written. */
struct record {
	struct span bytes;
	int partition;
	int64_t offset;
	bool is_outcome;
};

static struct {
	struct record records[RECORDS_MAX];
	struct arena arena;
	struct buf bytes;
	int n;
	struct {
		int64_t next, cause;
	} partitions[PARTITIONS]; /* the claim is the first record of each */
} made;

static uint64_t seed = 1;

static unsigned draw(unsigned n)
{
	return (unsigned)((seed = seed * 6364136223846793005u + 1442695040888963407u) >> 33) % n;
}

static void add(const struct event *ev, int partition, bool is_outcome)
{
	struct record *record = &made.records[made.n++];

	assert_true(made.n < RECORDS_MAX);
	buf_reset(&made.bytes);
	assert_int_equal(event_encode(ev, &made.bytes), ERR_OK);
	*record = (struct record){arena_copy(&made.arena, buf_span(&made.bytes)), partition,
				  made.partitions[partition].next++, is_outcome};
	assert_non_null(record->bytes.p);
}

static void add_claims(void)
{
	for (int partition = 0; partition < PARTITIONS; partition++) {
		struct event ev = {.type = EVENT_writer_claimed};

		EVENT_SET(ev.env, id, SPAN("claim"));
		EVENT_SET(ev.env, source, SPAN("/decider"));
		EVENT_SET(ev.env, time, 1);
		EVENT_SET(ev.data.writer_claimed, replaces, -1);
		made.partitions[partition].cause = -1;
		add(&ev, partition, /*is_outcome=*/false);
	}
}

static void on_event(void *context, const struct event *ev)
{
	struct event copy = *ev;
	int partition = partition_of_key(span_first(ev->env.subject, COUNTY_BYTES), PARTITIONS);

	(void)context;
	EVENT_SET(copy.env, claim, 0);
	if (copy.env.has_cause) {
		EVENT_SET(copy.env, cause, ++made.partitions[partition].cause);
	}
	add(&copy, partition, copy.env.has_cause);
}

static int make_log(void **state)
{
	static struct case_random all;

	(void)state;
	add_claims();
	case_random_begin(&all, 20231001, CASES);
	all.bed.sink = on_event;
	for (int i = 0; i < ACTIONS || all.cases < CASES; i++) {
		case_random_step(&all);
	}
	case_random_end(&all);
	return 0;
}

static int drop_log(void **state)
{
	(void)state;
	arena_done(&made.arena);
	buf_done(&made.bytes);
	return 0;
}

static char *fold_naively(void)
{
	static struct naive_log log;
	struct naive_fold *fold = naive_fold_new(&log);
	int64_t actions[PARTITIONS] = {0};
	char *text = NULL;
	size_t size = 0;

	naive_log_init(&log, NAIVE_PLANT_NONE);
	for (int i = 0; i < made.n; i++) {
		const struct record *record = &made.records[i];
		struct naive_bytes bytes = {(const char *)record->bytes.p, record->bytes.n};

		if (record->is_outcome) {
			assert_true(naive_log_action(&log, record->partition,
						     actions[record->partition]++, bytes));
		}
	}
	for (int i = 0; i < made.n; i++) {
		const struct record *at = &made.records[i];
		struct naive_record record;

		assert_true(naive_record_read(&record, at->bytes.p, at->bytes.n));
		if (naive_log_judge(&log, at->partition, at->offset, &record) == NAIVE_VALID) {
			assert_true(naive_fold_take(fold, at->partition, &record));
		}
		naive_record_done(&record);
	}
	assert_string_equal(log.wrong, "");
	FILE *out = open_memstream(&text, &size);

	naive_fold_print(fold, out);
	assert_int_equal(fclose(out), 0);
	naive_fold_free(fold);
	naive_log_done(&log);
	return text;
}

static char dir[FOLDER_PATH_BYTES];

static struct shard *open_shard(int number, int shards)
{
	struct shard *shard = NULL;
	char path[FOLDER_PATH_BYTES + 32];
	struct shard_config config = {.dir = path,
				      .projection = &case_status,
				      .build = "test",
				      .partitions = PARTITIONS,
				      .shard = number,
				      .shards = shards,
				      .map_bytes = 256 << 20};

	snprintf(path, sizeof path, "%s/%d-of-%d", dir, number, shards);
	assert_int_equal(shard_open(&config, &shard), ERR_OK);
	return shard;
}

/* Folds what lies before `end` and is the shard's. */
static void take_all(struct shard *shard, int number, int shards, int end, unsigned cut_every)
{
	for (int i = 0; i < end; i++) {
		const struct record *at = &made.records[i];
		struct shard_record record = {
			.partition = at->partition, .offset = at->offset, .bytes = at->bytes};

		if (at->partition % shards == number) {
			assert_int_equal(shard_take(shard, &record), ERR_OK);
			if (draw(cut_every) == 0) {
				assert_int_equal(shard_commit(shard), ERR_OK);
			}
		}
	}
}

/* The dump of so many shards, whose tables agree. @param existing  a part was folded before, and committed but for its end */
static char *fold(int shards, unsigned cut_every, bool existing)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	struct shard *all[PARTITIONS];
	struct kv *kvs[PARTITIONS];
	struct buf problems = {0};

	assert_true(folder_make("random", dir));
	for (int i = 0; i < shards; i++) {
		all[i] = open_shard(i, shards);
		if (existing) {
			take_all(all[i], i, shards, made.n / 2, cut_every);
			shard_close(all[i]);
			all[i] = open_shard(i, shards);
		}
		take_all(all[i], i, shards, made.n, cut_every);
		assert_int_equal(shard_commit(all[i]), ERR_OK);
		kvs[i] = all[i]->kv;
		assert_int_equal(dump_check(&case_status, kvs[i], &problems), ERR_OK);
	}
	assert_int_equal(dump_print(&case_status, kvs, shards, out), ERR_OK);
	assert_int_equal(fclose(out), 0);
	for (int i = 0; i < shards; i++) {
		shard_close(all[i]);
	}
	buf_done(&problems);
	assert_true(folder_remove(dir));
	return text;
}

static void test_same_dump(void **state)
{
	static const struct {
		int shards;
		unsigned cut_every;
		bool existing;
	} ways[] = {{1, UINT32_MAX, false}, {1, 500, true}, {2, 3000, false}, {16, 1000, true}};
	char *expected = fold_naively();

	(void)state;
	print_message("%d records, %zu bytes of dump\n", made.n, strlen(expected));
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		char *got = fold(ways[i].shards, ways[i].cut_every, ways[i].existing);

		if (strcmp(got, expected) != 0) {
			fail_msg("%d shards, cut every %u: another dump", ways[i].shards,
				 ways[i].cut_every);
		}
		free(got);
	}
	free(expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same_dump, make_log, drop_log)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
