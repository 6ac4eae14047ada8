/* case_query_timeline.c: reads the timeline of a case, line by line and by the action that left a line. */
#include <sodium.h>

#include "projections/case_query.h"
#include "projections/case_status_tables.h"

enum { CHECK_BYTES = CASE_QUERY_LINE_CURSOR_BYTES - 8 };

void case_query_timeline(const struct case_query *query,
			 const struct case_id *id,
			 const struct case_query_line *after,
			 case_query_visit_line *visit,
			 void *context)
{
	struct span prefix = span_of(id->key, CASE_ID_KEY_BYTES), from = prefix;
	uint8_t key[CASE_TIMELINE_KEY_BYTES];
	struct kv_cursor cursor = {0};
	struct case_timeline_row row;
	struct case_query_line line;

	if (after) {
		case_timeline_key(id, after->seq, after->ordinal, key);
		from = span_of(key, sizeof key);
	}
	kv_cursor_open(case_query_txn(query, id), CASE_STATUS_KV_TIMELINE, &cursor);
	bool more = kv_cursor_seek(&cursor, from);

	if (more && after && span_eq(cursor.key, from)) {
		more = kv_cursor_next(&cursor);
	}
	for (; more && span_starts(cursor.key, prefix); more = kv_cursor_next(&cursor)) {
		case_timeline_key_parse(cursor.key, &line.seq, &line.ordinal);
		if (case_timeline_read(cursor.value, &row) && !visit(context, line, &row)) {
			break;
		}
	}
	kv_cursor_close(&cursor);
}

static bool line_of(struct kv_txn *txn,
		    const struct case_id *id,
		    struct case_query_line line,
		    struct case_timeline_row *ret_row)
{
	uint8_t key[CASE_TIMELINE_KEY_BYTES];
	struct span stored;

	case_timeline_key(id, line.seq, line.ordinal, key);
	return kv_get(txn, CASE_STATUS_KV_TIMELINE, span_of(key, sizeof key), &stored) &&
	       case_timeline_read(stored, ret_row);
}

/* The last event of a case; 0: none. */
static uint32_t last_seq(struct kv_txn *txn, const struct case_id *id)
{
	struct kv_cursor cursor = {0};
	uint8_t end[CASE_TIMELINE_KEY_BYTES];
	uint32_t seq = 0, ordinal;

	case_timeline_key(id, UINT32_MAX, UINT32_MAX, end);
	kv_cursor_open(txn, CASE_STATUS_KV_TIMELINE, &cursor);
	if (kv_cursor_seek_before(&cursor, span_of(end, sizeof end)) &&
	    span_starts(cursor.key, span_of(id->key, CASE_ID_KEY_BYTES))) {
		case_timeline_key_parse(cursor.key, &seq, &ordinal);
	}
	kv_cursor_close(&cursor);
	return seq;
}

/* Among those that have no key; who asks most often asks after what was just done. */
static bool event_of(struct kv_txn *txn,
		     const struct case_id *id,
		     const uint8_t origin[CASE_ROW_ORIGIN_BYTES],
		     struct case_query_line *ret_line,
		     struct case_timeline_row *ret_row)
{
	uint32_t last = last_seq(txn, id);

	for (uint32_t seq = last < CASE_TIMELINE_PLAIN ? last : CASE_TIMELINE_PLAIN; seq; seq--) {
		*ret_line = (struct case_query_line){seq, 0};
		if (line_of(txn, id, *ret_line, ret_row) &&
		    memcmp(ret_row->fixed.origin, origin, CASE_ROW_ORIGIN_BYTES) == 0) {
			return true;
		}
	}
	return false;
}

static bool keyed_line_of(struct kv_txn *txn,
			  const struct case_id *id,
			  const uint8_t origin[CASE_ROW_ORIGIN_BYTES],
			  struct case_query_line *ret_line)
{
	uint8_t prefix[CASE_TIMELINE_OUTCOME_PREFIX_BYTES];
	struct kv_cursor cursor = {0};
	bool found;

	case_timeline_outcome_prefix(id, origin, prefix);
	kv_cursor_open(txn, CASE_STATUS_KV_OUTCOME, &cursor);
	found = kv_cursor_seek(&cursor, span_of(prefix, sizeof prefix)) &&
		cursor.key.n == CASE_TIMELINE_OUTCOME_BYTES &&
		span_starts(cursor.key, span_of(prefix, sizeof prefix));
	if (found) {
		case_timeline_outcome_key_parse(cursor.key, &ret_line->seq, &ret_line->ordinal);
	}
	kv_cursor_close(&cursor);
	return found;
}

/* Anyone can make as many lines that are no events as they like, and whoever handles a case as many events: these are found by their key. */
bool case_query_timeline_outcome(const struct case_query *query,
				 const struct case_id *id,
				 const uint8_t origin[CASE_ROW_ORIGIN_BYTES],
				 struct case_query_line *ret_line,
				 struct case_timeline_row *ret_row)
{
	struct kv_txn *txn = case_query_txn(query, id);
	struct case_query_line keyed = {0, 0};
	bool found = keyed_line_of(txn, id, origin, &keyed);

	if (!(found && !keyed.ordinal) && event_of(txn, id, origin, ret_line, ret_row)) {
		return true;
	}
	*ret_line = keyed;
	return found && line_of(txn, id, keyed, ret_row);
}

/* Like that of a list it guards against mistakes, not against forgery: whoever may read the case may read all its lines. */
void case_query_timeline_cursor(const struct case_id *id,
				struct case_query_line line,
				uint8_t ret_cursor[CASE_QUERY_LINE_CURSOR_BYTES])
{
	uint8_t key[CASE_TIMELINE_KEY_BYTES], hash[crypto_generichash_BYTES_MIN];

	_Static_assert(sizeof hash >= CHECK_BYTES, "the check is the hash's first bytes");
	case_timeline_key(id, line.seq, line.ordinal, key);
	crypto_generichash(hash, sizeof hash, key, sizeof key, NULL, 0);
	memcpy(ret_cursor, key + CASE_ID_KEY_BYTES, 8);
	memcpy(ret_cursor + 8, hash, CHECK_BYTES);
}

bool case_query_timeline_cursor_read(const struct case_id *id,
				     struct span cursor,
				     struct case_query_line *ret_line)
{
	uint8_t key[CASE_TIMELINE_KEY_BYTES], wanted[CASE_QUERY_LINE_CURSOR_BYTES];
	struct case_query_line line;

	if (cursor.n != sizeof wanted) {
		return false;
	}
	memcpy(key, id->key, CASE_ID_KEY_BYTES);
	memcpy(key + CASE_ID_KEY_BYTES, cursor.p, 8);
	case_timeline_key_parse(span_of(key, sizeof key), &line.seq, &line.ordinal);
	case_query_timeline_cursor(id, line, wanted);
	if (memcmp(wanted, cursor.p, sizeof wanted) != 0) {
		return false;
	}
	*ret_line = line;
	return true;
}
