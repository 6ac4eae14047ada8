/* golden_test.c: messages of every type, kept for ever: what was once written must always be read as it was meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "schemas/random_event.h"

/* GOVBUS_UPDATE=1 writes the messages of types that have none yet; a message that exists is never written anew. */

static FILE *open_golden(unsigned type, const char *end, const char *mode)
{
	char path[128];

	snprintf(path, sizeof path, "schemas/golden/%s.%s",
		 event_schema((enum event_type)type)->name, end);
	return fopen(path, mode);
}

static void write_golden(unsigned type)
{
	uint64_t seed = 20230119 + type;
	struct random_event_source source = {random_event_splitmix, &seed};
	struct arena arena = {0};
	struct buf buf = {0};
	struct event ev;
	FILE *f = open_golden(type, "mp", "wbx");

	if (!f) {
		return;
	}
	assert_int_equal(random_event_make(&source, (enum event_type)type, false, &arena, &ev),
			 ERR_OK);
	assert_int_equal(event_encode(&ev, &buf), ERR_OK);
	assert_int_equal(fwrite(buf.p, 1, buf.n, f), buf.n);
	assert_int_equal(fclose(f), 0);
	json_t *json = event_to_json(&ev, false);

	f = open_golden(type, "json", "w");
	assert_non_null(f);
	assert_int_equal(json_dumpf(json, f, JSON_INDENT(2)), 0);
	(void)fputc('\n', f);
	assert_int_equal(fclose(f), 0);
	json_decref(json);
	arena_done(&arena);
	buf_done(&buf);
}

static void old_messages_are_read(void **state)
{
	/* Each golden message decodes to the JSON beside it, and encodes to the bytes it came from. */
	(void)state;
	for (unsigned type = EVENT_NONE + 1; type < EVENT_TYPE_COUNT; type++) {
		uint8_t bytes[16384];
		struct event ev;
		struct problem problem = {0};
		struct buf buf = {0};

		if (getenv("GOVBUS_UPDATE")) {
			write_golden(type);
		}
		FILE *f = open_golden(type, "mp", "rb");

		assert_non_null(f);
		struct span golden = span_of(bytes, fread(bytes, 1, sizeof bytes, f));

		assert_int_equal(fclose(f), 0);
		assert_int_equal(event_decode(golden, &ev, &problem), ERR_OK);
		assert_int_equal(ev.type, type);
		assert_int_equal(ev.n_extras, 0);
		json_t *json = event_to_json(&ev, false);

		f = open_golden(type, "json", "r");
		assert_non_null(f);
		json_t *meant = json_loadf(f, 0, NULL);

		assert_int_equal(fclose(f), 0);
		assert_true(json_equal(json, meant));
		assert_int_equal(event_encode(&ev, &buf), ERR_OK);
		assert_true(span_eq(buf_span(&buf), golden));
		json_decref(json);
		json_decref(meant);
		buf_done(&buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_messages_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
