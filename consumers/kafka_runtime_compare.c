/* kafka_runtime_compare.c: is the log at hand the one that a position was folded from? */
#include "common/clock.h"
#include "consumers/kafka_runtime_parts.h"

enum { COMPARE_TIMEOUT_MS = 15000, COMPARE_POLL_MS = 100 };

/* Reads one record back. @return LOG_RECREATED when there is none at this offset */
static enum err compare_record(struct runtime_worker *worker,
			       int partition,
			       const struct position *position,
			       int64_t offset)
{
	struct runtime *runtime = worker->runtime;
	struct kafka_reader *reader = worker->comparer;
	int64_t until_us = clock_steady_us() + (int64_t)COMPARE_TIMEOUT_MS * 1000;
	struct kafka_record record = {0};
	enum err err = kafka_reader_assign(reader, runtime->topic, partition, offset);
	bool done = err != ERR_OK;

	while (!done && !runtime->stop) {
		err = ERR_KAFKA_AWAY;
		done = clock_steady_us() > until_us;
		switch (kafka_reader_poll(reader, COMPARE_POLL_MS, &record)) {
		case KAFKA_READ_RECORD:
			if (record.partition != partition) {
				break; /* of an assignment that has ended */
			}
			done = true;
			err = record.offset == offset
				      ? position_check_record(position, offset, record.value)
				      : ERR_LOG_RECREATED;
			break;
		case KAFKA_READ_END:
			if (record.partition != partition) {
				break;
			}
			done = true;
			err = ERR_LOG_RECREATED;
			break;
		case KAFKA_READ_ERROR:
			if (record.err == ERR_LOG_TRIMMED || record.err == ERR_LOG_LOST_TAIL) {
				done = true;
				err = record.err;
			}
			break;
		case KAFKA_READ_NONE:
			break;
		}
		kafka_reader_release(&record);
	}
	kafka_reader_unassign(reader, runtime->topic, partition);
	return err;
}

enum err kafka_runtime_compare(struct runtime_worker *worker,
			       int partition,
			       const struct position *position,
			       int64_t *ret_high)
{
	struct runtime *runtime = worker->runtime;
	int64_t low = 0, high = 0;
	enum err err = ERR_OK;

	if (!worker->comparer) {
		err = kafka_reader_open(runtime->config.settings, "govbus-compare",
					&worker->comparer);
	}
	if (!err) {
		err = kafka_reader_watermarks_once(worker->comparer, runtime->topic, partition,
						   &low, &high);
	}
	if (!err) {
		err = position_check_range(position, low, high);
	}
	if (!err && position->last_offset >= low) {
		err = compare_record(worker, partition, position, position->last_offset);
	}
	if (!err && position->first_offset >= low &&
	    position->first_offset != position->last_offset) {
		err = compare_record(worker, partition, position, position->first_offset);
	}
	*ret_high = high;
	return err;
}
