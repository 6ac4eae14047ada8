/* kafka_commands_clock.c: govbus go-live and govbus clock confirm: an action about time to every partition, and its outcomes awaited. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/civil.h"
#include "common/clock.h"
#include "common/kafka_reader.h"
#include "common/kafka_writer.h"
#include "common/secrets.h"
#include "producers/commands.h"
#include "producers/kafka_commands.h"
#include "schemas/event.h"

enum { MAX_LANES = 64, RIGHT_HISTORY = 1, POLL_MS = 100 };

static const struct conf_option OPTIONS[] = {
	CONF_COMMON(""),
	{"wait-ms", "60000", "ms", "How long to wait for the deciders", CONF_NUMBER, 0, 3600000},
	{0},
};

/* One partition of one register: what was posted to it, and whether its outcome was read. */
struct lane {
	enum topic actions;
	int partition;
	int64_t offset; /* of our action; -1 until reported */
	bool done, refused;
};

struct clock_command {
	struct kafka_commands kafka;
	enum event_type type;
	struct lane lanes[MAX_LANES];
	int n_lanes;
	struct kafka_writer *writer;
	struct kafka_reader *reader;
	uint8_t digest_key[SECRETS_BYTES];
};

static void list_lanes(struct clock_command *command)
{
	for (int topic = 0; topic < TOPIC_COUNT; topic++) {
		const struct topic_row *row = schema_topic((enum topic)topic);

		for (int p = 0; row->kind == TOPIC_KIND_ACTION && p < row->partitions; p++) {
			command->lanes[command->n_lanes++] = (struct lane){
				.actions = (enum topic)topic, .partition = p, .offset = -1};
		}
	}
}

static void on_delivered(void *context, void *opaque, const struct kafka_report *report)
{
	struct lane *lane = opaque;

	(void)context;
	if (!report->err) {
		lane->offset = report->offset;
	}
}

/* Reads each event partition from its end as it is now: the outcomes are all to come. */
static enum err watch(struct clock_command *command)
{
	char name[KAFKA_COMMANDS_NAME_BYTES];
	enum err err =
		kafka_reader_open(&command->kafka.settings, "govbus-clock", &command->reader);

	for (int i = 0; i < command->n_lanes && !err; i++) {
		struct lane *lane = &command->lanes[i];
		int64_t low, high;

		kafka_commands_topic(&command->kafka, schema_topic_events(lane->actions), name);
		err = kafka_reader_watermarks(command->reader, name, lane->partition, &low, &high);
		err = err ? err : kafka_reader_assign(command->reader, name, lane->partition, high);
	}
	return err;
}

static enum err encode(struct clock_command *command, const struct lane *lane, struct buf *out)
{
	int64_t now = clock_wall_us();
	uint8_t digest[16];
	char id[64];
	struct event ev = {.type = command->type};

	snprintf(id, sizeof id, "%s-%d-%d-%lld",
		 command->type == EVENT_went_live ? "go-live" : "confirm", (int)lane->actions,
		 lane->partition, (long long)now);
	EVENT_SET(ev.env, id, span_cstr(id));
	EVENT_SET(ev.env, source, SPAN("/govbus/admin"));
	EVENT_SET(ev.env, subject, SPAN("clock"));
	EVENT_SET(ev.env, time, now);
	EVENT_SET(ev.env, rights, RIGHT_HISTORY);
	if (command->type == EVENT_clock_confirmed) {
		EVENT_SET(ev.data.clock_confirmed, upto, now + CIVIL_DAY_US);
	}
	event_digest(&ev, command->digest_key, digest);
	EVENT_SET(ev.env, digest, span_of(digest, sizeof digest));
	return event_encode(&ev, out);
}

static enum err post(struct clock_command *command)
{
	struct kafka_writer_config config = {
		.settings = &command->kafka.settings,
		.name = "govbus-clock",
		.content_type = "application/cloudevents+msgpack",
		.delivered = on_delivered,
	};
	char name[KAFKA_COMMANDS_NAME_BYTES];
	int numbers[TOPIC_COUNT] = {0};
	bool known[TOPIC_COUNT] = {false};
	struct buf bytes = {0};
	enum err err = kafka_writer_open(&config, &command->writer);

