/* json_events_main.c: for json_schema_valid_test.py: prints random posted events, or says of each line of input whether the door takes it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "schemas/random_event.h"

/* A line each: events as senders of every type that is posted might make them. */
static int make(uint64_t seed, int rounds)
{
	struct random_event_source source = {random_event_splitmix, &seed};
	struct arena arena = {0};
	struct event ev;

	for (int i = 0; i < rounds; i++) {
		for (int type = EVENT_NONE + 1; type < EVENT_TYPE_COUNT; type++) {
			if (!event_schema((enum event_type)type)->posted) {
				continue;
			}
			arena_reset(&arena);
			if (random_event_make(&source, (enum event_type)type, true, &arena, &ev)) {
				return 1;
			}
			json_t *json = event_to_json(&ev, false);

			if (!json || json_dumpf(json, stdout, JSON_COMPACT | JSON_SORT_KEYS)) {
				return 1;
			}
			json_decref(json);
			(void)putchar('\n');
		}
	}
	arena_done(&arena);
	return 0;
}

/* For each line "ok", or the member that the door refuses and why. */
static int check(void)
{
	struct arena arena = {0};
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, stdin) > 0) {
		struct problem problem = {0};
		struct event ev;
		bool taken;

		arena_reset(&arena);
		taken = !event_from_json(span_cstr(line), &arena, &ev, &problem) &&
			!event_validate_posted(&ev, &problem);
		printf("%s%s%s\n", taken ? "ok" : problem.field, taken ? "" : ": ",
		       taken ? "" : problem.reason);
	}
	free(line);
	arena_done(&arena);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "make") == 0) {
		return make(strtoull(argv[2], NULL, 10), (int)strtol(argv[3], NULL, 10));
	}
	if (argc == 2 && strcmp(argv[1], "check") == 0) {
		return check();
	}
	(void)fputs("usage: json-events make SEED ROUNDS | check\n", stderr);
	return 2;
}
