/* kafka_posting_test.c: posting while the producer is gone and cannot be opened again: 503 with Retry-After, and nothing is lost.
 * No broker is asked: the writer is the test's own.
 * @wrap kafka_writer_open kafka_writer_close kafka_writer_topic kafka_writer_send
 * @wrap kafka_writer_poll kafka_writer_flush kafka_writer_handle
 * @wrap kafka_writer_probe kafka_writer_silent */
#include "producers/gateway/kafka_posting.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/partition.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"
#include "tests/support/raw_client.h"

enum { RECORDS = 64, OUTCOME_MS = 5000, POLL_US = 1000, PATIENCE_MS = 3000 };

/* A producer: what it was given, and how many of these are reported. */
struct kafka_writer {
	struct kafka_handle handle;
	struct kafka_writer_config config;
	void *opaques[RECORDS];
	int n, reported, n_probed;
};

/* The broker's side, and what the test does to it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct buf log_bytes; /* all values that were handed over */
static _Atomic int opened, closed;
static atomic_bool broken, unopenable, silent; /* silent: no reports */

enum err __wrap_kafka_writer_open(const struct kafka_writer_config *config,
				  struct kafka_writer **ret_writer);
void __wrap_kafka_writer_close(struct kafka_writer *writer);
int __wrap_kafka_writer_topic(struct kafka_writer *writer, const char *name);
enum err __wrap_kafka_writer_send(struct kafka_writer *writer,
				  int topic,
				  int32_t partition,
				  struct span key,
				  struct span value,
				  void *opaque);
int __wrap_kafka_writer_poll(struct kafka_writer *writer, int timeout_ms);
enum err __wrap_kafka_writer_flush(struct kafka_writer *writer, int timeout_ms);
const struct kafka_handle *__wrap_kafka_writer_handle(const struct kafka_writer *writer);
enum err __wrap_kafka_writer_probe(struct kafka_writer *writer, int topic, int32_t partition);
bool __wrap_kafka_writer_silent(const struct kafka_writer *writer, int number);

enum err __wrap_kafka_writer_open(const struct kafka_writer_config *config,
				  struct kafka_writer **ret_writer)
{
	if (unopenable) {
		return ERR_KAFKA;
	}
	*ret_writer = calloc(1, sizeof **ret_writer);
	assert_non_null(*ret_writer);
	(*ret_writer)->config = *config;
	opened++;
	return ERR_OK;
}

/* What it owes is never reported. */
void __wrap_kafka_writer_close(struct kafka_writer *writer)
{
	closed += writer != NULL;
	free(writer);
}

int __wrap_kafka_writer_topic(struct kafka_writer *writer, const char *name)
{
	(void)writer;
	return strstr(name, "rejected") ? 1 : 0;
}

enum err __wrap_kafka_writer_send(struct kafka_writer *writer,
				  int topic,
				  int32_t partition,
				  struct span key,
				  struct span value,
				  void *opaque)
{
	(void)topic;
	(void)partition;
	(void)key;
	pthread_mutex_lock(&lock);
	buf_add(&log_bytes, value);
	writer->opaques[writer->n++] = opaque;
	pthread_mutex_unlock(&lock);
	return ERR_OK;
}

int __wrap_kafka_writer_poll(struct kafka_writer *writer, int timeout_ms)
{
	struct kafka_report report = {.offset = 1};
	int n = 0;

	(void)timeout_ms;
	clock_sleep_us(POLL_US);
	for (bool left = !silent; left;) {
		void *opaque = NULL;

		pthread_mutex_lock(&lock);
		left = writer->reported < writer->n;
		opaque = left ? writer->opaques[writer->reported++] : NULL;
		pthread_mutex_unlock(&lock);
		if (left) {
			writer->config.delivered(writer->config.context, opaque, &report);
			n++;
		}
	}
	return n;
}

enum err __wrap_kafka_writer_flush(struct kafka_writer *writer, int timeout_ms)
{
	(void)__wrap_kafka_writer_poll(writer, timeout_ms);
	return ERR_OK;
}

const struct kafka_handle *__wrap_kafka_writer_handle(const struct kafka_writer *writer)
{
	static const struct kafka_handle well, fatal = {.fatal = true, .fatal_text = "broken"};

	(void)writer;
	return broken ? &fatal : &well;
}

/* The lane whose actions' leader hangs; -1: none. */
static _Atomic int hangs;

enum err __wrap_kafka_writer_probe(struct kafka_writer *writer, int topic, int32_t partition)
{
	(void)topic;
	assert_int_equal(partition, writer->n_probed % LIMIT_CASE_PARTITIONS);
	writer->n_probed++;
	return ERR_OK;
}

bool __wrap_kafka_writer_silent(const struct kafka_writer *writer, int number)
{
	assert_true(number < writer->n_probed);
	return number == hangs;
}

/* ---- a gateway in front of it */

struct bed {
	struct gateway gateway;
	struct door door;
	struct key_store *keys;
	struct kafka_posting *posting;
	struct http *http;
	char home[FOLDER_PATH_BYTES], secret[TOKENS_SECRET_BYTES + 1];
};

