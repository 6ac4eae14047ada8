/* kafka_flow.c: what flow tests of the decider share: a bus of its own, actions to post, processes to kill, and a reader that judges. */
#include "tests/support/kafka_flow.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/case_id.h"
#include "common/clock.h"
#include "common/kafka_reader.h"
#include "common/log.h"
#include "consumers/kafka_bus.h"
#include "producers/decider/kafka_decider.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/flow.h"
#include "tests/support/toy_register.h"

enum { WAIT_S = 60 };

const struct register_ops *const kafka_flow_registers[] = {&toy_register, NULL};
struct kafka_settings kafka_flow_settings;
char kafka_flow_actions[KAFKA_TOPIC_NAME_BYTES], kafka_flow_events[KAFKA_TOPIC_NAME_BYTES];
char kafka_flow_prefix[64];
struct kafka_writer *kafka_flow_poster;
int kafka_flow_poster_topic, kafka_flow_posted;
static int buses;

static void print_log(void *context, int level, const char *text)
{
	(void)context;
	if (level <= 3) {
		fprintf(stderr, "%s\n", text);
	}
}

int kafka_flow_setup(void **state)
{
	struct buf report = {0};

	(void)state;
	kafka_flow_settings = (struct kafka_settings){.brokers = flow_kafka(), .log = print_log};
	snprintf(kafka_flow_prefix, sizeof kafka_flow_prefix, "%sd%d.", flow_prefix(), buses++);
	snprintf(kafka_flow_actions, sizeof kafka_flow_actions, "%sgov.case.action",
		 kafka_flow_prefix);
	snprintf(kafka_flow_events, sizeof kafka_flow_events, "%sgov.case", kafka_flow_prefix);
	assert_int_equal(kafka_bus_check(&kafka_flow_settings, kafka_flow_prefix, &report),
			 ERR_ABSENT);
	assert_int_equal(kafka_bus_create(&kafka_flow_settings, kafka_flow_prefix, 1, &report),
			 ERR_OK);
	buf_reset(&report);
	enum err err = ERR_ABSENT;

	for (int i = 0; i < 20 && err == ERR_ABSENT; i++) {
		buf_reset(&report);
		err = kafka_bus_check(&kafka_flow_settings, kafka_flow_prefix, &report);
		clock_sleep_us(100000);
	}
	buf_add_byte(&report, 0);
	assert_string_equal((const char *)report.p, "");
	assert_int_equal(err, ERR_OK);
	buf_done(&report);
	struct kafka_writer_config config = {
		.settings = &kafka_flow_settings, .name = "poster", .linger_ms = 1};

	assert_int_equal(kafka_writer_open(&config, &kafka_flow_poster), ERR_OK);
	kafka_flow_poster_topic = kafka_writer_topic(kafka_flow_poster, kafka_flow_actions);
	kafka_flow_posted = 0;
	return 0;
}

int kafka_flow_teardown(void **state)
{
	(void)state;
	kafka_writer_close(kafka_flow_poster);
	return 0;
}

void kafka_flow_post(int n)
{
	struct buf bytes = {0};
	uint8_t digest[16] = {1};

	for (int i = 0; i < n; i++) {
		char county[8], id[32], subject[CASE_ID_TEXT_BYTES + 1];
		struct event ev = {.type = EVENT_case_resumed};
		int number = i % 10 == 9 ? kafka_flow_posted - 1 : kafka_flow_posted;

		snprintf(county, sizeof county, "5301%02d", number % KAFKA_FLOW_SUBJECTS);
		snprintf(id, sizeof id, "%s%d", number % 7 == 6 ? "no" : "a", number);
		struct case_id case_id = case_id_of_report(span_cstr(county), KAFKA_FLOW_TIME_US,
							   SPAN("/s"), SPAN("x"));

		case_id_format(&case_id, subject);
		EVENT_SET(ev.env, id, span_cstr(id));
		EVENT_SET(ev.env, source, SPAN("/test"));
		EVENT_SET(ev.env, subject, span_cstr(subject));
		EVENT_SET(ev.env, time, KAFKA_FLOW_TIME_US + kafka_flow_posted);
		EVENT_SET(ev.env, digest, span_of(digest, sizeof digest));
		EVENT_SET(ev.env, rights, 1);
		buf_reset(&bytes);
		assert_int_equal(event_encode(&ev, &bytes), ERR_OK);
		while (kafka_writer_send(kafka_flow_poster, kafka_flow_poster_topic, -1,
					 span_of(county, 6), buf_span(&bytes), NULL) == ERR_BUSY) {
			kafka_writer_poll(kafka_flow_poster, 5);
		}
		kafka_flow_posted++;
	}
	assert_int_equal(kafka_writer_flush(kafka_flow_poster, 30000), ERR_OK);
	buf_done(&bytes);
}

struct decider_config kafka_flow_config(const char *home)
{
	return (struct decider_config){
		.settings = &kafka_flow_settings,
		.home = home,
		.prefix = kafka_flow_prefix,
		.instance = "one",
		.registers = kafka_flow_registers,
		.alone = true,
	};
}

pid_t kafka_flow_start(const char *home, const char *instance, bool alone)
{
	if (KAFKA_FLOW_SLOWER > 1) {
		skip(); /* the programs themselves run sanitized in the flow tests */
	}
	pid_t pid = fork();

	if (pid == 0) {
		struct decider *decider = NULL;
		struct decider_config config = kafka_flow_config(home);

		config.instance = instance;
		config.session_timeout_ms = 3000;
		config.alone = alone;

		log_open("decider", LOG_ERROR);
		enum err err = kafka_decider_open(&config, &decider);

		_exit(err ? 100 + (int)err : (int)kafka_decider_run(decider));
	}
	return pid;
}

