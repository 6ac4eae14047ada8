/* kafka_runtime.c: a consumer as a process: opens its shards, serves the group, starts and joins its workers. */
#include "consumers/kafka_runtime.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/kafka_member.h"
#include "common/log.h"
#include "consumers/kafka_runtime_parts.h"

enum {
	RUNTIME_PATH_BYTES = 1024,
	RUNTIME_POLL_MS = 50,
	RUNTIME_WATCH_US = 2000000,
};

bool kafka_runtime_in_group(const struct runtime *runtime)
{
	for (int i = 0; i < runtime->partitions; i++) {
		if (runtime->at[i].wanted) {
			return true;
		}
	}
	return false;
}

static void on_owned(void *context, const char *topic, int32_t partition, bool ours)
{
	struct runtime *runtime = context;

	(void)topic;
	if (partition >= 0 && partition < runtime->partitions) {
		runtime->at[partition].wanted = ours;
	}
}

static void on_answered(void *context, const char *topic, int32_t partition, enum err err)
{
	(void)context, (void)topic, (void)partition,
		(void)err; /* nothing is asked: LMDB holds the positions */
}

static enum err open_member(struct runtime *runtime)
{
	snprintf(runtime->group, sizeof runtime->group, "%sgovbus-%s", runtime->config.prefix,
		 runtime->config.projection->name);
	runtime->topics[0] = runtime->topic;
	struct kafka_member_config config = {.settings = runtime->config.settings,
					     .group = runtime->group,
					     .instance = runtime->config.instance,
					     .topics = runtime->topics,
					     .session_timeout_ms =
						     runtime->config.session_timeout_ms,
					     .owned = on_owned,
					     .answered = on_answered,
					     .context = runtime};

	return kafka_member_open(&config, &runtime->member);
}

/*
 * An environment of another version or number of shards, or a torn one, is useless, but only people delete: the latest one
 * is kept aside.
 */
static enum err move_aside(const char *path, const char *why)
{
	static const char *const files[] = {"data.mdb", "lock.mdb", "writer.lock", "unsynced",
					    "unsynced.new"};
	char aside[RUNTIME_PATH_BYTES], file[RUNTIME_PATH_BYTES + 32];

	snprintf(aside, sizeof aside, "%s.aside", path);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(file, sizeof file, "%s/%s", aside, files[i]);
		if (unlink(file) && errno != ENOENT && errno != ENOTDIR) {
			return ERR_IO;
		}
	}
	if (rmdir(aside) && errno != ENOENT) {
		return ERR_IO;
	}
	if (rename(path, aside)) {
		return ERR_IO;
	}
	LOG(WARN, "environment moved aside; its rows are rebuilt from the log",
	    LOG_TEXT("why", why), LOG_TEXT("folder", path), LOG_SPAN("aside", span_cstr(aside)));
	return ERR_OK;
}

static enum err shard_path(const struct runtime *runtime, int number, char ret_path[])
{
	int n = snprintf(ret_path, RUNTIME_PATH_BYTES, "%s/%s/shard-%d", runtime->config.home,
			 runtime->config.projection->name, number);

	return n < RUNTIME_PATH_BYTES - 8 ? ERR_OK : ERR_USAGE;
}

/*
 * Folders left from when there were more shards: a reader must not take them for ours. Any process that wrote them would
 * also write shard 0, which is locked by this one.
 */
static enum err move_others_aside(struct runtime *runtime)
{
	char path[RUNTIME_PATH_BYTES];
	enum err err = ERR_OK;

	for (int i = runtime->config.shards; i < LIMIT_PARTITIONS && !err; i++) {
		err = shard_path(runtime, i, path);
		if (!err && access(path, F_OK) == 0) {
			err = move_aside(path, "there are fewer shards than before");
		}
	}
	return err;
}

static enum err open_shard(struct runtime *runtime, int number)
{
	char path[RUNTIME_PATH_BYTES];
	struct runtime_worker *worker = &runtime->workers[number];
	struct shard_config config = {.dir = path,
				      .projection = runtime->config.projection,
				      .build = runtime->config.build,
				      .partitions = runtime->partitions,
				      .shard = number,
				      .shards = runtime->config.shards,
				      .map_bytes = runtime->config.map_bytes};

	worker->runtime = runtime;
	worker->number = number;
	enum err err = shard_path(runtime, number, path);

	err = err ? err : shard_open(&config, &worker->shard);
	if (err == ERR_STORE_VERSION || err == ERR_STORE_TORN) {
		err = move_aside(path, err_text(err));
		if (!err) {
			err = shard_open(&config, &worker->shard);
		}
	}
	if (!err) {
		err = kafka_reader_open(runtime->config.settings, runtime->config.instance,
					&worker->reader);
	}
	return err;
}

/* The reader that asks about the topic, and what it is told first: that the topic is there, and its partitions. */
static enum err open_watcher(struct runtime *runtime)
{
	const struct runtime_config *config = &runtime->config;
	enum err err = kafka_reader_open(config->settings, config->instance, &runtime->watcher);

