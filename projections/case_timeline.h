/* case_timeline.h: the rows of table "timeline" in case-status: what was done about a case, refusals too, in order. */
#ifndef GOVBUS_PROJECTIONS_CASE_TIMELINE_H
#define GOVBUS_PROJECTIONS_CASE_TIMELINE_H

#include "common/case_id.h"
#include "projections/case_row.h"
#include "projections/view.h"
#include "schemas/event.h"

enum {
	/* A case's events up to this seq are looked through for an action; later ones are found by a key in table "outcome" */
	CASE_TIMELINE_PLAIN = 256,
	/* Case, seq of the last event (4), ordinal (4) */
	CASE_TIMELINE_KEY_BYTES = CASE_ID_KEY_BYTES + 8,
	/* Case, hash of the action's source and id */
	CASE_TIMELINE_OUTCOME_PREFIX_BYTES = CASE_ID_KEY_BYTES + CASE_ROW_ORIGIN_BYTES,
	CASE_TIMELINE_OUTCOME_BYTES = CASE_TIMELINE_OUTCOME_PREFIX_BYTES + 8,
};

/* The part of fixed length: plain bytes, zero-filled. */
struct case_timeline_fixed {
	int64_t time_us, decided_us;
	/* Hash of the action's source and id: outcomes are found by it */
	uint8_t origin[CASE_ROW_ORIGIN_BYTES];
	uint16_t type;    /* enum event_type */
	uint8_t from, to; /* enum code_case_state */
	uint8_t unit_bytes, owner_bytes, actor_bytes;
	uint8_t spare;
};

/* A row. Texts and data borrow from wherever it was read from. */
struct case_timeline_row {
	struct case_timeline_fixed fixed;
	struct span unit, owner, actor;
	struct span data; /* MessagePack of the event's data, sealed members still sealed */
};

/** Key of a row. @thread any, as all here */
void case_timeline_key(const struct case_id *id,
		       uint32_t seq,
		       uint32_t ordinal,
		       uint8_t ret_key[CASE_TIMELINE_KEY_BYTES]);

/** Seq and ordinal of a key. */
void case_timeline_key_parse(struct span key, uint32_t *ret_seq, uint32_t *ret_ordinal);

/** What the keys of an action's lines in table "outcome" begin with. */
void case_timeline_outcome_prefix(const struct case_id *id,
				  const uint8_t origin[CASE_ROW_ORIGIN_BYTES],
				  uint8_t ret_prefix[CASE_TIMELINE_OUTCOME_PREFIX_BYTES]);

/** Key of a line in table "outcome". The first of an action's keys is that of its event (ordinal 0), if that has one, then that of its last line. */
void case_timeline_outcome_key(const struct case_id *id,
			       const uint8_t origin[CASE_ROW_ORIGIN_BYTES],
			       uint32_t seq,
			       uint32_t ordinal,
			       uint8_t ret_key[CASE_TIMELINE_OUTCOME_BYTES]);

/** Seq and ordinal of the line that a key of table "outcome" leads to. */
void case_timeline_outcome_key_parse(struct span key, uint32_t *ret_seq, uint32_t *ret_ordinal);

/** Whether a line has a key in table "outcome". */
bool case_timeline_is_keyed(uint32_t seq, uint32_t ordinal);

/** Adds an event's line, or the line of what became none, and where it is found by its action. */
void case_timeline_add(struct view *view,
		       const struct case_id *id,
		       uint32_t seq,
		       uint32_t ordinal,
		       const struct event *ev);

/** Reads a stored row. @return false if the bytes are no row */
bool case_timeline_read(struct span bytes, struct case_timeline_row *ret_row);

/** Writes the row of an event. @param ret_bytes room for LIMIT_EVENT_BYTES @return its length */
size_t case_timeline_write(const struct event *ev, uint8_t *ret_bytes);

#endif
