/* http_test.c: over raw sockets: every limit on body, header, connections and time, broken requests, floods; and after each the server still answers.
 * @timeout 120 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/support/http_bed.h"

/* Closed by the server between these moments, however often a byte drips in. @return ms until it closed */
static int64_t drip(int s, const char *drop, int limit_ms)
{
	int64_t start_us = clock_steady_us();
	bool closed = false;

	while (!closed && clock_steady_us() - start_us < (int64_t)limit_ms * 1000) {
		raw_client_say_text(s, drop);
		(void)raw_client_hear(s, 150, heard, sizeof heard, &closed);
	}
	(void)close(s);
	assert_true(closed);
	return (clock_steady_us() - start_us) / 1000;
}

/* ---- tests */

/* A post goes through, a read without a token does not, a path that is none neither, nor a method that it does not take. */
static void plain(void **state)
{
	assert_int_equal(post_event(*state), 202);
	assert_non_null(strstr(heard, "Location: /v1/outcomes?subject=530102-20230119-"));
	assert_int_equal(post(*state, "Content-Length: 0\r\n", ""), 400);
	assert_int_equal(ask_text(*state, "GET /v1/cases HTTP/1.1\r\nHost: x\r\n\r\n"), 401);
	assert_non_null(strstr(heard, "WWW-Authenticate: Bearer"));
	assert_int_equal(ask_text(*state, "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"), 404);
	assert_int_equal(ask_text(*state, "GET /healthz%00x HTTP/1.1\r\nHost: x\r\n\r\n"), 404);
	assert_int_equal(post(*state, "Content-Encoding: gzip\r\nContent-Length: 0\r\n", ""), 415);
	assert_int_equal(ask_text(*state, "DELETE /v1/cases/a HTTP/1.1\r\nHost: x\r\n\r\n"), 405);
	assert_non_null(strstr(heard, "Allow: GET, HEAD\r\n"));
	assert_int_equal(ask_text(*state, "OPTIONS /v1/events HTTP/1.1\r\nHost: x\r\n\r\n"), 405);
	assert_non_null(strstr(heard, "Allow: POST\r\n"));
}

/* A token that is revoked while the body comes posts nothing, however slowly that is. */
static void revoked(void **state)
{
	const struct bed *bed = *state;
	char text[1024];
	int s = dial(bed), count = 0;
	size_t n = post_text(bed, "Content-Length: 9\r\n", "{       }", text, sizeof text);

	raw_client_say(s, text, n - 1);
	clock_sleep_us(100000);
	assert_int_equal(tokens_revoke(bed->gateway.tokens, SPAN("poster"), 2, &count), ERR_OK);
	raw_client_say(s, text + n - 1, 1);
	(void)raw_client_hear(s, 400, heard, sizeof heard, NULL);
	(void)close(s);
	assert_int_equal(status_of(heard), 401);
}

/* A dry run that is misspelt, or is only named, is refused, not posted. */
static void dry_run(void **state)
{
	static const struct {
		const char *value;
		int status;
	} rows[] = {{"=1", 202}, {"=true", 202}, {"=0", 202},     {"=yes", 400},
		    {"=", 400},  {"=True", 400}, {"=1%00x", 400}, {"", 400}};
	const struct bed *bed = *state;
	char text[1024];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int n = snprintf(
			text, sizeof text,
			"POST /v1/events?dry_run%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
			"Content-Type: application/cloudevents+json\r\nContent-Length: %zu\r\n\r\n%s",
			rows[i].value, bed->secret, strlen(EVENT), EVENT);

		assert_int_equal(ask(bed, text, (size_t)n), rows[i].status);
	}
}

