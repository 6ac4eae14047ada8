/* http_bed.h: a gateway's server without Kafka, with small limits, and a client that may say anything to it. */
#ifndef GOVBUS_TESTS_SUPPORT_HTTP_BED_H
#define GOVBUS_TESTS_SUPPORT_HTTP_BED_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "producers/gateway/gateway.h"
#include "producers/gateway/http.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"
#include "tests/support/raw_client.h"

enum {
	CONNECTIONS = 8,
	TIMEOUT_S = 1,
	REQUEST_S = 3,
	BODY_BYTES = 64 * 1024,
	BODIES_BYTES = 100 * 1024
};

/* A gateway without Kafka: what comes through the door is pending at once. */
struct bed {
	struct gateway_posting posting; /* first */
	struct gateway gateway;
	struct door door;
	struct key_store *keys;
	struct http *http;
	char home[FOLDER_PATH_BYTES], secret[TOKENS_SECRET_BYTES + 1];
	bool full; /* nothing more is taken */
};

static inline bool submit(struct gateway_posting *posting, struct batch *batch)
{
	struct bed *bed = (struct bed *)posting;
	struct http_request *request = batch->waiting;
	struct key_store_txn keys;

	if (bed->full) {
		return false;
	}
	key_store_begin(bed->keys, &keys);
	batch_enter(batch, &bed->door, &keys, 0);
	assert_int_equal(key_store_commit(&keys), ERR_OK);
	for (int i = 0; i < batch->n_items; i++) {
		batch_settle_pending(&batch->items[i]);
	}
	batch->waiting = NULL;
	http_resume(request);
	return true;
}

static inline void release(struct gateway_posting *posting, struct batch *batch)
{
	(void)posting;
	batch_release(batch);
}

static inline void token_add(struct bed *bed)
{
	struct token token = {.functions = 1u << CODE_function_report, .level = 1};

	(void)snprintf(token.label, sizeof token.label, "poster");
	(void)snprintf(token.unit, sizeof token.unit, "centre:53");
	(void)snprintf(token.place, sizeof token.place, "53");
	(void)snprintf(token.source, sizeof token.source, "/");
	assert_int_equal(tokens_add(bed->gateway.tokens, &token, 1, bed->secret), ERR_OK);
}

static inline int start(void **state, unsigned timeout_s)
{
	static struct bed bed;

	memset(&bed, 0, sizeof bed);
	*state = &bed;
	assert_true(folder_make("http", bed.home));
	assert_int_equal(door_open(&bed.door, bed.home), ERR_OK);
	assert_int_equal(key_store_open(bed.home, &bed.keys), ERR_OK);
	assert_int_equal(tokens_open(bed.home, &bed.gateway.tokens), ERR_OK);
	token_add(&bed);
	bed.posting = (struct gateway_posting){submit, release};
	bed.gateway.posting = &bed.posting;
	bed.gateway.mode = DOOR_LIVE;
	struct http_config config = {.listen = "127.0.0.1:0",
				     .gateway = &bed.gateway,
				     .tokens = bed.gateway.tokens,
				     .connections = CONNECTIONS,
				     .timeout_s = timeout_s,
				     .request_s = REQUEST_S * timeout_s,
				     .threads = 1,
				     .body_bytes = BODY_BYTES,
				     .bodies_bytes = BODIES_BYTES};

	assert_int_equal(http_start(&config, &bed.http), ERR_OK);
	return 0;
}

static inline int setup(void **state)
{
	return start(state, TIMEOUT_S);
}

/* No connection of these tests ends by its time. */
static inline int setup_patient(void **state)
{
	return start(state, 60);
}

static inline int teardown(void **state)
{
	struct bed *bed = *state;

	http_stop(bed->http);
	key_store_close(bed->keys);
	tokens_close(bed->gateway.tokens);
	return folder_remove(bed->home) ? 0 : -1;
}

/* ---- a client that may do anything */

static inline int dial(const struct bed *bed)
{
	return raw_client_dial(http_port(bed->http));
}

static inline int status_of(const char *answer)
{
	return strncmp(answer, "HTTP/1.", 7) == 0 ? (int)strtol(answer + 9, NULL, 10) : 0;
}

static char heard[64 * 1024];

/* Says it on a connection of its own. @return the status; 0: closed without an answer; -1: neither within 0.4 s */
static inline int ask(const struct bed *bed, const char *text, size_t n)
{
	int s = dial(bed);
	bool closed = false;

	raw_client_say(s, text, n);
	(void)raw_client_hear(s, 400, heard, sizeof heard, &closed);
	(void)close(s);
	return heard[0] ? status_of(heard) : closed ? 0 : -1;
}

static inline int ask_text(const struct bed *bed, const char *text)
{
	return ask(bed, text, strlen(text));
}

static const char EVENT[] =
	"{\"specversion\":\"1.0\",\"id\":\"r1\",\"source\":\"/yn\",\"type\":\"gov.case.reported.v1\","
	"\"time\":\"2023-01-19T09:00:00+08:00\",\"place\":\"530102003\",\"data\":{\"type_code\":\"MD02\",\"title\":\"a\"}}";

/* A whole POST of a body, with more header lines. */
static inline size_t post_text(
	const struct bed *bed, const char *more, const char *body, char *ret_text, size_t room)
{
	int n = snprintf(
		ret_text, room,
		"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/cloudevents+json\r\n%s\r\n%s",
		bed->secret, more, body);

	assert_in_range(n, 1, room - 1);
	return (size_t)n;
}

static inline int post(const struct bed *bed, const char *more, const char *body)
{
	static char text[2 * BODY_BYTES];

	return ask(bed, text, post_text(bed, more, body, text, sizeof text));
}

static inline int post_event(const struct bed *bed)
{
	char more[64];

	(void)snprintf(more, sizeof more, "Content-Length: %zu\r\n", strlen(EVENT));
	return post(bed, more, EVENT);
}

#endif
