/* case_query_list.c: lists of cases by the index that fits best, merged over the shards, with cursors that survive changes. */
#include <sodium.h>

#include "common/place.h"
#include "projections/case_query.h"
#include "projections/case_status_tables.h"

/*
 * A cursor is the number of the table, a check, and the key after which to go on. The check is a hash of the filter and of
 * the rest: what was cut off, or belongs to another list, would otherwise begin somewhere and leave out or repeat cases
 * without a word. It guards against mistakes, not against forgery: rights are checked for each row.
 */
enum { CHECK_BYTES = 8, HEAD_BYTES = 1 + CHECK_BYTES, COUNTY_BYTES = 3 };

_Static_assert(CASE_QUERY_CURSOR_BYTES == HEAD_BYTES + LIMIT_KEY_BYTES, "room for any cursor");

/* One list under way: the range from `prefix` on to the last key that starts with `last_prefix`. */
struct list {
	const struct case_query *query;
	const struct case_query_filter *filter;
	enum case_status_kv index;
	uint8_t prefix[LIMIT_KEY_BYTES], last_prefix[LIMIT_KEY_BYTES];
	size_t prefix_bytes;
	struct kv_cursor cursors[CASE_QUERY_SHARDS];
	bool more[CASE_QUERY_SHARDS];
	uint8_t last[LIMIT_KEY_BYTES];
	size_t last_bytes;
};

static void set_prefix(struct list *list, enum case_status_kv index, struct span text, int end)
{
	list->index = index;
	list->prefix_bytes = text.n < sizeof list->prefix - 1 ? text.n : sizeof list->prefix - 1;
	if (list->prefix_bytes) {
		memcpy(list->prefix, text.p, list->prefix_bytes);
	}
	if (end >= 0) {
		list->prefix[list->prefix_bytes++] = (uint8_t)end;
	}
	memcpy(list->last_prefix, list->prefix, list->prefix_bytes);
}

/* The county's number with which keys of cases begin; digits that the place does not have are `rest`. */
static void put_county(struct span place, char rest, uint8_t ret_bytes[COUNTY_BYTES])
{
	uint32_t county = 0;

	for (size_t i = 0; i < 6; i++) {
		county = county * 10 + (uint32_t)((i < place.n ? (char)place.p[i] : rest) - '0');
	}
	for (int i = COUNTY_BYTES - 1; i >= 0; i--, county >>= 8) {
		ret_bytes[i] = (uint8_t)county;
	}
}

/* The cases themselves, in the order of their ids, which never change: each comes once, whatever becomes of it meanwhile. */
static void set_counties(struct list *list, struct span place)
{
	list->index = CASE_STATUS_KV_CASE;
	list->prefix_bytes = COUNTY_BYTES;
	put_county(place, '0', list->prefix);
	put_county(place, '9', list->last_prefix);
}

/* A state's cases of a whole town, in one order of deadlines; those of other places in it are passed over. */
static void set_town(struct list *list)
{
	struct span town = span_first(list->filter->place, PLACE_TOWN_BYTES);

	set_prefix(list, CASE_STATUS_KV_BY_PLACE, town, 0);
	list->prefix[list->prefix_bytes++] = list->filter->state;
	memcpy(list->last_prefix, list->prefix, list->prefix_bytes);
}

static void choose_index(struct list *list)
{
	const struct case_query_filter *filter = list->filter;
	uint8_t origin[CASE_ROW_ORIGIN_BYTES];

	if (filter->source.n && filter->id.n) {
		case_row_origin(filter->source, filter->id, origin);
		set_prefix(list, CASE_STATUS_KV_BY_ORIGIN, span_of(origin, sizeof origin), -1);
	} else if (filter->unit.n) {
		set_prefix(list, CASE_STATUS_KV_BY_UNIT, filter->unit, 0);
	} else if (filter->due_before_us) {
		set_prefix(list, CASE_STATUS_KV_BY_DEADLINE, SPAN(""), -1);
	} else if (filter->state && filter->place.n > PLACE_COUNTY_BYTES) {
		set_town(list);
	} else {
		set_counties(list, filter->place);
	}
}