/* Too large a body is refused: by its length before it comes, in chunks once it is over, and right away for who waits for leave. */
static void large_body(void **state)
{
	static char body[BODY_BYTES + 64];
	char more[128];

	(void)snprintf(more, sizeof more, "Content-Length: %d\r\nExpect: 100-continue\r\n",
		       BODY_BYTES + 1);
	assert_int_equal(post(*state, more, ""), 413);
	assert_int_equal(post(*state,
			      "Content-Length: 99999999999999999999999\r\nExpect: 100-continue\r\n",
			      "") /
				 100,
			 4);
	int n = snprintf(body, sizeof body, "%x\r\n", BODY_BYTES + 1);

	memset(body + n, ' ', BODY_BYTES + 1);
	memcpy(body + n + BODY_BYTES + 1, "\r\n0\r\n\r\n", 8); /* its ending zero too */
	assert_int_equal(post(*state, "Transfer-Encoding: chunked\r\n", body), 413);
	assert_int_equal(post_event(*state), 202);
}

/* A header of 12 KiB fits; too large a one is refused, however it is made up. */
static void large_header(void **state)
{
	static char text[2 * BODY_BYTES];
	int n = snprintf(text, sizeof text, "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ");

	memset(text + n, 'x', 12288);
	memcpy(text + n + 12288, "\r\n\r\n", 4);
	assert_int_equal(ask(*state, text, (size_t)n + 12288 + 4), 200);
	n = snprintf(text, sizeof text, "GET /v1/cases HTTP/1.1\r\nHost: x\r\nX: ");
	memset(text + n, 'x', sizeof text - (size_t)n);
	assert_in_range(ask(*state, text, sizeof text), 413, 431);
	n = snprintf(text, sizeof text, "GET /v1/cases HTTP/1.1\r\nHost: x\r\n");
	while ((size_t)n < sizeof text - 16) {
		n += snprintf(text + n, sizeof text - (size_t)n, "A%d: b\r\n", n % 1000);
	}
	assert_in_range(ask(*state, text, (size_t)n), 413, 431);
	n = snprintf(text, sizeof text, "GET /");
	memset(text + n, 'y', sizeof text - (size_t)n);
	assert_in_range(ask(*state, text, sizeof text), 413, 431);
	assert_int_equal(post_event(*state), 202);
}

/* What is no HTTP, or contradicts itself, is refused or cut off at once, and is never taken for a request. */
static void broken(void **state)
{
	static const char *const heads[] = {
		"Transfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n0\r\n",
		"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n",
		"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhello\r\n0\r\n",
		"Transfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n",
		"Content-Length: abc\r\n",
		"Content-Length: -5\r\n",
		"Content-Length: 5x\r\n",
		"Content-Length: 99999999999999999999999\r\n",
		"Content-Length: 3\r\nContent-Length: 30\r\n\r\nabc",
		"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n",
		"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n",
		"Content-Length : 30\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n",
		"no colon\r\n",
	};
	static const char *const starts[] = {"\x16\x03\x01\x02\x01\xfc\x03\x03\r\n\r\n",
					     "GET\r\n\r\n", "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
					     "GET /healthz\r\n\r\n", "\r\n\r\n\r\n\r\nX\r\n\r\n"};

	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		print_message("%s", heads[i]);
		assert_in_range(post(*state, heads[i], ""), 400, 499);
		/* One answer: what followed was not run as a request of its own. */
		assert_null(strstr(heard, "200 OK"));
	}
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		int status = ask_text(*state, starts[i]);

		if (status != 0 && status < 400) {
			fail_msg("start %zu: %d", i, status);
		}
	}
	assert_int_equal(post_event(*state), 202);
}

/* Requests that come in one go are answered in their order, each by its own. */
static void pipelined(void **state)
{
	static char text[4 * 1024];
	const struct bed *bed = *state;
	char more[64];
	int s = dial(bed);
	size_t n;
	const char *at;

	(void)snprintf(more, sizeof more, "Content-Length: %zu\r\n", strlen(EVENT));
	n = post_text(bed, more, EVENT, text, sizeof text);
	n += (size_t)snprintf(
		text + n, sizeof text - n,
		"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
	n += post_text(bed, more, EVENT, text + n, sizeof text - n);
	raw_client_say(s, text, n);
	(void)raw_client_hear(s, 400, heard, sizeof heard, NULL);
	(void)close(s);
	static const char *const order[] = {"HTTP/1.1 202", "HTTP/1.1 200", "HTTP/1.1 404",
					    "HTTP/1.1 202"};

	at = heard;
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		at = strstr(at, "HTTP/1.1 ");
		assert_non_null(at);
		assert_memory_equal(at, order[i], strlen(order[i]));
		at++;
	}
	assert_null(strstr(at, "HTTP/1.1 "));
}

