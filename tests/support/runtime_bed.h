/* runtime_bed.h: a runtime alone, the records of shard_bed.h in the mock's log, and the dump of what it folds of them. */
#ifndef GOVBUS_TESTS_SUPPORT_RUNTIME_BED_H
#define GOVBUS_TESTS_SUPPORT_RUNTIME_BED_H

#include "common/kafka_writer.h"
#include "tests/support/runtime_alone.h"
#include "tests/support/shard_bed.h"

static inline int runtime_bed_setup(void **state)
{
	make_log(41);
	kafka_mock_start("gov.case", PARTITIONS);
	return make_dir(state);
}

static inline int runtime_bed_teardown(void **state)
{
	kafka_mock_stop();
	return remove_dir(state);
}

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

static inline struct runtime *runtime_bed_start(pthread_t *ret_thread)
{
	struct runtime *runtime = runtime_alone_open(1);

	*ret_thread = runtime_alone_start(runtime);
	return runtime;
}

/* Stops it. @return the dump of what it leaves */
static inline char *runtime_bed_stop(struct runtime *runtime, pthread_t thread)
{
	assert_int_equal(runtime_alone_stop(runtime, thread), ERR_OK);
	char *text = dump_of(&runtime->workers[0].shard, 1);

	kafka_runtime_close(runtime);
	return text;
}

#endif