static bool key_in_range(const struct list *list, struct span key)
{
	struct span start = span_first(key, list->prefix_bytes);

	return start.n == list->prefix_bytes &&
	       span_cmp(start, span_of(list->prefix, list->prefix_bytes)) >= 0 &&
	       span_cmp(start, span_of(list->last_prefix, list->prefix_bytes)) <= 0;
}

static bool in_range(const struct list *list, int shard)
{
	return key_in_range(list, list->cursors[shard].key);
}

/* ---- cursors */

static void hash_text(crypto_generichash_state *state, struct span text)
{
	uint64_t length = text.n;

	crypto_generichash_update(state, (const uint8_t *)&length, sizeof length);
	crypto_generichash_update(state, text.p, text.n);
}

static void check_of(const struct list *list, struct span key, uint8_t ret_check[CHECK_BYTES])
{
	const struct case_query_filter *filter = list->filter;
	uint8_t hash[crypto_generichash_BYTES_MIN], index = (uint8_t)list->index;
	crypto_generichash_state state;

	_Static_assert(sizeof hash >= CHECK_BYTES, "the check is the hash's first bytes");
	crypto_generichash_init(&state, NULL, 0, sizeof hash);
	hash_text(&state, filter->place);
	hash_text(&state, filter->unit);
	hash_text(&state, filter->type_code);
	hash_text(&state, filter->source);
	hash_text(&state, filter->id);
	crypto_generichash_update(&state, &filter->state, sizeof filter->state);
	crypto_generichash_update(&state, (const uint8_t *)&filter->due_before_us,
				  sizeof filter->due_before_us);
	crypto_generichash_update(&state, &index, sizeof index);
	hash_text(&state, key);
	crypto_generichash_final(&state, hash, sizeof hash);
	memcpy(ret_check, hash, CHECK_BYTES);
}

static size_t cursor_write(const struct list *list, uint8_t *ret_cursor)
{
	ret_cursor[0] = (uint8_t)list->index;
	check_of(list, span_of(list->last, list->last_bytes), ret_cursor + 1);
	memcpy(ret_cursor + HEAD_BYTES, list->last, list->last_bytes);
	return HEAD_BYTES + list->last_bytes;
}

/* @param ret_key  after which to go on; empty: from the start @return false: the cursor is not one of this list */
static bool cursor_read(const struct list *list, struct span *ret_key)
{
	struct span cursor = list->filter->cursor;
	uint8_t check[CHECK_BYTES];

	*ret_key = (struct span){0};
	if (!cursor.n) {
		return true;
	}
	if (cursor.n <= HEAD_BYTES || cursor.n > CASE_QUERY_CURSOR_BYTES ||
	    cursor.p[0] != (uint8_t)list->index) {
		return false;
	}
	*ret_key = span_of(cursor.p + HEAD_BYTES, cursor.n - HEAD_BYTES);
	check_of(list, *ret_key, check);
	return memcmp(cursor.p + 1, check, CHECK_BYTES) == 0;
}

bool case_query_list_cursor_fits(const struct case_query_filter *filter)
{
	struct list list = {.filter = filter};
	struct span key;

	choose_index(&list);
	return cursor_read(&list, &key);
}

/* ---- the walk */

/* Positions each shard at the first key of the range, or at the first after the cursor. */
static void start(struct list *list, struct span after)
{
	bool resumes = after.n > 0;
	struct span from = resumes ? after : span_of(list->prefix, list->prefix_bytes);

	for (int i = 0; i < list->query->shards; i++) {
		struct kv_cursor *cursor = &list->cursors[i];

		kv_cursor_open(&list->query->txns[i], (int)list->index, cursor);
		list->more[i] = kv_cursor_seek(cursor, from);
		if (resumes && list->more[i] && span_eq(cursor->key, from)) {
			list->more[i] = kv_cursor_next(cursor);
		}
		list->more[i] = list->more[i] && in_range(list, i);
	}
}