/* Silence is closed after its time, a header or a body that drips in after theirs, whatever the idle timer says. */
static void slow(void **state)
{
	char text[1024];
	const struct bed *bed = *state;
	int silent = dial(bed), header = dial(bed), body = dial(bed);
	bool closed = false;
	int64_t start_us = clock_steady_us(), took_ms;

	raw_client_say_text(header, "GET /healthz HTTP/1.1\r\n");
	raw_client_say(body, text,
		       post_text(bed, "Content-Length: 1000\r\n", "", text, sizeof text));
	(void)raw_client_hear(silent, 4000, heard, sizeof heard, &closed);
	assert_true(closed);
	assert_in_range((clock_steady_us() - start_us) / 1000, 500, 3500);
	(void)close(silent);
	(void)close(header);
	(void)close(body);
	took_ms = drip((header = dial(bed),
			raw_client_say_text(header, "GET /healthz HTTP/1.1\r\nX: "), header),
		       "x", 8000);
	assert_in_range(took_ms, 1500, 4500);
	body = dial(bed);
	raw_client_say(body, text,
		       post_text(bed, "Content-Length: 1000\r\n", "", text, sizeof text));
	took_ms = drip(body, " ", 9000);
	assert_in_range(took_ms, 2500, 6000);
	assert_int_equal(post_event(bed), 202);
}

/* More connections than there may be wait, and are served once others end; who says nothing ends. */
static void crowd(void **state)
{
	const struct bed *bed = *state;
	int idle[CONNECTIONS];

	for (int i = 0; i < CONNECTIONS; i++) {
		idle[i] = dial(bed);
	}
	assert_int_equal(post_event(bed), -1);
	(void)close(idle[0]);
	clock_sleep_us(100000);
	assert_int_equal(post_event(bed), 202);
	clock_sleep_us(INT64_C(2500000));
	assert_int_equal(post_event(bed), 202);
	for (int i = 1; i < CONNECTIONS; i++) {
		(void)close(idle[i]);
	}
}

/* Clients that go away in the middle, or send anything at all, soon leave nothing behind, though time alone would end none of them. */
static void rude(void **state)
{
	const struct bed *bed = *state;
	int64_t start_us = clock_steady_us();
	unsigned seed = 20230119;
	char text[1024];

	for (int i = 0; i < 5 * CONNECTIONS; i++) {
		int s = dial(bed);
		size_t n = post_text(bed, "Content-Length: 1000\r\n", EVENT, text, sizeof text);

		for (size_t b = 0; b < n && i % 2; b++) {
			seed = seed * 1103515245 + 12345;
			text[b] = seed >> 8 & 63 ? text[b] : (char)(seed >> 16 & 0x7f);
		}
		seed = seed * 1103515245 + 12345;
		raw_client_say(s, text, (seed >> 8) % n);
		(void)close(s);
	}
	while (post_event(bed) != 202) {
		assert_true(clock_steady_us() - start_us < 30000000);
	}
}

/* A client that has said all and closed its side for sending still gets its answer. */
static void half_closed(void **state)
{
	const struct bed *bed = *state;
	char text[1024], more[64];
	int s = dial(bed);

	(void)snprintf(more, sizeof more, "Content-Length: %zu\r\n", strlen(EVENT));
	raw_client_say(s, text, post_text(bed, more, EVENT, text, sizeof text));
	assert_int_equal(shutdown(s, SHUT_WR), 0);
	(void)raw_client_hear(s, 3000, heard, sizeof heard, NULL);
	(void)close(s);
	assert_int_equal(status_of(heard), 202);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(plain),
		TEST(dry_run),
		TEST(revoked),
		TEST(large_body),
		TEST(large_header),
		TEST(broken),
		TEST(pipelined),
		TEST(slow),
		TEST(crowd),
		TEST(half_closed),
		cmocka_unit_test_setup_teardown(rude, setup_patient, teardown)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
