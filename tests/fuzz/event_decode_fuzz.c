/* event_decode_fuzz.c: any bytes as a record: refused, or an event that encodes to bytes which read back the same. */
#include <stdlib.h>

#include <jansson.h>

#include "schemas/event.h"
#include "tests/support/fuzz.h"

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

/* What was read goes out, comes in again, and goes out as the same bytes. */
static void round_trip(const struct event *ev)
{
	static struct buf first, second;
	struct event again;
	enum err err;

	buf_reset(&first);
	buf_reset(&second);
	err = event_encode(ev, &first);
	if (err == ERR_TOO_BIG) {
		return; /* a shorter form was read than we write */
	}
	must(err == ERR_OK);
	must(event_decode(buf_span(&first), &again, NULL) == ERR_OK);
	must(event_encode(&again, &second) == ERR_OK);
	must(span_eq(buf_span(&first), buf_span(&second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const uint8_t secret[32];
	uint8_t digest[16];
	struct event ev, copy;
	struct arena arena = {0};
	struct problem problem = {0};

	if (event_decode(span_of(bytes, len), &ev, &problem) == ERR_OK) {
		round_trip(&ev);
		must(event_copy(&arena, &ev, &copy) == ERR_OK);
		json_t *json = event_to_json(&copy, true);

		must(json != NULL);
		json_decref(json);
	} else {
		must(*problem.reason != '\0');
	}
	if (event_decode_posted(span_of(bytes, len), &ev, &problem) == ERR_OK) {
		(void)event_validate_posted(&ev, &problem);
		event_digest(&ev, secret, digest);
	}
	arena_done(&arena);
	return 0;
}
