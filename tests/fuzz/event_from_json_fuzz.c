/* event_from_json_fuzz.c: any JSON as a posted event: refused by name, or an event whose JSON reads back to the same digest. */
/* @corpus schemas/golden */
#include <stdlib.h>

#include <jansson.h>

#include "schemas/event.h"
#include "schemas/lint.h"
#include "tests/support/fuzz.h"

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void try_event(const json_t *json, struct arena *arena)
{
	static const uint8_t secret[32];
	uint8_t first[16], second[16];
	struct event ev, again;
	struct problem problem = {0};

	if (event_from_json(json, arena, &ev, &problem) != ERR_OK) {
		must(*problem.reason != '\0');
		return;
	}
	(void)event_validate_posted(&ev, &problem);
	json_t *back = event_to_json(&ev, false);

	must(back != NULL);
	must(event_from_json(back, arena, &again, &problem) == ERR_OK);
	json_t *twice = event_to_json(&again, false);

	must(json_equal(back, twice));
	event_digest(&again, secret, first);
	json_decref(twice);
	must(event_copy(arena, &again, &ev) == ERR_OK);
	json_decref(back);
	event_digest(&ev, secret, second);
	must(memcmp(first, second, sizeof first) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena arena = {0};
	json_t *json = json_loadb((const char *)bytes, len, JSON_REJECT_DUPLICATES, NULL);

	(void)lint_text(span_of(bytes, len));
	if (json) {
		try_event(json, &arena);
	}
	json_decref(json);
	arena_done(&arena);
	return 0;
}
