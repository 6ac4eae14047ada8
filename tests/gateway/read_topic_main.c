/* read_topic_main.c: prints a topic for a test to judge: a line per record, its key and its value in hexadecimal, or as JSON with --json. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/kafka_reader.h"
#include "schemas/event.h"

enum { POLL_MS = 1000 };

static void print_hex(struct span bytes, const char *end)
{
	for (size_t i = 0; i < bytes.n; i++) {
		printf("%02x", bytes.p[i]);
	}
	printf("%s", end);
}

static void print_json(struct span bytes)
{
	struct event ev;
	json_t *json = event_decode(bytes, &ev, NULL) ? NULL : event_to_json(&ev, true);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	printf("%s\n", text ? text : "null");
	free(text);
	json_decref(json);
}

static enum err read_all(struct kafka_reader *reader, const char *topic, bool json)
{
	struct kafka_record record = {0};
	int left = 0;
	enum err err = kafka_reader_partitions(reader, topic, &left);

	for (int p = 0; p < left && !err; p++) {
		err = kafka_reader_assign(reader, topic, p, 0);
	}
	while (left > 0 && !err) {
		enum kafka_read what = kafka_reader_poll(reader, POLL_MS, &record);

		if (what == KAFKA_READ_RECORD && json) {
			print_json(record.value);
		} else if (what == KAFKA_READ_RECORD) {
			print_hex(record.key, " ");
			print_hex(record.value, "\n");
		}
		left -= what == KAFKA_READ_END;
		err = what == KAFKA_READ_ERROR ? record.err : ERR_OK;
		kafka_reader_release(&record);
	}
	return err;
}

int main(int argc, char **argv)
{
	struct kafka_settings settings = {.brokers = argc > 1 ? argv[1] : NULL};
	struct kafka_reader *reader = NULL;
	enum err err;

	if (argc < 3) {
		fprintf(stderr, "usage: read-topic HOST:PORT TOPIC [--json]\n");
		return 64;
	}
	err = kafka_reader_open(&settings, "read-topic", &reader);
	err = err ? err : read_all(reader, argv[2], argc > 3);
	kafka_reader_close(reader);
	if (err) {
		fprintf(stderr, "read-topic: %s\n", err_text(err));
	}
	return err ? 1 : 0;
}
