/* import_checkpoint.c: how far an import of a file into a bus has come, kept across kills. */
#include "producers/commands/import_checkpoint.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NUMBERS = 8, LINE_BYTES = 256 };

static void path_of(const struct import_checkpoint *checkpoint, const char *end, char *ret_path)
{
	snprintf(ret_path, IMPORT_PATH_BYTES, "%s/import/%016" PRIx64 "%s", checkpoint->home,
		 checkpoint->key, end);
}

void import_checkpoint_refused(const struct import_checkpoint *checkpoint,
			       unsigned round,
			       char *ret_path)
{
	char end[32] = ".refused";

	if (round > 1) {
		snprintf(end, sizeof end, ".%u.refused", round);
	}
	path_of(checkpoint, end, ret_path);
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

/* A line of numbers, then the command. A damaged file counts as absent: everything is posted again, which gives repeats. */
static void read_file(struct import_checkpoint *checkpoint, FILE *file)
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
	checkpoint->next = (size_t)numbers[0];
	checkpoint->counts = (struct import_counts){(size_t)numbers[1], (size_t)numbers[2],
						    (size_t)numbers[3], (size_t)numbers[4]};
	checkpoint->noted = numbers[5];
	checkpoint->round = numbers[6] ? (unsigned)numbers[6] : 1;
	checkpoint->done_us = numbers[7];
	if (fgets(checkpoint->command, sizeof checkpoint->command, file)) {
		checkpoint->command[strcspn(checkpoint->command, "\n")] = 0;
	}
}

void import_checkpoint_load(struct import_checkpoint *checkpoint,
			    const char *home,
			    uint64_t input,
			    struct span bus)
{
	char path[IMPORT_PATH_BYTES];

	*checkpoint =
		(struct import_checkpoint){.home = home, .key = key_of(input, bus), .round = 1};
	snprintf(path, sizeof path, "%s/import", home);
	mkdir(home, 0755);
	mkdir(path, 0755);
	path_of(checkpoint, ".checkpoint", path);
	FILE *file = fopen(path, "re");

	if (file) {
		read_file(checkpoint, file);
		fclose(file);
	}
}

enum err import_checkpoint_keep(const struct import_checkpoint *checkpoint)
{
	char path[IMPORT_PATH_BYTES], fresh[IMPORT_PATH_BYTES];
	const struct import_counts *counts = &checkpoint->counts;

	path_of(checkpoint, ".checkpoint", path);
	path_of(checkpoint, ".checkpoint.new", fresh);
	FILE *file = fopen(fresh, "we");

	if (!file) {
		return ERR_IO;
	}
	fprintf(file, "%zu %zu %zu %zu %zu %lld %u %lld\n%s\n", checkpoint->next, counts->accepted,
		counts->repeated, counts->refused, counts->midnights, (long long)checkpoint->noted,
		checkpoint->round, (long long)checkpoint->done_us, checkpoint->command);
	bool whole = fflush(file) == 0 && fdatasync(fileno(file)) == 0;

	whole = fclose(file) == 0 && whole;
	return whole && rename(fresh, path) == 0 ? ERR_OK : ERR_IO;
}

/* This round has posted the refusals of the one before again: its file is no longer needed. */
static void remove_earlier(const struct import_checkpoint *checkpoint)
{
	char path[IMPORT_PATH_BYTES];

	if (checkpoint->round > 1) {
		import_checkpoint_refused(checkpoint, checkpoint->round - 1, path);
		(void)unlink(path);
	}
}

enum err import_checkpoint_done(struct import_checkpoint *checkpoint,
				int64_t now_us,
				const char *command)
{
	size_t n = strnlen(command, sizeof checkpoint->command - 1);

	/* Cut between characters, and kept on one line whatever the file is called. */
	while (command[n] && n && ((uint8_t)command[n] & 0xc0) == 0x80) {
		n--;
	}
	memset(checkpoint->command, 0, sizeof checkpoint->command);
	for (size_t i = 0; i < n; i++) {
		checkpoint->command[i] =
			(uint8_t)command[i] < ' ' || command[i] == 0x7f ? ' ' : command[i];
	}
	checkpoint->done_us = now_us;
	enum err err = import_checkpoint_keep(checkpoint);

	if (!err) {
		remove_earlier(checkpoint);
	}
	return err;
}

enum err import_checkpoint_next_round(struct import_checkpoint *checkpoint)
{
	checkpoint->round++;
	checkpoint->next = 0;
	checkpoint->counts = (struct import_counts){0};
	checkpoint->noted = 0;
	checkpoint->done_us = 0;
	return import_checkpoint_keep(checkpoint);
}
