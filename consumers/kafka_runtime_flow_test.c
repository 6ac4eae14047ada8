/* kafka_runtime_flow_test.c: the runtime on a real broker: the same dump as the plain fold, and another log is refused by name. */
#include "consumers/kafka_runtime.h"

#include <pthread.h>

#include "common/clock.h"
#include "common/kafka_topics.h"
#include "common/kafka_writer.h"
#include "consumers/position.h"
#include "tests/support/flow.h"
#include "tests/support/shard_bed.h"
#include "tests/support/spoil_topic.h"

static struct kafka_settings settings;
static int buses;

/* A bus with the first n records of the log of this seed in its topic. */
static void write_bus(char prefix[64], int n)
{
	char topic[128];
	struct kafka_topic spec = {topic, PARTITIONS, true, -1};
	struct kafka_writer_config config = {
		.settings = &settings, .name = "test", .gapless = true};
	struct kafka_writer *writer = NULL;
	struct buf report = {0};

	snprintf(prefix, 64, "%sr%d.", flow_prefix(), buses++);
	snprintf(topic, sizeof topic, "%sgov.case", prefix);
	assert_int_equal(kafka_topics_create(&settings, &spec, 1, 1, &report), ERR_OK);
	buf_done(&report);
	assert_int_equal(kafka_writer_open(&config, &writer), ERR_OK);
	int number = kafka_writer_topic(writer, topic);

	for (int i = 0; i < n; i++) {
		assert_int_equal(kafka_writer_send(writer, number, records[i].record.partition,
						   SPAN("530102"), records[i].record.bytes, NULL),
				 ERR_OK);
	}
	assert_int_equal(kafka_writer_flush(writer, 30000), ERR_OK);
	kafka_writer_close(writer);
}

static void *run(void *runtime)
{
	return (void *)(intptr_t)kafka_runtime_run(runtime);
}

/* What readiness said last, of whichever runtime. */
static char said[1024];

static bool caught_up(struct runtime *runtime)
{
	struct buf reasons = {0};
	bool ready = kafka_runtime_show_ready(runtime, &reasons);

	(void)snprintf(said, sizeof said, "%.*s", (int)reasons.n,
		       reasons.p ? (const char *)reasons.p : "");
	buf_done(&reasons);
	return ready;
}

/* Runs until it is ready and has been for a moment, or has ended by itself. */
static enum err run_once(const char *prefix, int shards, bool alone)
{
	struct runtime_config config = {.settings = &settings,
					.projection = &toy,
					.home = dir,
					.prefix = prefix,
					.instance = "test-1",
					.build = "a",
					.shards = shards,
					.session_timeout_ms = 6000,
					.map_bytes = 64 << 20,
					.alone = alone};
	struct runtime *runtime = NULL;
	pthread_t thread;
	void *ended = NULL;

	assert_int_equal(kafka_runtime_open(&config, &runtime), ERR_OK);
	assert_int_equal(pthread_create(&thread, NULL, run, runtime), 0);
	for (int i = 0, ready = 0; i < 600 && ready < 15; i++) {
		struct buf reasons = {0};

		clock_sleep_us(50000);
		ready = caught_up(runtime) || !kafka_runtime_show_healthy(runtime, &reasons)
				? ready + 1
				: 0;
		buf_done(&reasons);
	}
	kafka_runtime_stop(runtime);
	assert_int_equal(pthread_join(thread, &ended), 0);
	kafka_runtime_close(runtime);
	return (enum err)(intptr_t)ended;
}

static char *dump_stored(int shards)
{
	struct kv *kvs[PARTITIONS] = {0};
	struct shard_identity identity;
	char path[FOLDER_PATH_BYTES + 32], *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (int i = 0; i < shards; i++) {
		snprintf(path, sizeof path, "%s/toy/shard-%d", dir, i);
		assert_int_equal(shard_open_reader(path, &toy, 64 << 20, &identity, &kvs[i]),
				 ERR_OK);
	}
	assert_int_equal(dump_print(&toy, kvs, shards, out), ERR_OK);
	assert_int_equal(fclose(out), 0);
	for (int i = 0; i < shards; i++) {
		kv_close(kvs[i]);
	}
	return text;
}

