/* import_seen.c: which (source, id) have already occurred in an import's file. */
#include "producers/commands/import_seen.h"

#include <sodium.h>
#include <stdlib.h>

static uint8_t *slot_of(uint8_t (*table)[16], size_t room, const uint8_t hash[16])
{
	static const uint8_t none[16];
	uint64_t at;

	memcpy(&at, hash, sizeof at);
	for (at &= room - 1;
	     memcmp(table[at], none, 16) != 0 && memcmp(table[at], hash, 16) != 0;) {
		at = (at + 1) & (room - 1);
	}
	return table[at];
}

static enum err grow(struct import_seen *seen)
{
	static const uint8_t none[16];
	size_t room = seen->room ? seen->room * 2 : 4096;
	uint8_t(*table)[16] = calloc(room, sizeof *table);

	if (!table) {
		return ERR_NOMEM;
	}
	for (size_t i = 0; i < seen->room; i++) {
		if (memcmp(seen->table[i], none, 16) != 0) {
			memcpy(slot_of(table, room, seen->table[i]), seen->table[i], 16);
		}
	}
	free(seen->table);
	seen->table = table;
	seen->room = room;
	return ERR_OK;
}

enum err import_seen_add(struct import_seen *seen, const struct event *ev)
{
	crypto_generichash_state state;
	uint8_t hash[16], length = (uint8_t)ev->env.source.n;

	if (seen->n * 2 >= seen->room && grow(seen)) {
		return ERR_NOMEM;
	}
	crypto_generichash_init(&state, NULL, 0, sizeof hash);
	crypto_generichash_update(&state, &length, 1);
	crypto_generichash_update(&state, ev->env.source.p, ev->env.source.n);
	crypto_generichash_update(&state, ev->env.id.p, ev->env.id.n);
	crypto_generichash_final(&state, hash, sizeof hash);
	uint8_t *slot = slot_of(seen->table, seen->room, hash);

	if (memcmp(slot, hash, sizeof hash) == 0) {
		return ERR_CONFLICT;
	}
	memcpy(slot, hash, sizeof hash);
	seen->n++;
	return ERR_OK;
}

void import_seen_done(struct import_seen *seen)
{
	free(seen->table);
}