static void token_add(struct bed *bed)
{
	struct token token = {.functions = 1u << CODE_function_report, .level = 1};

	(void)snprintf(token.unit, sizeof token.unit, "centre:53");
	(void)snprintf(token.place, sizeof token.place, "53");
	(void)snprintf(token.source, sizeof token.source, "/");
	assert_int_equal(tokens_add(bed->gateway.tokens, &token, 1, bed->secret), ERR_OK);
}

static int setup(void **state)
{
	static struct bed bed;
	static const struct kafka_settings settings = {.brokers = "none"};

	memset(&bed, 0, sizeof bed);
	*state = &bed;
	opened = closed = 0;
	broken = unopenable = silent = false;
	hangs = -1;
	assert_true(folder_make("posting", bed.home));
	assert_int_equal(door_open(&bed.door, bed.home), ERR_OK);
	assert_int_equal(key_store_open(bed.home, &bed.keys), ERR_OK);
	assert_int_equal(tokens_open(bed.home, &bed.gateway.tokens), ERR_OK);
	token_add(&bed);
	bed.gateway.mode = DOOR_LIVE;
	bed.gateway.reference = reference_new();
	assert_non_null(bed.gateway.reference);
	pthread_rwlock_init(&bed.gateway.reference_lock, NULL);
	struct kafka_posting_config posting = {.settings = &settings,
					       .topic_prefix = "",
					       .gateway = &bed.gateway,
					       .door = &bed.door,
					       .keys = bed.keys,
					       .outcome_ms = OUTCOME_MS};

	assert_int_equal(kafka_posting_start(&posting, &bed.posting), ERR_OK);
	bed.gateway.posting = kafka_posting_gateway(bed.posting);
	struct http_config http = {.listen = "127.0.0.1:0",
				   .gateway = &bed.gateway,
				   .tokens = bed.gateway.tokens,
				   .connections = 8,
				   .timeout_s = 30,
				   .request_s = 30,
				   .threads = 1,
				   .body_bytes = 65536,
				   .bodies_bytes = 65536};

	assert_int_equal(http_start(&http, &bed.http), ERR_OK);
	return 0;
}

static int teardown(void **state)
{
	struct bed *bed = *state;

	kafka_posting_stop(bed->posting);
	http_stop(bed->http);
	kafka_posting_free(bed->posting);
	key_store_close(bed->keys);
	tokens_close(bed->gateway.tokens);
	reference_free(bed->gateway.reference);
	pthread_rwlock_destroy(&bed->gateway.reference_lock);
	buf_done(&log_bytes);
	log_bytes = (struct buf){0};
	return folder_remove(bed->home) ? 0 : -1;
}

/* ---- a sender */

static char heard[16384];

/* Counties of different partitions: reports in turn are of one and of the other. */
static const char *const COUNTIES[] = {"530102", "530103"};

/* Posts reports of these ids, a letter each; of a capital one the type is none. @return the socket, on which the answer comes */
static int say(const struct bed *bed,
	       const char *const counties[2],
	       const char *ids,
	       bool many,
	       const char *more)
{
	struct buf body = {0}, text = {0};
	int s = raw_client_dial(http_port(bed->http));

	for (size_t i = 0; ids[i]; i++) {
		buf_printf(
			&body,
			"%s{\"specversion\":\"1.0\",\"id\":\"event-%c\",\"source\":\"/t\",\"type\":\"gov.case.reported.v1\","
			"\"time\":\"2023-01-19T09:00:00+08:00\",\"place\":\"%s\",\"data\":{\"type_code\":\"%s\",\"title\":\"t\"}}",
			!many ? ""
			: i   ? ","
			      : "[",
			ids[i], counties[i % 2], ids[i] < 'a' ? "ZZ99" : "MD02");
	}
	buf_add_text(&body, many ? "]" : "");
	buf_printf(
		&text,
		"POST /v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\n"
		"Content-Type: application/cloudevents%s+json\r\n%sContent-Length: %zu\r\n\r\n%.*s",
		bed->secret, many ? "-batch" : "", more, body.n, SPAN_ARGS(buf_span(&body)));
	assert_int_equal(text.err, ERR_OK);
	raw_client_say(s, (const char *)text.p, text.n);
	buf_done(&body);
	buf_done(&text);
	return s;
}

static int answer(int s)
{
	(void)raw_client_hear(s, PATIENCE_MS, heard, sizeof heard, NULL);
	(void)close(s);
	return strncmp(heard, "HTTP/1.1 ", 9) == 0 ? (int)strtol(heard + 9, NULL, 10) : 0;
}

#define ASYNC   "Prefer: wait=10\r\nPrefer: Respond-Async;x\r\n"
#define APPLIED "\r\nPreference-Applied: respond-async\r\n"

static int post(const struct bed *bed, const char *ids, bool many)
{
	return answer(say(bed, (const char *const[]){"530102", "530102"}, ids, many, ASYNC));
}

static int post_in(const struct bed *bed, const char *county, const char *ids)
{
	return answer(say(bed, (const char *const[]){county, county}, ids, false, ASYNC));
}

