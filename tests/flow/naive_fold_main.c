/* naive_fold_main.c: folds the case register from the broker with plain code of its own, and prints what govbus dump must print. */
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/naive_fold.h"

enum { POLL_MS = 1000, PATIENCE_POLLS = 30 };

/* What is done with each record of a topic. */
typedef bool take_record(void *context, const rd_kafka_message_t *msg);

static const char *const PLANTS[NAIVE_PLANTS] = {"none", "claims", "late", "drop", "twice", "time"};

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "naive-fold: %s: %s\n", what, why);
	return 1;
}

static rd_kafka_t *open_consumer(const char *brokers)
{
	const char *const settings[][2] = {
		{"bootstrap.servers", brokers},  {"group.id", "naive-fold"},
		{"enable.auto.commit", "false"}, {"enable.partition.eof", "true"},
		{"auto.offset.reset", "error"},  {"check.crcs", "true"}};
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];

	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], why, sizeof why)) {
			fail(settings[i][0], why);
			rd_kafka_conf_destroy(conf);
			return NULL;
		}
	}
	rd_kafka_t *consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);

	if (!consumer) {
		fail("consumer", why);
		rd_kafka_conf_destroy(conf);
		return NULL;
	}
	rd_kafka_poll_set_consumer(consumer);
	return consumer;
}

/* All partitions of a topic, from 0. @return how many; 0: see stderr */
static int assign(rd_kafka_t *consumer, const char *topic)
{
	const struct rd_kafka_metadata *metadata = NULL;
	rd_kafka_topic_t *handle = rd_kafka_topic_new(consumer, topic, NULL);
	rd_kafka_resp_err_t err = rd_kafka_metadata(consumer, 0, handle, &metadata, 10000);
	int partitions = err || !metadata->topic_cnt ? 0 : metadata->topics[0].partition_cnt;
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions + 1);

	for (int i = 0; i < partitions; i++) {
		rd_kafka_topic_partition_list_add(list, topic, i)->offset = 0;
	}
	err = err ? err : rd_kafka_assign(consumer, list);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_metadata_destroy(metadata);
	rd_kafka_topic_destroy(handle);
	if (err || !partitions || partitions > NAIVE_LOG_PARTITIONS_MAX) {
		fail(topic, err ? rd_kafka_err2str(err) : "no partitions");
		return 0;
	}
	return partitions;
}

/* Reads a topic from its beginning to its end. */
static bool read_topic(rd_kafka_t *consumer, const char *topic, take_record *take, void *context)
{
	int left = assign(consumer, topic), patience = PATIENCE_POLLS;
	bool good = left > 0;

	while (good && left > 0) {
		rd_kafka_message_t *msg = rd_kafka_consumer_poll(consumer, POLL_MS);

		if (!msg) {
			good = --patience > 0 || fail(topic, "does not come to its end") == 0;
			continue;
		}
		if (msg->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
			left--;
		} else if (msg->err) {
			good = fail(topic, rd_kafka_message_errstr(msg)) == 0;
		} else {
			patience = PATIENCE_POLLS;
			good = take(context, msg);
		}
		rd_kafka_message_destroy(msg);
	}
	rd_kafka_assign(consumer, NULL);
	return good;
}

/* One register: its log, and for cases their fold. */
struct reading {
	struct naive_log log;
	struct naive_fold *fold; /* NULL: only judged */
};

static bool take_action(void *context, const rd_kafka_message_t *msg)
{
	struct reading *reading = context;

	return naive_log_action(&reading->log, msg->partition, msg->offset,
				(struct naive_bytes){msg->payload, msg->len});
}

static bool take_event(void *context, const rd_kafka_message_t *msg)
{
	struct reading *reading = context;
	struct naive_record record;
	bool good = true;

	if (!naive_record_read(&record, msg->payload, msg->len)) {
		good = naive_log_wrong(&reading->log, "partition %d offset %" PRId64 ": no record",
				       msg->partition, msg->offset);
	} else {
		enum naive_verdict verdict =
			naive_log_judge(&reading->log, msg->partition, msg->offset, &record);

		good = verdict != NAIVE_WRONG;
		if (verdict == NAIVE_VALID && reading->fold) {
			good = naive_fold_take(reading->fold, msg->partition, &record);
		}
	}
	naive_record_done(&record);
	return good;
}

/* Actions first: no outcome may be of an action that is not there. */
static bool read_register(rd_kafka_t *consumer,
			  const char *prefix,
			  const char *name,
			  struct reading *reading)
{
	struct naive_log *log = &reading->log;
	char actions[128], events[128];

	snprintf(actions, sizeof actions, "%s%s.action", prefix, name);
	snprintf(events, sizeof events, "%s%s", prefix, name);
	bool good = read_topic(consumer, actions, take_action, reading) &&
		    read_topic(consumer, events, take_event, reading) && naive_log_complete(log);

	if (log->wrong[0]) {
		fail(events, log->wrong);
	}
	fprintf(stderr,
		"{\"topic\": \"%s\", \"actions\": %" PRId64 ", \"outcomes\": %" PRId64
		", \"records\": %" PRId64 ", \"valid\": %" PRId64 ", \"void\": %" PRId64
		", \"claims\": %" PRId64 ", \"void_claims\": %" PRId64 "}\n",
		name, log->actions, log->outcomes, log->records, log->valid, log->void_records,
		log->claims, log->void_claims);
	return good;
}

static bool run(rd_kafka_t *consumer, const char *prefix, enum naive_plant plant)
{
	static struct reading reference, cases;

	naive_log_init(&reference.log, NAIVE_PLANT_NONE);
	naive_log_init(&cases.log, plant);
	cases.fold = naive_fold_new(&cases.log);
	bool good = read_register(consumer, prefix, "gov.reference", &reference) &&
		    read_register(consumer, prefix, "gov.case", &cases);

	if (good) {
		naive_fold_print(cases.fold, stdout);
		if (fflush(stdout) || ferror(stdout)) {
			perror("naive-fold: the dump is cut off");
			good = false;
		}
	}
	naive_fold_free(cases.fold);
	naive_log_done(&cases.log);
	naive_log_done(&reference.log);
	return good;
}

int main(int argc, char **argv)
{
	enum naive_plant plant = NAIVE_PLANT_NONE;

	while (argc == 4 && plant < NAIVE_PLANTS && strcmp(argv[3], PLANTS[plant]) != 0) {
		plant++;
	}
	if (argc < 3 || argc > 4 || plant == NAIVE_PLANTS) {
		fprintf(stderr,
			"usage: naive-fold HOST:PORT TOPIC-PREFIX [BUG]\n"
			"BUG, planted to see that a comparison fails: claims, late, drop, twice, time\n");
		return 64;
	}
	rd_kafka_t *consumer = open_consumer(argv[1]);

	if (!consumer) {
		return 69;
	}
	bool good = run(consumer, argv[2], plant);

	rd_kafka_consumer_close(consumer);
	rd_kafka_destroy(consumer);
	return good ? 0 : 1;
}
