/* naive_log.c: which records of a register count, judged a second time and plainly. */
#include "tests/support/naive_log.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void naive_log_init(struct naive_log *log, enum naive_plant plant)
{
	memset(log, 0, sizeof *log);
	log->plant = plant;
	for (int i = 0; i < NAIVE_LOG_PARTITIONS_MAX; i++) {
		log->at[i].claim = log->at[i].cause = -1;
	}
}

void naive_log_done(struct naive_log *log)
{
	for (int i = 0; i < NAIVE_LOG_PARTITIONS_MAX; i++) {
		free(log->at[i].actions);
	}
}

bool naive_log_wrong(struct naive_log *log, const char *format, ...)
{
	va_list arguments;

	if (!log->wrong[0]) {
		va_start(arguments, format);
		vsnprintf(log->wrong, sizeof log->wrong, format, arguments);
		va_end(arguments);
	}
	return false;
}

static void add_text(crypto_generichash_state *state, const msgpack_object *member)
{
	struct naive_bytes text = naive_record_text(member);
	uint64_t n = text.n;

	crypto_generichash_update(state, (const uint8_t *)&n, sizeof n);
	crypto_generichash_update(state, (const uint8_t *)text.p, text.n);
}

static struct naive_action action_of(const struct naive_record *record)
{
	struct naive_action ret;
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, sizeof ret.hash);
	add_text(&state, naive_record_member(record, "source"));
	add_text(&state, naive_record_member(record, "id"));
	add_text(&state, naive_record_member(record, "digest"));
	crypto_generichash_final(&state, ret.hash, sizeof ret.hash);
	return ret;
}

bool naive_log_action(struct naive_log *log,
		      int partition,
		      int64_t offset,
		      struct naive_bytes bytes)
{
	struct naive_partition *at = &log->at[partition];
	struct naive_record record;

	if (offset != at->n_actions) {
		return naive_log_wrong(log, "partition %d has action %" PRId64 " after %" PRId64,
				       partition, offset, at->n_actions - 1);
	}
	if (at->n_actions == at->room) {
		at->room = at->room ? at->room * 2 : 256;
		at->actions = realloc(at->actions, (size_t)at->room * sizeof *at->actions);
		if (!at->actions) {
			abort();
		}
	}
	memset(&at->actions[offset], 0, sizeof at->actions[offset]);
	if (naive_record_read(&record, bytes.p, bytes.n)) {
		at->actions[offset] = action_of(&record);
	}
	naive_record_done(&record);
	at->n_actions++;
	log->actions++;
	return true;
}

/* The first claim that names the latest valid one wins. */
static enum naive_verdict judge_claim(struct naive_log *log,
				      struct naive_partition *at,
				      int64_t offset,
				      const struct naive_record *record)
{
	const msgpack_object *replaces = naive_record_datum(record, "replaces");

	if (log->plant != NAIVE_PLANT_LATE &&
	    (!replaces || naive_record_number(replaces) != at->claim)) {
		log->void_claims++;
		return NAIVE_VOID;
	}
	at->claim = offset;
	log->claims++;
	return NAIVE_VALID;
}

/* An outcome names its action: that of its cause, and the next one. */
static enum naive_verdict judge_outcome(struct naive_log *log,
					int partition,
					int64_t offset,
					const struct naive_record *record)
{
	static const struct naive_action unread;
	struct naive_partition *at = &log->at[partition];
	int64_t cause = naive_record_number(naive_record_member(record, "cause"));
	struct naive_action named = action_of(record);

	if (cause <= at->cause) {
		log->void_records++;
		return NAIVE_BEFORE;
	}
	if (cause != at->cause + 1 || cause >= at->n_actions) {
		naive_log_wrong(log,
				"partition %d offset %" PRId64 ": cause %" PRId64 " after %" PRId64
				", of %" PRId64 " actions",
				partition, offset, cause, at->cause, at->n_actions);
		return NAIVE_WRONG;
	}
	if (memcmp(&at->actions[cause], &unread, sizeof unread) != 0 &&
	    memcmp(&at->actions[cause], &named, sizeof named) != 0) {
		naive_log_wrong(log, "partition %d offset %" PRId64 ": not the action %" PRId64,
				partition, offset, cause);
		return NAIVE_WRONG;
	}
	at->cause = cause;
	log->outcomes++;
	return NAIVE_VALID;
}

enum naive_verdict naive_log_judge(struct naive_log *log,
				   int partition,
				   int64_t offset,
				   const struct naive_record *record)
{
	struct naive_partition *at = &log->at[partition];
	struct naive_bytes type = naive_record_text(naive_record_member(record, "type"));
	const msgpack_object *claim = naive_record_member(record, "claim");
	int64_t decided_us = naive_record_number(naive_record_member(record, "decidedtime"));

	log->records++;
	if (naive_record_is(type, "gov.writer.claimed.v1")) {
		return judge_claim(log, at, offset, record);
	}
	if (log->plant != NAIVE_PLANT_CLAIMS &&
	    (at->claim < 0 || !claim || naive_record_number(claim) != at->claim)) {
		log->void_records++;
		return NAIVE_VOID;
	}
	if (naive_record_member(record, "cause")) {
		enum naive_verdict verdict = judge_outcome(log, partition, offset, record);

		if (verdict != NAIVE_VALID) {
			return verdict;
		}
	}
	if (decided_us < at->decided_us) {
		naive_log_wrong(log, "partition %d offset %" PRId64 ": time goes back", partition,
				offset);
		return NAIVE_WRONG;
	}
	at->decided_us = decided_us;
	log->valid++;
	return NAIVE_VALID;
}

bool naive_log_complete(struct naive_log *log)
{
	for (int i = 0; i < NAIVE_LOG_PARTITIONS_MAX; i++) {
		if (log->at[i].cause + 1 != log->at[i].n_actions) {
			return naive_log_wrong(
				log,
				"partition %d: the last outcome is of action %" PRId64
				" of %" PRId64,
				i, log->at[i].cause, log->at[i].n_actions);
		}
	}
	return !log->wrong[0];
}
