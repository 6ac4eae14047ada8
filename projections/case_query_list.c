/* case_query_list.c: lists of cases by the index that fits best, merged over the shards, with cursors that survive changes. */
#include "projections/case_query.h"
#include "projections/case_status_tables.h"

/* One list under way. A cursor is the number of the index and the key after which to go on. */
struct list {
	const struct case_query *query;
	const struct case_query_filter *filter;
	enum case_status_kv index;
	uint8_t prefix[LIMIT_KEY_BYTES];
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
}

static bool owns_cases(struct span unit)
{
	return span_starts(unit, SPAN("centre:")) || span_starts(unit, SPAN("grid:"));
}

static void choose_index(struct list *list)
{
	const struct case_query_filter *filter = list->filter;
	uint8_t origin[CASE_ROW_ORIGIN_BYTES];

	if (filter->source.n && filter->id.n) {
		case_row_origin(filter->source, filter->id, origin);
		set_prefix(list, CASE_STATUS_KV_BY_ORIGIN, span_of(origin, sizeof origin), -1);
	} else if (filter->unit.n) {
		bool owner = owns_cases(filter->unit);

		set_prefix(list, owner ? CASE_STATUS_KV_BY_OWNER : CASE_STATUS_KV_BY_LEAD,
			   filter->unit, 0);
	} else if (filter->due_before_us) {
		set_prefix(list, CASE_STATUS_KV_BY_DEADLINE, SPAN(""), -1);
	} else {
		set_prefix(list, CASE_STATUS_KV_BY_PLACE, filter->place, -1);
	}
}

static bool in_range(const struct list *list, int shard)
{
	return span_starts(list->cursors[shard].key, span_of(list->prefix, list->prefix_bytes));
}

/* Stands each shard at the first key of the range, or at the first after the cursor. */
static void start(struct list *list)
{
	struct span after = list->filter->cursor;
	bool resumes = after.n > 1 && after.p[0] == (uint8_t)list->index;
	struct span from = resumes ? span_of(after.p + 1, after.n - 1)
				   : span_of(list->prefix, list->prefix_bytes);

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

static int64_t nearer_due(const struct case_row_fixed *row)
{
	int64_t a = row->case_due.due_us, b = row->step_due.due_us;

	return !a || (b && b < a) ? b : a;
}

static bool fits_unit(const struct case_query_filter *filter, const struct case_row *row)
{
	return !filter->unit.n ||
	       span_eq(owns_cases(filter->unit) ? row->owner : row->lead_unit, filter->unit);
}

static bool fits(const struct case_query_filter *filter, const struct case_row *row)
{
	struct span place =
		span_of(row->fixed.place, strnlen(row->fixed.place, CASE_ROW_PLACE_BYTES));
	struct span type = span_of(row->fixed.type_code, sizeof row->fixed.type_code);
	int64_t due = nearer_due(&row->fixed);

	return span_starts(place, filter->place) && fits_unit(filter, row) &&
	       span_starts(type, filter->type_code) &&
	       (!filter->state || row->fixed.state == filter->state) &&
	       (!filter->due_before_us ||
		(case_row_is_open(&row->fixed) && due && due < filter->due_before_us)) &&
	       (!filter->source.n || (span_eq(row->source, filter->source) &&
				      (!filter->id.n || span_eq(row->id, filter->id))));
}

/* Deadlines rise: past the moment asked for nothing fits any more. */
static bool past_due(const struct list *list, const struct case_row *row)
{
	return list->index == CASE_STATUS_KV_BY_DEADLINE &&
	       (!nearer_due(&row->fixed) || nearer_due(&row->fixed) >= list->filter->due_before_us);
}

static void remember(struct list *list, struct span key)
{
	list->last_bytes = key.n < sizeof list->last ? key.n : sizeof list->last;
	memcpy(list->last, key.p, list->last_bytes);
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

		if (shard < 0) {
			return false;
		}
		struct kv_cursor *cursor = &list->cursors[shard];

		if (!cursor->key.p || !cursor->value.p || cursor->value.n != CASE_ID_KEY_BYTES) {
			return false;
		}
		remember(list, cursor->key);
		memcpy(id.key, cursor->value.p, CASE_ID_KEY_BYTES);
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

	choose_index(&list);
	start(&list);
	bool more = walk(&list, visit, context);

	for (int i = 0; i < query->shards; i++) {
		kv_cursor_close(&list.cursors[i]);
	}
	if (!more || !list.last_bytes) {
		return 0;
	}
	ret_cursor[0] = (uint8_t)list.index;
	memcpy(ret_cursor + 1, list.last, list.last_bytes);
	return list.last_bytes + 1;
}