/* The shard that stands at the smallest key; -1: none is left. */
static int smallest(const struct list *list)
{
	int best = -1;

	for (int i = 0; i < list->query->shards; i++) {
		if (list->more[i] &&
		    (best < 0 || span_cmp(list->cursors[i].key, list->cursors[best].key) < 0)) {
			best = i;
		}
	}
	return best;
}

static bool fits(const struct case_query_filter *filter, const struct case_row *row)
{
	struct span place =
		span_of(row->fixed.place, strnlen(row->fixed.place, CASE_ROW_PLACE_BYTES));
	struct span type = span_of(row->fixed.type_code, sizeof row->fixed.type_code);
	int64_t due = case_row_next_due(&row->fixed);

	return span_starts(place, filter->place) &&
	       (!filter->unit.n || case_row_role(row, filter->unit) >= 0) &&
	       span_starts(type, filter->type_code) &&
	       (!filter->state || row->fixed.state == filter->state) &&
	       (!filter->due_before_us ||
		(case_row_is_open(&row->fixed) && due && due < filter->due_before_us)) &&
	       (!filter->source.n || (span_eq(row->source, filter->source) &&
				      (!filter->id.n || span_eq(row->id, filter->id))));
}

/* Deadlines are in rising order: past the moment asked for, nothing matches any more. */
static bool past_due(const struct list *list, const struct case_row *row)
{
	int64_t due = case_row_next_due(&row->fixed);

	return list->index == CASE_STATUS_KV_BY_DEADLINE &&
	       (!due || due >= list->filter->due_before_us);
}

static void remember(struct list *list, struct span key)
{
	list->last_bytes = key.n < sizeof list->last ? key.n : sizeof list->last;
	memcpy(list->last, key.p, list->last_bytes);
}

/* The case at which a shard stands: an index names it, in the table of cases the key is it. */
static bool case_at(const struct list *list, int shard, struct case_id *ret_id)
{
	const struct kv_cursor *cursor = &list->cursors[shard];
	struct span id = list->index == CASE_STATUS_KV_CASE ? cursor->key : cursor->value;

	if (!cursor->key.p || !id.p || id.n != CASE_ID_KEY_BYTES) {
		return false;
	}
	memcpy(ret_id->key, id.p, CASE_ID_KEY_BYTES);
	return true;
}

/* Visits until the page is full, the bound on work is reached or nothing is left. @return whether more may follow */
static bool walk(struct list *list, case_query_visit_case *visit, void *context)
{
	int given = 0;
	struct case_id id;
	struct case_row row;

	for (int examined = 0; examined < CASE_QUERY_EXAMINED && given < list->filter->limit;
	     examined++) {
		int shard = smallest(list);

		if (shard < 0 || !case_at(list, shard, &id)) {
			return false;
		}
		struct kv_cursor *cursor = &list->cursors[shard];

		remember(list, cursor->key);
		if (case_query_get(list->query, &id, &row)) {
			if (past_due(list, &row)) {
				return false;
			}
			given += fits(list->filter, &row) && visit(context, &id, &row);
		}
		list->more[shard] = kv_cursor_next(cursor) && in_range(list, shard);
	}
	return smallest(list) >= 0;
}

size_t case_query_list(const struct case_query *query,
		       const struct case_query_filter *filter,
		       case_query_visit_case *visit,
		       void *context,
		       uint8_t *ret_cursor)
{
	struct list list = {.query = query, .filter = filter};
	struct span after;

	choose_index(&list);
	if (!cursor_read(&list, &after)) {
		return 0;
	}
	start(&list, after);
	bool more = walk(&list, visit, context);

	for (int i = 0; i < query->shards; i++) {
		kv_cursor_close(&list.cursors[i]);
	}
	return more && list.last_bytes ? cursor_write(&list, ret_cursor) : 0;
}
