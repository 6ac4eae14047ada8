/* runtime_alone.h: a runtime outside of any group that folds the toy projection from a mock of a broker, in the scratch folder. */
#ifndef GOVBUS_TESTS_SUPPORT_RUNTIME_ALONE_H
#define GOVBUS_TESTS_SUPPORT_RUNTIME_ALONE_H

#include <pthread.h>

#include "common/clock.h"
#include "consumers/kafka_runtime_parts.h"
#include "tests/support/kafka_mock.h"
#include "tests/support/scratch.h"
#include "tests/support/toy_projection.h"

static inline struct runtime *runtime_alone_open(int shards)
{
	struct runtime_config config = {.settings = &kafka_mock_settings,
					.projection = &toy,
					.home = dir,
					.prefix = "",
					.instance = "test-1",
					.build = "a",
					.shards = shards,
					.map_bytes = 64 << 20,
					.alone = true};
	struct runtime *runtime = NULL;

	assert_int_equal(kafka_runtime_open(&config, &runtime), ERR_OK);
	return runtime;
}

static inline void *runtime_alone_run(void *runtime)
{
	return (void *)(intptr_t)kafka_runtime_run(runtime);
}

static inline pthread_t runtime_alone_start(struct runtime *runtime)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, runtime_alone_run, runtime), 0);
	return thread;
}

/* @return what it ended with; it is still open */
static inline enum err runtime_alone_stop(struct runtime *runtime, pthread_t thread)
{
	void *ended = NULL;

	kafka_runtime_stop(runtime);
	assert_int_equal(pthread_join(thread, &ended), 0);
	return (enum err)(intptr_t)ended;
}

static inline bool runtime_alone_is_ready(struct runtime *runtime)
{
	struct buf reasons = {0};
	bool ready = kafka_runtime_show_ready(runtime, &reasons);

	buf_done(&reasons);
	return ready;
}

static inline void runtime_alone_await(struct runtime *runtime,
				       bool (*is_so)(struct runtime *runtime))
{
	for (int i = 0; i < 200 && !is_so(runtime); i++) {
		clock_sleep_us(100000);
	}
	assert_true(is_so(runtime));
}

#endif