/* How often an event was handed to a producer. */
static int handed_over(char id)
{
	char name[16];
	int n = 0;

	(void)snprintf(name, sizeof name, "event-%c", id);
	pthread_mutex_lock(&lock);
	for (const uint8_t *at = log_bytes.p, *end = at + log_bytes.n;
	     at && (at = memmem(at, (size_t)(end - at), name, strlen(name))); at++) {
		n++;
	}
	pthread_mutex_unlock(&lock);
	return n;
}

static void assert_away(const char *type)
{
	assert_non_null(strstr(heard, "\r\nRetry-After: "));
	assert_non_null(strstr(heard, "\r\nContent-Type: application/problem+json"));
	assert_non_null(strstr(heard, type));
}

/* ---- */

/* While none can be opened each post is answered that nothing was taken, and when to ask again; once one can be, all are taken, once. */
static void test_gone(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(post(bed, "a", false), 202);
	assert_non_null(strstr(heard, APPLIED));
	assert_int_equal(handed_over('a'), 1);
	broken = unopenable = true;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(post(bed, "b", false), 503);
		assert_away("broker-away");
		assert_int_equal(post(bed, "cd", true), 503);
		assert_away("broker-away");
		assert_int_equal(post(bed, "eF", true), 503);
		assert_away("broker-away");
		assert_int_equal(closed, 1);
	}
	/* What is wrong with an event is known without a broker. */
	assert_int_equal(post(bed, "F", false), 422);
	assert_non_null(strstr(heard, "data.type_code"));
	assert_null(strstr(heard, APPLIED));
	for (const char *id = "bcdeF"; *id; id++) {
		assert_int_equal(handed_over(*id), 0);
	}
	broken = unopenable = false;
	assert_int_equal(post(bed, "b", false), 202);
	assert_int_equal(post(bed, "cd", true), 200);
	assert_non_null(strstr(heard, APPLIED));
	assert_null(strstr(heard, "503"));
	for (const char *id = "abcd"; *id; id++) {
		assert_int_equal(handed_over(*id), 1);
	}
	assert_int_equal(opened, 2);
	assert_int_equal(closed, 1);
}

/* Who waits for the report of a producer that fails is told, at once, that it may have landed and may be sent again. */
static void test_owed(void **state)
{
	struct bed *bed = *state;
	int64_t began_us = clock_steady_us();
	int s;

	silent = true;
	s = say(bed, COUNTIES, "a", false, "");
	while (!handed_over('a')) {
		clock_sleep_us(POLL_US);
		assert_true(clock_steady_us() - began_us < INT64_C(1000) * OUTCOME_MS);
	}
	broken = unopenable = true;
	assert_int_equal(post(bed, "b", false), 503);
	assert_int_equal(answer(s), 503);
	assert_away("uncertain");
	assert_true(clock_steady_us() - began_us < INT64_C(1000) * OUTCOME_MS);
	broken = unopenable = silent = false;
	assert_int_equal(post(bed, "a", false), 202);
	assert_int_equal(handed_over('a'), 2);
}

static int lane_of_county(const char *county)
{
	return partition_of_key(span_cstr(county), LIMIT_CASE_PARTITIONS);
}

/* @return whether so many lanes are said to be away, in time */
static bool says_away(const struct bed *bed, int n)
{
	for (int i = 0; i < PATIENCE_MS && kafka_posting_away(bed->posting) != n; i++) {
		clock_sleep_us(POLL_US);
	}
	return kafka_posting_away(bed->posting) == n;
}

/* The broker that leads one county's partition hangs, that of its actions or that of its events: only what is posted there is refused. */
static void test_one_hangs(void **state)
{
	struct bed *bed = *state;
	int lane = lane_of_county("530102"), other = lane_of_county("530103");

	assert_int_not_equal(lane, other);
	assert_true(says_away(bed, 0));
	for (int events = 0; events < 2; events++) {
		char here = events ? 'c' : 'a', there[] = {events ? 'd' : 'b', 0};

		if (events) {
			kafka_posting_heard(bed->posting, lane, true);
		} else {
			hangs = lane;
		}
		assert_int_equal(post_in(bed, "530102", (char[]){here, 0}), 503);
		assert_away("broker-away");
		assert_int_equal(handed_over(here), 0);
		assert_int_equal(post_in(bed, "530103", there), 202);
		assert_int_equal(handed_over(*there), 1);
		assert_true(says_away(bed, 1));
		kafka_posting_heard(bed->posting, lane, false);
		hangs = -1;
		assert_int_equal(post_in(bed, "530102", (char[]){here, 0}), 202);
		assert_int_equal(handed_over(here), 1);
		assert_true(says_away(bed, 0));
	}
	/* Of a batch each event has its own answer. */
	hangs = lane;
	assert_int_equal(answer(say(bed, COUNTIES, "ef", true, ASYNC)), 200);
	assert_non_null(strstr(heard, "503"));
	assert_non_null(strstr(heard, "broker-away"));
	assert_non_null(strstr(heard, "202"));
	assert_int_equal(handed_over('e'), 0);
	assert_int_equal(handed_over('f'), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_owed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_hangs, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
