/* case_status_tables.c: the tables of case-status and the keys of their indexes. */
#include "projections/case_status_tables.h"

#include "common/partition.h"
#include "common/place.h"
#include "projections/case_row.h"

/* A deadline as it stands in index keys: sorts by time, absent deadlines last. */
static void put_due(int64_t due_us, uint8_t ret_bytes[8])
{
	uint64_t order = due_us ? (uint64_t)due_us ^ UINT64_C(1) << 63 : UINT64_MAX;

	for (int i = 7; i >= 0; i--, order >>= 8) {
		ret_bytes[i] = (uint8_t)order;
	}
}

static size_t add_due_and_id(uint8_t *key, size_t n, int64_t due_us, struct span id)
{
	put_due(due_us, key + n);
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

	if (n > PLACE_TOWN_BYTES) {
		n = PLACE_TOWN_BYTES;
	}
	memcpy(ret_key, row.place, n);
	ret_key[n++] = 0;
	ret_key[n++] = row.state;
	return add_due_and_id(ret_key, n, case_row_next_due(&row), key);
}

static size_t key_by_unit(struct span unit,
			  struct span key,
			  const struct case_row_fixed *row,
			  uint8_t *ret_key)
{
	size_t n = unit.n;

	memcpy(ret_key, unit.p, n);
	ret_key[n++] = 0;
	ret_key[n++] = !case_row_is_open(row);
	return add_due_and_id(ret_key, n, case_row_next_due(row), key);
}

/* A unit that does two things in a case, such as to own it and to lead it, has it once. */
static void keys_by_unit(struct span key, struct span bytes, struct index_keys *ret_keys)
{
	struct case_row row;

	if (!case_row_read(bytes, &row)) {
		return;
	}
	for (int i = 0; i < CASE_ROW_UNITS; i++) {
		struct span unit = case_row_unit(&row, i);

		if (unit.n && case_row_role(&row, unit) == i) {
			ret_keys->lengths[ret_keys->n] =
				key_by_unit(unit, key, &row.fixed, ret_keys->keys[ret_keys->n]);
			ret_keys->n++;
		}
	}
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

_Static_assert((int)CASE_ROW_UNITS <= (int)PROJECTION_KEYS, "an entry for each unit of a case");

static const struct index CASE_INDEXES[] = {
	{.name = "by_place", .key_of = key_by_place},
	{.name = "by_unit", .keys_of = keys_by_unit},
	{.name = "by_deadline", .key_of = key_by_deadline},
	{.name = "by_origin", .key_of = key_by_origin},
	{.name = "by_receipt", .key_of = key_by_receipt},
	{0},
};

const struct table case_status_tables[] = {
	{"case", CASE_INDEXES, partition_of_case}, {"timeline", NULL, partition_of_case},
	{"asked", NULL, partition_of_case},        {"board", NULL, partition_of_board},
	{"outcome", NULL, partition_of_case},      {0},
};
