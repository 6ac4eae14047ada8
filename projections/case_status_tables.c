/* case_status_tables.c: the tables of case-status and the keys of their indexes. */
#include "projections/case_status_tables.h"

#include "common/partition.h"
#include "projections/case_row.h"

void case_status_tables_put_due(int64_t due_us, uint8_t ret_bytes[8])
{
	uint64_t order = due_us ? (uint64_t)due_us ^ UINT64_C(1) << 63 : UINT64_MAX;

	for (int i = 7; i >= 0; i--, order >>= 8) {
		ret_bytes[i] = (uint8_t)order;
	}
}

static size_t add_due_and_id(uint8_t *key, size_t n, int64_t due_us, struct span id)
{
	case_status_tables_put_due(due_us, key + n);
	memcpy(key + n + 8, id.p, id.n);
	return n + 8 + id.n;
}

/* The fixed part of a stored row; LMDB does not align what it lends. */
static struct case_row_fixed fixed_of(struct span bytes)
{
	struct case_row_fixed row;

	memcpy(&row, bytes.p, sizeof row);
	return row;
}

static size_t key_by_place(struct span key, struct span bytes, uint8_t *ret_key)
{
	struct case_row_fixed row = fixed_of(bytes);
	size_t n = strnlen(row.place, CASE_ROW_PLACE_BYTES);

	memcpy(ret_key, row.place, n);
	ret_key[n++] = 0;
	ret_key[n++] = row.state;
	return add_due_and_id(ret_key, n, row.case_due.due_us, key);
}

static size_t key_by_unit(struct span unit,
			  struct span key,
			  const struct case_row_fixed *row,
			  uint8_t *ret_key)
{
	size_t n = unit.n;

	if (!n) {
		return 0;
	}
	memcpy(ret_key, unit.p, n);
	ret_key[n++] = 0;
	ret_key[n++] = !case_row_is_open(row);
	return add_due_and_id(ret_key, n, case_row_next_due(row), key);
}

static size_t key_by_owner(struct span key, struct span bytes, uint8_t *ret_key)
{
	struct case_row row;

	return case_row_read(bytes, &row) ? key_by_unit(row.owner, key, &row.fixed, ret_key) : 0;
}

static size_t key_by_lead(struct span key, struct span bytes, uint8_t *ret_key)
{
	struct case_row row;

	return case_row_read(bytes, &row) ? key_by_unit(row.lead_unit, key, &row.fixed, ret_key)
					  : 0;
}

static size_t key_by_deadline(struct span key, struct span bytes, uint8_t *ret_key)
{
	struct case_row_fixed row = fixed_of(bytes);

	return case_row_is_open(&row) ? add_due_and_id(ret_key, 0, case_row_next_due(&row), key)
				      : 0;
}

static size_t key_by_origin(struct span key, struct span bytes, uint8_t *ret_key)
{
	struct case_row_fixed row = fixed_of(bytes);

	memcpy(ret_key, row.origin, CASE_ROW_ORIGIN_BYTES);
	memcpy(ret_key + CASE_ROW_ORIGIN_BYTES, key.p, key.n);
	return CASE_ROW_ORIGIN_BYTES + key.n;
}

static size_t key_by_receipt(struct span key, struct span bytes, uint8_t *ret_key)
{
	struct case_row_fixed row = fixed_of(bytes);

	(void)key;
	memcpy(ret_key, row.receipt, CASE_ID_RECEIPT_BYTES);
	return row.receipt[0] ? CASE_ID_RECEIPT_BYTES : 0;
}

static int partition_of_case(struct span key, int partitions)
{
	struct case_id id;
	char county[7];

	memcpy(id.key, key.p, sizeof id.key);
	case_id_county(&id, county);
	return partition_of_key(span_cstr(county), partitions);
}

static int partition_of_board(struct span key, int partitions)
{
	(void)partitions;
	return key.p[key.n - 7];
}

static const struct index CASE_INDEXES[] = {
	{"by_place", key_by_place},
	{"by_owner", key_by_owner},
	{"by_lead", key_by_lead},
	{"by_deadline", key_by_deadline},
	{"by_origin", key_by_origin},
	{"by_receipt", key_by_receipt},
	{0},
};

const struct table case_status_tables[] = {
	{"case", CASE_INDEXES, partition_of_case}, {"timeline", NULL, partition_of_case},
	{"asked", NULL, partition_of_case},        {"board", NULL, partition_of_board},
	{"outcome", NULL, partition_of_case},      {0},
};