void kafka_flow_end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void broken(struct kafka_flow_found *found,
		   const char *what,
		   int64_t partition,
		   int64_t offset)
{
	fprintf(stderr, "BROKEN: %s in partition %lld at %lld\n", what, (long long)partition,
		(long long)offset);
	found->broken = true;
}

static void look_at(struct kafka_flow_found *found, const struct kafka_record *record)
{
	static struct event ev;
	int p = record->partition;

	if (event_decode(record->value, &ev, NULL)) {
		broken(found, "undecodable record", p, record->offset);
		return;
	}
	if (ev.type == EVENT_writer_claimed) {
		if (ev.data.writer_claimed.replaces == found->latest[p]) {
			found->latest[p] = record->offset;
			found->claims++;
		} else {
			found->void_records++;
		}
		return;
	}
	if (ev.env.claim != found->latest[p]) {
		found->void_records++;
		return;
	}
	if (ev.env.decidedtime < found->decided[p]) {
		broken(found, "time goes back", p, record->offset);
	}
	found->decided[p] = ev.env.decidedtime;
	if (ev.env.has_cause) {
		if (ev.env.cause != found->next_cause[p]) {
			broken(found, "cause out of order", p, record->offset);
		}
		found->next_cause[p] = ev.env.cause + 1;
		found->outcomes++;
		found->refused += ev.type == EVENT_action_refused;
		found->repeated += ev.type == EVENT_action_repeated;
	}
	if (ev.env.has_seq) {
		int subject = (ev.env.subject.p[4] - '0') * 10 + ev.env.subject.p[5] - '0';

		if (ev.env.seq != ++found->seq[p][subject]) {
			broken(found, "seq out of order", p, record->offset);
		}
		found->events += ev.env.has_cause;
		found->owed += ev.type == EVENT_case_reopened;
	}
}

void kafka_flow_read_all(struct kafka_flow_found *found)
{
	struct kafka_reader *reader = NULL;
	struct kafka_record record = {0};
	int ends = 0;

	memset(found, 0, sizeof *found);
	assert_int_equal(kafka_reader_open(&kafka_flow_settings, "checker", &reader), ERR_OK);
	for (int i = 0; i < KAFKA_FLOW_PARTITIONS; i++) {
		found->latest[i] = -1;
		assert_int_equal(kafka_reader_assign(reader, kafka_flow_events, i, 0), ERR_OK);
	}
	for (int64_t until_us = clock_steady_us() + WAIT_S * INT64_C(1000000);
	     ends < KAFKA_FLOW_PARTITIONS && clock_steady_us() < until_us;) {
		enum kafka_read what = kafka_reader_poll(reader, 100, &record);

		ends += what == KAFKA_READ_END;
		if (what == KAFKA_READ_RECORD) {
			look_at(found, &record);
		}
		kafka_reader_release(&record);
	}
	kafka_reader_close(reader);
	assert_int_equal(ends, KAFKA_FLOW_PARTITIONS);
}

void kafka_flow_wait_for_all(struct kafka_flow_found *found)
{
	for (int i = 0; i < WAIT_S * 2; i++) {
		kafka_flow_read_all(found);
		if (found->outcomes >= kafka_flow_posted || found->broken) {
			break;
		}
		clock_sleep_us(500000);
	}
	fprintf(stderr,
		"posted %d outcomes %lld void %lld claims %lld refused %lld repeated %lld owed %lld\n",
		kafka_flow_posted, (long long)found->outcomes, (long long)found->void_records,
		(long long)found->claims, (long long)found->refused, (long long)found->repeated,
		(long long)found->owed);
	assert_false(found->broken);
	assert_int_equal(found->outcomes, kafka_flow_posted);
}

void kafka_flow_assert_undisturbed(const struct kafka_flow_found *found)
{
	int64_t refused = 0, repeated = 0;

	for (int i = 0; i < kafka_flow_posted; i++) {
		int number = i % 10 == 9 ? i - 1 : i;

		refused += number % 7 == 6;
		repeated += number % 7 != 6 && i % 10 == 9;
	}
	assert_int_equal(found->refused, refused);
	assert_int_equal(found->repeated, repeated);
	assert_int_equal(found->events, kafka_flow_posted - refused - repeated);
}

void kafka_flow_post_one(const char *id, const char *county)
{
	struct buf bytes = {0};
	uint8_t digest[16] = {1};
	char subject[CASE_ID_TEXT_BYTES + 1];
	struct event ev = {.type = EVENT_case_resumed};
	struct case_id case_id =
		case_id_of_report(span_cstr(county), KAFKA_FLOW_TIME_US, SPAN("/s"), SPAN("x"));

	case_id_format(&case_id, subject);
	EVENT_SET(ev.env, id, span_cstr(id));
	EVENT_SET(ev.env, source, SPAN("/test"));
	EVENT_SET(ev.env, subject, span_cstr(subject));
	EVENT_SET(ev.env, time, KAFKA_FLOW_TIME_US);
	EVENT_SET(ev.env, digest, span_of(digest, sizeof digest));
	EVENT_SET(ev.env, rights, 1);
	assert_int_equal(event_encode(&ev, &bytes), ERR_OK);
	assert_int_equal(kafka_writer_send(kafka_flow_poster, kafka_flow_poster_topic, -1,
					   span_of(county, 6), buf_span(&bytes), NULL),
			 ERR_OK);
	assert_int_equal(kafka_writer_flush(kafka_flow_poster, 30000), ERR_OK);
	buf_done(&bytes);
	kafka_flow_posted++;
}
