/* case_query.c: reads one case and boards of case-status, over any number of shards. */
#include "projections/case_query.h"

#include "common/partition.h"
#include "projections/case_status_tables.h"

struct kv_txn *case_query_txn(const struct case_query *query, const struct case_id *id)
{
	char county[7];

	case_id_county(id, county);
	return &query->txns[partition_of_key(span_cstr(county), LIMIT_CASE_PARTITIONS) %
			    query->shards];
}

bool case_query_get(const struct case_query *query,
		    const struct case_id *id,
		    struct case_row *ret_row)
{
	struct span stored;

	return kv_get(case_query_txn(query, id), CASE_STATUS_KV_CASE,
		      span_of(id->key, CASE_ID_KEY_BYTES), &stored) &&
	       case_row_read(stored, ret_row);
}

bool case_query_receipt(const struct case_query *query,
			struct span code,
			struct case_id *ret_id,
			struct case_row *ret_row)
{
	struct span key;

	for (int i = 0; i < query->shards; i++) {
		if (kv_get(&query->txns[i], CASE_STATUS_KV_BY_RECEIPT, code, &key) &&
		    key.n == CASE_ID_KEY_BYTES) {
			memcpy(ret_id->key, key.p, CASE_ID_KEY_BYTES);
			return case_query_get(query, ret_id, ret_row);
		}
	}
	return false;
}

void case_query_receipts(const struct case_query *query,
			 int limit,
			 case_query_visit_receipt *visit,
			 void *context)
{
	bool more = true;

	for (int i = 0; more && i < query->shards; i++) {
		CLEANUP(kv_cursor_close) struct kv_cursor cursor = {0};

		kv_cursor_open(&query->txns[i], CASE_STATUS_KV_BY_RECEIPT, &cursor);
		for (int n = 0; more && n < limit && kv_cursor_next(&cursor); n++) {
			struct case_id id;

			if (cursor.value.n == CASE_ID_KEY_BYTES) {
				memcpy(id.key, cursor.value.p, CASE_ID_KEY_BYTES);
				more = visit(context, cursor.key, &id);
			}
		}
	}
}

static struct case_board_row *family_of(struct case_query_board *board, struct span family)
{
	for (int i = 0; i < board->n_families; i++) {
		if (memcmp(board->families[i].family, family.p, 2) == 0) {
			return &board->families[i].row;
		}
	}
	if (board->n_families == (int)(sizeof board->families / sizeof board->families[0])) {
		return &board->families[board->n_families - 1].row;
	}
	memcpy(board->families[board->n_families].family, family.p, 2);
	return &board->families[board->n_families++].row;
}

/* Days before the range matter for what is open or overdue at its end, and for nothing else. */
static void add_day(struct case_query_board *board,
		    struct span family,
		    const struct case_board_row *row,
		    bool in_range)
{
	struct case_board_row before = {.open = row->open, .overdue = row->overdue};
	struct case_board_row part = in_range ? *row : before;

	case_board_sum(family_of(board, family), &part);
	case_board_sum(&board->total, &part);
}

static void add_shard(struct kv_txn *txn,
		      struct span place,
		      int32_t from_day,
		      int32_t to_day,
		      struct case_query_board *board)
{
	uint8_t prefix[PLACE_MAX_BYTES + 1];
	struct span found, family;
	struct kv_cursor cursor = {0};
	struct case_board_row row;
	int32_t day;

	memcpy(prefix, place.p, place.n);
	prefix[place.n] = 0;
	struct span start = span_of(prefix, place.n + 1);

	kv_cursor_open(txn, CASE_STATUS_KV_BOARD, &cursor);
	for (bool more = kv_cursor_seek(&cursor, start); more && span_starts(cursor.key, start);
	     more = kv_cursor_next(&cursor)) {
		if (case_board_key_parse(cursor.key, &found, &family, &day) && day <= to_day &&
		    case_board_read(cursor.value, &row)) {
			add_day(board, family, &row, day >= from_day);
		}
	}
	kv_cursor_close(&cursor);
}

void case_query_board(const struct case_query *query,
		      struct span place,
		      int32_t from_day,
		      int32_t to_day,
		      struct case_query_board *ret_board)
{
	*ret_board = (struct case_query_board){0};
	for (int i = 0; i < query->shards && place.n <= PLACE_MAX_BYTES; i++) {
		add_shard(&query->txns[i], place, from_day, to_day, ret_board);
	}
}
