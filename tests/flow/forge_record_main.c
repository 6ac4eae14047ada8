/* forge_record_main.c: writes what no door and no decider would, for tests: a case's last action or event again, changed.  forge-record KAFKA TOPIC CASE HOW */
#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "common/kafka_reader.h"
#include "common/kafka_writer.h"
#include "common/limits.h"
#include "schemas/event.h"

enum { POLL_MS = 5000, FLUSH_MS = 10000, SEQ_GAP = 5, CUT_OFF = 10, DIGEST_BYTES = 16 };

#define YEAR_US (INT64_C(365) * 86400 * 1000000)

/* The partition that holds the case, its last event (or action) there, and the largest cause, after which the next outcome comes. */
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
	if (ev.env.has_subject && ev.env.has_seq == ev.env.has_cause &&
	    span_eq(ev.env.subject, subject)) {
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
	enum err err = kafka_reader_open(settings, "forge-record", &reader);

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

/* As the outcome of the next action, if it is an outcome. */
static void follow(struct event *ev, const struct found *found)
{
	if (ev->env.has_cause) {
		ev->env.cause = found->causes[found->partition] + 1;
	}
}

static void make_gap(struct event *ev, const struct found *found)
{
	follow(ev, found);
	ev->env.seq += SEQ_GAP;
}

static void make_other(struct event *ev, const struct found *found)
{
	static uint8_t digest[DIGEST_BYTES];

	follow(ev, found);
	memcpy(digest, ev->env.digest.p, sizeof digest);
	digest[0] ^= 1;
	ev->env.digest = span_of(digest, sizeof digest);
}

/* Of a year before. */
static void make_late(struct event *ev, const struct found *found)
{
	follow(ev, found);
	ev->env.id = SPAN("late");
	ev->env.time -= YEAR_US;
	if (ev->env.has_seq) {
		ev->env.seq++;
		ev->env.decidedtime -= YEAR_US;
	}
}

/* Of a time that has not come. */
static void make_ahead(struct event *ev, const struct found *found)
{
	follow(ev, found);
	ev->env.id = SPAN("ahead");
	ev->env.time += 50 * YEAR_US;
}

static void cut(struct buf *bytes)
{
	bytes->n -= CUT_OFF;
}

static void garble(struct buf *bytes)
{
	bytes->p[0] = 0xc1; /* which MessagePack never uses */
}

static void pad(struct buf *bytes)
{
	while (bytes->n <= LIMIT_EVENT_BYTES) {
		buf_add_byte(bytes, 0);
	}
}

/* The next version of its type. */
static void rename_type(struct buf *bytes)
{
	uint8_t *version = memmem(bytes->p, bytes->n, ".v1", 3);

	if (version) {
		version[2] = '9';
	}
}

static const struct how {
	const char *name;
	void (*event)(struct event *ev,
		      const struct found *found); /* what is changed of the event, */
	void (*bytes)(struct buf *bytes);         /* and of its bytes */
} HOWS[] = {
	{"again", NULL, NULL},       {"gap", make_gap, NULL},     {"other", make_other, NULL},
	{"late", make_late, NULL},   {"ahead", make_ahead, NULL}, {"truncated", NULL, cut},
	{"malformed", NULL, garble}, {"oversized", NULL, pad},    {"unknown", NULL, rename_type},
};

static const struct how *how_named(const char *name)
{
	for (size_t i = 0; i < sizeof HOWS / sizeof HOWS[0]; i++) {
		if (strcmp(HOWS[i].name, name) == 0) {
			return &HOWS[i];
		}
	}
	return NULL;
}

static enum err forge(const struct found *found, const struct how *how, struct buf *out)
{
	static struct event ev;
	enum err err = event_decode(buf_span(&found->bytes), &ev, NULL);

	if (!err && how->event) {
		how->event(&ev, found);
	}
	err = err ? err : event_encode(&ev, out);
	if (!err && how->bytes) {
		how->bytes(out);
	}
	return err ? err : out->err;
}

static enum err write_forged(const struct kafka_settings *settings,
			     const char *topic,
			     const struct found *found,
			     const struct how *how)
{
	struct kafka_writer_config config = {.settings = settings,
					     .name = "forge-record",
					     .content_type = "application/cloudevents+msgpack"};
	struct kafka_writer *writer = NULL;
	struct buf bytes = {0};
	enum err err = forge(found, how, &bytes);

	err = err ? err : kafka_writer_open(&config, &writer);
	err = err ? err
		  : kafka_writer_send(writer, kafka_writer_topic(writer, topic), found->partition,
				      SPAN("forged"), buf_span(&bytes), NULL);
	err = err ? err : kafka_writer_flush(writer, FLUSH_MS);
	kafka_writer_close(writer);
	buf_done(&bytes);
	return err;
}

int main(int argc, char **argv)
{
	static struct found found;
	struct kafka_settings settings = {.brokers = argc == 5 ? argv[1] : ""};
	const struct how *how = argc == 5 ? how_named(argv[4]) : NULL;
	enum err err = how ? find(&settings, argv[2], span_cstr(argv[3]), &found) : ERR_USAGE;

	err = err ? err : write_forged(&settings, argv[2], &found, how);
	buf_done(&found.bytes);
	if (err) {
		fprintf(stderr, "forge-record: %s\n", err_text(err));
	}
	return err_exit_code(err);
}
