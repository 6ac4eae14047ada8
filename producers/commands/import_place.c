/* import_place.c: where an import of a file into a bus stands, kept over kills. */
#include "producers/commands/import_place.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NUMBERS = 8, LINE_BYTES = 256 };

static void path_of(const struct import_place *place, const char *end, char *ret_path)
{
	snprintf(ret_path, IMPORT_PATH_BYTES, "%s/import/%016" PRIx64 "%s", place->home, place->key,
		 end);
}

void import_place_refused(const struct import_place *place, unsigned round, char *ret_path)
{
	char end[32] = ".refused";

	if (round > 1) {
		snprintf(end, sizeof end, ".%u.refused", round);
	}
	path_of(place, end, ret_path);
}

static uint64_t key_of(uint64_t input, struct span bus)
{
	uint8_t hash[16];
	uint64_t key;
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, sizeof hash);
	crypto_generichash_update(&state, (const uint8_t *)&input, sizeof input);
	crypto_generichash_update(&state, bus.p, bus.n);
	crypto_generichash_final(&state, hash, sizeof hash);
	memcpy(&key, hash, sizeof key);
	return key;
}

/* A line of numbers, then the command. What is no such file is as none: all is posted, and what was is a repeat. */
static void read_place(struct import_place *place, FILE *file)
{
	char line[LINE_BYTES], *at = line;
	long long numbers[NUMBERS];

	if (!fgets(line, sizeof line, file)) {
		return;
	}
	for (int i = 0; i < NUMBERS; i++) {
		char *end;

		numbers[i] = strtoll(at, &end, 10);
		if (end == at || numbers[i] < 0) {
			return;
		}
		at = end;
	}
	place->next = (size_t)numbers[0];
	place->counts = (struct import_counts){(size_t)numbers[1], (size_t)numbers[2],
					       (size_t)numbers[3], (size_t)numbers[4]};
	place->noted = numbers[5];
	place->round = numbers[6] ? (unsigned)numbers[6] : 1;
	place->done_us = numbers[7];
	if (fgets(place->command, sizeof place->command, file)) {
		place->command[strcspn(place->command, "\n")] = 0;
	}
}

void import_place_load(struct import_place *place,
		       const char *home,
		       uint64_t input,
		       struct span bus)
{
	char path[IMPORT_PATH_BYTES];

	*place = (struct import_place){.home = home, .key = key_of(input, bus), .round = 1};
	snprintf(path, sizeof path, "%s/import", home);
	mkdir(home, 0755);
	mkdir(path, 0755);
	path_of(place, ".place", path);
	FILE *file = fopen(path, "re");

	if (file) {
		read_place(place, file);
		fclose(file);
	}
}

enum err import_place_keep(const struct import_place *place)
{
	char path[IMPORT_PATH_BYTES], fresh[IMPORT_PATH_BYTES];
	const struct import_counts *counts = &place->counts;

	path_of(place, ".place", path);
	path_of(place, ".place.new", fresh);
	FILE *file = fopen(fresh, "we");

	if (!file) {
		return ERR_IO;
	}
	fprintf(file, "%zu %zu %zu %zu %zu %lld %u %lld\n%s\n", place->next, counts->accepted,
		counts->repeated, counts->refused, counts->midnights, (long long)place->noted,
		place->round, (long long)place->done_us, place->command);
	bool whole = fflush(file) == 0 && fdatasync(fileno(file)) == 0;

	whole = fclose(file) == 0 && whole;
	return whole && rename(fresh, path) == 0 ? ERR_OK : ERR_IO;
}

/* The refusals of the round before were asked again in this one. */
static void remove_earlier(const struct import_place *place)
{
	char path[IMPORT_PATH_BYTES];

	if (place->round > 1) {
		import_place_refused(place, place->round - 1, path);
		(void)unlink(path);
	}
}

enum err import_place_done(struct import_place *place, int64_t now_us, const char *command)
{
	size_t n = strnlen(command, sizeof place->command - 1);

	/* Cut between characters; it stands on one line, whatever a file is called. */
	while (command[n] && n && ((uint8_t)command[n] & 0xc0) == 0x80) {
		n--;
	}
	memset(place->command, 0, sizeof place->command);
	for (size_t i = 0; i < n; i++) {
		place->command[i] =
			(uint8_t)command[i] < ' ' || command[i] == 0x7f ? ' ' : command[i];
	}
	place->done_us = now_us;
	enum err err = import_place_keep(place);

	if (!err) {
		remove_earlier(place);
	}
	return err;
}

enum err import_place_next_round(struct import_place *place)
{
	place->round++;
	place->next = 0;
	place->counts = (struct import_counts){0};
	place->noted = 0;
	place->done_us = 0;
	return import_place_keep(place);
}
