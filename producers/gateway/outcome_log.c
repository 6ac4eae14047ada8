/* outcome_log.c: the outcome of each action about reference data: a table of acceptances, and a ring of the last refusals. */
#include "producers/gateway/outcome_log.h"

#include <sodium.h>
#include <stdlib.h>

enum { KEY_BYTES = 16, FIRST_SLOTS = 1024 };

struct accepted {
	uint8_t key[KEY_BYTES];
	int64_t offset, decided_us;
	uint32_t seq;
	uint16_t type; /* 0: the slot is free */
};

struct refused {
	uint8_t key[KEY_BYTES];
	int64_t offset;
	struct span bytes; /* of its own */
};

struct outcome_log {
	struct accepted *slots; /* open addressing, at most half full */
	size_t n_slots, n_accepted;
	struct refused ring[OUTCOME_LOG_REFUSED];
	size_t next; /* in the ring */
};

struct outcome_log *outcome_log_new(void)
{
	struct outcome_log *log = calloc(1, sizeof *log);

	if (log) {
		log->slots = calloc(FIRST_SLOTS, sizeof *log->slots);
		log->n_slots = FIRST_SLOTS;
	}
	if (log && !log->slots) {
		free(log);
		return NULL;
	}
	return log;
}

void outcome_log_free(struct outcome_log *log)
{
	if (!log) {
		return;
	}
	for (size_t i = 0; i < OUTCOME_LOG_REFUSED; i++) {
		free((void *)(uintptr_t)log->ring[i].bytes.p);
	}
	free(log->slots);
	free(log);
}

/* Each text after its length, so that no two run together. */
static void key_of(struct span subject,
		   struct span source,
		   struct span id,
		   uint8_t ret_key[KEY_BYTES])
{
	const struct span texts[] = {subject, source, id};
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, KEY_BYTES);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		uint64_t n = texts[i].n;

		crypto_generichash_update(&state, (const uint8_t *)&n, sizeof n);
		crypto_generichash_update(&state, texts[i].p, texts[i].n);
	}
	crypto_generichash_final(&state, ret_key, KEY_BYTES);
}

/* The slot of a key, or the free one where it would be. */
static struct accepted *slot_of(struct accepted *slots,
				size_t n_slots,
				const uint8_t key[KEY_BYTES])
{
	uint64_t hash;

	memcpy(&hash, key, sizeof hash);
	for (size_t i = hash % n_slots;; i = (i + 1) % n_slots) {
		if (!slots[i].type || memcmp(slots[i].key, key, KEY_BYTES) == 0) {
			return &slots[i];
		}
	}
}

static bool grow(struct outcome_log *log)
{
	size_t n_slots = log->n_slots * 2;
	struct accepted *slots = calloc(n_slots, sizeof *slots);

	if (!slots) {
		return false;
	}
	for (size_t i = 0; i < log->n_slots; i++) {
		if (log->slots[i].type) {
			*slot_of(slots, n_slots, log->slots[i].key) = log->slots[i];
		}
	}
	free(log->slots);
	log->slots = slots;
	log->n_slots = n_slots;
	return true;
}

static enum err add_accepted(struct outcome_log *log,
			     const struct event *ev,
			     int64_t offset,
			     const uint8_t key[KEY_BYTES])
{
	struct accepted *slot;

	if (log->n_accepted * 2 >= log->n_slots && !grow(log)) {
		return ERR_NOMEM;
	}
	slot = slot_of(log->slots, log->n_slots, key);
	if (!slot->type) {
		*slot = (struct accepted){.offset = offset,
					  .decided_us = ev->env.decidedtime,
					  .seq = (uint32_t)ev->env.seq,
					  .type = (uint16_t)ev->type};
		memcpy(slot->key, key, KEY_BYTES);
		log->n_accepted++;
	}
	return ERR_OK;
}

static enum err add_refused(struct outcome_log *log,
			    int64_t offset,
			    struct span bytes,
			    const uint8_t key[KEY_BYTES])
{
	struct refused *refused = &log->ring[log->next];
	uint8_t *copy = malloc(bytes.n);

	if (!copy) {
		return ERR_NOMEM;
	}
	memcpy(copy, bytes.p, bytes.n);
	free((void *)(uintptr_t)refused->bytes.p);
	*refused = (struct refused){.offset = offset, .bytes = span_of(copy, bytes.n)};
	memcpy(refused->key, key, KEY_BYTES);
	log->next = (log->next + 1) % OUTCOME_LOG_REFUSED;
	return ERR_OK;
}

enum err outcome_log_add(struct outcome_log *log,
			 const struct event *ev,
			 int64_t offset,
			 struct span bytes)
{
	uint8_t key[KEY_BYTES];

	if (!ev->env.has_cause || !ev->env.has_subject || ev->type == EVENT_action_repeated) {
		return ERR_OK;
	}
	key_of(ev->env.subject, ev->env.source, ev->env.id, key);
	if (ev->type == EVENT_action_refused || ev->type == EVENT_action_tried) {
		return add_refused(log, offset, bytes, key);
	}
	return add_accepted(log, ev, offset, key);
}

static bool find_refused(const struct outcome_log *log,
			 const uint8_t key[KEY_BYTES],
			 struct event *ret_ev,
			 int64_t *ret_offset)
{
	for (size_t i = 0; i < OUTCOME_LOG_REFUSED; i++) {
		size_t at = (log->next + OUTCOME_LOG_REFUSED - 1 - i) % OUTCOME_LOG_REFUSED;
		const struct refused *refused = &log->ring[at];

		if (!refused->bytes.p) {
			return false; /* never filled: nothing older stands behind it */
		}
		if (memcmp(refused->key, key, KEY_BYTES) == 0) {
			*ret_offset = refused->offset;
			return event_decode(refused->bytes, ret_ev, NULL) == ERR_OK;
		}
	}
	return false;
}

bool outcome_log_find(const struct outcome_log *log,
		      struct span subject,
		      struct span source,
		      struct span id,
		      struct event *ret_ev,
		      int64_t *ret_offset)
{
	uint8_t key[KEY_BYTES];
	const struct accepted *slot;

	key_of(subject, source, id, key);
	slot = slot_of(log->slots, log->n_slots, key);
	if (!slot->type) {
		return find_refused(log, key, ret_ev, ret_offset);
	}
	memset(ret_ev, 0, sizeof *ret_ev);
	ret_ev->type = (enum event_type)slot->type;
	EVENT_SET(ret_ev->env, subject, subject);
	EVENT_SET(ret_ev->env, source, source);
	EVENT_SET(ret_ev->env, id, id);
	EVENT_SET(ret_ev->env, seq, slot->seq);
	EVENT_SET(ret_ev->env, decidedtime, slot->decided_us);
	*ret_offset = slot->offset;
	return true;
}