/* Folded from a broker, by one or three workers, as a member or alone, at once or in two runs: the dump of the plain fold. Another
 * number of shards rebuilds by itself. */
static void test_same_dump(void **state)
{
	char prefix[64];

	(void)state;
	make_log(21);
	char *expected = fold(1, 100, false);

	write_bus(prefix, RECORDS);
	for (int run = 0; run < 3; run++) {
		int shards = run == 2 ? 3 : 1;

		assert_int_equal(run_once(prefix, shards, run == 0), ERR_OK);
		char *got = dump_stored(shards);

		assert_string_equal(got, expected);
		/* Ready, but with a word for people: what is parked, in the next life too. */
		assert_non_null(strstr(said, " subjects parked: govbus dead list\n"));
		free(got);
	}
	free(expected);
}

/* A log that is shorter than the position, or that is another one, is refused by name, and nothing is folded from it. */
static void test_other_log(void **state)
{
	char prefix[64], shorter[64], other[64];

	(void)state;
	make_log(22);
	write_bus(prefix, RECORDS);
	write_bus(shorter, RECORDS / 2);
	assert_int_equal(run_once(prefix, 1, true), ERR_OK);
	char *before = dump_stored(1);

	assert_int_equal(run_once(shorter, 1, true), ERR_LOG_LOST_TAIL);
	for (int i = 0; i < RECORDS; i++) {
		records[i].bytes.p[records[i].bytes.n - 1] ^= 1;
	}
	write_bus(other, RECORDS);
	assert_int_equal(run_once(other, 1, true), ERR_LOG_RECREATED);
	char *after = dump_stored(1);

	assert_string_equal(after, before);
	free(before);
	free(after);
	/* The cure: without its folder it is rebuilt from the log as it is. */
	assert_int_equal(remove_dir(state), 0);
	assert_int_equal(make_dir(state), 0);
	assert_int_equal(run_once(shorter, 1, true), ERR_OK);
}

/* What a retention that was set by mistake does: all that the topic holds is gone, its offsets are not. */
static void trim_bus(const char *prefix)
{
	char topic[128];

	snprintf(topic, sizeof topic, "%sgov.case", prefix);
	assert_int_equal(spoil_topic_trim(settings.brokers, topic, PARTITIONS), 0);
}

/* A log that was trimmed beyond the position is refused by name, nothing is folded from it, and an empty folder does not help: rows
 * that were folded further do, as the cure says. */
static void test_trimmed_log(void **state)
{
	char half[64], whole[64], trimmed[64];

	(void)state;
	make_log(23);
	write_bus(half, RECORDS / 2);
	write_bus(whole, RECORDS);
	write_bus(trimmed, RECORDS);
	trim_bus(trimmed);
	assert_int_equal(run_once(trimmed, 1, true), ERR_LOG_TRIMMED);
	assert_int_equal(run_once(half, 1, true), ERR_OK);
	char *before = dump_stored(1);

	assert_int_equal(run_once(trimmed, 1, true), ERR_LOG_TRIMMED);
	char *after = dump_stored(1);

	assert_string_equal(after, before);
	assert_int_equal(err_exit_code(ERR_LOG_TRIMMED), 80);
	assert_non_null(strstr(position_cure(ERR_LOG_TRIMMED), "folded further"));
	assert_int_equal(run_once(whole, 1, true), ERR_OK);
	assert_int_equal(run_once(trimmed, 1, true), ERR_OK);
	free(before);
	free(after);
}

static void print_log(void *context, int level, const char *text)
{
	(void)context;
	if (level <= 4) {
		(void)fprintf(stderr, "%s\n", text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same_dump, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_other_log, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_trimmed_log, make_dir, remove_dir)};

	settings = (struct kafka_settings){.brokers = flow_kafka(), .log = print_log};
	return cmocka_run_group_tests(tests, NULL, free_records);
}
