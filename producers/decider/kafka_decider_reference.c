/* kafka_decider_reference.c: reads the reference log into memory: by it every partition decides (protocol 8). */
#include "common/log.h"
#include "producers/decider/kafka_decider_parts.h"

/* Whether a record that cannot be decoded is a valid writer's: junk that anybody wrote is void, for every reader and every build. */
static bool is_valid_unread(const struct decider *decider, struct span bytes)
{
	int64_t claim = -1;

	return event_claim(bytes, &claim) && claim == decider->refcursor.claim;
}

/* Void: only the position moves past it. */
static enum err pass_junk(struct decider *decider, int64_t offset)
{
	static const struct event nothing = {.type = EVENT_NONE};

	log_cursor_skip(&decider->refcursor, offset);
	kafka_decider_status_count("undecodable");
	decider->junk++;
	/* Whoever writes much of it must not fill the disk with our log. */
	if ((decider->junk & (decider->junk - 1)) == 0) {
		LOG(WARN,
		    "reference records that are no events and name no valid claim are passed over",
		    LOG_TEXT("topic", decider->reftopic), LOG_NUMBER("offset", offset),
		    LOG_NUMBER("so_far", (int64_t)decider->junk),
		    LOG_TEXT("cure", "let nobody but deciders write to this topic"));
	}
	return reference_fold(decider->reference, &nothing, offset);
}

static enum err fold_reference(struct decider *decider, const struct kafka_record *record)
{
	static const struct event nothing = {.type = EVENT_NONE};
	enum err err = event_decode(record->value, &decider->ev, NULL);

	if (err && !is_valid_unread(decider, record->value)) {
		return pass_junk(decider, record->offset);
	}
	if (err) {
		return err;
	}
	bool valid = log_cursor_take(&decider->refcursor, &decider->ev, record->offset) ==
		     LOG_CURSOR_VALID;

	return reference_fold(decider->reference, valid ? &decider->ev : &nothing, record->offset);
}

/*
 * A valid reference record that this build cannot read, or has no memory for, may change what is decided: it must not
 * decide beyond that point.
 */
void kafka_decider_reference_take(struct decider *decider, const struct kafka_record *record)
{
	if (record->what == KAFKA_READ_END) {
		decider->ref_ended = true;
		return;
	}
	if (record->err == ERR_LOG_TRIMMED || record->err == ERR_LOG_LOST_TAIL) {
		LOG(ERROR, "reference records are gone: they are read from the log's beginning",
		    LOG_TEXT("topic", decider->reftopic), LOG_TEXT("error", err_name(record->err)),
		    LOG_TEXT("cure", err_cure(record->err)));
		decider->err = record->err;
		return;
	}
	if (record->what != KAFKA_READ_RECORD || decider->err ||
	    record->offset < reference_position(decider->reference)) {
		return;
	}
	enum err err = fold_reference(decider, record);

	if (err) {
		LOG(ERROR, "reference record not folded: a build that can read it must go on",
		    LOG_NUMBER("offset", record->offset), LOG_TEXT("error", err_name(err)),
		    LOG_TEXT("cure", err == ERR_NOMEM
					     ? err_cure(err)
					     : "start the build that wrote it, or a later one"));
		decider->err = err;
	}
}
