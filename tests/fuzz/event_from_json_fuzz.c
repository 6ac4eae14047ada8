/* event_from_json_fuzz.c: any text as a posted event: refused in words, or an event whose JSON reads back to the same digest; as jansson reads it. */
#include <stdlib.h>

#include <jansson.h>

#include "schemas/event.h"
#include "schemas/lint.h"
#include "tests/support/fuzz.h"
#include "tests/support/jansson_agrees.h"

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

static enum err read_back(const json_t *json, struct arena *arena, struct event *ret_ev)
{
	struct problem problem = {0};
	char *text = json_dumps(json, 0);
	enum err err;

	must(text != NULL);
	err = event_from_json(span_cstr(text), arena, ret_ev, &problem);
	free(text);
	return err;
}

static void try_event(struct span text, struct arena *arena)
{
	static const uint8_t secret[32];
	uint8_t first[16], second[16];
	struct event ev, again;
	struct problem problem = {0};

	if (event_from_json(text, arena, &ev, &problem) != ERR_OK) {
		must(*problem.reason != '\0');
		return;
	}
	(void)event_validate_posted(&ev, &problem);
	json_t *back = event_to_json(&ev, false);

	must(back != NULL);
	must(read_back(back, arena, &again) == ERR_OK);
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
	bool taken;

	(void)lint_text(span_of(bytes, len));
	must(jansson_agrees(span_of(bytes, len), &arena, &taken));
	try_event(span_of(bytes, len), &arena);
	arena_done(&arena);
	return 0;
}
