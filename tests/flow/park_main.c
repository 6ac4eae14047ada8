/* park_main.c: writes an event that no fold can apply, for tests: a case's last event again, with a seq that leaves a gap.  park KAFKA TOPIC CASE */
#include <stdio.h>

#include "common/buf.h"
#include "common/kafka_reader.h"
#include "common/kafka_writer.h"
#include "common/limits.h"
#include "schemas/event.h"

enum { POLL_MS = 5000, FLUSH_MS = 10000, SEQ_GAP = 5 };

/* The partition that holds the case, its last event there, and the largest cause, after which the next outcome comes. */
struct found {
	struct buf bytes;
	int partition;
	int64_t causes[LIMIT_PARTITIONS];
};

static void look_at(struct found *found, const struct kafka_record *record, struct span subject)
{
	static struct event ev;

	if (event_decode(record->value, &ev, NULL)) {
		return;
	}
	if (ev.env.has_cause) {
		found->causes[record->partition] = ev.env.cause;
	}
	if (ev.env.has_subject && ev.env.has_seq && span_eq(ev.env.subject, subject)) {
		found->partition = record->partition;
		buf_reset(&found->bytes);
		buf_add(&found->bytes, record->value);
	}
}

static enum err find(const struct kafka_settings *settings,
		     const char *topic,
		     struct span subject,
		     struct found *found)
{
	struct kafka_reader *reader = NULL;
	struct kafka_record record = {0};
	int partitions = 0, open = 0;
	enum err err = kafka_reader_open(settings, "park", &reader);

	err = err ? err : kafka_reader_partitions(reader, topic, &partitions);
	for (; open < partitions && !err; open++) {
		err = kafka_reader_assign(reader, topic, open, 0);
	}
	while (!err && open) {
		enum kafka_read what = kafka_reader_poll(reader, POLL_MS, &record);

		if (what == KAFKA_READ_RECORD) {
			look_at(found, &record, subject);
		} else if (what == KAFKA_READ_END) {
			open--;
		} else {
			err = what == KAFKA_READ_NONE ? ERR_KAFKA_AWAY : record.err;
		}
		kafka_reader_release(&record);
	}
	kafka_reader_close(reader);
	return !err && !found->bytes.n ? ERR_ABSENT : err;
}

static enum err write_gap(const struct kafka_settings *settings,
			  const char *topic,
			  const struct found *found)
{
	static struct event ev;
	struct kafka_writer_config config = {.settings = settings,
					     .name = "park",
					     .content_type = "application/cloudevents+msgpack"};
	struct kafka_writer *writer = NULL;
	struct buf bytes = {0};
	enum err err = event_decode(buf_span(&found->bytes), &ev, NULL);

	EVENT_SET(ev.env, cause, found->causes[found->partition] + 1);
	ev.env.seq += SEQ_GAP;
	err = err ? err : event_encode(&ev, &bytes);
	err = err ? err : kafka_writer_open(&config, &writer);
	err = err ? err
		  : kafka_writer_send(writer, kafka_writer_topic(writer, topic), found->partition,
				      span_first(ev.env.subject, 6), buf_span(&bytes), NULL);
	err = err ? err : kafka_writer_flush(writer, FLUSH_MS);
	kafka_writer_close(writer);
	buf_done(&bytes);
	return err;
}

int main(int argc, char **argv)
{
	static struct found found;
	struct kafka_settings settings = {.brokers = argc == 4 ? argv[1] : ""};
	enum err err = argc == 4 ? find(&settings, argv[2], span_cstr(argv[3]), &found) : ERR_USAGE;

	err = err ? err : write_gap(&settings, argv[2], &found);
	buf_done(&found.bytes);
	if (err) {
		fprintf(stderr, "park: %s\n", err_text(err));
	}
	return err_exit_code(err);
}
