/* kafka_runtime_compare.c: is the log at hand the one that positions were folded from? Asked of many partitions together: each round trip is one for all. */
#include "common/clock.h"
#include "consumers/kafka_runtime_parts.h"

enum { COMPARE_TIMEOUT_MS = 15000, COMPARE_POLL_MS = 100 };

static const struct position *position_of(const struct runtime_worker *worker,
					  const struct runtime_compared *one)
{
	return shard_position(worker->shard, one->partition);
}

static void settle(struct runtime_compared *one, enum err err)
{
	one->err = err;
	one->open = false;
}

/* What the reader brought may be the record that one of them waits for, or say that there is none at its offset. */
static void take(struct runtime_worker *worker,
		 struct runtime_compared *all,
		 int n,
		 const struct kafka_record *record)
{
	struct runtime_compared *one = NULL;

	for (int i = 0; i < n; i++) {
		if (all[i].open && record->topic && all[i].partition == record->partition) {
			one = &all[i];
		}
	}
	if (!one) {
		return; /* settled before, or of an assignment that has ended */
	}
	switch (record->what) {
	case KAFKA_READ_RECORD:
		settle(one, record->offset == one->offset
				    ? position_check_record(position_of(worker, one), one->offset,
							    record->value)
				    : ERR_LOG_RECREATED);
		break;
	case KAFKA_READ_END:
		settle(one, ERR_LOG_RECREATED);
		break;
	case KAFKA_READ_ERROR:
		if (record->err == ERR_LOG_TRIMMED || record->err == ERR_LOG_LOST_TAIL) {
			settle(one, record->err);
		}
		break;
	case KAFKA_READ_NONE:
		break;
	}
}

static int open_ones(const struct runtime_compared *all, int n)
{
	int open = 0;

	for (int i = 0; i < n; i++) {
		open += all[i].open;
	}
	return open;
}

/* Reads one record back of each that is open. LOG_RECREATED where there is none at its offset. */
static void compare_records(struct runtime_worker *worker, struct runtime_compared *all, int n)
{
	struct runtime *runtime = worker->runtime;
	struct kafka_reader *reader = worker->comparer;
	int64_t until_us = clock_steady_us() + (int64_t)COMPARE_TIMEOUT_MS * 1000;
	struct kafka_record record = {0};

	for (int i = 0; i < n; i++) {
		enum err err = all[i].open ? kafka_reader_assign(reader, runtime->topic,
								 all[i].partition, all[i].offset)
					   : ERR_OK;

		if (err) {
			settle(&all[i], err);
		}
	}
	while (open_ones(all, n) && !runtime->stop && clock_steady_us() < until_us) {
		pulse_beat(&worker->pulse);
		kafka_reader_poll(reader, COMPARE_POLL_MS, &record);
		take(worker, all, n, &record);
		kafka_reader_release(&record);
	}
	for (int i = 0; i < n; i++) {
		if (all[i].open) {
			settle(&all[i], ERR_KAFKA_AWAY);
		}
		kafka_reader_unassign(reader, runtime->topic, all[i].partition);
	}
}

static enum err compare_range(struct runtime_worker *worker, struct runtime_compared *one)
{
	enum err err = kafka_reader_watermarks_once(worker->comparer, worker->runtime->topic,
						    one->partition, &one->low, &one->high);

	return err ? err : position_check_range(position_of(worker, one), one->low, one->high);
}

/* One that was not asked has the error that ended the asking: it will be asked again. */
static void compare_ranges(struct runtime_worker *worker, struct runtime_compared *all, int n)
{
	enum err away = ERR_OK;

	for (int i = 0; i < n; i++) {
		pulse_beat(&worker->pulse);
		all[i].err = away || worker->runtime->stop ? ERR_KAFKA_AWAY
							   : compare_range(worker, &all[i]);
		away = all[i].err == ERR_KAFKA_AWAY ? ERR_KAFKA_AWAY : ERR_OK;
	}
}

void kafka_runtime_compare(struct runtime_worker *worker, struct runtime_compared *all, int n)
{
	enum err err = worker->comparer ? ERR_OK
					: kafka_reader_open(worker->runtime->config.settings,
							    "govbus-compare", &worker->comparer);

	for (int i = 0; i < n; i++) {
		settle(&all[i], err);
	}
	if (err) {
		return;
	}
	compare_ranges(worker, all, n);
	for (int i = 0; i < n; i++) {
		all[i].offset = position_of(worker, &all[i])->last_offset;
		all[i].open = !all[i].err && all[i].offset >= all[i].low;
	}
	compare_records(worker, all, n);
	for (int i = 0; i < n; i++) {
		const struct position *position = position_of(worker, &all[i]);

		all[i].offset = position->first_offset;
		all[i].open = !all[i].err && all[i].offset >= all[i].low &&
			      all[i].offset != position->last_offset;
	}
	compare_records(worker, all, n);
}