	for (int i = 0; i < command->n_lanes && !err; i++) {
		struct lane *lane = &command->lanes[i];

		if (!known[lane->actions]) {
			kafka_commands_topic(&command->kafka, lane->actions, name);
			numbers[lane->actions] = kafka_writer_topic(command->writer, name);
			known[lane->actions] = true;
		}
		buf_reset(&bytes);
		err = encode(command, lane, &bytes);
		err = err ? err
			  : kafka_writer_send(command->writer, numbers[lane->actions],
					      lane->partition, SPAN("clock"), buf_span(&bytes),
					      lane);
	}
	buf_done(&bytes);
	return err ? err : kafka_writer_flush(command->writer, 30000);
}

static void take_record(struct clock_command *command, const struct kafka_record *record)
{
	char name[KAFKA_COMMANDS_NAME_BYTES];
	struct event ev;

	if (event_decode(record->value, &ev, NULL) || !ev.env.has_cause) {
		return;
	}
	for (int i = 0; i < command->n_lanes; i++) {
		struct lane *lane = &command->lanes[i];

		kafka_commands_topic(&command->kafka, schema_topic_events(lane->actions), name);
		if (lane->partition == record->partition && strcmp(name, record->topic) == 0 &&
		    lane->offset == ev.env.cause) {
			lane->done = true;
			lane->refused = ev.type == EVENT_action_refused;
			if (lane->refused) {
				fprintf(stderr, "%s %d: refused: %.*s %.*s\n", record->topic,
					record->partition, SPAN_ARGS(ev.data.action_refused.reason),
					SPAN_ARGS(ev.data.action_refused.guard));
			}
		}
	}
}

static int count(const struct clock_command *command, bool refused)
{
	int n = 0;

	for (int i = 0; i < command->n_lanes; i++) {
		n += refused ? command->lanes[i].refused : command->lanes[i].done;
	}
	return n;
}

static void await(struct clock_command *command, int64_t wait_us)
{
	int64_t until = clock_steady_us() + wait_us, said = clock_steady_us();
	struct kafka_record record = {0};

	while (count(command, false) < command->n_lanes && clock_steady_us() < until) {
		if (kafka_reader_poll(command->reader, POLL_MS, &record) == KAFKA_READ_RECORD) {
			take_record(command, &record);
		}
		kafka_reader_release(&record);
		if (clock_steady_us() - said > 2 * CIVIL_SECOND_US) {
			said = clock_steady_us();
			printf("%d of %d partitions\n", count(command, false), command->n_lanes);
			fflush(stdout);
		}
	}
}

static int run(struct clock_command *command, const struct conf *conf)
{
	enum err err = secrets_load(conf_text(conf, "home"), "digest", command->digest_key);

	list_lanes(command);
	err = err ? err : watch(command);
	err = err ? err : post(command);
	if (!err) {
		await(command, conf_number(conf, "wait-ms") * 1000);
	}
	kafka_writer_close(command->writer);
	kafka_reader_close(command->reader);
	if (err) {
		fprintf(stderr, "govbus: %s\n", err_text(err));
		return err_exit_code(err);
	}
	int done = count(command, false), refused = count(command, true);

	printf("%d of %d partitions: %d done, %d refused\n", done, command->n_lanes, done - refused,
	       refused);
	if (done < command->n_lanes) {
		fprintf(stderr,
			"govbus: the others have not answered in time; do the deciders run? (./run status)\n");
	}
	return done == command->n_lanes && !refused ? 0 : 1;
}

int kafka_commands_clock_run(int argc, char **argv)
{
	static struct clock_command command;
	bool live = strcmp(argv[0], "go-live") == 0;
	struct conf *conf;

	if (!live && (argc < 2 || strcmp(argv[1], "confirm") != 0)) {
		fprintf(stderr, "usage: govbus clock confirm\n");
		return err_exit_code(ERR_USAGE);
	}
	command.type = live ? EVENT_went_live : EVENT_clock_confirmed;
	enum err err = conf_load(live ? "govbus go-live" : "govbus clock",
				 "An action about time to every partition.", OPTIONS, argc - !live,
				 argv + !live, &conf);

	if (err) {
		return err_exit_code(err);
	}
	kafka_commands_init(&command.kafka, conf);
	int code = run(&command, conf);

	conf_free(conf);
	return code;
}
