/* bare_consumer_main.c: reads a topic to its end and does nothing with it: what every fold is measured against. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/kafka_reader.h"
#include "common/limits.h"

enum { THREADS_MAX = 16, POLL_MS = 1000 };

/* One thread: the partitions p with p % threads == number, as a consumer's shard has them. */
struct reading {
	const struct kafka_settings *settings;
	const char *topic;
	int number, threads;
	int64_t records, bytes;
	enum err err;
};

/* Ends to wait for; 0 when the topic cannot be read. */
static int assign(struct reading *reading, struct kafka_reader *reader)
{
	int partitions = 0, mine = 0;

	reading->err = kafka_reader_partitions(reader, reading->topic, &partitions);
	for (int p = reading->number; p < partitions && !reading->err; p += reading->threads) {
		reading->err = kafka_reader_assign(reader, reading->topic, p, 0);
		mine++;
	}
	return reading->err ? 0 : mine;
}

static void *read_all(void *context)
{
	struct reading *reading = context;
	struct kafka_reader *reader = NULL;
	struct kafka_record record = {0};

	reading->err = kafka_reader_open(reading->settings, "bare-consumer", &reader);
	if (reading->err) {
		return NULL;
	}
	for (int left = assign(reading, reader); left > 0;) {
		switch (kafka_reader_poll(reader, POLL_MS, &record)) {
		case KAFKA_READ_RECORD:
			reading->records++;
			reading->bytes += (int64_t)record.value.n;
			break;
		case KAFKA_READ_END:
			left--;
			break;
		case KAFKA_READ_ERROR:
			reading->err = record.err;
			left = 0;
			break;
		case KAFKA_READ_NONE:
			break;
		}
		kafka_reader_release(&record);
	}
	kafka_reader_close(reader);
	return NULL;
}

int main(int argc, char **argv)
{
	struct kafka_settings settings = {.brokers = argc > 1 ? argv[1] : NULL};
	struct reading readings[THREADS_MAX] = {0};
	pthread_t threads[THREADS_MAX];
	int count = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 0;
	int64_t records = 0, bytes = 0, start_us = clock_steady_us();
	enum err err = ERR_OK;

	if (count < 1 || count > THREADS_MAX) {
		fprintf(stderr, "usage: bare-consumer HOST:PORT TOPIC THREADS\n");
		return 64;
	}
	for (int i = 0; i < count; i++) {
		readings[i] = (struct reading){
			.settings = &settings, .topic = argv[2], .number = i, .threads = count};
		if (pthread_create(&threads[i], NULL, read_all, &readings[i])) {
			return 71;
		}
	}
	for (int i = 0; i < count; i++) {
		pthread_join(threads[i], NULL);
		records += readings[i].records;
		bytes += readings[i].bytes;
		err = err ? err : readings[i].err;
	}
	printf("records %" PRId64 "\nbytes %" PRId64 "\nwall_us %" PRId64 "\ncpu_us %" PRId64 "\n",
	       records, bytes, clock_steady_us() - start_us, clock_cpu_us());
	if (err) {
		fprintf(stderr, "bare-consumer: %s\n", err_text(err));
	}
	return err ? 1 : 0;
}
