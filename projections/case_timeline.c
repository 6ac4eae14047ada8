/* case_timeline.c: the rows of table "timeline" in case-status, and of "outcome", by which what became no event, or a late one, is found. */
#include "projections/case_timeline.h"

#include "projections/case_status_tables.h"

_Static_assert(sizeof(struct case_timeline_fixed) == 40, "goes to disk");

static void put_be(uint8_t *p, uint32_t value, int n)
{
	for (int i = n - 1; i >= 0; i--, value >>= 8) {
		p[i] = (uint8_t)value;
	}
}

static uint32_t get_be(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

void case_timeline_key(const struct case_id *id,
		       uint32_t seq,
		       uint32_t ordinal,
		       uint8_t ret_key[CASE_TIMELINE_KEY_BYTES])
{
	memcpy(ret_key, id->key, CASE_ID_KEY_BYTES);
	put_be(ret_key + CASE_ID_KEY_BYTES, seq, 4);
	put_be(ret_key + CASE_ID_KEY_BYTES + 4, ordinal, 4);
}

void case_timeline_key_parse(struct span key, uint32_t *ret_seq, uint32_t *ret_ordinal)
{
	const uint8_t *p = key.p + CASE_ID_KEY_BYTES;

	*ret_seq = get_be(p);
	*ret_ordinal = get_be(p + 4);
}

void case_timeline_outcome_prefix(const struct case_id *id,
				  const uint8_t origin[CASE_ROW_ORIGIN_BYTES],
				  uint8_t ret_prefix[CASE_TIMELINE_OUTCOME_PREFIX_BYTES])
{
	memcpy(ret_prefix, id->key, CASE_ID_KEY_BYTES);
	memcpy(ret_prefix + CASE_ID_KEY_BYTES, origin, CASE_ROW_ORIGIN_BYTES);
}

bool case_timeline_is_keyed(uint32_t seq, uint32_t ordinal)
{
	return ordinal || seq > CASE_TIMELINE_PLAIN;
}

/* Backwards, so that the last comes first; an event before all, as there is one at most. */
void case_timeline_outcome_key(const struct case_id *id,
			       const uint8_t origin[CASE_ROW_ORIGIN_BYTES],
			       uint32_t seq,
			       uint32_t ordinal,
			       uint8_t ret_key[CASE_TIMELINE_OUTCOME_BYTES])
{
	case_timeline_outcome_prefix(id, origin, ret_key);
	put_be(ret_key + CASE_TIMELINE_OUTCOME_PREFIX_BYTES, ordinal ? ~seq : 0, 4);
	put_be(ret_key + CASE_TIMELINE_OUTCOME_PREFIX_BYTES + 4, ordinal ? ~ordinal : ~seq, 4);
}

void case_timeline_outcome_key_parse(struct span key, uint32_t *ret_seq, uint32_t *ret_ordinal)
{
	uint32_t first = get_be(key.p + CASE_TIMELINE_OUTCOME_PREFIX_BYTES),
		 second = get_be(key.p + CASE_TIMELINE_OUTCOME_PREFIX_BYTES + 4);

	*ret_seq = first ? ~first : ~second;
	*ret_ordinal = first ? ~second : 0;
}

void case_timeline_add(struct view *view,
		       const struct case_id *id,
		       uint32_t seq,
		       uint32_t ordinal,
		       const struct event *ev)
{
	uint8_t key[CASE_TIMELINE_KEY_BYTES], found_by[CASE_TIMELINE_OUTCOME_BYTES],
		bytes[LIMIT_EVENT_BYTES];
	size_t n = case_timeline_write(ev, bytes);

	case_timeline_key(id, seq, ordinal, key);
	view_add(view, CASE_STATUS_TIMELINE, span_of(key, sizeof key), span_of(bytes, n));
	if (case_timeline_is_keyed(seq, ordinal)) {
		case_timeline_outcome_key(id, bytes + offsetof(struct case_timeline_fixed, origin),
					  seq, ordinal, found_by);
		view_add(view, CASE_STATUS_OUTCOME, span_of(found_by, sizeof found_by), SPAN(""));
	}
}

bool case_timeline_read(struct span bytes, struct case_timeline_row *ret_row)
{
	size_t at = sizeof ret_row->fixed;

	if (bytes.n < at) {
		return false;
	}
	memcpy(&ret_row->fixed, bytes.p, at);
	size_t texts = (size_t)ret_row->fixed.unit_bytes + ret_row->fixed.owner_bytes +
		       ret_row->fixed.actor_bytes;

	if (bytes.n - at < texts) {
		return false;
	}
	ret_row->unit = span_of(bytes.p + at, ret_row->fixed.unit_bytes);
	at += ret_row->unit.n;
	ret_row->owner = span_of(bytes.p + at, ret_row->fixed.owner_bytes);
	at += ret_row->owner.n;
	ret_row->actor = span_of(bytes.p + at, ret_row->fixed.actor_bytes);
	at += ret_row->actor.n;
	ret_row->data = span_of(bytes.p + at, bytes.n - at);
	return true;
}

static size_t add(uint8_t *p, size_t at, struct span text)
{
	if (text.n) {
		memcpy(p + at, text.p, text.n);
	}
	return at + text.n;
}

size_t case_timeline_write(const struct event *ev, uint8_t *ret_bytes)
{
	const struct envelope *env = &ev->env;
	struct span unit = span_first(env->unit, LIMIT_UNIT_BYTES),
		    owner = span_first(env->owner, LIMIT_UNIT_BYTES);
	struct span actor = span_first(env->actor, LIMIT_UNIT_BYTES);
	struct case_timeline_fixed fixed = {
		.time_us = env->time,
		.decided_us = env->decidedtime,
		.type = (uint16_t)ev->type,
		.from = env->from,
		.to = env->to,
		.unit_bytes = (uint8_t)unit.n,
		.owner_bytes = (uint8_t)owner.n,
		.actor_bytes = (uint8_t)actor.n,
	};
	size_t at = sizeof fixed;

	case_row_origin(env->source, env->id, fixed.origin);
	memcpy(ret_bytes, &fixed, sizeof fixed);
	at = add(ret_bytes, at, unit);
	at = add(ret_bytes, at, owner);
	at = add(ret_bytes, at, actor);
	return add(ret_bytes, at, ev->data_bytes);
}