	if (!err) {
		err = kafka_reader_partitions(runtime->watcher, runtime->topic,
					      &runtime->partitions);
	}
	if (!err) {
		err = kafka_reader_probe(runtime->watcher, runtime->topic, 0);
	}
	if (err == ERR_ABSENT) {
		LOG(ERROR, "topic not found", LOG_SPAN("topic", span_cstr(runtime->topic)),
		    LOG_TEXT("cure", "govbus topics"));
	}
	return err || runtime->partitions <= LIMIT_PARTITIONS ? err : ERR_TOPIC_CONFIG;
}

enum err kafka_runtime_open(const struct runtime_config *config, struct runtime **ret_runtime)
{
	struct runtime *runtime = calloc(1, sizeof *runtime);

	if (!runtime) {
		return ERR_NOMEM;
	}
	runtime->config = *config;
	snprintf(runtime->topic, sizeof runtime->topic, "%s%s", config->prefix,
		 schema_topic(config->projection->topic)->name);
	enum err err = config->shards > 0 && config->shards <= LIMIT_PARTITIONS
			       ? open_watcher(runtime)
			       : ERR_USAGE;

	for (int i = 0; i < config->shards && !err; i++) {
		err = open_shard(runtime, i);
	}
	err = err ? err : move_others_aside(runtime);
	for (int i = 0; !err && config->alone && i < runtime->partitions; i++) {
		runtime->at[i].wanted = true;
	}
	if (!err && !config->alone) {
		err = open_member(runtime);
	}
	if (err) {
		kafka_runtime_close(runtime);
		return err;
	}
	*ret_runtime = runtime;
	return ERR_OK;
}

/* Serves the events in the queue of the watcher's handle, which reads no records. Whether a broker answers is found out by it. */
static void drain_watcher(struct runtime *runtime)
{
	struct kafka_record record = {0};

	while (kafka_reader_poll(runtime->watcher, 0, &record) != KAFKA_READ_NONE) {
		kafka_reader_release(&record);
	}
}

/* Asks how long the log is: for the lag, and so that workers know that they are behind. */
static void watch(struct runtime *runtime)
{
	enum err err = ERR_OK;

	for (int i = 0; i < runtime->partitions && !err && !runtime->stop; i++) {
		struct runtime_partition *at = &runtime->at[i];
		int64_t low, high;

		pulse_beat(&runtime->pulse);
		if (!at->following) {
			continue;
		}
		err = kafka_reader_watermarks_once(runtime->watcher, runtime->topic, i, &low,
						   &high);
		if (!err) {
			at->high = high;
		}
	}
}

/* A commit asks too; but after the last one, made in the second before it would have asked, nothing may come for hours. */
static enum err look_at_files(const struct runtime *runtime)
{
	for (int i = 0; i < runtime->config.shards; i++) {
		if (shard_is_replaced(runtime->workers[i].shard)) {
			return ERR_STORE_REPLACED;
		}
	}
	return ERR_OK;
}

/* Now and then; nobody would answer while no broker does. */
static bool is_watch_due(struct runtime *runtime, int64_t watched_us)
{
	drain_watcher(runtime);
	runtime->away = kafka_reader_handle(runtime->watcher)->away;
	return !runtime->away && clock_steady_us() - watched_us > RUNTIME_WATCH_US;
}

static enum err start_workers(struct runtime *runtime)
{
	for (int i = 0; i < runtime->config.shards; i++) {
		struct runtime_worker *worker = &runtime->workers[i];

		if (pthread_create(&worker->thread, NULL, kafka_runtime_work, worker)) {
			return ERR_NOMEM;
		}
		worker->started = true;
	}
	return ERR_OK;
}

static void join_workers(struct runtime *runtime)
{
	for (int i = 0; i < runtime->config.shards; i++) {
		if (runtime->workers[i].started) {
			pthread_join(runtime->workers[i].thread, NULL);
			runtime->workers[i].started = false;
		}
	}
}

enum err kafka_runtime_run(struct runtime *runtime)
{
	enum err err = start_workers(runtime);
	int64_t watched_us = 0, looked_us = clock_steady_us();

	while (!err && !runtime->stop) {
		pulse_beat(&runtime->pulse);
		if (runtime->member) {
			err = kafka_member_poll(runtime->member, RUNTIME_POLL_MS);
		} else {
			clock_sleep_us((int64_t)RUNTIME_POLL_MS * 1000);
		}
		if (is_watch_due(runtime, watched_us)) {
			watched_us = clock_steady_us();
			watch(runtime);
		}
		if (!err && clock_steady_us() - looked_us > RUNTIME_WATCH_US) {
			looked_us = clock_steady_us();
			err = look_at_files(runtime);
		}
		kafka_runtime_show_lag(runtime);
	}
	runtime->stop = true;
	pulse_rest(&runtime->pulse);
	join_workers(runtime);
	return runtime->err ? (enum err)runtime->err : err;
}

void kafka_runtime_stop(struct runtime *runtime)
{
	runtime->stop = true;
}

void kafka_runtime_close(struct runtime *runtime)
{
	if (!runtime) {
		return;
	}
	runtime->stop = true;
	join_workers(runtime);
	kafka_member_close(runtime->member);
	for (int i = 0; i < LIMIT_PARTITIONS; i++) {
		kafka_reader_close(runtime->workers[i].reader);
		shard_close(runtime->workers[i].shard);
	}
	kafka_reader_close(runtime->watcher);
	free(runtime);
}
