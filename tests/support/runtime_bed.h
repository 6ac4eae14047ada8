/* runtime_bed.h: a runtime that folds the toy projection from a mock of a broker, in one shard. */
#ifndef GOVBUS_TESTS_SUPPORT_RUNTIME_BED_H
#define GOVBUS_TESTS_SUPPORT_RUNTIME_BED_H

#include <pthread.h>

#include "common/clock.h"
#include "common/kafka_writer.h"
#include "consumers/kafka_runtime_parts.h"
#include "tests/support/kafka_mock.h"
#include "tests/support/shard_bed.h"

static inline void runtime_bed_write(void)
{
	struct kafka_writer_config config = {
		.settings = &kafka_mock_settings, .name = "test", .gapless = true};
	struct kafka_writer *writer = NULL;

	assert_int_equal(kafka_writer_open(&config, &writer), ERR_OK);
	int topic = kafka_writer_topic(writer, "gov.case");

	for (int i = 0; i < RECORDS; i++) {
		assert_int_equal(kafka_writer_send(writer, topic, records[i].record.partition,
						   SPAN("530102"), records[i].record.bytes, NULL),
				 ERR_OK);
	}
	assert_int_equal(kafka_writer_flush(writer, 30000), ERR_OK);
	kafka_writer_close(writer);
}

static inline void *runtime_bed_run(void *runtime)
{
	return (void *)(intptr_t)kafka_runtime_run(runtime);
}

static inline struct runtime *runtime_bed_start(pthread_t *ret_thread)
{
	struct runtime_config config = {.settings = &kafka_mock_settings,
					.projection = &toy,
					.home = dir,
					.prefix = "",
					.instance = "test-1",
					.build = "a",
					.shards = 1,
					.map_bytes = 64 << 20,
					.alone = true};
	struct runtime *runtime = NULL;

	assert_int_equal(kafka_runtime_open(&config, &runtime), ERR_OK);
	assert_int_equal(pthread_create(ret_thread, NULL, runtime_bed_run, runtime), 0);
	return runtime;
}

/* Stops it. @return the dump of what it leaves */
static inline char *runtime_bed_stop(struct runtime *runtime, pthread_t thread)
{
	void *ended = NULL;

	kafka_runtime_stop(runtime);
	assert_int_equal(pthread_join(thread, &ended), 0);
	assert_int_equal((enum err)(intptr_t)ended, ERR_OK);
	char *text = dump_of(&runtime->workers[0].shard, 1);

	kafka_runtime_close(runtime);
	return text;
}

static inline bool runtime_bed_is_ready(struct runtime *runtime)
{
	struct buf reasons = {0};
	bool ready = kafka_runtime_show_ready(runtime, &reasons);

	buf_done(&reasons);
	return ready;
}

static inline void runtime_bed_await(struct runtime *runtime,
				     bool (*is_so)(struct runtime *runtime))
{
	for (int i = 0; i < 200 && !is_so(runtime); i++) {
		clock_sleep_us(100000);
	}
	assert_true(is_so(runtime));
}

#endif
