/* event_scan_json_fuzz.c: any text as a posted event: left, or taken as jansson and event_from_json take it. */
/* @corpus schemas/golden */
#include <stdlib.h>

#include <jansson.h>

#include "schemas/event_scan_json.h"
#include "tests/support/fuzz.h"

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const uint8_t secret[32];
	uint8_t first[16], second[16];
	struct arena arena = {0};
	struct event scanned, read;
	json_error_t why;
	size_t n = event_scan_json(span_of(bytes, len), &arena, &scanned);

	if (n) {
		json_t *json = json_loadb((const char *)bytes, len,
					  JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &why);

		must(json && (size_t)why.position == n);
		must(event_from_json(json, &arena, &read, NULL) == ERR_OK);
		json_t *one = event_to_json(&scanned, true), *other = event_to_json(&read, true);

		must(json_equal(one, other));
		event_digest(&scanned, secret, first);
		event_digest(&read, secret, second);
		must(memcmp(first, second, sizeof first) == 0);
		json_decref(one);
		json_decref(other);
		json_decref(json);
	}
	arena_done(&arena);
	return 0;
}
