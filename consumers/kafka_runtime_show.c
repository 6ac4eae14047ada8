/* kafka_runtime_show.c: a consumer's metrics, and its answers to /healthz and /readyz. */
#include <inttypes.h>

#include "common/clock.h"
#include "consumers/kafka_runtime_parts.h"

/* A commit on a slow disk takes its time. */
enum { PULSE_S = 60 };

#define COUNTER(id, text) \
	static struct metric id = {.name = "govbus_" #id, .help = text, .kind = METRIC_COUNTER}
#define GAUGE(id, text) \
	static struct metric id = {.name = "govbus_" #id, .help = text, .kind = METRIC_GAUGE}

COUNTER(events_applied, "Events folded into rows");
COUNTER(records_void, "Void records: their writer's claim had ended");
COUNTER(events_repeated, "Events whose seq had been folded before");
COUNTER(events_parked, "Events that could not be applied, or wait behind one");
COUNTER(records_unread, "Records that could not be decoded, parked");
COUNTER(commits, "Commits");
COUNTER(committed_records, "Records committed");
COUNTER(commit_us, "Microseconds spent committing");
GAUGE(parked_subjects, "Subjects that have parked events");
GAUGE(uncommitted_records, "Records folded and not yet committed");
GAUGE(batch_records, "Records of the last commit");
GAUGE(commit_last_us, "Microseconds that the last commit took");
GAUGE(lag_records, "Records between what is folded and the end of the log");
GAUGE(lag_seconds, "Age of the last record folded, while behind");
GAUGE(fenced_shards, "Shards whose commits are not synced: a rebuild if the machine goes down now");
GAUGE(store_bytes, "Bytes of the environments in use");

void kafka_runtime_show_init(void)
{
	struct metric *all[] = {
		&events_applied,      &records_void,   &events_repeated,
		&events_parked,       &records_unread, &commits,
		&committed_records,   &commit_us,      &parked_subjects,
		&uncommitted_records, &batch_records,  &commit_last_us,
		&lag_records,         &lag_seconds,    &store_bytes,
		&fenced_shards,
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		metrics_add(all[i]);
	}
}

void kafka_runtime_show_taken(uint64_t records)
{
	metric_count(&uncommitted_records, (int64_t)records);
}

void kafka_runtime_show(struct runtime_worker *worker, int64_t records, int64_t took_us)
{
	struct shard_counts now = shard_counts(worker->shard), was = worker->shown;
	int64_t bytes = (int64_t)shard_used_bytes(worker->shard);

	metric_count(&events_applied, (int64_t)(now.applied - was.applied));
	metric_count(&records_void, (int64_t)(now.void_records - was.void_records));
	metric_count(&events_repeated, (int64_t)(now.repeated - was.repeated));
	metric_count(&events_parked, (int64_t)(now.parked - was.parked));
	metric_count(&records_unread, (int64_t)(now.unread - was.unread));
	metric_count(&parked_subjects, (int64_t)now.waiting - (int64_t)was.waiting);
	worker->waiting = (int64_t)now.waiting;
	metric_count(&store_bytes, bytes - worker->shown_bytes);
	if (records) {
		metric_count(&uncommitted_records, -records);
		metric_count(&commits, 1);
		metric_count(&committed_records, records);
		metric_count(&commit_us, took_us);
		metric_set(&batch_records, records);
		metric_set(&commit_last_us, took_us);
	}
	worker->shown = now;
	worker->shown_bytes = bytes;
}

void kafka_runtime_show_fenced(bool fenced)
{
	metric_count(&fenced_shards, fenced ? 1 : -1);
}

static int64_t lag_of(const struct runtime_partition *at)
{
	int64_t lag = at->high - at->next;

	return lag > 0 ? lag : 0;
}

void kafka_runtime_show_lag(struct runtime *runtime)
{
	int64_t records = 0, oldest_us = 0;

	for (int i = 0; i < runtime->partitions; i++) {
		const struct runtime_partition *at = &runtime->at[i];
		int64_t lag = at->wanted ? lag_of(at) : 0, newest_us = at->newest_us;

		records += lag;
		if (lag && newest_us && (!oldest_us || newest_us < oldest_us)) {
			oldest_us = newest_us;
		}
	}
	metric_set(&lag_records, records);
	metric_set(&lag_seconds, oldest_us ? (clock_wall_us() - oldest_us) / 1000000 : 0);
}

/* Whether it is the broker that is waited for. */
static bool waits_for_broker(enum err err)
{
	return err == ERR_KAFKA_AWAY || err == ERR_ABSENT;
}

bool kafka_runtime_show_healthy(void *context, struct buf *reasons)
{
	struct runtime *runtime = context;
	enum err err = (enum err)runtime->err, wait = (enum err)runtime->wait;
	bool well =
		pulse_well(&runtime->pulse, PULSE_S, "the thread that serves the group", reasons);

	for (int i = 0; i < runtime->config.shards; i++) {
		well &= pulse_well(&runtime->workers[i].pulse, PULSE_S, "a thread that folds",
				   reasons);
	}
	if (!err) {
		err = wait ? wait : runtime->away ? ERR_KAFKA_AWAY : ERR_OK;
	}
	if (err) {
		buf_printf(reasons, "%s. Cure: %s\n", err_text(err), position_cure(err));
	}
	return well && (!err || (!runtime->err && waits_for_broker(err)));
}

/* Still ready, since all other subjects go on; but somebody must look at it. */
static void say_parked(const struct runtime *runtime, struct buf *reasons)
{
	int64_t parked = 0;

	for (int i = 0; i < runtime->config.shards; i++) {
		parked += runtime->workers[i].waiting;
	}
	if (parked) {
		buf_printf(reasons, "%" PRId64 " subjects parked: govbus dead list\n", parked);
	}
}

bool kafka_runtime_show_ready(void *context, struct buf *reasons)
{
	struct runtime *runtime = context;
	bool ready =
		kafka_runtime_show_healthy(runtime, reasons) && !runtime->wait && !runtime->away;

	say_parked(runtime, reasons);
	if (!kafka_runtime_in_group(runtime)) {
		buf_add_text(reasons, "the group has assigned no partition to this instance yet\n");
		return false;
	}
	for (int i = 0; i < runtime->partitions; i++) {
		const struct runtime_partition *at = &runtime->at[i];

		if (at->wanted && (!at->following || !at->reached || lag_of(at) > 1000)) {
			buf_printf(reasons, "partition %d is %" PRId64 " records behind\n", i,
				   lag_of(at));
			ready = false;
		}
	}
	return ready;
}
