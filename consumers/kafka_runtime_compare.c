/*
 * kafka_runtime_compare.c: checks whether the logs are the ones that the positions were folded from, for all partitions
 * together.
 */
#include "common/clock.h"
#include "consumers/kafka_runtime_parts.h"

enum { COMPARE_TIMEOUT_MS = 15000, COMPARE_POLL_MS = 100, COMPARE_WATERMARKS_MS = 2000 };

static const struct position *position_of(const struct runtime_worker *worker,
					  const struct runtime_compared *one)
{
	return shard_position(worker->shard, one->watermarks.partition);
}

static void settle(struct runtime_compared *one, enum err err)
{
	one->watermarks.err = err;
	one->open = false;
}

/*
 * The comparison that waits for a record of this partition; NULL if none does: the record belongs to an assignment that has
 * ended.
 */
static struct runtime_compared *waits_for(struct runtime_compared *all,
					  int n,
					  const struct kafka_record *record)
{
	for (int i = 0; i < n; i++) {
		if (all[i].open && record->topic &&
		    all[i].watermarks.partition == record->partition) {
			return &all[i];
		}
	}
	return NULL;
}

/* LOG_RECREATED where there is no record at the offset. */
static void take(struct runtime_worker *worker,
		 struct runtime_compared *one,
		 const struct kafka_record *record)
{
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

static bool any_open(const struct runtime_compared *all, int n)
{
	for (int i = 0; i < n; i++) {
		if (all[i].open) {
			return true;
		}
	}
	return false;
}

static void assign_open(struct runtime_worker *worker, struct runtime_compared *all, int n)
{
	for (int i = 0; i < n; i++) {
		enum err err =
			all[i].open
				? kafka_reader_assign(worker->comparer, worker->runtime->topic,
						      all[i].watermarks.partition, all[i].offset)
				: ERR_OK;

		if (err) {
			settle(&all[i], err);
		}
	}
}

/* Reads one record back of each that is open. */
static void compare_records(struct runtime_worker *worker, struct runtime_compared *all, int n)
{
	struct runtime *runtime = worker->runtime;
	int64_t until_us = clock_steady_us() + (int64_t)COMPARE_TIMEOUT_MS * 1000;
	struct kafka_record record = {0};

	assign_open(worker, all, n);
	while (any_open(all, n) && !runtime->stop && clock_steady_us() < until_us) {
		pulse_beat(&worker->pulse);
		kafka_reader_poll(worker->comparer, COMPARE_POLL_MS, &record);
		struct runtime_compared *one = waits_for(all, n, &record);

		if (one) {
			take(worker, one, &record);
		}
		kafka_reader_release(&record);
	}
	for (int i = 0; i < n; i++) {
		if (all[i].open) {
			settle(&all[i], ERR_KAFKA_AWAY);
		}
		kafka_reader_unassign(worker->comparer, runtime->topic,
				      all[i].watermarks.partition);
	}
}

/*
 * Asked about many partitions of a topic that the broker does not list, librdkafka only says that it failed; asked about
 * one, it says why.
 */
static enum err why_not(struct runtime_worker *worker, const struct kafka_watermarks *watermarks)
{
	int64_t low, high;

	if (watermarks->err != ERR_KAFKA_AWAY && watermarks->err != ERR_KAFKA) {
		return watermarks->err;
	}
	enum err err = kafka_reader_watermarks_once(worker->comparer, worker->runtime->topic,
						    watermarks->partition, &low, &high);

	return err == ERR_ABSENT ? err : watermarks->err;
}

static void compare_ranges(struct runtime_worker *worker, struct runtime_compared *all, int n)
{
	struct kafka_watermarks watermarks[LIMIT_PARTITIONS];

	for (int i = 0; i < n; i++) {
		watermarks[i].partition = all[i].watermarks.partition;
	}
	kafka_watermarks_query(kafka_reader_handle(worker->comparer), worker->runtime->topic,
			       watermarks, n, COMPARE_WATERMARKS_MS);
	enum err why = why_not(worker, &watermarks[0]);

	for (int i = 0; i < n; i++) {
		all[i].watermarks = watermarks[i];
		if (watermarks[i].err == watermarks[0].err) {
			all[i].watermarks.err = why;
		}
		if (!all[i].watermarks.err) {
			all[i].watermarks.err =
				position_check_range(position_of(worker, &all[i]),
						     watermarks[i].low, watermarks[i].high);
		}
	}
}

/* Which record is read back next: the last one folded, then the first, unless it is the same or the log begins after it. */
static void choose(struct runtime_worker *worker, struct runtime_compared *one, bool last)
{
	const struct position *position = position_of(worker, one);

	one->offset = last ? position->last_offset : position->first_offset;
	one->open = !one->watermarks.err && one->offset >= one->watermarks.low &&
		    (last || one->offset != position->last_offset);
}

void kafka_runtime_compare(struct runtime_worker *worker, struct runtime_compared *all, int n)
{
	enum err err = kafka_reader_open(worker->runtime->config.settings, "govbus-compare",
					 &worker->comparer);

	if (err) {
		for (int i = 0; i < n; i++) {
			settle(&all[i], err);
		}
		return;
	}
	compare_ranges(worker, all, n);
	for (int last = 1; last >= 0; last--) {
		for (int i = 0; i < n; i++) {
			choose(worker, &all[i], last);
		}
		compare_records(worker, all, n);
	}
	kafka_reader_close(worker->comparer);
	worker->comparer = NULL;
}
