/* http_full_test.c: what cannot be taken now is refused with when to ask again, and holds nothing meanwhile. */
#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/support/http_bed.h"

/* What cannot be taken now is told to ask again: when the queue is full, and when bodies fill the memory that they may have. */
static void full(void **state)
{
	static char text[2 * BODY_BYTES], body[BODY_BYTES];
	struct bed *bed = *state;
	char more[64];
	int first = dial(bed);
	size_t n;

	bed->full = true;
	assert_int_equal(post_event(bed), 429);
	assert_non_null(strstr(heard, "Retry-After: 2"));
	bed->full = false;
	memset(body, ' ', sizeof body - 1);
	(void)snprintf(more, sizeof more, "Content-Length: %d\r\n", BODY_BYTES - 1);
	n = post_text(bed, more, body, text, sizeof text);
	raw_client_say(first, text, n - 1);
	clock_sleep_us(100000);
	assert_int_equal(ask(bed, text, n), 429);
	assert_non_null(strstr(heard, "Retry-After: 2"));
	(void)close(first);
	clock_sleep_us(100000);
	assert_int_equal(ask(bed, text, n), 400); /* nothing but spaces: no longer a lack of room */
}

/* A body that is refused for want of room holds none of it while its client sends the rest: what came before is served, and so are others. */
static void full_of_refused(void **state)
{
	static char text[2 * BODY_BYTES], body[BODY_BYTES];
	struct bed *bed = *state;
	char more[64];
	int first = dial(bed), second = dial(bed);
	size_t n;

	memset(body, ' ', sizeof body - 1);
	(void)snprintf(more, sizeof more, "Content-Length: %d\r\n", BODY_BYTES - 1);
	n = post_text(bed, more, body, text, sizeof text);
	raw_client_say(first, text, n - 1);
	clock_sleep_us(100000);
	raw_client_say(second, text, n - 1);
	clock_sleep_us(100000);
	assert_int_equal(post_event(bed), 202);
	raw_client_say(first, " ", 1);
	(void)raw_client_hear(first, 400, heard, sizeof heard, NULL);
	assert_int_equal(status_of(heard), 400);
	raw_client_say(second, " ", 1);
	(void)raw_client_hear(second, 400, heard, sizeof heard, NULL);
	assert_int_equal(status_of(heard), 429);
	(void)close(first);
	(void)close(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(full, setup, teardown),
		cmocka_unit_test_setup_teardown(full_of_refused, setup, teardown)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
